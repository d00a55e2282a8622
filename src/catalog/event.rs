//! `[[event]]`: a notification of events that no metric counts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::condition::Cel;
use super::enabled::Enabled;
use super::text::TextTemplate;
use crate::artifact::Severity;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::semantics::limits;
use crate::spanned::Spanned;
use crate::trial::Given;

/// An `[[event]]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDefinition {
    pub name: String,
    /// The first line of the message. It may contain `<word>` for a value of the event.
    pub summary: TextTemplate,
    pub fix: Option<TextTemplate>,
    /// A page with instructions, in place of the severity's.
    pub runbook: Option<String>,
    pub severity: Severity,
    pub pattern: PatternTemplate,
    /// JSON paths into the event, by the words that the message uses.
    pub values: Vec<(String, String)>,
    pub applies: Option<Cel>,
    pub enabled: Enabled,
    /// Empty unless the catalogue was loaded with tests.
    pub tests: Vec<EventTest>,
    pub place: Place,
}

/// An EventBridge pattern whose texts may be templates.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternTemplate {
    pub written: Value,
    /// The templates in the pattern, by their source.
    pub texts: BTreeMap<String, TextTemplate>,
    pub place: Place,
}

/// An `[[event.test]]` table: an event, and whether the pattern matches it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTest {
    pub name: Spanned<String>,
    pub event: Value,
    pub given: Given,
    pub expect: bool,
}

impl EventDefinition {
    /// The texts that the message shows.
    pub fn words(&self) -> impl Iterator<Item = &TextTemplate> {
        std::iter::once(&self.summary).chain(&self.fix)
    }

    /// All its texts.
    pub(super) fn texts(&self) -> impl Iterator<Item = &TextTemplate> {
        self.words().chain(self.pattern.texts.values())
    }
}

impl PatternTemplate {
    /// The pattern with the rendered texts.
    ///
    /// # Errors
    /// When a text cannot be rendered, or EventBridge refuses the pattern as too long.
    pub fn fill(
        &self,
        render: impl Fn(&TextTemplate) -> Result<String, Diagnostic>,
    ) -> Result<Value, Diagnostic> {
        let mut rendered = BTreeMap::new();
        for (source, text) in &self.texts {
            rendered.insert(source.as_str(), render(text)?);
        }
        let filled = replaced(&self.written, &rendered);
        match too_long(&filled) {
            None => Ok(filled),
            Some(diagnostic) => Err(diagnostic.at(self.place.clone())),
        }
    }
}

fn replaced(pattern: &Value, rendered: &BTreeMap<&str, String>) -> Value {
    match pattern {
        Value::String(text) => rendered.get(text.as_str()).unwrap_or(text).as_str().into(),
        Value::Array(items) => items.iter().map(|item| replaced(item, rendered)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), replaced(value, rendered)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => pattern.clone(),
    }
}

/// The diagnostic for a pattern that is longer than EventBridge accepts.
pub(super) fn too_long(pattern: &Value) -> Option<Diagnostic> {
    let length = pattern.to_string().chars().count();
    let most = limits::EVENT_PATTERN;
    (length > most).then(|| {
        let message = format!("the pattern has {length} characters; EventBridge takes {most}");
        Diagnostic::new(Code::BadEventPattern, message).help(
            "match with `prefix` or `wildcard` in place of a list, or divide the event into two",
        )
    })
}
