//! AWS's query protocol: forms as requests, XML as answers.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::model::{MapShape, OperationModel, Shape, ShapeReference};

/// The parameters of a request, by their dotted names.
pub(super) struct QueryForm(BTreeMap<String, String>);

impl QueryForm {
    /// Reads `application/x-www-form-urlencoded`.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(key, value)| (unescape(key), unescape(value)))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The members of a request, nested as in the model; all values are still text.
    pub(super) fn members(&self, input: &ShapeReference) -> Map<String, Value> {
        match self.value(input, "") {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }

    fn holds(&self, prefix: &str) -> bool {
        let within = format!("{prefix}.");
        self.0.contains_key(prefix)
            || self
                .0
                .range(within.clone()..)
                .next()
                .is_some_and(|(key, _)| key.starts_with(&within))
    }

    fn value(&self, reference: &ShapeReference, prefix: &str) -> Option<Value> {
        match reference.shape {
            Shape::Structure(structure) => {
                let members = structure.members.iter().filter_map(|(name, member)| {
                    let wire_name = member.wire_name(name);
                    let path = if prefix.is_empty() {
                        wire_name.to_owned()
                    } else {
                        format!("{prefix}.{wire_name}")
                    };
                    self.holds(&path)
                        .then(|| self.value(member, &path))?
                        .map(|value| (wire_name.to_owned(), value))
                });
                Some(Value::Object(members.collect()))
            }
            Shape::List(list) => Some(self.list(&list.member, prefix)),
            Shape::Map(map) => Some(self.map(map, prefix)),
            _ => self.get(prefix).map(Value::from),
        }
    }

    /// `Names.member.1`, `Names.member.2`…; the bare name with an empty value is an empty list.
    fn list(&self, member: &ShapeReference, prefix: &str) -> Value {
        let item_name = member.wire_name("member");
        let paths = (1..)
            .map(|at| format!("{prefix}.{item_name}.{at}"))
            .take_while(|path| self.holds(path));
        paths.filter_map(|path| self.value(member, &path)).collect()
    }

    fn map(&self, map: &MapShape, prefix: &str) -> Value {
        let (key, value) = (&map.key, &map.value);
        let entries = (1..)
            .map(|at| format!("{prefix}.entry.{at}"))
            .take_while(|path| self.holds(path));
        let pairs = entries.filter_map(|path| {
            let name = self.get(&format!("{path}.{}", key.wire_name("key")))?;
            Some((
                name.to_owned(),
                self.value(value, &format!("{path}.{}", value.wire_name("value")))?,
            ))
        });
        Value::Object(pairs.collect())
    }
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, after) = match (first, tail) {
            (b'+', _) => (b' ', tail),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high * 16 + low, after),
                _ => (b'%', tail),
            },
            (other, _) => (*other, tail),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// The body of an answer.
pub(super) fn encode(
    namespace: &str,
    operation: &OperationModel,
    value: &Value,
    request_id: &str,
) -> Vec<u8> {
    let name = operation.name;
    let mut xml = format!("<{name}Response xmlns=\"{namespace}\">");
    if let Some(output) = &operation.output {
        let wrapper = operation.result_wrapper.unwrap_or("Result");
        element(&mut xml, output, wrapper, value);
    }
    let _ = write!(
        xml,
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{name}Response>"
    );
    xml.into_bytes()
}

/// The body of an error. `fault` is `Sender` or `Receiver`.
pub(super) fn encode_error(
    namespace: &str,
    fault: &str,
    code: &str,
    members: &Map<String, Value>,
    request_id: &str,
) -> Vec<u8> {
    let mut xml = format!("<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{fault}</Type><Code>");
    push_escaped(&mut xml, code);
    xml.push_str("</Code>");
    for (name, value) in members {
        untyped(
            &mut xml,
            if name == "message" { "Message" } else { name },
            value,
        );
    }
    let _ = write!(
        xml,
        "</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    );
    xml.into_bytes()
}

fn element(xml: &mut String, reference: &ShapeReference, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    let _ = write!(xml, "<{name}>");
    match (reference.shape, value) {
        (Shape::Structure(structure), Value::Object(members)) => {
            for (member, reference) in structure.members {
                if let Some(value) = members.get(*member) {
                    element(xml, reference, reference.wire_name(member), value);
                }
            }
        }
        (Shape::List(list), Value::Array(items)) => {
            for item in items {
                element(xml, &list.member, list.member.wire_name("member"), item);
            }
        }
        (Shape::Map(map), Value::Object(entries)) => {
            for (key, value) in entries {
                xml.push_str("<entry>");
                untyped(xml, map.key.wire_name("key"), &Value::from(key.as_str()));
                element(xml, &map.value, map.value.wire_name("value"), value);
                xml.push_str("</entry>");
            }
        }
        (_, value) => push_text(xml, value),
    }
    let _ = write!(xml, "</{name}>");
}

/// An element without a shape: a member of an error.
fn untyped(xml: &mut String, name: &str, value: &Value) {
    let _ = write!(xml, "<{name}>");
    match value {
        Value::Array(items) => items.iter().for_each(|item| untyped(xml, "member", item)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| untyped(xml, name, value)),
        value => push_text(xml, value),
    }
    let _ = write!(xml, "</{name}>");
}

fn push_text(xml: &mut String, value: &Value) {
    match value {
        Value::String(text) => push_escaped(xml, text),
        other => xml.push_str(&other.to_string()),
    }
}

fn push_escaped(xml: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            // A bare carriage return would be read back as a line feed.
            '\r' => xml.push_str("&#13;"),
            '\t' | '\n' => xml.push(letter),
            // XML 1.0 has no form for these.
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => xml.push(char::REPLACEMENT_CHARACTER),
            other => xml.push(other),
        }
    }
}
