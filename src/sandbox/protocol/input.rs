//! Checks decoded members against the model and converts them to its types, or collects AWS's constraint violations.
//! Timestamps become RFC 3339 text, so that operations are independent of the protocol.

use serde_json::{Map, Number, Value};

use super::model::{
    ListShape, MapShape, Shape, ShapeBounds, ShapeReference, StringShape, Structure,
};
use crate::sandbox::instant::{from_epoch_seconds, text_of};

/// The constraint violations of one request, in AWS's words.
#[derive(Debug, Default)]
struct ConstraintViolations(Vec<String>);

impl ConstraintViolations {
    fn add(&mut self, value: &str, path: &str, constraint: &str) {
        self.0.push(format!(
            "Value {value} at '{path}' failed to satisfy constraint: {constraint}"
        ));
    }
}

/// Checks the members of a request and converts their types. `Err` holds the whole message of AWS's answer.
pub(super) fn read(
    shape: &ShapeReference,
    raw: Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let mut violations = ConstraintViolations::default();
    let value = violations.value(shape, Value::Object(raw), "");
    let messages = violations.0;
    match (messages.len(), value) {
        (0, Value::Object(members)) => Ok(members),
        (0, _) => Err("The request is not a structure".to_owned()),
        (1, _) => Err(format!(
            "1 validation error detected: {}",
            messages.join("; ")
        )),
        (count, _) => Err(format!(
            "{count} validation errors detected: {}",
            messages.join("; ")
        )),
    }
}

impl ConstraintViolations {
    fn value(&mut self, reference: &ShapeReference, raw: Value, path: &str) -> Value {
        match (reference.shape, raw) {
            (Shape::Structure(structure), Value::Object(raw)) => {
                Value::Object(self.structure(structure, raw, path))
            }
            (Shape::List(list), Value::Array(raw)) => Value::Array(self.list(list, raw, path)),
            (Shape::Map(map), Value::Object(raw)) => Value::Object(self.map(map, raw, path)),
            (Shape::String(text), Value::String(raw)) => self.text(text, raw, path),
            (Shape::Integer(bounds), raw) => self.number(bounds, integer(&raw), &raw, path),
            (Shape::Double(bounds), raw) => self.number(bounds, double(&raw), &raw, path),
            (Shape::Boolean, raw) => {
                self.typed(boolean(&raw), &raw, path, "Member must be a boolean")
            }
            (Shape::Timestamp, raw) => {
                self.typed(timestamp(&raw), &raw, path, "Member must be a timestamp")
            }
            (Shape::Blob, raw) => raw,
            (Shape::Structure(_), raw) => {
                self.typed(None, &raw, path, "Member must be a structure")
            }
            (Shape::List(_), raw) => self.typed(None, &raw, path, "Member must be a list"),
            (Shape::Map(_), raw) => self.typed(None, &raw, path, "Member must be a map"),
            (Shape::String(_), raw) => self.typed(None, &raw, path, "Member must be a string"),
        }
    }

    fn structure(
        &mut self,
        structure: &Structure,
        mut raw: Map<String, Value>,
        path: &str,
    ) -> Map<String, Value> {
        let mut members = Map::new();
        for (name, reference) in structure.members {
            let path = member_path(path, name);
            match raw.remove(reference.wire_name(name)) {
                Some(Value::Null) | None if structure.required.contains(name) => {
                    self.add("null", &path, "Member must not be null");
                }
                Some(Value::Null) | None => {}
                Some(value) => {
                    members.insert((*name).to_owned(), self.value(reference, value, &path));
                }
            }
        }
        members
    }

    fn list(&mut self, list: &ListShape, raw: Vec<Value>, path: &str) -> Vec<Value> {
        self.length(&list.bounds, raw.len(), "a list", path);
        let items = raw.into_iter().enumerate();
        items
            .map(|(at, item)| self.value(&list.member, item, &format!("{path}.{}.member", at + 1)))
            .collect()
    }

