//! Bodies in AWS's JSON: awsJson 1.0, awsJson 1.1 and REST-JSON, which differ only in the place of the operation's name.

use serde_json::{Map, Value, json};

use super::model::{Shape, ShapeReference};
use crate::sandbox::instant::epoch_seconds;

/// The members of a request body; `None` when it is not a JSON object.
pub(super) fn decode(body: &[u8]) -> Option<Map<String, Value>> {
    if body.is_empty() {
        return Some(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// The treatment of members without a value: awsJson services omit them, X-Ray writes `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    Omitted,
    Written,
}

/// The body of an answer.
pub(super) fn encode(output: &ShapeReference, nulls: Nulls, value: &Value) -> Vec<u8> {
    shaped(output, nulls, value).to_string().into_bytes()
}

/// The body of an error: its name, its message and the further members of its shape.
pub(super) fn encode_error(name: &str, members: &Map<String, Value>) -> Vec<u8> {
    let mut body = members.clone();
    body.insert("__type".to_owned(), json!(name));
    Value::Object(body).to_string().into_bytes()
}

fn shaped(reference: &ShapeReference, nulls: Nulls, value: &Value) -> Value {
    match (reference.shape, value) {
        (Shape::Structure(structure), Value::Object(members)) => {
            let present = structure.members.iter().filter_map(|(name, member)| {
                let value = members
                    .get(*name)
                    .filter(|value| nulls == Nulls::Written || !value.is_null())?;
                Some((
                    member.wire_name(name).to_owned(),
                    shaped(member, nulls, value),
                ))
            });
            Value::Object(present.collect())
        }
        (Shape::List(list), Value::Array(items)) => items
            .iter()
            .map(|item| shaped(&list.member, nulls, item))
            .collect(),
        (Shape::Timestamp, Value::String(text)) => json!(epoch_seconds(text)),
        (_, value) => value.clone(),
    }
}
