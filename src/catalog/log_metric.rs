//! `[[log_metric]]`: a metric that a filter of a log group publishes.

use super::condition::Cel;
use super::text::TextTemplate;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::semantics::log_pattern::{self, LogPattern};
use crate::semantics::place::in_text;
use crate::spanned::Spanned;
use crate::trial::Given;

/// A `[[log_metric]]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct LogMetricDefinition {
    pub name: String,
    /// The log group; `None`: the resource's own.
    pub group: Option<TextTemplate>,
    pub pattern: TextTemplate,
    /// A number, or the part of an event that holds one.
    pub value: Spanned<String>,
    /// The value for minutes with events of which none matches.
    pub default_value: Option<f64>,
    pub unit: Option<String>,
    pub applies: Option<Cel>,
    /// Empty unless the catalogue was loaded with tests.
    pub tests: Vec<LogMetricTest>,
    pub place: Place,
}

/// A `[[log_metric.test]]` table: the messages of events that the pattern matches, and of events that it does not.
#[derive(Debug, Clone, PartialEq)]
pub struct LogMetricTest {
    pub name: Spanned<String>,
    pub matches: Vec<Spanned<String>>,
    pub ignores: Vec<Spanned<String>>,
    pub given: Given,
}

impl LogMetricDefinition {
    pub(super) fn texts(&self) -> impl Iterator<Item = &TextTemplate> {
        self.group.iter().chain([&self.pattern])
    }

    /// Checks the pattern as it is written, or as it is rendered for a resource.
    pub(crate) fn check(&self, pattern: &str) -> Result<LogPattern, Vec<Diagnostic>> {
        let place = &self.pattern.place;
        let parsed = log_pattern::parse(pattern).map_err(|errors| {
            let errors = errors.iter();
            let diagnostics = errors.map(|error| {
                if self.pattern.is_template() {
                    let message = format!("{}: `{pattern}`", error.message);
                    let diagnostic = Diagnostic::new(Code::BadLogPattern, message);
                    diagnostic.at(place.clone())
                } else {
                    in_text(place, Code::BadLogPattern, error)
                }
            });
            diagnostics.collect::<Vec<_>>()
        })?;
        let value = &self.value;
        if value.value.parse::<f64>().is_ok_and(f64::is_finite) {
            return Ok(parsed);
        }
        parsed
            .check_value(&value.value)
            .map(|()| parsed)
            .map_err(|reason| {
                let message = format!("the value `{}` {reason}", value.value);
                vec![value.diagnostic(Code::BadLogPattern, message)]
            })
    }
}
