//! The form of patterns that EventBridge accepts (EventBridge user guide, "Creating event patterns" and "Comparison operators").

use serde_json::{Map, Value};

use crate::diagnostic::nearest;

/// A part of a pattern that EventBridge refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// The last key that leads to the part; empty for the whole pattern.
    pub key: String,
    pub message: String,
    pub help: Option<String>,
}

const OPERATORS: [&str; 8] = [
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
];

/// The operators that `anything-but` negates.
const NEGATED: [&str; 4] = ["equals-ignore-case", "prefix", "suffix", "wildcard"];

const COMPARISONS: [&str; 5] = ["=", "<", "<=", ">", ">="];

/// Checks the form of a pattern, without its length.
pub fn check(pattern: &Value) -> Result<(), PatternError> {
    match pattern.as_object() {
        Some(members) => check_members(members, &KeyPath::default()),
        None => Err(KeyPath::default().error("is no table of the event's keys")),
    }
}

/// The keys that lead to a part of a pattern.
#[derive(Default)]
struct KeyPath(Vec<String>);

impl KeyPath {
    fn child(&self, key: &str) -> Self {
        let keys = self.0.iter().cloned();
        Self(keys.chain([key.to_owned()]).collect())
    }

    fn error(&self, what: &str) -> PatternError {
        let part = match self.0.as_slice() {
            [] => "the pattern".to_owned(),
            keys => format!("`{}` of the pattern", keys.join(".")),
        };
        PatternError {
            key: self.0.last().cloned().unwrap_or_default(),
            message: format!("{part} {what}"),
            help: None,
        }
    }
}

impl PatternError {
    fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

fn check_members(members: &Map<String, Value>, path: &KeyPath) -> Result<(), PatternError> {
    if members.is_empty() {
        return Err(path.error("has no keys"));
    }
    members.iter().try_for_each(|(key, pattern)| {
        let path = path.child(key);
        match pattern {
            Value::Array(items) if items.is_empty() => {
                Err(path.error("lists no value, and would match nothing"))
            }
            Value::Array(alternatives) if key == "$or" => alternatives
                .iter()
                .try_for_each(|alternative| check_alternative(alternative, &path)),
            Value::Array(items) => items.iter().try_for_each(|item| check_item(item, &path)),
            Value::Object(inner) => check_members(inner, &path),
            other => Err(path
                .error("is no list of values")
                .help(format!("in brackets: `[{other}]`"))),
        }
    })
}

fn check_alternative(alternative: &Value, path: &KeyPath) -> Result<(), PatternError> {
    match alternative.as_object() {
        Some(members) => check_members(members, path),
        None => Err(path.error("lists something else than patterns")),
    }
}

fn check_item(item: &Value, path: &KeyPath) -> Result<(), PatternError> {
    match item {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        Value::Array(_) => Err(path.error("has a list in its list")),
        Value::Object(operators) => match Vec::from_iter(operators).as_slice() {
            [(operator, operand)] => check_operator(operator, operand, path),
            _ => Err(path.error("has a table without exactly one operator")),
        },
    }
}

fn check_operator(operator: &str, operand: &Value, path: &KeyPath) -> Result<(), PatternError> {
    let expected = match operator {
        "prefix" | "suffix" if is_text(operand) || is_text_of(operand, "equals-ignore-case") => {
            return Ok(());
        }
        "prefix" | "suffix" => "a text, or `{ equals-ignore-case = \"…\" }`",
        "wildcard" if operand.as_str().is_some_and(|text| text.contains("**")) => {
            "a text without two `*` side by side"
        }
        "equals-ignore-case" | "wildcard" | "cidr" if is_text(operand) => return Ok(()),
        "equals-ignore-case" | "wildcard" | "cidr" => "a text",
        "exists" if operand.is_boolean() => return Ok(()),
        "exists" => "true or false",
        "numeric" if is_range(operand) => return Ok(()),
        "numeric" => "a list such as `[\">\", 0, \"<=\", 5]`",
        "anything-but" if is_negatable(operand) => return Ok(()),
        "anything-but" => "a text, a number, a list of one of these, or an operator on texts",
        _ => {
            let error = path.error(&format!("has an unknown operator `{operator}`"));
            return Err(match nearest(operator, OPERATORS) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("operators: {}", OPERATORS.join(", "))),
            });
        }
    };
    Err(path
        .error(&format!("has a wrong value of `{operator}`"))
        .help(format!("it takes {expected}")))
}

fn is_text(operand: &Value) -> bool {
    operand.is_string()
}

