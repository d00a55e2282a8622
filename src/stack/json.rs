//! Parses JSON text into the tree, by serde_json. The position of a value is the number of bytes that serde_json has read when it
//! passes the value on.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Number};

use super::node::{Entry, Node, Span, Value};
use super::tree_builder::TreeBuilder;
use crate::diagnostic::{Code, Diagnostic, Place, Source};

/// The tree of a JSON text, with the diagnostics that did not stop the parsing.
pub(crate) fn parse(source: &Arc<Source>) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    let position = Cell::new(0);
    let reader = CountingReader {
        bytes: source.text.as_bytes(),
        position: &position,
    };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut state = ParseState {
        text: source.text.as_bytes(),
        position: &position,
        build: TreeBuilder::new(source),
        limit: None,
    };
    let root = NodeSeed {
        state: &mut state,
        depth: 0,
    }
    .deserialize(&mut json)
    .and_then(|root| json.end().map(|()| root));
    match root {
        Ok(root) => Ok((root, state.build.diagnostics)),
        Err(error) => Err(state
            .limit
            .take()
            .unwrap_or_else(|| not_json(source, &error))),
    }
}

fn not_json(source: &Arc<Source>, error: &Error) -> Diagnostic {
    let line_start: usize = source
        .text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = (line_start + error.column().saturating_sub(1)).min(source.text.len());
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(words, _)| words);
    Diagnostic::new(Code::TemplateNotJson, format!("not JSON: {message}"))
        .at(Place::new(source, at..at))
}

/// Reads the text byte by byte and counts the bytes.
struct CountingReader<'a> {
    bytes: &'a [u8],
    position: &'a Cell<usize>,
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(slot) = buffer.first_mut() else {
            return Ok(0);
        };
        let Some(byte) = self.bytes.get(self.position.get()) else {
            return Ok(0);
        };
        *slot = *byte;
        self.position.set(self.position.get() + 1);
        Ok(1)
    }
}

struct ParseState<'s> {
    text: &'s [u8],
    position: &'s Cell<usize>,
    build: TreeBuilder<'s>,
    /// The limit that stopped the parsing; serde_json's own error has only its text.
    limit: Option<Diagnostic>,
}

impl ParseState<'_> {
    fn check<E: serde::de::Error>(&mut self, result: Result<(), Diagnostic>) -> Result<(), E> {
        result.map_err(|diagnostic| {
            let error = E::custom(&diagnostic.message);
            self.limit = Some(diagnostic);
            error
        })
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.position.get()).unwrap_or(u32::MAX)
    }

    /// The start of the next value, whose first byte the parser may have read already.
    fn next_start(&self) -> u32 {
        let mut at = self.position.get().saturating_sub(1);
        if self
            .text
            .get(at)
            .is_some_and(|byte| matches!(byte, b':' | b','))
        {
            at += 1;
        }
        while self.text.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn scalar_end(&self, start: u32) -> u32 {
        let rest = self.text.get(start as usize..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            .count();
        start + u32::try_from(length).unwrap_or(0)
    }
}

/// Parses one value at a depth.
struct NodeSeed<'a, 's> {
    state: &'a mut ParseState<'s>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Node, D::Error> {
        let start = self.state.next_start();
        let span = Span {
            start,
            end: start + 1,
        };
        let counted = self
            .state
            .build
            .count(1, span)
            .and_then(|()| self.state.build.check_depth(self.depth, span));
        self.state.check(counted)?;
        json.deserialize_any(ValueVisitor { at: self, start })
    }
}

struct ValueVisitor<'a, 's> {
    at: NodeSeed<'a, 's>,
    start: u32,
}

impl ValueVisitor<'_, '_> {
    fn scalar(&self, value: Value) -> Node {
        Node {
            span: Span {
                start: self.start,
                end: self.at.state.scalar_end(self.start),
            },
            value,
        }
    }

    fn whole(&self) -> Span {
        Span {
            start: self.start,
            end: self.at.state.offset(),
        }
    }
}

impl<'de> Visitor<'de> for ValueVisitor<'_, '_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(self.scalar(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(self.scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(self.scalar(Value::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(self.scalar(Value::Number(value.into())))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(self.scalar(Value::Number(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        let span = self.whole();
        Ok(Node::text(span, self.at.state.build.text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element_seed(NodeSeed {
            state: &mut *self.at.state,
            depth: self.at.depth + 1,
        })? {
            nodes.push(node);
        }
        Ok(Node::list(self.whole(), nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, span)) = map.next_key_seed(KeySeed {
            state: &mut *self.at.state,
        })? {
            let value = map.next_value_seed(NodeSeed {
                state: &mut *self.at.state,
                depth: self.at.depth + 1,
            })?;
            entries.push(Entry { key, span, value });
        }
        let span = self.whole();
        Ok(self.at.state.build.map(span, entries))
    }
}

struct KeySeed<'a, 's> {
    state: &'a mut ParseState<'s>,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_, '_> {
    type Value = (Arc<str>, Span);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        let start = self.state.next_start();
        json.deserialize_str(KeyVisitor {
            state: self.state,
            start,
        })
    }
}

struct KeyVisitor<'a, 's> {
    state: &'a mut ParseState<'s>,
    start: u32,
}

impl Visitor<'_> for KeyVisitor<'_, '_> {
    type Value = (Arc<str>, Span);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let span = Span {
            start: self.start,
            end: self.state.offset(),
        };
        Ok((self.state.build.key(text), span))
    }
}
