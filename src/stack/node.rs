//! The tree of a template, with the place of every value. Nodes are immutable and shared: transforms build new nodes around existing
//! ones. Nothing here depends on CloudFormation.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Number;

/// A range of the template's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub span: Span,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
    List(Arc<[Node]>),
    Map(Arc<[Entry]>),
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: Arc<str>,
    pub span: Span,
    pub value: Node,
}

thread_local! {
    static WORDS: RefCell<HashSet<Arc<str>>> = RefCell::default();
}

/// A shared key of the program. A few hundred exist; a large template uses each thousands of times.
pub(crate) fn word(text: &'static str) -> Arc<str> {
    WORDS.with_borrow_mut(|words| {
        if let Some(known) = words.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        words.insert(Arc::clone(&new));
        new
    })
}

impl Node {
    pub(crate) fn null(span: Span) -> Self {
        Self {
            span,
            value: Value::Null,
        }
    }

    pub(crate) fn text(span: Span, text: impl Into<Arc<str>>) -> Self {
        Self {
            span,
            value: Value::Text(text.into()),
        }
    }

    pub(crate) fn bool(span: Span, value: bool) -> Self {
        Self {
            span,
            value: Value::Bool(value),
        }
    }

    pub(crate) fn number(span: Span, value: i64) -> Self {
        Self {
            span,
            value: Value::Number(value.into()),
        }
    }

    pub(crate) fn list(span: Span, items: Vec<Node>) -> Self {
        Self {
            span,
            value: Value::List(items.into()),
        }
    }

    /// A map whose keys are constants of the program.
    pub(crate) fn map(span: Span, entries: impl IntoIterator<Item = (&'static str, Node)>) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| Entry {
                key: word(key),
                span,
                value,
            })
            .collect();
        Self {
            span,
            value: Value::Map(entries),
        }
    }

    /// A map with any keys.
    pub(crate) fn map_of<K: Into<Arc<str>>>(
        span: Span,
        entries: impl IntoIterator<Item = (K, Node)>,
    ) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| Entry {
                key: key.into(),
                span,
                value,
            })
            .collect();
        Self {
            span,
            value: Value::Map(entries),
        }
    }

    pub(crate) fn of_entries(span: Span, entries: Vec<Entry>) -> Self {
        Self {
            span,
            value: Value::Map(entries.into()),
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {
                None
            }
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::Null | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
                None
            }
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => {
                None
            }
        }
    }

    pub(crate) fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
                None
            }
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The entries of a map; empty for other values.
    pub(crate) fn entries(&self) -> &[Entry] {
        self.as_map().unwrap_or_default()
    }

    /// The items of a list; empty for other values.
    pub(crate) fn items(&self) -> &[Node] {
        self.as_list().unwrap_or_default()
    }

    /// The value under a key of a map. Null counts as absent, as CloudFormation refuses it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|entry| &*entry.key == key)
            .map(|entry| &entry.value)
            .filter(|value| !value.is_null())
    }

    /// A text, shared.
    pub(crate) fn shared_text(&self) -> Option<Arc<str>> {
        match &self.value {
            Value::Text(text) => Some(Arc::clone(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {
                None
            }
        }
    }

    /// The text under a key of a map.
    pub(crate) fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The single entry of a map; `None` for other sizes.
    pub(crate) fn single(&self) -> Option<&Entry> {
        match self.entries() {
            [entry] => Some(entry),
            _ => None,
        }
    }

    /// A scalar as CloudFormation converts it to text.
    pub(crate) fn scalar_text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(text.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The same map with `key` set, in its old place if the map has it. Anything but a map counts as an empty map.
    #[must_use]
    pub(crate) fn with(&self, key: &str, value: Node) -> Self {
        let mut entries = self.entries().to_vec();
        match entries.iter_mut().find(|entry| &*entry.key == key) {
            Some(entry) => entry.value = value,
            None => entries.push(Entry {
                key: key.into(),
                span: value.span,
                value,
            }),
        }
        Self::of_entries(self.span, entries)
    }

    /// The same map without `key`.
    #[must_use]
    pub(crate) fn without(&self, key: &str) -> Self {
        let entries = self
            .entries()
            .iter()
            .filter(|entry| &*entry.key != key)
            .cloned()
            .collect();
        Self::of_entries(self.span, entries)
    }

    /// The number of values in it, itself included.
    pub(crate) fn size(&self) -> usize {
        match &self.value {
            Value::List(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Value::Map(entries) => {
                1 + entries
                    .iter()
                    .map(|entry| entry.value.size())
                    .sum::<usize>()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 1,
        }
    }

    /// The value as JSON; functions stay as they are.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => number.clone().into(),
            Value::Text(text) => (&**text).into(),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.to_string(), entry.value.to_json()))
                .collect(),
        }
    }

    /// Whether both have the same value; their places may differ.
    pub(crate) fn same(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Number(left), Value::Number(right)) => left == right,
            (Value::Text(left), Value::Text(right)) => left == right,
            (Value::List(left), Value::List(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right.iter())
                        .all(|(one, two)| one.same(two))
            }
            (Value::Map(left), Value::Map(right)) => {
                left.len() == right.len() && same_entries(left, right)
            }
            _ => false,
        }
    }
}

/// Whether two maps of equal size have the same entries in any order.
fn same_entries(left: &[Entry], right: &[Entry]) -> bool {
    let by_key: HashMap<&str, &Node> = right
        .iter()
        .map(|entry| (&*entry.key, &entry.value))
        .collect();
    left.iter().all(|entry| {
        by_key
            .get(&*entry.key)
            .is_some_and(|other| entry.value.same(other))
    })
}
