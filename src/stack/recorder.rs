//! What is found beside the values: which resources they mention, and what of them cannot be known.

use std::collections::HashSet;
use std::sync::Arc;

use super::evaluate::Reason;
use crate::inventory::{Reference, Unresolved};

/// What is noted while the properties of one resource are resolved.
#[derive(Debug, Default)]
pub(crate) struct ReferenceRecorder {
    path: String,
    references: Vec<Reference>,
    unresolved: Vec<Unresolved>,
}

impl ReferenceRecorder {
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

    pub(super) fn mention(&mut self, stack: Option<&Arc<str>>, to: &Arc<str>, attribute: &str) {
        let same = |known: &Reference| {
            known.to == *to
                && *known.attribute == *attribute
                && *known.path == *self.path
                && known.stack.as_ref() == stack
        };
        if !self.references.last().is_some_and(same) {
            self.references.push(Reference {
                path: self.path.as_str().into(),
                stack: stack.cloned(),
                to: Arc::clone(to),
                attribute: attribute.into(),
            });
        }
    }

    /// Every reference once, where it was first met, and what could not be resolved.
    pub(crate) fn into_parts(mut self) -> (Vec<Reference>, Vec<Unresolved>) {
        let mut seen = HashSet::new();
        self.references.retain(|found| seen.insert(found.clone()));
        // They stay as long as the inventory does, and are so put into no more room than they need.
        (
            self.references.drain(..).collect(),
            self.unresolved.drain(..).collect(),
        )
    }

    pub(super) fn miss(&mut self, reason: Reason) {
        self.unresolved.push(Unresolved {
            path: self.path.clone(),
            reason: reason.into_owned(),
        });
    }
}
