//! Resolves references to parameters and mappings, as the translator does during the transform.

use serde_json::Value as Json;

use super::intrinsic::sub;
use super::translator::Translator;
use crate::stack::functions;
use crate::stack::node::{Entry, Node, Span, Value};

impl Translator<'_> {
    /// The value of a reference to a parameter or mapping. Another node stays unchanged.
    pub(super) fn resolved(&self, node: &Node) -> Node {
        let Some(entry) = node.single() else {
            return node.clone();
        };
        match &*entry.key {
            "Ref" => {
                let known = entry
                    .value
                    .as_text()
                    .and_then(|name| self.parameters.known(name));
                known.map_or_else(|| node.clone(), |value| node_of_json(node.span, value))
            }
            "Fn::Sub" => self.resolved_sub(node, &entry.value),
            "Fn::FindInMap" => self
                .resolved_mapping(&entry.value)
                .unwrap_or_else(|| node.clone()),
            _ => node.clone(),
        }
    }

    fn resolved_sub(&self, node: &Node, argument: &Node) -> Node {
        let Some(text) = argument.as_text() else {
            return node.clone();
        };
        let mut result = String::new();
        for piece in functions::pieces(text) {
            match piece {
                functions::Piece::Text(text) => {
                    result.push_str(if text == "${" { "${!" } else { text });
                }
                functions::Piece::Variable(name) => {
                    match self.parameters.known(name).and_then(functions::text) {
                        Some(value) => result.push_str(&value),
                        None => result.extend(["${", name, "}"]),
                    }
                }
            }
        }
        sub(node.span, &result)
    }

    fn resolved_mapping(&self, argument: &Node) -> Option<Node> {
        let keys: Option<Vec<String>> = argument
            .items()
            .iter()
            .map(|key| self.resolved(key).scalar_text())
            .collect();
        let mut at = &self.mappings;
        for key in keys? {
            at = at.get(&key)?;
        }
        Some(at.clone())
    }

    /// Whether a resolved node still refers to a parameter without a known value.
    pub(super) fn depends_on_unknown(&self, node: &Node) -> bool {
        let Some(entry) = node.single() else {
            return false;
        };
        match (&*entry.key, entry.value.as_text()) {
            ("Ref", Some(name)) => self.is_unknown(name),
            ("Fn::Sub", Some(text)) => functions::pieces(text).iter().any(|piece| match piece {
                functions::Piece::Text(_) => false,
                functions::Piece::Variable(name) => self.is_unknown(name),
            }),
            ("Fn::FindInMap", None) => {
                let mut keys = entry.value.items().iter();
                keys.any(|key| self.depends_on_unknown(key))
            }
            _ => false,
        }
    }

    fn is_unknown(&self, parameter: &str) -> bool {
        self.parameters.get(parameter).is_some() && self.parameters.known(parameter).is_none()
    }

    /// The value with all references inside it resolved.
    pub(super) fn resolved_deep(&self, node: &Node) -> Node {
        let resolved = self.resolved(node);
        match &resolved.value {
            Value::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|entry| Entry {
                        value: self.resolved_deep(&entry.value),
                        ..entry.clone()
                    })
                    .collect();
                Node::of_entries(resolved.span, entries)
            }
            Value::List(items) => Node::list(
                resolved.span,
                items.iter().map(|item| self.resolved_deep(item)).collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => resolved,
        }
    }
}

/// The node of a parameter's value.
fn node_of_json(span: Span, value: &Json) -> Node {
    match value {
        Json::Null => Node::null(span),
        Json::Bool(value) => Node::bool(span, *value),
        Json::Number(number) => Node {
            span,
            value: Value::Number(number.clone()),
        },
        Json::String(text) => Node::text(span, text.as_str()),
        Json::Array(items) => Node::list(
            span,
            items.iter().map(|item| node_of_json(span, item)).collect(),
        ),
        Json::Object(map) => Node::map_of(
            span,
            map.iter()
                .map(|(key, value)| (key.as_str(), node_of_json(span, value))),
        ),
    }
}
