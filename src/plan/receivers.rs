//! The receivers of the alarms of each severity, after the plan is applied.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::change::Change;
use super::depends::topic;
use super::fields::subscription_text;
use super::model::{Plan, PlanPart};
use super::notified::Notified;
use crate::artifact::{
    Artifact, ArtifactId, ChatChannel, Kind, Origin, Severity, Subscription, Topic,
};
use crate::semantics::chat::SUBSCRIPTION_ENDPOINT;

/// The alarms of one severity and their receivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receivers {
    pub severity: Severity,
    /// The number of alarms and composite alarms, without the groups.
    pub alarms: usize,
    /// The number of composite alarms that notify for a group of these alarms.
    pub groups: usize,
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
            let notified = Notified::after(part);
            for alarm in alarms(part) {
                let origin = part.origin(&alarm.id());
                let Some(severity) = origin.and_then(|origin| origin.severity) else {
                    continue;
                };
                let entry = by_severity.entry(severity).or_insert_with(|| Receivers {
                    severity,
                    alarms: 0,
                    groups: 0,
                    receivers: BTreeSet::new(),
                });
                if !origin.is_some_and(Origin::is_grouping) {
                    entry.alarms += 1;
                } else if !notified.topics(alarm).is_empty() {
                    entry.groups += 1;
                }
                for arn in notified.topics(alarm) {
                    entry.receivers.extend(receivers_of(part, arn));
                    self.add_chats(arn, &mut entry.receivers);
                }
            }
        }
        by_severity.into_values().collect()
    }

    /// Names the channels that configurations of the stack subscribe to a topic, in place of the subscription that they make. A
    /// configuration may be in another part than the topic.
    fn add_chats(&self, topic: &str, receivers: &mut BTreeSet<Receiver>) {
        let is_of_stack = self.parts.iter().any(|part| {
            let before = part.changes.iter().filter_map(Change::before);
            let mut chats = chats(before.chain(part.after()), topic);
            chats.next().is_some()
        });
        if is_of_stack {
            receivers.retain(|receiver| receiver.name != chat_subscription());
        }
        for part in &self.parts {
            let old: BTreeSet<&ChatChannel> = chats(part.unchanged.iter(), topic).collect();
            receivers.extend(chats(part.after(), topic).map(|channel| Receiver {
                name: channel.to_string(),
                confirmed: old.contains(channel).then_some(true),
            }));
        }
    }
}

/// The channels that are configured for a topic.
fn chats<'a>(
    artifacts: impl Iterator<Item = &'a Artifact>,
    topic: &str,
) -> impl Iterator<Item = &'a ChatChannel> {
    let configurations = artifacts.filter_map(Artifact::as_chat_configuration);
    configurations
        .filter(move |chat| chat.topics.contains(topic))
        .map(|chat| &chat.channel)
}

fn chat_subscription() -> String {
    subscription_text(&Subscription {
        protocol: "https".to_owned(),
        endpoint: SUBSCRIPTION_ENDPOINT.to_owned(),
    })
}

/// The alarms of the stack after the plan.
fn alarms(part: &PlanPart) -> impl Iterator<Item = &Artifact> {
    part.after()
        .filter(|artifact| matches!(artifact.kind(), Kind::Alarm | Kind::CompositeAlarm))
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
    Some((before.and_then(Artifact::as_topic), after.as_topic()?))
}
