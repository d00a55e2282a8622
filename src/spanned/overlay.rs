//! Changes to a whole document before a reader takes its keys: one table over another, and new texts for strings.

use std::ops::Range;

use super::document::{Item, SpannedDocument};
use super::node::{NodeValue, SpannedNode, TableEntry};
use super::value::Spanned;
use crate::diagnostic::{Diagnostic, Place};

/// The keys of the table at a path that another key of this table replaces: `replaced("stack", "deployed")`.
pub type Replaced = fn(&str, &str) -> &'static [&'static str];

impl SpannedDocument {
    /// A copy without one key of the root.
    #[must_use]
    pub fn without(&self, key: &str) -> SpannedDocument {
        let mut root = self.root.clone();
        if let NodeValue::Table(entries) = &mut root.value {
            entries.retain(|entry| entry.key != key);
        }
        self.with_root(root)
    }

    /// A copy with a table over the root. Tables are merged key by key; every other value replaces the former one.
    #[must_use]
    pub fn overlaid(&self, over: &Item<'_>, replaced: Replaced) -> SpannedDocument {
        let mut root = self.root.clone();
        overlay(&mut root, over.node, "", replaced);
        self.with_root(root)
    }

    /// Replaces every string (not the keys) by the result of `change`, which gets the string with its place.
    ///
    /// # Errors
    /// The diagnostics of all strings that `change` refuses.
    pub fn try_map_strings(
        &mut self,
        change: impl Fn(&Spanned<String>) -> Result<String, Diagnostic>,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut refused = Vec::new();
        let mut root = std::mem::replace(&mut self.root, empty());
        root.each_string(&mut |text, span| {
            let written = Spanned {
                value: std::mem::take(text),
                place: Place::new(self.source(), span),
            };
            match change(&written) {
                Ok(changed) => *text = changed,
                Err(diagnostic) => refused.push(diagnostic),
            }
        });
        self.root = root;
        if refused.is_empty() {
            Ok(())
        } else {
            Err(refused)
        }
    }
}

fn empty() -> SpannedNode {
    SpannedNode {
        span: 0..0,
        value: NodeValue::Null,
    }
}

fn overlay(base: &mut SpannedNode, over: &SpannedNode, path: &str, replaced: Replaced) {
    let (NodeValue::Table(entries), NodeValue::Table(changes)) = (&mut base.value, &over.value)
    else {
        *base = over.clone();
        return;
    };
    for change in changes {
        let gone = replaced(path, &change.key);
        entries.retain(|entry| !gone.contains(&entry.key.as_str()));
    }
    for change in changes {
        let inner = if path.is_empty() {
            change.key.clone()
        } else {
            format!("{path}.{}", change.key)
        };
        match entries.iter_mut().find(|entry| entry.key == change.key) {
            Some(entry) => {
                overlay(&mut entry.node, &change.node, &inner, replaced);
                entry.key_span.clone_from(&change.key_span);
            }
            None => entries.push(TableEntry::clone(change)),
        }
    }
}

impl SpannedNode {
    fn each_string(&mut self, visit: &mut impl FnMut(&mut String, Range<usize>)) {
        match &mut self.value {
            NodeValue::String(text) => visit(text, self.span.clone()),
            NodeValue::List(items) => items.iter_mut().for_each(|item| item.each_string(visit)),
            NodeValue::Table(entries) => entries
                .iter_mut()
                .for_each(|entry| entry.node.each_string(visit)),
            NodeValue::Integer(_)
            | NodeValue::Float(_)
            | NodeValue::Boolean(_)
            | NodeValue::Null
            | NodeValue::Date(_) => {}
        }
    }
}
