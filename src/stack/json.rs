//! JSON text into the tree. serde_json parses; positions are what it has drawn from the text when it hands over a value.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Number};

use super::builder::Builder;
use super::node::{Entry, Node, Span, Value};
use crate::diagnostic::{Code, Diagnostic, Place, Source};

/// The tree of a JSON text, with the faults that did not stop the reading.
pub(crate) fn parse(source: &Arc<Source>) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    let drawn = Cell::new(0);
    let reader = Counted {
        bytes: source.text.as_bytes(),
        drawn: &drawn,
    };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut state = State {
        text: source.text.as_bytes(),
        drawn: &drawn,
        build: Builder::new(source),
        limit: None,
    };
    let root = At {
        state: &mut state,
        depth: 0,
    }
    .deserialize(&mut json)
    .and_then(|root| json.end().map(|()| root));
    match root {
        Ok(root) => Ok((root, state.build.diagnostics)),
        Err(fault) => Err(state
            .limit
            .take()
            .unwrap_or_else(|| not_json(source, &fault))),
    }
}

fn not_json(source: &Arc<Source>, fault: &Error) -> Diagnostic {
    let line_start: usize = source
        .text
        .split_inclusive('\n')
        .take(fault.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = (line_start + fault.column().saturating_sub(1)).min(source.text.len());
    let message = fault.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(words, _)| words);
    Diagnostic::new(Code::TemplateNotJson, format!("not JSON: {message}"))
        .at(Place::new(source, at..at))
}

/// Hands the text over byte by byte and tells how much of it was taken.
struct Counted<'a> {
    bytes: &'a [u8],
    drawn: &'a Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(slot) = buffer.first_mut() else {
            return Ok(0);
        };
        let Some(byte) = self.bytes.get(self.drawn.get()) else {
            return Ok(0);
        };
        *slot = *byte;
        self.drawn.set(self.drawn.get() + 1);
        Ok(1)
    }
}

struct State<'s> {
    text: &'s [u8],
    drawn: &'s Cell<usize>,
    build: Builder<'s>,
    /// The fault behind an error that serde_json only passes on.
    limit: Option<Diagnostic>,
}

impl State<'_> {
    fn check<E: serde::de::Error>(&mut self, result: Result<(), Diagnostic>) -> Result<(), E> {
        result.map_err(|fault| {
            let error = E::custom(&fault.message);
            self.limit = Some(fault);
            error
        })
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.drawn.get()).unwrap_or(u32::MAX)
    }

    /// Where the next value begins: the parser may have looked at its first byte already.
    fn next_start(&self) -> u32 {
        let mut at = self.drawn.get().saturating_sub(1);
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

    fn word_end(&self, start: u32) -> u32 {
        let rest = self.text.get(start as usize..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            .count();
        start + u32::try_from(length).unwrap_or(0)
    }
}

/// Reads one value at a depth.
struct At<'a, 's> {
    state: &'a mut State<'s>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for At<'_, '_> {
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
    at: At<'a, 's>,
    start: u32,
}

impl ValueVisitor<'_, '_> {
    fn word(&self, value: Value) -> Node {
        Node {
            span: Span {
                start: self.start,
                end: self.at.state.word_end(self.start),
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
        Ok(self.word(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(self.word(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(self.word(Value::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(self.word(Value::Number(value.into())))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(self.word(Value::Number(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        let span = self.whole();
        Ok(Node::text(span, self.at.state.build.text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element_seed(At {
            state: &mut *self.at.state,
            depth: self.at.depth + 1,
        })? {
            nodes.push(node);
        }
        Ok(Node::list(self.whole(), nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, span)) = map.next_key_seed(Key {
            state: &mut *self.at.state,
        })? {
            let value = map.next_value_seed(At {
                state: &mut *self.at.state,
                depth: self.at.depth + 1,
            })?;
            entries.push(Entry { key, span, value });
        }
        let span = self.whole();
        Ok(self.at.state.build.map(span, entries))
    }
}

struct Key<'a, 's> {
    state: &'a mut State<'s>,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = (Arc<str>, Span);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        let start = self.state.next_start();
        json.deserialize_str(KeyText {
            state: self.state,
            start,
        })
    }
}

struct KeyText<'a, 's> {
    state: &'a mut State<'s>,
    start: u32,
}

impl Visitor<'_> for KeyText<'_, '_> {
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
