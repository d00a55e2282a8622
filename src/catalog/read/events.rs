//! Reads `[[event]]`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::reader::{DefinitionReader, enabled};
use crate::artifact::Severity;
use crate::catalog::event::{EventDefinition, EventTest, PatternTemplate, too_long};
use crate::catalog::text::{TextTemplate, TextUse};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::semantics::event_pattern;
use crate::semantics::limits;
use crate::semantics::place::part;
use crate::spanned::{Item, ItemValue, Spanned, Table};
use crate::trial::given;

pub(super) fn event(
    mut table: Table<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Option<EventDefinition> {
    let name = table.required("name", Table::string);
    let summary = reader.required_text(&mut table, "summary", TextUse::Event);
    let fix = reader.optional_text(&mut table, "fix", TextUse::Event);
    let runbook = table.web_page("runbook").map(|page| page.value);
    let severity = table.required("severity", |table, key| table.choice(key, &Severity::WORDS));
    let pattern = table
        .required("pattern", Table::item)
        .and_then(|item| pattern(&table, &item, reader));
    let values = values(&mut table);
    let applies = reader.optional_cel(&mut table, "if");
    let enabled = enabled(&mut table);
    let tests = table.tables("test").into_iter().filter_map(test).collect();
    for text in summary.iter().chain(&fix) {
        check_words(&table, text, &values);
    }
    table.finish();
    let name = name?;
    Some(EventDefinition {
        summary: summary?,
        severity: severity?.value,
        pattern: pattern?,
        place: name.place,
        name: name.value,
        fix,
        runbook,
        values,
        applies,
        enabled,
        tests,
    })
}

/// A table, or a text with JSON.
fn pattern(
    table: &Table<'_>,
    item: &Item<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Option<PatternTemplate> {
    let written = table.accept(json(item, Code::BadEventPattern, "the pattern"))?;
    if let Err(error) = event_pattern::check(&written.value) {
        let place = part(&written.place, &error.key);
        let diagnostic = Diagnostic::new(Code::BadEventPattern, error.message).at(place);
        table.report(match error.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
        return None;
    }
    let mut texts = BTreeMap::new();
    for source in templates(&written.value) {
        let text = Spanned {
            place: part(&written.place, &source),
            value: source.clone(),
        };
        texts.insert(source, reader.text(table, &text, TextUse::Event));
    }
    // The length of a pattern with templates is known once they are rendered.
    if let Some(diagnostic) = too_long(&written.value).filter(|_| texts.is_empty()) {
        table.report(diagnostic.at(written.place.clone()));
    }
    Some(PatternTemplate {
        written: written.value,
        texts,
        place: written.place,
    })
}

/// The value of a text with JSON, or of a table.
fn json(item: &Item<'_>, code: Code, what: &str) -> Result<Spanned<Value>, Diagnostic> {
    let written = item.json();
    let Value::String(text) = &written.value else {
        return Ok(written);
    };
    match serde_json::from_str(text) {
        Ok(value) => Ok(written.map(|_| value)),
        Err(error) => {
            let message = format!("{what} is not valid JSON: {error}");
            Err(Diagnostic::new(code, message).at(written.place))
        }
    }
}

/// The texts in a pattern that are templates.
fn templates(pattern: &Value) -> Vec<String> {
    match pattern {
        Value::String(text) if text.contains("{{") => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(templates).collect(),
        Value::Object(members) => members.values().flat_map(templates).collect(),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The key `text`: JSON paths by the words of the message.
fn values(table: &mut Table<'_>) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for (word, path) in table.string_map("text") {
        if !limits::is_query_id(&word.value) {
            let message = format!("`{}` cannot be the word of a value", word.value);
            let diagnostic = word.diagnostic(Code::BadEventText, message);
            table.report(diagnostic.help("a lower-case letter, then letters, digits and `_`"));
        } else if !is_path(&path.value) {
            let message = format!("`{}` is not a path into an event", path.value);
            let diagnostic = path.diagnostic(Code::BadEventText, message);
            table.report(diagnostic.help("as in `$.detail.reason`"));
        } else {
            values.push((word.value, path.value));
        }
    }
    values
}

/// EventBridge takes names and list positions, without wildcards and filters.
fn is_path(path: &str) -> bool {
    let rest = path.strip_prefix("$.").unwrap_or_default();
    !rest.is_empty()
        && path.len() <= LONGEST_PATH
        && !path.contains("..")
        && !rest
            .contains(|c: char| c.is_whitespace() || ['*', '?', '@', '"', '<', '>'].contains(&c))
}

/// The longest JSON path of an input transformer (EventBridge API reference, `InputTransformer`).
const LONGEST_PATH: usize = 256;

/// Reports a `<word>` that is no value of the event: EventBridge refuses the rule.
fn check_words(table: &Table<'_>, text: &TextTemplate, values: &[(String, String)]) {
    let known: Vec<&str> = values.iter().map(|(word, _)| word.as_str()).collect();
    for rest in text.source().split('<').skip(1) {
        let word = rest.split_once('>').map_or(rest, |(word, _)| word);
        if rest.contains('>') && known.contains(&word) {
            continue;
        }
        let message = format!("`<{word}>` is not a value of this event");
        let diagnostic =
            Diagnostic::new(Code::UnknownWord, message).at(part(&text.place, &format!("<{word}")));
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `<{near}>`?"),
            None => "`text = { reason = \"$.detail.reason\" }` makes `<reason>` a value".to_owned(),
        };
        table.report(diagnostic.help(help));
    }
}

fn test(mut table: Table<'_>) -> Option<EventTest> {
    let name = table.required("name", Table::string);
    let event = table.required("event", Table::item);
    let event = event.and_then(|item| {
        let event = table.accept(json(&item, Code::TestCannotRun, "the event of this test"))?;
        if event.value.is_object() {
            return Some(event.value);
        }
        item_must_be_object(&table, &item)
    });
    let given = given(&mut table);
    let expect = table.required("expect", Table::boolean);
    table.finish();
    Some(EventTest {
        name: name?,
        event: event?,
        given,
        expect: expect?.value,
    })
}

fn item_must_be_object(table: &Table<'_>, item: &Item<'_>) -> Option<Value> {
    match item.value() {
        ItemValue::String(_) => {
            let message = "the event of this test is no JSON object";
            table.report(Diagnostic::new(Code::TestCannotRun, message).at(item.place()));
            None
        }
        _ => item.wrong_type("a table, or a text with JSON"),
    }
}
