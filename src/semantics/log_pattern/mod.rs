//! Filter patterns of CloudWatch Logs: their form, and the log events that they match (Logs user guide, "Filter pattern syntax for metric
//! filters, subscription filters, filter log events, and Live Tail").

mod fields;
mod json;
mod operand;
mod regex;
mod terms;
mod verdict;
#[cfg(test)]
mod tests;

use fields::Fields;
use json::Condition;
use regex::Regex;
use terms::Terms;
pub use verdict::Verdict;

use super::error::SyntaxError;
use super::limits::FILTER_PATTERN;
use super::syntax::{Input, Parsed, accept, rest, run};

/// A filter pattern in one of the four forms.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPattern(Form);

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Terms(Terms),
    Regex(Regex),
    Json(Condition),
    Fields(Fields),
}

/// The most regular expressions in a JSON or space-delimited pattern.
const REGULAR_EXPRESSIONS: usize = 2;

/// Parses a pattern.
///
/// # Errors
/// When Logs refuses the pattern.
pub fn parse(pattern: &str) -> Result<LogPattern, Vec<SyntaxError>> {
    accept(parse_with_notes(pattern))
}

/// The pattern unless Logs refuses it, with errors and warnings.
pub fn parse_with_notes(pattern: &str) -> (Option<LogPattern>, Vec<SyntaxError>) {
    let length = pattern.chars().count();
    if length > FILTER_PATTERN {
        let message = format!("the pattern has {length} characters; Logs takes {FILTER_PATTERN}");
        return (None, vec![SyntaxError::error(0..pattern.len(), message)]);
    }
    let (parsed, mut errors) = run(pattern, form);
    let parsed = parsed.map(LogPattern);
    errors.extend(parsed.as_ref().and_then(|parsed| parsed.too_many(pattern)));
    (parsed, errors)
}

fn form(input: &mut Input<'_>) -> Parsed<Form> {
    Ok(match rest(input).chars().next() {
        Some('{') => Form::Json(json::pattern(input)?),
        Some('[') => Form::Fields(fields::pattern(input)?),
        Some('%') => Form::Regex(operand::regex(input)?),
        Some(_) | None => Form::Terms(terms::pattern(input)?),
    })
}

impl LogPattern {
    /// Whether the pattern matches the message of an event.
    pub fn matches(&self, message: &str) -> Verdict {
        match &self.0 {
            Form::Terms(terms) => Some(terms.matches(message)),
            Form::Regex(regex) => Some(regex.is_found_in(message)),
            Form::Json(condition) => match serde_json::from_str(message) {
                Ok(event) => condition.matches(&event),
                Err(_) => Some(false),
            },
            Form::Fields(fields) => fields.matches(message),
        }
    }

    /// Whether a metric's value can be this part of an event: `$.latency` of a JSON pattern, `$bytes` of one with fields.
    ///
    /// # Errors
    /// When it cannot, with the reason.
    pub fn check_value(&self, selector: &str) -> Result<(), String> {
        match &self.0 {
            Form::Json(_) if json::is_selector(selector) => Ok(()),
            Form::Json(_) => Err("is no property of a JSON event, such as `$.latency`".to_owned()),
            Form::Fields(fields) if fields.has(selector) => Ok(()),
            Form::Fields(_) => Err("is no field that the pattern names".to_owned()),
            Form::Terms(_) | Form::Regex(_) => {
                Err("needs a pattern that names parts of the event".to_owned())
            }
        }
    }

    pub fn has_regex(&self) -> bool {
        matches!(self.0, Form::Regex(_)) || self.regular_expressions() > 0
    }

    fn regular_expressions(&self) -> usize {
        match &self.0 {
            Form::Terms(_) | Form::Regex(_) => 0,
            Form::Json(condition) => condition.regular_expressions(),
            Form::Fields(fields) => fields.regular_expressions(),
        }
    }

    fn too_many(&self, pattern: &str) -> Option<SyntaxError> {
        let count = self.regular_expressions();
        let message = format!(
            "the pattern has {count} regular expressions; Logs takes {REGULAR_EXPRESSIONS}"
        );
        (count > REGULAR_EXPRESSIONS).then(|| SyntaxError::error(0..pattern.len(), message))
    }
}
