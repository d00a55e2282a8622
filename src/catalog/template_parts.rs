//! Compiles a Handlebars template expression by expression.
//!
//! Handlebars' parser takes hundreds of instructions for each character between expressions, and counts the lines before each expression. Most
//! of a built-in board is such text, so that a plan took a seventh of its instructions for it.

use handlebars::template::TemplateElement;
use handlebars::{Template, TemplateError};

/// The template of a text. It renders as `Template::compile`'s does, but for white space around blocks and comments that stand alone in a line.
/// Errors have no places, and `{{~#`, `{{{{raw}}}}`, `\\{{`, and a comment with `{{#` or `{{/` inside a block are not read: this is for texts
/// that tests have compared with Handlebars' own result.
pub(super) fn compile_parts(text: &str) -> Result<Template, TemplateError> {
    let mut template = Template::default();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        let (part, after) = from.split_at(part_length(from));
        if !before.is_empty() {
            let raw = TemplateElement::RawString(before.to_owned());
            template.elements.push(raw);
        }
        template.elements.extend(Template::compile(part)?.elements);
        rest = after;
    }
    if !rest.is_empty() {
        let raw = TemplateElement::RawString(rest.to_owned());
        template.elements.push(raw);
    }
    Ok(template)
}

/// The length of the comment, block or expression that a text begins with; the whole text if its end is missing.
fn part_length(text: &str) -> usize {
    let end = if text.starts_with("{{!--") {
        end_after(text, "--}}")
    } else if text.starts_with("{{#") {
        block_length(text)
    } else if text.starts_with("{{{") {
        end_after(text, "}}}")
    } else {
        end_after(text, "}}")
    };
    end.unwrap_or(text.len())
}

fn end_after(text: &str, end: &str) -> Option<usize> {
    text.find(end).map(|start| start + end.len())
}

/// The length of a block with the blocks inside it.
fn block_length(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (start, _) in text.match_indices("{{") {
        let tag = &text[start..];
        if tag.starts_with("{{#") {
            depth += 1;
        } else if tag.starts_with("{{/") {
            depth -= 1;
        }
        if depth == 0 {
            return Some(start + end_after(tag, "}}")?);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    /// Elements without comments and without the white space of raw text.
    fn dense(template: &Template) -> Vec<TemplateElement> {
        let mut elements = Vec::new();
        for element in &template.elements {
            match element {
                TemplateElement::Comment(_) => {}
                TemplateElement::RawString(text) => {
                    let text: String = text.split_whitespace().collect();
                    if !text.is_empty() {
                        elements.push(TemplateElement::RawString(text));
                    }
                }
                TemplateElement::HelperBlock(block) => {
                    let mut block = block.clone();
                    let inner = [&mut block.template, &mut block.inverse];
                    for inner in inner.into_iter().flatten() {
                        inner.elements = dense(inner);
                        inner.mapping.clear();
                    }
                    elements.push(TemplateElement::HelperBlock(block));
                }
                other => elements.push(other.clone()),
            }
        }
        elements
    }

    #[test]
    fn every_built_in_board_has_the_elements_of_the_whole_template() {
        for (stem, text) in builtin::boards() {
            let (parts, whole) = (
                compile_parts(text).unwrap(),
                Template::compile(text).unwrap(),
            );
            assert_eq!(dense(&parts), dense(&whole), "{stem}");
        }
    }

    #[test]
    fn an_unfinished_expression_is_an_error() {
        for text in ["a {{b", "a {{#if b}} c", "{{{b}} c", "{{!-- b"] {
            assert!(compile_parts(text).is_err(), "{text}");
        }
    }
}
