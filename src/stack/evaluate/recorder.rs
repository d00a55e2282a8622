//! Records references and unknown values while the properties of a resource are evaluated.

use std::collections::HashSet;
use std::sync::Arc;

use super::evaluated::UnknownReason;
use crate::inventory::{Reference, Unresolved};

/// References and unknown values, each with its property path.
#[derive(Debug, Default)]
pub(crate) struct ReferenceRecorder {
    path: String,
    references: Vec<Reference>,
    unresolved: Vec<Unresolved>,
}

impl ReferenceRecorder {
    /// Extends the path by a key; returns the length to which [`leave`](Self::leave) shortens it again.
    pub(super) fn enter(&mut self, key: &str) -> usize {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        before
    }

    pub(super) fn leave(&mut self, before: usize) {
        self.path.truncate(before);
    }

    /// Records a reference to a resource; `stack` is `None` for a resource of the same stack.
    pub(super) fn record(&mut self, stack: Option<&Arc<str>>, to: &Arc<str>, attribute: &str) {
        let is_same = |known: &Reference| {
            known.to == *to
                && *known.attribute == *attribute
                && *known.path == *self.path
                && known.stack.as_ref() == stack
        };
        if !self.references.last().is_some_and(is_same) {
            self.references.push(Reference {
                path: self.path.as_str().into(),
                stack: stack.cloned(),
                to: Arc::clone(to),
                attribute: attribute.into(),
            });
        }
    }

    pub(super) fn record_unresolved(&mut self, reason: UnknownReason) {
        self.unresolved.push(Unresolved {
            path: self.path.clone(),
            reason: reason.into_owned(),
        });
    }

    /// Every reference once, in the order of their first occurrence, and the unknown values.
    pub(crate) fn into_parts(mut self) -> (Vec<Reference>, Vec<Unresolved>) {
        let mut seen = HashSet::new();
        self.references
            .retain(|reference| seen.insert(reference.clone()));
        // `drain` and `collect` allocate exactly; the inventory keeps both lists.
        (
            self.references.drain(..).collect(),
            self.unresolved.drain(..).collect(),
        )
    }
}
