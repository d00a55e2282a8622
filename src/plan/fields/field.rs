//! One field of an artifact, with its value as a text, a set or JSON.

use std::collections::BTreeSet;

use serde_json::Value;

/// One named value of an artifact.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: FieldValue,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum FieldValue {
    Text(String),
    /// Values whose order means nothing.
    Set(BTreeSet<String>),
    Json(Value),
}

impl Field {
    pub(super) fn is_empty_set(&self) -> bool {
        matches!(&self.value, FieldValue::Set(values) if values.is_empty())
    }
}

pub(super) fn field(name: impl Into<String>, value: impl Into<String>) -> Field {
    Field {
        name: name.into(),
        value: FieldValue::Text(value.into()),
    }
}

pub(super) fn set(name: impl Into<String>, values: impl IntoIterator<Item = String>) -> Field {
    Field {
        name: name.into(),
        value: FieldValue::Set(values.into_iter().collect()),
    }
}

pub(super) fn json(name: impl Into<String>, value: &Value) -> Field {
    Field {
        name: name.into(),
        value: FieldValue::Json(value.clone()),
    }
}

pub(super) fn listed(values: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let values: Vec<String> = values
        .into_iter()
        .map(|value| value.as_ref().to_owned())
        .collect();
    if values.is_empty() {
        "nobody".to_owned()
    } else {
        values.join(", ")
    }
}

/// A JSON value on one line; a text without its quotation marks.
pub(super) fn json_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
