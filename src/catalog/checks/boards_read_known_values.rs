//! Every value that a board reads exists, and so does every helper that it calls and every word that it gives to one.

use std::sync::Arc;

use super::board_shapes::Shape;
use super::check::{CatalogCheck, Run};
use crate::catalog::board::HELPERS;
use crate::catalog::placeholders::{Call, Position, ReadValue, Step};
use crate::catalog::text::unknown_helper;
use crate::catalog::{Catalog, known_properties};
use crate::diagnostic::{Code, Diagnostic, Needs, Place, Source, nearest};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::UnknownWord, Code::UnknownProperty, Code::BoardRender],
    needs: Needs::Nothing,
    run: Run::Catalog(run),
};

fn run(catalog: &Catalog) -> Vec<Diagnostic> {
    let boards = catalog.boards.names();
    boards.flat_map(|stem| of_board(stem, catalog)).collect()
}

fn of_board(stem: &str, catalog: &Catalog) -> Vec<Diagnostic> {
    let boards = &catalog.boards;
    let (Some(usage), Some(source)) = (boards.authored_usage(stem), boards.source(stem)) else {
        return Vec::new();
    };
    let shape = Shape::of_board(stem, catalog);
    let mut diagnostics = Vec::new();
    for call in &usage.calls {
        if let Some(diagnostic) = unknown_helper(Code::BoardRender, &call.helper, &HELPERS) {
            diagnostics.push(diagnostic.at(place(source, call.position, &call.helper)));
        } else if let Some(shape) = &shape {
            diagnostics.extend(unknown_words(call, shape, source));
        }
    }
    for value in &usage.values {
        if let Some(shape) = &shape
            && !HELPERS.contains(&value.written.as_str())
            && let Some(diagnostic) = unknown_value(value, shape)
        {
            diagnostics.push(diagnostic.at(place(source, value.position, &value.written)));
        }
    }
    diagnostics
}

/// The diagnostic for a value that is always empty.
fn unknown_value(value: &ReadValue, root: &Shape<'_>) -> Option<Diagnostic> {
    let mut shape = root;
    for (index, step) in value.path.iter().enumerate() {
        let Step::Name(name) = step else {
            shape = match shape {
                Shape::List(item) => item,
                _ => return None,
            };
            continue;
        };
        match (shape, shape.members()) {
            (Shape::Properties(kind), _) => {
                return known_properties::diagnostic(kind, &names(&value.path[index..]));
            }
            (Shape::List(_), _) => return Some(member_of_list(value, &value.path[..index])),
            (_, Some(members)) if !members.contains(&name.as_str()) => {
                // In a block over an unknown value, the block has the diagnostic.
                let is_written = value.written.split(['.', '/']).any(|part| part == name);
                return is_written.then(|| no_member(value, name, &members));
            }
            _ => shape = shape.member(name)?,
        }
    }
    None
}

/// The names of a path up to an item of a list.
fn names(path: &[Step]) -> String {
    let names = path.iter().map_while(|step| match step {
        Step::Name(name) => Some(name.as_str()),
        Step::Item => None,
    });
    names.collect::<Vec<_>>().join(".")
}

fn no_member(value: &ReadValue, name: &str, members: &[&str]) -> Diagnostic {
    let help = match nearest(name, members.iter().copied()) {
        Some(near) => format!("did you mean `{}`?", value.written.replacen(name, near, 1)),
        None => format!("values here: {}", members.join(", ")),
    };
    empty(value).help(help)
}

fn member_of_list(value: &ReadValue, list: &[Step]) -> Diagnostic {
    let list = match list.last() {
        Some(Step::Name(name)) => name,
        Some(Step::Item) | None => "this",
    };
    let help = format!("`{list}` is a list: read its items in `{{{{#each {list}}}}}`");
    empty(value).help(help)
}

fn empty(value: &ReadValue) -> Diagnostic {
    let message = format!(
        "`{}` is not a value of this board, and would be empty",
        value.written
    );
    Diagnostic::new(Code::UnknownWord, message)
}

/// The diagnostics for words of `rows` and `rates` that the definition file does not have.
fn unknown_words(call: &Call, root: &Shape<'_>, source: &Arc<Source>) -> Vec<Diagnostic> {
    let (member, noun) = match call.helper.as_str() {
        "rows" => ("metrics", "metric"),
        "rates" => ("rates", "alarm"),
        _ => return Vec::new(),
    };
    let list = call.of.as_deref().and_then(|path| root.at(path));
    let Some(Shape::List(item)) = list else {
        return Vec::new();
    };
    let Some(known) = item.member(member).and_then(Shape::members) else {
        return Vec::new();
    };
    let words = call.texts.iter().filter_map(|text| {
        // `word:stat` selects a statistic.
        let word = text.split(':').next().unwrap_or(text);
        if known.contains(&word) {
            return None;
        }
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the {noun}s here: {}", known.join(", ")),
        };
        let message = format!("no {noun} is called `{word}`");
        let diagnostic = Diagnostic::new(Code::BoardRender, message).help(help);
        Some(diagnostic.at(place(source, call.position, word)))
    });
    words.collect()
}

