//! Values that SAM needs while it transforms: references to parameters and mappings, replaced as far as the translator replaces them.

use serde_json::Value as Json;

use super::{Sam, build};
use crate::stack::functions;
use crate::stack::node::{Entry, Node, Span, Value};

impl Sam<'_> {
    /// The value with references to parameters and mappings replaced, as far as the translator replaces them.
    pub(super) fn settled(&self, node: &Node) -> Node {
        let Some(entry) = node.single() else {
            return node.clone();
        };
        match &*entry.key {
            "Ref" => {
                let known = entry
                    .value
                    .as_text()
                    .and_then(|name| self.parameters.known(name));
                known.map_or_else(|| node.clone(), |value| of_json(node.span, value))
            }
            "Fn::Sub" => self.settled_sub(node, &entry.value),
            "Fn::FindInMap" => self
                .settled_mapping(&entry.value)
                .unwrap_or_else(|| node.clone()),
            _ => node.clone(),
        }
    }

    fn settled_sub(&self, node: &Node, argument: &Node) -> Node {
        let Some(text) = argument.as_text() else {
            return node.clone();
        };
        let mut settled = String::new();
        for piece in functions::pieces(text) {
            match piece {
                functions::Piece::Text(text) => {
                    settled.push_str(if text == "${" { "${!" } else { text })
                }
                functions::Piece::Variable(name) => {
                    match self.parameters.known(name).and_then(functions::text) {
                        Some(value) => settled.push_str(&value),
                        None => settled.extend(["${", name, "}"]),
                    }
                }
            }
        }
        build::sub(node.span, &settled)
    }

    fn settled_mapping(&self, argument: &Node) -> Option<Node> {
        let keys: Option<Vec<String>> = argument
            .items()
            .iter()
            .map(|key| self.settled(key).scalar_text())
            .collect();
        let mut at = &self.mappings;
        for key in keys? {
            at = at.get(&key)?;
        }
        Some(at.clone())
    }

    /// The same for everything inside the value.
    pub(super) fn settled_all(&self, node: &Node) -> Node {
        let settled = self.settled(node);
        match &settled.value {
            Value::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|entry| Entry {
                        value: self.settled_all(&entry.value),
                        ..entry.clone()
                    })
                    .collect();
                Node::of_entries(settled.span, entries)
            }
            Value::List(items) => Node::list(
                settled.span,
                items.iter().map(|item| self.settled_all(item)).collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => settled,
        }
    }
}

/// A known parameter value as a node.
fn of_json(span: Span, value: &Json) -> Node {
    match value {
        Json::Null => Node::null(span),
        Json::Bool(value) => Node::bool(span, *value),
        Json::Number(number) => Node {
            span,
            value: Value::Number(number.clone()),
        },
        Json::String(text) => Node::text(span, text.as_str()),
        Json::Array(items) => {
            Node::list(span, items.iter().map(|item| of_json(span, item)).collect())
        }
        Json::Object(map) => Node::map_of(
            span,
            map.iter()
                .map(|(key, value)| (key.as_str(), of_json(span, value))),
        ),
    }
}
