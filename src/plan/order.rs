//! The order of changes, from the dependencies between artifacts: creations and updates first, then
//! deletions in reverse order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::artifact::Kind;

use super::change::Change;
use super::depends::needed_alarms;

/// The two halves of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    Make,
    Remove,
}

/// Independent changes of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    pub work: Work,
    pub kind: Kind,
    pub changes: Vec<Change>,
}

/// The sort key of a change. Artifacts are created in the order of [`Kind`]; composite alarms also
/// have layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Make {
        kind: Kind,
        layer: usize,
    },
    /// Deletes metric filters: the alarm on its metric leads to a filter that a stopped run has left.
    Unfilter,
    Remove {
        kind: Reverse<Kind>,
        layer: Reverse<usize>,
    },
    /// Deletes mute rules: an alarm runs its actions as soon as its rule is gone, and one that is deleted first does not.
    Unmute,
}

/// Sorts changes by dependencies, then by name.
pub(super) fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    let layers = layers(&changes);
    changes.sort_by(|left, right| {
        let by_step = step(left, &layers).cmp(&step(right, &layers));
        by_step.then_with(|| left.name().cmp(right.name()))
    });
    changes
}

/// Splits sorted changes into waves of equal [`Step`].
pub(super) fn waves(changes: Vec<Change>) -> Vec<Wave> {
    let layers = layers(&changes);
    let mut waves: Vec<Wave> = Vec::new();
    let mut current = None;
    for change in changes {
        let step = step(&change, &layers);
        match waves.last_mut() {
            Some(wave) if current == Some(step) => wave.changes.push(change),
            Some(_) | None => waves.push(Wave {
                work: work(&change),
                kind: change.kind(),
                changes: vec![change],
            }),
        }
        current = Some(step);
    }
    waves
}

fn work(change: &Change) -> Work {
    match change {
        Change::Create { .. } | Change::Update { .. } | Change::Adopt { .. } => Work::Make,
        Change::Delete { .. } => Work::Remove,
    }
}

fn step(change: &Change, layers: &BTreeMap<String, usize>) -> Step {
    let kind = change.kind();
    let layer = match kind {
        Kind::CompositeAlarm => layers.get(change.name()).copied().unwrap_or_default(),
        Kind::Topic
        | Kind::ChatConfiguration
        | Kind::TraceGroup
        | Kind::SamplingRule
        | Kind::LogRetention
        | Kind::EventRule
        | Kind::MetricFilter
        | Kind::Alarm
        | Kind::MuteRule
        | Kind::ServiceLevelObjective
        | Kind::Dashboard => 0,
    };
    match work(change) {
        Work::Make => Step::Make { kind, layer },
        Work::Remove if kind == Kind::MetricFilter => Step::Unfilter,
        Work::Remove if kind == Kind::MuteRule => Step::Unmute,
        Work::Remove => Step::Remove {
            kind: Reverse(kind),
            layer: Reverse(layer),
        },
    }
}

/// The depth of each changed composite alarm: the layers of changed composite alarms that its rule
/// depends on.
fn layers(changes: &[Change]) -> BTreeMap<String, usize> {
    let mut waiting: BTreeMap<&str, BTreeSet<String>> =
        changes.iter().filter_map(composite).collect();
    let mut layers = BTreeMap::new();
    for layer in 0.. {
        let mut ready: Vec<&str> = waiting
            .iter()
            .filter(|(name, below)| is_ready(name, below, &waiting))
            .map(|(name, _)| *name)
            .collect();
        if ready.is_empty() {
            // The remaining alarms form a cycle or depend on one. CloudWatch accepts cycles, in any
            // order.
            ready = waiting.keys().copied().collect();
        }
        for name in ready {
            waiting.remove(name);
            layers.insert(name.to_owned(), layer);
        }
        if waiting.is_empty() {
            break;
        }
    }
    layers
}

fn is_ready(
    name: &str,
    below: &BTreeSet<String>,
    waiting: &BTreeMap<&str, BTreeSet<String>>,
) -> bool {
    below
        .iter()
        .all(|child| child == name || !waiting.contains_key(child.as_str()))
}

fn composite(change: &Change) -> Option<(&str, BTreeSet<String>)> {
    let alarm = change.artifact().as_composite_alarm()?;
    Some((alarm.name.as_str(), needed_alarms(alarm)))
}
