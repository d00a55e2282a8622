//! Compares two states. `order`, `owner` and `safety` handle the other aspects of a change.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter::Peekable;

use crate::artifact::{Artifact, ArtifactId, Kind, State};
use crate::diagnostic::{Code, Diagnostic};

use super::change::Change;
use super::diagnostic::PlanDiagnostic;
use super::topics;

/// The result of a comparison, sorted by kind and name.
#[derive(Default)]
pub(super) struct StateDifference {
    pub(super) changes: Vec<Change>,
    pub(super) unchanged: Vec<Artifact>,
    pub(super) diagnostics: Vec<PlanDiagnostic>,
}

/// Takes both states by value to avoid cloning artifacts.
pub(super) fn compare(actual: State, desired: BTreeMap<ArtifactId, Artifact>) -> StateDifference {
    let mut difference = StateDifference::default();
    let mut actual = actual.into_artifacts().peekable();
    let mut desired = desired.into_values().peekable();
    loop {
        match next_pair(&mut actual, &mut desired) {
            (None, None) => return difference,
            (Some(old), None) => difference.only_actual(old),
            (None, Some(new)) => difference.only_desired(new),
            (Some(old), Some(new)) => difference.both(old, new),
        }
    }
}

/// Takes the artifacts with the lowest remaining id. Both iterators are sorted by id.
fn next_pair(
    actual: &mut Peekable<impl Iterator<Item = Artifact>>,
    desired: &mut Peekable<impl Iterator<Item = Artifact>>,
) -> (Option<Artifact>, Option<Artifact>) {
    let order = match (actual.peek(), desired.peek()) {
        (Some(old), Some(new)) => key(old).cmp(&key(new)),
        (Some(_), None) => Ordering::Less,
        (None, _) => Ordering::Greater,
    };
    match order {
        Ordering::Less => (actual.next(), None),
        Ordering::Equal => (actual.next(), desired.next()),
        Ordering::Greater => (None, desired.next()),
    }
}

fn key(artifact: &Artifact) -> (Kind, &str) {
    (artifact.kind(), artifact.name())
}

impl StateDifference {
    fn only_actual(&mut self, old: Artifact) {
        if !old.kind().is_setting() {
            self.changes.push(Change::Delete { old });
        }
    }

    fn only_desired(&mut self, new: Artifact) {
        if new.kind().is_setting() {
            self.diagnostics.push(not_there_yet(&new));
        } else {
            self.changes.push(Change::Create { new });
        }
    }

    fn both(&mut self, old: Artifact, mut new: Artifact) {
        if let (Artifact::Topic(old), Artifact::Topic(new)) = (&old, &mut new) {
            self.diagnostics.extend(topics::reconcile(old, new));
        }
        if old == new {
            self.unchanged.push(new);
        } else {
            self.changes.push(Change::Update { old, new });
        }
    }
}

fn not_there_yet(setting: &Artifact) -> PlanDiagnostic {
    let message = format!(
        "log group `{}` does not exist yet; its retention will be set by the first apply after it does",
        setting.name()
    );
    PlanDiagnostic::about(
        setting.id(),
        Diagnostic::new(Code::LogGroupMissing, message),
    )
}
