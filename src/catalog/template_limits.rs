//! Limits of Handlebars templates, so that none exhausts the call stack, time or memory. Partials, which can call themselves, are refused.

use std::io;

use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Output, Template};

use crate::files::limits::{
    MAX_RENDERED_BYTES, MAX_TEMPLATE_CALLS, MAX_TEMPLATE_DEPTH, MAX_TEMPLATE_EXPRESSIONS,
    MAX_TEMPLATE_LOOPS,
};

/// The reason why a text is not compiled: compiling time grows with the square of the number of expressions.
pub(super) fn refused_text(text: &str) -> Option<String> {
    if text.matches("{{").count() > MAX_TEMPLATE_EXPRESSIONS {
        return Some(format!(
            "it has more than {MAX_TEMPLATE_EXPRESSIONS} expressions"
        ));
    }
    let is_too_deep = text
        .split("{{")
        .skip(1)
        .any(|from| call_depth(from.split("}}").next().unwrap_or(from)) > MAX_TEMPLATE_CALLS);
    is_too_deep.then(|| format!("calls are nested more than {MAX_TEMPLATE_CALLS} levels deep"))
}

/// The greatest number of open brackets in an expression. The parser is recursive.
fn call_depth(expression: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for byte in expression.bytes() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The reason why a compiled template is not rendered.
pub(super) fn refused_template(template: &Template) -> Option<String> {
    refused(template, Nesting::default())
}

/// The blocks around an element.
#[derive(Debug, Clone, Copy, Default)]
struct Nesting {
    blocks: usize,
    loops: usize,
}

fn refused(template: &Template, nesting: Nesting) -> Option<String> {
    if nesting.blocks > MAX_TEMPLATE_DEPTH {
        return Some(format!(
            "blocks are nested more than {MAX_TEMPLATE_DEPTH} levels deep"
        ));
    }
    if nesting.loops > MAX_TEMPLATE_LOOPS {
        return Some(format!(
            "more than {MAX_TEMPLATE_LOOPS} `each` blocks are inside each other"
        ));
    }
    template.elements.iter().find_map(|element| match element {
        TemplateElement::RawString(_)
        | TemplateElement::HtmlExpression(_)
        | TemplateElement::Expression(_)
        | TemplateElement::Comment(_) => None,
        TemplateElement::HelperBlock(block) => refused_block(block, nesting),
        // Partials and decorators, which `TemplateElement` may get more of.
        _ => Some("partials (`{{> …}}`, `{{#*inline …}}`) are not supported".to_owned()),
    })
}

fn refused_block(block: &HelperTemplate, nesting: Nesting) -> Option<String> {
    let repeats = matches!(&block.name, Parameter::Name(name) if name == "each");
    let inside = Nesting {
        blocks: nesting.blocks + 1,
        loops: nesting.loops + usize::from(repeats),
    };
    [&block.template, &block.inverse]
        .into_iter()
        .flatten()
        .find_map(|part| refused(part, inside))
}

/// The output of a rendered template. It starts empty: a plan renders tens of thousands of texts.
#[derive(Default)]
pub(super) struct LimitedOutput(pub(super) String);

impl Output for LimitedOutput {
    fn write(&mut self, part: &str) -> io::Result<()> {
        if self.0.len() + part.len() > MAX_RENDERED_BYTES {
            return Err(io::Error::other(format!(
                "it renders to more than {MAX_RENDERED_BYTES} bytes"
            )));
        }
        self.0.push_str(part);
        Ok(())
    }
}