/// Whether the operand is a table with one text under this key.
fn is_text_of(operand: &Value, key: &str) -> bool {
    let members = operand.as_object().filter(|members| members.len() == 1);
    members.is_some_and(|members| members.get(key).is_some_and(is_text))
}

fn is_range(operand: &Value) -> bool {
    let comparisons = operand.as_array().map_or(&[][..], Vec::as_slice);
    (1..=2).contains(&comparisons.chunks(2).count())
        && comparisons.chunks(2).all(|pair| match pair {
            [Value::String(comparison), Value::Number(_)] => {
                COMPARISONS.contains(&comparison.as_str())
            }
            _ => false,
        })
}

fn is_negatable(operand: &Value) -> bool {
    match operand {
        Value::String(_) | Value::Number(_) => true,
        Value::Array(values) => {
            !values.is_empty()
                && (values.iter().all(Value::is_string) || values.iter().all(Value::is_number))
        }
        Value::Object(operators) => match Vec::from_iter(operators).as_slice() {
            [(operator, operand)] => NEGATED.contains(&operator.as_str()) && is_texts(operand),
            _ => false,
        },
        Value::Null | Value::Bool(_) => false,
    }
}

/// Whether the operand is a text or a list of texts.
fn is_texts(operand: &Value) -> bool {
    match operand {
        Value::Array(texts) => !texts.is_empty() && texts.iter().all(Value::is_string),
        other => is_text(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether EventBridge accepts the pattern, and the pattern.
    const PATTERNS: &str = r#"
        true  { "source": ["aws.ecs"] }
        false {}
        false []
        false "aws.ecs"
        false { "source": "aws.ecs" }
        false { "source": [] }
        false { "source": [["aws.ecs"]] }
        false { "detail": {} }
        false { "detail": { "state": null } }
        true  { "detail": { "state": [null, true, 5, "x"] } }
        true  { "detail": { "state": [{ "prefix": "p" }] } }
        true  { "detail": { "state": [{ "prefix": { "equals-ignore-case": "p" } }] } }
        false { "detail": { "state": [{ "prefix": { "wildcard": "p" } }] } }
        false { "detail": { "state": [{ "prefix": 5 }] } }
        false { "detail": { "state": [{ "prefix": "p", "suffix": "s" }] } }
        false { "detail": { "state": [{}] } }
        false { "detail": { "state": [{ "begins-with": "p" }] } }
        true  { "detail": { "state": [{ "wildcard": "a*b*" }] } }
        false { "detail": { "state": [{ "wildcard": "a**b" }] } }
        true  { "detail": { "state": [{ "exists": false }] } }
        false { "detail": { "state": [{ "exists": "no" }] } }
        true  { "detail": { "count": [{ "numeric": [">", 0, "<=", 5] }] } }
        true  { "detail": { "count": [{ "numeric": ["=", 5] }] } }
        false { "detail": { "count": [{ "numeric": [">"] }] } }
        false { "detail": { "count": [{ "numeric": [] }] } }
        false { "detail": { "count": [{ "numeric": ["==", 5] }] } }
        true  { "detail": { "state": [{ "anything-but": ["a", "b"] }] } }
        false { "detail": { "state": [{ "anything-but": ["a", 5] }] } }
        true  { "detail": { "state": [{ "anything-but": { "prefix": ["a", "b"] } }] } }
        false { "detail": { "state": [{ "anything-but": { "numeric": ["=", 5] } }] } }
        true  { "detail": { "ip": [{ "cidr": "10.0.0.0/24" }] } }
        true  { "$or": [{ "source": ["aws.s3"] }, { "detail": { "count": [5] } }] }
        false { "$or": [{ "source": "aws.s3" }, { "detail": { "count": [5] } }] }
        false { "$or": ["aws.s3"] }
    "#;

    #[test]
    fn only_the_forms_of_the_user_guide_are_accepted() {
        for line in PATTERNS
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let (expected, pattern) = line.split_once(' ').unwrap();
            let pattern = serde_json::from_str(pattern).unwrap();
            assert_eq!(check(&pattern).is_ok().to_string(), expected, "{line}");
        }
    }

    #[test]
    fn an_error_names_the_keys_and_the_nearest_operator() {
        let pattern = serde_json::json!({ "detail": { "state": [{ "prefx": "p" }] } });
        let error = check(&pattern).unwrap_err();
        assert_eq!(error.key, "state");
        assert_eq!(
            error.message,
            "`detail.state` of the pattern has an unknown operator `prefx`"
        );
        assert_eq!(error.help.as_deref(), Some("did you mean `prefix`?"));
    }
}
