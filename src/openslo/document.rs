//! A YAML document with the places of its values.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::stack::node::Node;

/// A value of a document, and its path for messages (`spec.objectives`).
#[derive(Clone)]
pub(super) struct Part<'d> {
    source: &'d Arc<Source>,
    pub(super) node: &'d Node,
    path: String,
}

impl<'d> Part<'d> {
    pub(super) fn root(source: &'d Arc<Source>, node: &'d Node) -> Self {
        Self {
            source,
            node,
            path: String::new(),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Part<'d>> {
        Some(self.part(self.node.get(key)?, key))
    }

    /// The value under a key, or a diagnostic that it is missing.
    pub(super) fn required(&self, key: &str) -> Result<Part<'d>, Diagnostic> {
        self.get(key).ok_or_else(|| {
            let message = format!("`{}` is missing", self.path_of(key));
            self.diagnostic(Code::MissingKey, message)
        })
    }

    pub(super) fn text(&self) -> Result<&'d str, Diagnostic> {
        self.node.as_text().ok_or_else(|| {
            self.diagnostic(Code::WrongType, format!("`{}` must be a text", self.path))
        })
    }

    pub(super) fn number(&self) -> Result<f64, Diagnostic> {
        let number = self.node.scalar_text().and_then(|text| text.parse().ok());
        number
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| {
                self.diagnostic(Code::WrongType, format!("`{}` must be a number", self.path))
            })
    }

    /// The only item of a list.
    pub(super) fn only_item(&self) -> Result<Part<'d>, Diagnostic> {
        match self.node.items() {
            [item] => Ok(self.part(item, "0")),
            items => Err(self.unsupported(format!(
                "`{}` has {} items, and only one is supported",
                self.path,
                items.len()
            ))),
        }
    }

    /// The texts of a map, by key.
    pub(super) fn texts(&self) -> Result<Vec<(String, String)>, Diagnostic> {
        let entries = self.node.entries().iter();
        entries
            .map(|entry| match entry.value.scalar_text() {
                Some(text) => Ok((entry.key.to_string(), text)),
                None => Err(self.diagnostic(
                    Code::WrongType,
                    format!("`{}` must be a text", self.path_of(&entry.key)),
                )),
            })
            .collect()
    }

    /// The items of a list; empty for other values.
    pub(super) fn list_items(&self) -> Vec<Part<'d>> {
        let items = self.node.items().iter().enumerate();
        items
            .map(|(index, item)| self.part(item, &index.to_string()))
            .collect()
    }

    /// The entries of a map, with the place of each key; empty for other values.
    pub(super) fn map_entries(&self) -> Vec<(&'d str, Place, Part<'d>)> {
        let entries = self.node.entries().iter();
        entries
            .map(|entry| {
                let place = Place::new(self.source, entry.span.range());
                (&*entry.key, place, self.part(&entry.value, &entry.key))
            })
            .collect()
    }

    pub(super) fn diagnostic(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message).at(self.place())
    }

    pub(super) fn unsupported(&self, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(Code::OpensloUnsupported, message)
    }

    pub(super) fn place(&self) -> Place {
        Place::new(self.source, self.node.span.range())
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    fn part(&self, node: &'d Node, key: &str) -> Part<'d> {
        Part {
            source: self.source,
            node,
            path: self.path_of(key),
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}
