//! Builders for generated resources: their properties and their resource attributes.

use std::sync::Arc;

use crate::stack::node::{Entry, Node, Span, word};
use crate::stack::template::Declared;

/// The properties of a generated resource.
#[derive(Debug)]
pub(super) struct PropertiesBuilder {
    span: Span,
    entries: Vec<Entry>,
}

impl PropertiesBuilder {
    pub(super) fn new(span: Span) -> Self {
        Self {
            span,
            entries: Vec::new(),
        }
    }

    #[must_use]
    pub(super) fn set(mut self, key: &'static str, value: Node) -> Self {
        self.insert(key, value);
        self
    }

    /// Sets the property if `value` is present.
    #[must_use]
    pub(super) fn set_optional(mut self, key: &'static str, value: Option<Node>) -> Self {
        if let Some(value) = value {
            self.insert(key, value);
        }
        self
    }

    /// Copies the named properties unless their value is null. `names` is separated by spaces.
    #[must_use]
    pub(super) fn copy_from(mut self, from: &Node, names: &str) -> Self {
        for entry in from.entries() {
            let is_named = names.split(' ').any(|name| name == &*entry.key);
            if is_named && !entry.value.is_null() {
                self.entries.push(entry.clone());
            }
        }
        self
    }

    pub(super) fn insert(&mut self, key: &'static str, value: Node) {
        self.insert_entry(Entry {
            key: word(key),
            span: value.span,
            value,
        });
    }

    /// Inserts an entry of a template; replaces an entry with the same key.
    pub(super) fn insert_entry(&mut self, entry: Entry) {
        self.entries.retain(|before| before.key != entry.key);
        self.entries.push(entry);
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| &*entry.key == key)
            .map(|entry| &entry.value)
    }

    pub(super) fn into_node(self) -> Node {
        Node::of_entries(self.span, self.entries)
    }
}

/// CloudFormation's resource attributes (`Condition`, `DeletionPolicy`, …) that a generated resource copies from its SAM resource.
#[derive(Debug, Clone, Default)]
pub(super) struct ResourceAttributes(Vec<Entry>);

impl ResourceAttributes {
    /// The attributes that SAM passes to every generated resource.
    pub(super) fn passthrough(resource: &Declared) -> Self {
        Self::of(
            resource,
            &["Condition", "DeletionPolicy", "UpdateReplacePolicy"],
        )
    }

    /// The attributes of the resource that gets the logical id of the SAM resource.
    pub(super) fn of_main_resource(resource: &Declared) -> Self {
        Self::of(
            resource,
            &[
                "DeletionPolicy",
                "UpdatePolicy",
                "Condition",
                "UpdateReplacePolicy",
                "Metadata",
                "DependsOn",
            ],
        )
    }

    fn of(resource: &Declared, names: &[&str]) -> Self {
        let entries = resource.body.entries().iter();
        let copied = entries.filter(|entry| names.contains(&&*entry.key));
        Self(copied.cloned().collect())
    }

    pub(super) fn condition(&self) -> Option<&str> {
        self.0
            .iter()
            .find(|entry| &*entry.key == "Condition")?
            .value
            .as_text()
    }

    #[must_use]
    pub(super) fn with(mut self, key: &'static str, value: Node) -> Self {
        self.0.retain(|entry| &*entry.key != key);
        self.0.push(Entry {
            key: word(key),
            span: value.span,
            value,
        });
        self
    }

    #[must_use]
    pub(super) fn without_condition(mut self) -> Self {
        self.0.retain(|entry| &*entry.key != "Condition");
        self
    }

    #[must_use]
    pub(super) fn with_condition(self, condition: &str, span: Span) -> Self {
        self.with("Condition", Node::text(span, condition))
    }
}

/// A generated resource.
pub(super) fn generated_resource(
    id: impl Into<Arc<str>>,
    kind: &str,
    attributes: &ResourceAttributes,
    properties: PropertiesBuilder,
) -> Declared {
    let span = properties.span;
    let mut entries = attributes.0.clone();
    entries.push(Entry {
        key: word("Properties"),
        span,
        value: properties.into_node(),
    });
    Declared {
        id: id.into(),
        kind: kind.into(),
        span,
        body: Node::of_entries(span, entries),
    }
}
