//! The receivers of the alarms of each severity, after the plan is applied.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::depends::topic;
use super::fields::subscription_text;
use super::model::{Plan, PlanPart};
use crate::artifact::{Artifact, ArtifactId, Kind, Severity, Topic};

/// The alarms of one severity and their receivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receivers {
    pub severity: Severity,
    /// The number of alarms and composite alarms.
    pub alarms: usize,
    pub receivers: BTreeSet<Receiver>,
}

/// A subscription of a topic, or a topic of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Receiver {
    pub name: String,
    /// Whether the subscription was confirmed; `None` where that is not known yet.
    pub confirmed: Option<bool>,
}

impl Plan {
    /// The receivers by severity, the highest first. A severity without alarms is left out.
    pub fn receivers(&self) -> Vec<Receivers> {
        let mut by_severity: BTreeMap<Severity, Receivers> = BTreeMap::new();
        for part in &self.parts {
            for alarm in alarms(part) {
                let origin = part.origin(&alarm.id());
                let Some(severity) = origin.and_then(|origin| origin.severity) else {
                    continue;
                };
                let entry = by_severity.entry(severity).or_insert_with(|| Receivers {
                    severity,
                    alarms: 0,
                    receivers: BTreeSet::new(),
                });
                entry.alarms += 1;
                for arn in notified(alarm) {
                    entry.receivers.extend(receivers_of(part, arn));
                }
            }
        }
        by_severity.into_values().collect()
    }
}

/// The alarms of the stack after the plan.
fn alarms(part: &PlanPart) -> impl Iterator<Item = &Artifact> {
    let changed = part.changes.iter().filter_map(|change| change.after());
    let artifacts = changed.chain(&part.unchanged);
    artifacts.filter(|artifact| matches!(artifact.kind(), Kind::Alarm | Kind::CompositeAlarm))
}

fn notified(alarm: &Artifact) -> &BTreeSet<String> {
    static NOBODY: BTreeSet<String> = BTreeSet::new();
    match alarm {
        Artifact::Alarm(alarm) => &alarm.actions.alarm,
        Artifact::CompositeAlarm(alarm) => &alarm.actions.alarm,
        Artifact::Topic(_)
        | Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::EventRule(_)
        | Artifact::Dashboard(_) => &NOBODY,
    }
}

fn receivers_of(part: &PlanPart, arn: &str) -> Vec<Receiver> {
    let Some((before, after)) = topic(arn).and_then(|id| own_topic(part, &id)) else {
        let name = arn.to_owned();
        return vec![Receiver {
            name,
            confirmed: None,
        }];
    };
    let subscriptions = after.subscriptions.iter();
    subscriptions
        .map(|subscription| Receiver {
            name: subscription_text(subscription),
            confirmed: before
                .filter(|before| before.subscriptions.contains(subscription))
                .map(|before| !before.delivery.unconfirmed.contains(subscription)),
        })
        .collect()
}

/// A topic of the stack before and after the plan.
fn own_topic<'p>(part: &'p PlanPart, id: &ArtifactId) -> Option<(Option<&'p Topic>, &'p Topic)> {
    let changed = part.changes.iter().find(|change| change.id() == *id);
    let (before, after) = if let Some(change) = changed {
        (change.before(), change.after()?)
    } else {
        let unchanged = part
            .unchanged
            .iter()
            .find(|artifact| artifact.id() == *id)?;
        (Some(unchanged), unchanged)
    };
    Some((before.and_then(as_topic), as_topic(after)?))
}

fn as_topic(artifact: &Artifact) -> Option<&Topic> {
    match artifact {
        Artifact::Topic(topic) => Some(topic),
        Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::EventRule(_)
        | Artifact::Alarm(_)
        | Artifact::CompositeAlarm(_)
        | Artifact::Dashboard(_) => None,
    }
}
