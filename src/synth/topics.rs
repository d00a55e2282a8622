//! The topics of each severity.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::naming::Names;
use crate::artifact::{Actions, Artifact, Delivery, Origin, STATEMENT_SIDS, Severity, Topic};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Target;
use crate::project::{Notify, Project, Recovery};

/// The topics that the alarms of one target notify.
#[derive(Debug, Default)]
pub(super) struct Topics {
    /// A severity without receivers has none.
    arns: BTreeMap<Severity, String>,
    /// What alarms call beside the topic.
    calls: BTreeMap<Severity, BTreeSet<String>>,
    /// The severities whose alarms run their actions for recoveries too.
    ok_actions: BTreeSet<Severity>,
    /// The user's topics that alarms of this target cannot notify.
    left_out: Vec<String>,
}

impl Topics {
    pub(super) fn new(project: &Project, names: &Names<'_>, target: &Target) -> Self {
        let mut topics = Self::default();
        for (severity, notify) in &project.notify {
            if notify.recovery == Recovery::Action {
                topics.ok_actions.insert(*severity);
            }
            let arn = match &notify.topic {
                Some(arn) => arn.clone(),
                None => topic_arn(&names.topic(*severity), target),
            };
            topics.arns.insert(*severity, arn);
            topics.calls.insert(*severity, calls(notify, target));
        }
        topics
    }

    /// The topics of a target outside the stack's own Region: an alarm notifies only topics of its
    /// own Region (CloudWatch API reference, `PutMetricAlarm`).
    pub(super) fn elsewhere(project: &Project, names: &Names<'_>, target: &Target) -> Self {
        let mut topics = Self::new(project, names, target);
        let (reachable, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut topics.arns)
                .into_iter()
                .partition(|(_, arn)| region_of(arn) == Some(&*target.region));
        topics.arns = reachable;
        topics.left_out = others.into_values().collect();
        topics
    }

    pub(super) fn arn(&self, severity: Severity) -> Option<&String> {
        self.arns.get(&severity)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.arns.is_empty()
    }

    /// The user's topics that alarms of this target cannot notify.
    pub(super) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Alarm actions for one severity.
    pub(super) fn actions(&self, severity: Severity) -> Actions {
        let mut alarm: BTreeSet<String> = self.arn(severity).cloned().into_iter().collect();
        let ok = if self.ok_actions.contains(&severity) {
            alarm.clone()
        } else {
            BTreeSet::new()
        };
        alarm.extend(self.calls.get(&severity).into_iter().flatten().cloned());
        Actions {
            enabled: true,
            alarm,
            ok,
            insufficient_data: BTreeSet::new(),
        }
    }
}

/// The user's topics that the stack's own alarms cannot notify: CloudWatch refuses an alarm with a topic of another Region.
pub(super) fn not_in_region(project: &Project, home: &Target) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (severity, notify) in &project.notify {
        let Some(arn) = &notify.topic else { continue };
        let Some(region) = region_of(arn).filter(|region| *region != home.region) else {
            continue;
        };
        let message = format!(
            "the {} alarms cannot notify `{arn}`: it is in {region}, and the stack is in {}",
            severity.word(),
            home.region
        );
        let help = format!(
            "an alarm notifies only topics of its own Region: name a topic in {}, or write `email = [\"…\"]` and tracewatch makes one",
            home.region
        );
        let diagnostic = Diagnostic::new(Code::TopicNotInRegion, message).help(help);
        diagnostics.push(match &notify.topic_place {
            Some(place) => diagnostic.at(place.clone()),
            None => diagnostic,
        });
    }
    diagnostics
}

/// The resources that alarms of a target can call: those of its Region, and those without one.
fn calls(notify: &Notify, target: &Target) -> BTreeSet<String> {
    let actions = notify.actions.iter().map(|arn| &arn.value);
    let reached = actions.filter(|arn| is_reached(arn, target)).cloned();
    let opsitem = notify.opsitem.map(|severity| {
        let Target {
            partition,
            region,
            account,
        } = target;
        format!("arn:{partition}:ssm:{region}:{account}:opsitem:{severity}")
    });
    reached.chain(opsitem).collect()
}

fn is_reached(arn: &str, target: &Target) -> bool {
    region_of(arn).is_none_or(|region| region.is_empty() || region == target.region)
}

/// The actions that the stack's own alarms cannot call, because they are in another Region.
pub(super) fn actions_not_in_region(project: &Project, home: &Target) -> Vec<Diagnostic> {
    let actions = project.notify.values().flat_map(|notify| &notify.actions);
    let elsewhere = actions.filter(|arn| !is_reached(&arn.value, home));
    elsewhere
        .map(|arn| {
            let region = region_of(&arn.value).unwrap_or_default();
            let message = format!(
                "the alarms cannot call `{}`: it is in {region}, and the stack is in {}",
                arn.value, home.region
            );
            arn.diagnostic(Code::TopicNotInRegion, message)
                .help(format!("name a resource in {}", home.region))
        })
        .collect()
}

/// The Region in an ARN.
fn region_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(3)
}

/// The topics that tracewatch creates in one target: one for each severity with receivers.
pub(super) fn topics(
    project: &Project,
    names: &Names<'_>,
    identity: &Target,
) -> Vec<(Origin, Artifact)> {
    let mut topics = Vec::new();
    for severity in Severity::ALL {
        let Some(notify) = project.notify.get(&severity) else {
            continue;
        };
        if notify.topic.is_some() {
            continue;
        }
        let name = names.topic(severity);
        let topic = Topic {
            statements: statements(&topic_arn(&name, identity), identity),
            subscriptions: notify.subscriptions.iter().cloned().collect(),
            recorded: notify.subscriptions.iter().collect(),
            delivery: Delivery::default(),
            name,
        };
        let origin = Origin::of_stack("notify", severity.word()).with_severity(severity);
        topics.push((origin, Artifact::Topic(topic)));
    }
    topics
}

fn topic_arn(name: &str, identity: &Target) -> String {
    format!(
        "arn:{}:sns:{}:{}:{name}",
        identity.partition, identity.region, identity.account
    )
}

/// CloudWatch may publish for the alarms of this account: the condition keeps other accounts from using the service to write here
/// (CloudWatch user guide, "Notifying users on alarm changes"). EventBridge's statement has no condition: EventBridge publishes
/// without the context that a condition needs, so that no message would arrive (EventBridge user guide, "Resource-based policies").
fn statements(topic: &str, identity: &Target) -> BTreeMap<String, Value> {
    let [alarms, events] = STATEMENT_SIDS;
    let mut of_alarms = statement(alarms, "cloudwatch.amazonaws.com", topic);
    of_alarms["Condition"] = json!({ "StringEquals": { "aws:SourceAccount": identity.account } });
    let of_events = statement(events, "events.amazonaws.com", topic);
    [(alarms, of_alarms), (events, of_events)]
        .map(|(sid, statement)| (sid.to_owned(), statement))
        .into()
}

fn statement(sid: &str, service: &str, topic: &str) -> Value {
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "Service": service },
        "Action": "sns:Publish",
        "Resource": topic,
    })
}
