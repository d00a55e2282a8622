//! Smithy RPC v2 CBOR, the protocol of current SDKs for CloudWatch: bytes and shapes, no operations.

use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value};

use super::model::{Shape, ShapeReference};
use crate::sandbox::instant::{epoch_seconds, from_epoch_seconds, text_of};

/// RFC 8949: tag 1 is an epoch-based date/time.
const EPOCH_TAG: u64 = 1;

/// The members of a request body; `None` when it is not a CBOR map.
pub(super) fn decode(body: &[u8]) -> Option<Map<String, Value>> {
    if body.is_empty() {
        return Some(Map::new());
    }
    let cbor: Cbor = ciborium::from_reader(body).ok()?;
    match plain(cbor)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn plain(cbor: Cbor) -> Option<Value> {
    Some(match cbor {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Text(text) => Value::String(text),
        Cbor::Integer(integer) => Value::Number(i64::try_from(integer).ok()?.into()),
        Cbor::Float(float) => Value::Number(Number::from_f64(float)?),
        Cbor::Bytes(bytes) => Value::String(String::from_utf8(bytes).ok()?),
        Cbor::Array(items) => Value::Array(items.into_iter().map(plain).collect::<Option<_>>()?),
        Cbor::Map(entries) => Value::Object(entries.into_iter().map(entry).collect::<Option<_>>()?),
        Cbor::Tag(EPOCH_TAG, seconds) => {
            Value::String(text_of(from_epoch_seconds(plain(*seconds)?.as_f64()?)?))
        }
        _ => return None,
    })
}

fn entry((key, value): (Cbor, Cbor)) -> Option<(String, Value)> {
    Some((key.into_text().ok()?, plain(value)?))
}

/// The body of an answer.
pub(super) fn encode(output: &ShapeReference, value: &Value) -> Vec<u8> {
    bytes(&shaped(output, value))
}

/// The body of an error: its name, its message and the further members of its shape.
pub(super) fn encode_error(name: &str, members: &Map<String, Value>) -> Vec<u8> {
    let mut entries = vec![(Cbor::from("__type"), Cbor::from(name))];
    entries.extend(
        members
            .iter()
            .map(|(key, value)| (Cbor::from(key.as_str()), untyped(value))),
    );
    bytes(&Cbor::Map(entries))
}

fn bytes(cbor: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(cbor, &mut bytes).expect("writing to memory does not fail");
    bytes
}

fn shaped(reference: &ShapeReference, value: &Value) -> Cbor {
    match (reference.shape, value) {
        (Shape::Structure(structure), Value::Object(members)) => {
            let present = structure.members.iter().filter_map(|(name, member)| {
                let value = members.get(*name).filter(|value| !value.is_null())?;
                Some((Cbor::from(member.wire_name(name)), shaped(member, value)))
            });
            Cbor::Map(present.collect())
        }
        (Shape::List(list), Value::Array(items)) => Cbor::Array(
            items
                .iter()
                .map(|item| shaped(&list.member, item))
                .collect(),
        ),
        (Shape::Timestamp, Value::String(text)) => {
            Cbor::Tag(EPOCH_TAG, Box::new(Cbor::Float(epoch_seconds(text))))
        }
        // Clients refuse an integer where the model has a double.
        (Shape::Double(_), Value::Number(number)) => {
            Cbor::Float(number.as_f64().unwrap_or_default())
        }
        (_, value) => untyped(value),
    }
}

fn untyped(value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) => number.as_i64().map_or_else(
            || Cbor::Float(number.as_f64().unwrap_or_default()),
            |integer| Cbor::Integer(integer.into()),
        ),
        Value::Array(items) => Cbor::Array(items.iter().map(untyped).collect()),
        Value::Object(members) => Cbor::Map(
            members
                .iter()
                .map(|(key, value)| (Cbor::from(key.as_str()), untyped(value)))
                .collect(),
        ),
    }
}
