//! Names that the transform changes: layers, connectors, and what stands for a part of a SAM resource (`Function.Alias`).

use std::collections::HashMap;
use std::sync::Arc;

use crate::stack::functions;
use crate::stack::node::{Entry, Node, Span, Value};

/// Names that stand for other names once the transform is done.
pub(super) struct Renames<'a> {
    pub referable: &'a HashMap<String, Arc<str>>,
    pub renamed: &'a HashMap<Arc<str>, Arc<str>>,
    pub connected: &'a HashMap<Arc<str>, Vec<Arc<str>>>,
}

impl Renames<'_> {
    pub(super) fn body(&self, body: &Node) -> Node {
        let renamed = self.node(body);
        match renamed.get("DependsOn") {
            Some(written) => {
                let depends = self.depends_on(written);
                renamed.with("DependsOn", depends)
            }
            None => renamed,
        }
    }

    fn depends_on(&self, written: &Node) -> Node {
        let all = written.as_list().unwrap_or(std::slice::from_ref(written));
        let mut names = Vec::new();
        for node in all {
            match node.as_text() {
                Some(name) if self.connected.contains_key(name) => {
                    names.extend(
                        self.connected[name]
                            .iter()
                            .map(|id| Node::text(node.span, Arc::clone(id))),
                    );
                }
                Some(name) => names.push(Node::text(
                    node.span,
                    self.renamed.get(name).map_or(name, |to| to),
                )),
                None => names.push(node.clone()),
            }
        }
        Node::list(written.span, names)
    }

    /// The same tree; parts without a changed name are shared.
    pub(super) fn node(&self, node: &Node) -> Node {
        self.changed(node).unwrap_or_else(|| node.clone())
    }

    fn changed(&self, node: &Node) -> Option<Node> {
        match &node.value {
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
            Value::List(items) => {
                let (first, new) = items
                    .iter()
                    .enumerate()
                    .find_map(|(at, item)| Some((at, self.changed(item)?)))?;
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
            Value::Map(entries) => self.changed_call(node).or_else(|| {
                let (first, new) = entries
                    .iter()
                    .enumerate()
                    .find_map(|(at, entry)| Some((at, self.changed(&entry.value)?)))?;
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

    fn changed_call(&self, node: &Node) -> Option<Node> {
        let entry = node.single()?;
        let span = entry.value.span;
        let changed = match (&*entry.key, &entry.value.value) {
            ("Ref", Value::Text(name)) => Node::text(span, self.name(name)?),
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
                value: changed,
                ..entry.clone()
            }],
        ))
    }

    fn name(&self, name: &str) -> Option<Arc<str>> {
        self.referable
            .get(name)
            .or_else(|| self.renamed.get(name))
            .cloned()
    }

    /// `[Function, Alias.Arn]` names the alias; `[Layer, Arn]` the layer under its changed id.
    fn get_att(&self, span: Span, items: &[Node]) -> Option<Node> {
        let joined: Option<Vec<&str>> = items.iter().map(Node::as_text).collect();
        let joined = joined?.join(".");
        if let Some((to, rest)) = joined
            .rsplit_once('.')
            .and_then(|(name, rest)| Some((self.referable.get(name)?, rest)))
        {
            return Some(Node::list(
                span,
                vec![Node::text(span, Arc::clone(to)), Node::text(span, rest)],
            ));
        }
        let (name, rest) = joined.split_once('.')?;
        let to = self.renamed.get(name)?;
        Some(Node::list(
            span,
            vec![Node::text(span, Arc::clone(to)), Node::text(span, rest)],
        ))
    }

    fn sub(&self, text: &str) -> Option<String> {
        let mut result = String::with_capacity(text.len());
        let mut any = false;
        for piece in functions::pieces(text) {
            match piece {
                functions::Piece::Text(text) => {
                    result.push_str(if text == "${" { "${!" } else { text })
                }
                functions::Piece::Variable(name) => {
                    let to = self.in_sub(name);
                    any |= to.is_some();
                    result.extend(["${", to.as_deref().unwrap_or(name), "}"]);
                }
            }
        }
        any.then_some(result)
    }

    fn in_sub(&self, name: &str) -> Option<String> {
        if let Some(to) = self.name(name) {
            return Some(to.to_string());
        }
        let (head, rest) = name.rsplit_once('.')?;
        self.referable
            .get(head)
            .or_else(|| self.renamed.get(head))
            .map(|to| format!("{to}.{rest}"))
    }
}
