//! Who is told: a topic of ours per severity, or the one that a user names; and the rule that sends Insights events there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::naming::{Names, SEVERITIES};
use crate::artifact::Severity;
use crate::artifact::{Actions, Artifact, EventRule, STATEMENT_SIDS, Topic};
use crate::inventory::Identity;
use crate::project::{Notify, Project};

/// ARNs of the topics, by severity; a severity that nobody is told of has none.
#[derive(Debug, Default)]
pub struct Topics {
    arns: BTreeMap<Severity, String>,
    tell_recovery: BTreeMap<Severity, bool>,
}

impl Topics {
    pub fn new(project: &Project, names: &Names<'_>, identity: &Identity) -> Self {
        let arn = |severity: Severity, notify: &Notify| {
            notify
                .topic
                .clone()
                .unwrap_or_else(|| topic_arn(&names.topic(severity), identity))
        };
        Self {
            arns: project
                .notify
                .iter()
                .map(|(severity, notify)| (*severity, arn(*severity, notify)))
                .collect(),
            tell_recovery: project
                .notify
                .iter()
                .map(|(severity, notify)| (*severity, notify.ok))
                .collect(),
        }
    }

    pub fn arn(&self, severity: Severity) -> Option<&String> {
        self.arns.get(&severity)
    }

    pub fn is_empty(&self) -> bool {
        self.arns.is_empty()
    }

    /// Whom an alarm of this severity tells.
    pub fn actions(&self, severity: Severity) -> Actions {
        let alarm: BTreeSet<String> = self.arn(severity).cloned().into_iter().collect();
        let ok = if self
            .tell_recovery
            .get(&severity)
            .copied()
            .unwrap_or_default()
        {
            alarm.clone()
        } else {
            BTreeSet::new()
        };
        Actions {
            enabled: true,
            alarm,
            ok,
            insufficient_data: BTreeSet::new(),
        }
    }
}

/// The topics that are ours to make.
pub fn topics(project: &Project, names: &Names<'_>, identity: &Identity) -> Vec<Artifact> {
    let own = SEVERITIES
        .iter()
        .filter_map(|severity| Some((*severity, project.notify.get(severity)?)));
    own.filter(|(_, notify)| notify.topic.is_none())
        .map(|(severity, notify)| {
            let name = names.topic(severity);
            let statements = statements(&topic_arn(&name, identity), identity);
            Artifact::Topic(Topic {
                name,
                statements,
                subscriptions: notify.subscriptions.iter().cloned().collect(),
            })
        })
        .collect()
}

fn topic_arn(name: &str, identity: &Identity) -> String {
    format!(
        "arn:{}:sns:{}:{}:{name}",
        identity.partition, identity.region, identity.account
    )
}

/// CloudWatch may publish for alarms of this account, EventBridge for its rules (CloudWatch user guide, "Notifying users on alarm changes";
/// the account condition keeps other accounts from using the services to write here).
/// UNVERIFIED for EventBridge: its guide of 2023 says that it knows no conditions in topic policies, and templates in use have this one.
fn statements(topic: &str, identity: &Identity) -> BTreeMap<String, Value> {
    let services = ["cloudwatch.amazonaws.com", "events.amazonaws.com"];
    STATEMENT_SIDS
        .iter()
        .zip(services)
        .map(|(sid, service)| {
            let statement = json!({
                "Sid": sid,
                "Effect": "Allow",
                "Principal": { "Service": service },
                "Action": "sns:Publish",
                "Resource": topic,
                "Condition": { "StringEquals": { "aws:SourceAccount": identity.account } },
            });
            ((*sid).to_owned(), statement)
        })
        .collect()
}

/// The rule that sends the Insights events of our groups to a topic. It matches no category: the documents contradict each other on that
/// member's name, and `FAULT` is the only one (X-Ray developer guide, "Using X-Ray insights").
pub fn insights_rule(
    project: &Project,
    topics: &Topics,
    names: &Names<'_>,
    groups: &BTreeSet<String>,
) -> Option<Artifact> {
    let topic = topics.arn(project.tracing.insights_severity?)?;
    if groups.is_empty() {
        return None;
    }
    Some(Artifact::EventRule(EventRule {
        name: names.event_rule("insights"),
        description: format!(
            "X-Ray Insights of the stack {}, to the people who are told",
            project.name
        ),
        pattern: json!({
            "source": ["aws.xray"],
            "detail-type": ["AWS X-Ray Insight Update"],
            "detail": { "State": ["ACTIVE"], "GroupName": groups },
        }),
        targets: BTreeSet::from([topic.clone()]),
    }))
}
