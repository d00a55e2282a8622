//! Rewrites references to logical ids that the transform changes: layers, connectors, and generated resources of a SAM resource (`Function.Alias`).

use std::collections::HashMap;
use std::sync::Arc;

use super::intrinsic::one_or_many;
use crate::stack::functions;
use crate::stack::node::{Entry, Node, Span, Value};

/// The new logical ids. The fields have the meaning of the fields of `Translator`.
pub(super) struct ReferenceRewriter<'a> {
    pub referables: &'a HashMap<String, Arc<str>>,
    pub layer_ids: &'a HashMap<Arc<str>, Arc<str>>,
    pub connector_resources: &'a HashMap<Arc<str>, Vec<Arc<str>>>,
}

impl ReferenceRewriter<'_> {
    pub(super) fn resource_body(&self, body: &Node) -> Node {
        let rewritten = self.node(body);
        match rewritten.get("DependsOn") {
            Some(written) => {
                let depends = self.depends_on(written);
                rewritten.with("DependsOn", depends)
            }
            None => rewritten,
        }
    }

    fn depends_on(&self, written: &Node) -> Node {
        let mut names = Vec::new();
        for node in one_or_many(written) {
            match node.as_text() {
                Some(name) if self.connector_resources.contains_key(name) => {
                    names.extend(
                        self.connector_resources[name]
                            .iter()
                            .map(|id| Node::text(node.span, Arc::clone(id))),
                    );
                }
                Some(name) => names.push(Node::text(
                    node.span,
                    self.layer_ids.get(name).map_or(name, |to| to),
                )),
                None => names.push(node.clone()),
            }
        }
        Node::list(written.span, names)
    }

    /// The tree with rewritten references. Unchanged parts are shared.
    pub(super) fn node(&self, node: &Node) -> Node {
        self.rewritten(node).unwrap_or_else(|| node.clone())
    }

    fn rewritten(&self, node: &Node) -> Option<Node> {
        match &node.value {
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
            Value::List(items) => {
                let (first, new) = items
                    .iter()
                    .enumerate()
                    .find_map(|(at, item)| Some((at, self.rewritten(item)?)))?;
                let rest = items[first + 1..].iter().map(|item| self.node(item));
                Some(Node::list(
                    node.span,
                    items[..first]
                        .iter()
                        .cloned()
                        .chain([new])
                        .chain(rest)
                        .collect(),
                ))
            }
            Value::Map(entries) => self.rewritten_call(node).or_else(|| {
                let (first, new) = entries
                    .iter()
                    .enumerate()
                    .find_map(|(at, entry)| Some((at, self.rewritten(&entry.value)?)))?;
                let new = Entry {
                    value: new,
                    ..entries[first].clone()
                };
                let rest = entries[first + 1..].iter().map(|entry| Entry {
                    value: self.node(&entry.value),
                    ..entry.clone()
                });
                Some(Node::of_entries(
                    node.span,
                    entries[..first]
                        .iter()
                        .cloned()
                        .chain([new])
                        .chain(rest)
                        .collect(),
                ))
            }),
        }
    }

    fn rewritten_call(&self, node: &Node) -> Option<Node> {
        let entry = node.single()?;
        let span = entry.value.span;
        let argument = match (&*entry.key, &entry.value.value) {
            ("Ref", Value::Text(name)) => Node::text(span, self.new_id(name)?),
            ("Fn::Sub", Value::Text(text)) => Node::text(span, self.sub(text)?),
            ("Fn::Sub", Value::List(items)) => {
                let (first, rest) = items.split_first()?;
                let text = Node::text(first.span, self.sub(first.as_text()?)?);
                Node::list(
                    span,
                    std::iter::once(text)
                        .chain(rest.iter().map(|item| self.node(item)))
                        .collect(),
                )
            }
            ("Fn::GetAtt", Value::List(items)) => self.get_att(span, items)?,
            _ => return None,
        };
        Some(Node::of_entries(
            node.span,
            vec![Entry {
                value: argument,
                ..entry.clone()
            }],
        ))
    }

    fn new_id(&self, name: &str) -> Option<Arc<str>> {
        self.referables
            .get(name)
            .or_else(|| self.layer_ids.get(name))
            .cloned()
    }

    /// `[Function, Alias.Arn]` refers to the alias; `[Layer, Arn]` refers to the generated layer.
    fn get_att(&self, span: Span, items: &[Node]) -> Option<Node> {
        let joined: Option<Vec<&str>> = items.iter().map(Node::as_text).collect();
        let joined = joined?.join(".");
        if let Some((to, rest)) = joined
            .rsplit_once('.')
            .and_then(|(name, rest)| Some((self.referables.get(name)?, rest)))
        {
            return Some(Node::list(
                span,
                vec![Node::text(span, Arc::clone(to)), Node::text(span, rest)],
            ));
        }
        let (name, rest) = joined.split_once('.')?;
        let to = self.layer_ids.get(name)?;
        Some(Node::list(
            span,
            vec![Node::text(span, Arc::clone(to)), Node::text(span, rest)],
        ))
    }

    fn sub(&self, text: &str) -> Option<String> {
        let mut result = String::with_capacity(text.len());
        let mut is_rewritten = false;
        for piece in functions::pieces(text) {
            match piece {
                functions::Piece::Text(text) => {
                    result.push_str(if text == "${" { "${!" } else { text });
                }
                functions::Piece::Variable(name) => {
                    let to = self.new_sub_variable(name);
                    is_rewritten |= to.is_some();
                    result.extend(["${", to.as_deref().unwrap_or(name), "}"]);
                }
            }
        }
        is_rewritten.then_some(result)
    }

    fn new_sub_variable(&self, name: &str) -> Option<String> {
        if let Some(to) = self.new_id(name) {
            return Some(to.to_string());
        }
        let (head, rest) = name.rsplit_once('.')?;
        self.referables
            .get(head)
            .or_else(|| self.layer_ids.get(head))
            .map(|to| format!("{to}.{rest}"))
    }
}
