//! AWS's JSON: the body of awsJson 1.0 and 1.1 and, the same but for where the operation's name stands, of REST-JSON.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::model::{Model, Reference, Shape};

/// The members of a request body; `None` when it is not a JSON object.
pub fn decode(body: &[u8]) -> Option<Map<String, Value>> {
    if body.is_empty() {
        return Some(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// What becomes of members without a value: the services that speak awsJson leave them out, X-Ray writes `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    LeftOut,
    Written,
}

/// An answer's body.
pub fn encode(model: &Model, output: &Reference, nulls: Nulls, value: &Value) -> Vec<u8> {
    shaped(model, output, nulls, value).to_string().into_bytes()
}

/// An error's body: its name, its message, and what else the model gives it.
pub fn encode_error(name: &str, members: &Map<String, Value>) -> Vec<u8> {
    let mut body = members.clone();
    body.insert("__type".to_owned(), json!(name));
    Value::Object(body).to_string().into_bytes()
}

fn shaped(model: &Model, reference: &Reference, nulls: Nulls, value: &Value) -> Value {
    match (model.shape(reference), value) {
        (Shape::Structure(structure), Value::Object(members)) => {
            let present = structure.members.iter().filter_map(|(name, member)| {
                let value = members
                    .get(name)
                    .filter(|value| nulls == Nulls::Written || !value.is_null())?;
                Some((
                    member.wire_name(name).to_owned(),
                    shaped(model, member, nulls, value),
                ))
            });
            Value::Object(present.collect())
        }
        (Shape::List(list), Value::Array(items)) => items
            .iter()
            .map(|item| shaped(model, &list.member, nulls, item))
            .collect(),
        (Shape::Timestamp, Value::String(text)) => json!(epoch_seconds(text)),
        (_, value) => value.clone(),
    }
}

/// Seconds since 1970 of an instant as the sandbox writes it.
pub fn epoch_seconds(text: &str) -> f64 {
    text.parse::<Timestamp>()
        .map_or(0.0, |instant| instant.as_millisecond() as f64 / 1000.0)
}