/// The place of a text in the element at a position; the element's line if the text is not in it.
fn place(source: &Arc<Source>, position: Position, written: &str) -> Place {
    let lines = source.text.split_inclusive('\n');
    let above = position.line.saturating_sub(1);
    let line_start: usize = lines.clone().take(above).map(str::len).sum();
    let line = lines.clone().nth(above).unwrap_or_default();
    let characters = line.chars().take(position.column.saturating_sub(1));
    let before: usize = characters.map(char::len_utf8).sum();
    let start = line_start + before;
    match source.text[start..].find(written) {
        Some(at) => Place::new(source, start + at..start + at + written.len()),
        None => Place::new(source, line_start..line_start + line.trim_end().len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::board::OVERVIEW;

    fn with_boards(boards: &[(&str, &str)]) -> Catalog {
        let mut catalog = Catalog::load(None, None).value;
        for (stem, text) in boards {
            let source = Source::new(*stem, *text);
            assert_eq!(catalog.boards.add(stem, &source), [], "{stem}");
        }
        catalog
    }

    #[test]
    fn the_built_in_boards_read_known_values() {
        let built_in = Catalog::load(None, None).value;
        let boards: Vec<(&str, &str)> = built_in
            .boards
            .names()
            .filter_map(|stem| Some((stem, &*built_in.boards.source(stem)?.text)))
            .collect();
        assert!(boards.iter().any(|(stem, _)| *stem == OVERVIEW));
        assert_eq!(run(&with_boards(&boards)), []);
    }

    // typos: off
    /// Boards with one mistake: the text at the place, and the nearest right one.
    const MISTAKES: &[(&str, &str, &str)] = &[
        (
            "lambda",
            "{{{rows resorces 'errors'}}}",
            "resorces → resources",
        ),
        (
            "lambda",
            "{{{rows resources 'errors' 'duratin:p50'}}}",
            "duratin → duration",
        ),
        (
            "lambda",
            "{{{rates resources 'eror-rate'}}}",
            "eror-rate → error-rate",
        ),
        (
            "lambda",
            "{{#each resources}}{{nmae}}{{/each}}",
            "nmae → name",
        ),
        (
            "lambda",
            "{{#each resources}}{{../stak}}{{/each}}",
            "../stak → ../stack",
        ),
        (
            "lambda",
            "{{#each resources as |r|}}{{r.parent.nam}}{{/each}}",
            "r.parent.nam → r.parent.name",
        ),
        (
            "lambda",
            "{{#each resources}}{{{json metrics.erors}}}{{/each}}",
            "metrics.erors → metrics.errors",
        ),
        (
            "lambda",
            "{{#each resources}}{{resource.TimeOut}}{{/each}}",
            "resource.TimeOut → Timeout",
        ),
        ("lambda", "{{#if (eq titel 'x')}}{{/if}}", "titel → title"),
        (
            "lambda",
            "{{#if title}}{{else if acount}}{{/if}}",
            "acount → account",
        ),
        ("lambda", "{{soruces resources}}", "soruces → sources"),
        ("lambda", "{{#eahc resources}}{{/eahc}}", "eahc → each"),
        (
            "lambda",
            "é {{#each resources}}\n{{#with parent}}é {{idd}}{{/with}}{{/each}}",
            "idd → id",
        ),
        (OVERVIEW, "{{#each lamda}}{{/each}}", "lamda → lambda"),
        (
            OVERVIEW,
            "{{#each lambda}}{{{json metrics.erors}}}{{/each}}",
            "metrics.erors → metrics.errors",
        ),
        (
            OVERVIEW,
            "{{#each groups}}{{trace}}{{/each}}",
            "trace → traces",
        ),
    ];
    // typos: on

    #[test]
    fn a_mistake_has_its_text_and_the_nearest_right_one() {
        for (stem, text, expected) in MISTAKES {
            let catalog = with_boards(&[(stem, text)]);
            let diagnostics = run(&catalog);
            let [diagnostic] = diagnostics.as_slice() else {
                panic!("{text}: {diagnostics:?}");
            };
            let place = &diagnostic.places[0];
            let help = diagnostic.help.as_deref().unwrap_or_default();
            let near = help.split('`').nth(1).unwrap_or_default();
            let shown = format!("{} → {near}", &text[place.span.clone()]);
            assert_eq!(shown, *expected, "{text}");
        }
    }

    #[test]
    fn values_of_unknown_form_are_not_checked() {
        for (stem, text) in [
            (
                "lambda",
                "{{#each resources}}{{@index}} {{this.name}} {{lookup metrics 'x'}}{{/each}}",
            ),
            (
                "lambda",
                "{{#each (lookup resources 0)}}{{anything}}{{/each}}",
            ),
            (
                "lambda",
                "{{#each resources}}{{#each resource.Layers}}{{Any}}{{/each}}{{#each metrics}}{{any}}{{/each}}{{/each}}",
            ),
            (
                "lambda",
                "{{#with resources.0}}{{name}}{{/with}}{{len resources}}",
            ),
            ("mine", "{{anything}}"),
        ] {
            assert_eq!(run(&with_boards(&[(stem, text)])), [], "{text}");
        }
    }

    #[test]
    fn a_member_of_a_list_needs_a_loop() {
        let diagnostics = run(&with_boards(&[("lambda", "{{resources.name}}")]));
        let help = diagnostics[0].help.as_deref();
        assert_eq!(
            help,
            Some("`resources` is a list: read its items in `{{#each resources}}`")
        );
    }
}