    fn map(&mut self, map: &MapShape, raw: Map<String, Value>, path: &str) -> Map<String, Value> {
        let entries = raw.into_iter().map(|(key, value)| {
            let value = self.value(&map.value, value, &format!("{path}.{key}.member"));
            self.value(&map.key, Value::from(key.as_str()), path);
            (key, value)
        });
        entries.collect()
    }

    fn text(&mut self, text: &StringShape, raw: String, path: &str) -> Value {
        let shown = format!("'{raw}'");
        if !text.values.is_empty() && !text.values.contains(&raw.as_str()) {
            let values = text.values.join(", ");
            self.add(
                &shown,
                path,
                &format!("Member must satisfy enum value set: [{values}]"),
            );
        }
        self.length(&text.bounds, raw.chars().count(), &shown, path);
        Value::String(raw)
    }

    fn length(&mut self, bounds: &ShapeBounds, length: usize, shown: &str, path: &str) {
        let length = length as f64;
        if let Some(min) = bounds.min.filter(|min| length < *min) {
            self.add(
                shown,
                path,
                &format!("Member must have length greater than or equal to {min}"),
            );
        }
        if let Some(max) = bounds.max.filter(|max| length > *max) {
            self.add(
                shown,
                path,
                &format!("Member must have length less than or equal to {max}"),
            );
        }
    }

    fn number(
        &mut self,
        bounds: &ShapeBounds,
        number: Option<Number>,
        raw: &Value,
        path: &str,
    ) -> Value {
        let value = number.as_ref().and_then(Number::as_f64);
        let shown = format!("'{}'", plain(raw));
        if let Some(min) = bounds
            .min
            .filter(|min| value.is_some_and(|value| value < *min))
        {
            self.add(
                &shown,
                path,
                &format!("Member must have value greater than or equal to {min}"),
            );
        }
        if let Some(max) = bounds
            .max
            .filter(|max| value.is_some_and(|value| value > *max))
        {
            self.add(
                &shown,
                path,
                &format!("Member must have value less than or equal to {max}"),
            );
        }
        self.typed(
            number.map(Value::Number),
            raw,
            path,
            "Member must be a number",
        )
    }

    fn typed(&mut self, value: Option<Value>, raw: &Value, path: &str, constraint: &str) -> Value {
        value.unwrap_or_else(|| {
            self.add(&format!("'{}'", plain(raw)), path, constraint);
            Value::Null
        })
    }
}

/// AWS spells paths in lower camel case, independent of the member's own case.
fn member_path(path: &str, name: &str) -> String {
    let mut letters = name.chars();
    let first: String = letters
        .next()
        .map(|letter| letter.to_lowercase().collect())
        .unwrap_or_default();
    let separator = if path.is_empty() { "" } else { "." };
    format!("{path}{separator}{first}{}", letters.as_str())
}

fn plain(raw: &Value) -> String {
    match raw {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn integer(raw: &Value) -> Option<Number> {
    match raw {
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.clone()),
        Value::String(text) => text.parse::<i64>().ok().map(Number::from),
        _ => None,
    }
}

fn double(raw: &Value) -> Option<Number> {
    match raw {
        Value::Number(number) => number.as_f64().and_then(Number::from_f64),
        Value::String(text) => text.parse::<f64>().ok().and_then(Number::from_f64),
        _ => None,
    }
}

fn boolean(raw: &Value) -> Option<Value> {
    match raw {
        Value::Bool(_) => Some(raw.clone()),
        Value::String(text) => text.parse::<bool>().ok().map(Value::Bool),
        _ => None,
    }
}

/// From epoch seconds (JSON) or RFC 3339 (query; CBOR after decoding).
fn timestamp(raw: &Value) -> Option<Value> {
    let instant = match raw {
        Value::Number(number) => from_epoch_seconds(number.as_f64()?)?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    Some(Value::String(text_of(instant)))
}
