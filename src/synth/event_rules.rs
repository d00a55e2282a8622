//! EventBridge rules that send messages to the topics: recoveries, and X-Ray Insights.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::naming::Names;
use super::topics::Topics;
use crate::artifact::{
    Actions, Alarm, AlarmQuery, Artifact, Condition, EventRule, InputTransformer, Kind, Metric,
    Missing, Origin, Severity, State,
};
use crate::project::{Project, Recovery};
use crate::semantics::event_sources::{
    ALARM_SOURCE, ALARM_STATE_CHANGE, FAILED_INVOCATIONS, INSIGHT_SOURCE, INSIGHT_UPDATE,
};
use crate::semantics::limits;

/// Seconds over which failed deliveries of a rule are counted.
const DELIVERY_PERIOD: u32 = 300;

/// Makes the event rules of one target.
pub(super) struct EventRules<'a> {
    pub(super) project: &'a Project,
    pub(super) names: &'a Names<'a>,
    pub(super) topics: &'a Topics,
    /// The link that every text ends with.
    pub(super) dashboard: &'a str,
}

impl EventRules<'_> {
    /// For each severity, the rules that send a message when one of its alarms goes from ALARM to OK. An alarm's OK actions are no
    /// way to do this: they also run when a new alarm gets its first data.
    pub(super) fn recoveries(&self, state: &State) -> Vec<(Origin, Artifact)> {
        let mut rules = Vec::new();
        for (severity, notify) in &self.project.notify {
            let Some(topic) = self.topics.arn(*severity) else {
                continue;
            };
            if notify.recovery != Recovery::Event {
                continue;
            }
            let lists = pattern_lists(&alarms_with_action(state, topic));
            for (index, alarms) in lists.iter().enumerate() {
                let rule = EventRule {
                    name: self.names.event_rule(&recovery_purpose(*severity, index)),
                    description: format!(
                        "Recoveries of {severity} alarms of {}, to their receivers",
                        self.project.name
                    ),
                    pattern: recovery_pattern(alarms),
                    targets: BTreeSet::from([topic.clone()]),
                    input: Some(self.recovery_text()),
                };
                let origin = Origin::of_stack("notify", "recovery").with_severity(*severity);
                rules.push((origin, Artifact::EventRule(rule)));
            }
        }
        rules
    }

    fn recovery_text(&self) -> InputTransformer {
        InputTransformer {
            paths: paths(&[
                ("alarm", "$.detail.alarmName"),
                ("at", "$.detail.state.timestamp"),
                ("since", "$.detail.previousState.timestamp"),
            ]),
            template: lines(&[
                "OK: <alarm> recovered at <at>. It was in ALARM since <since>.",
                &format!("Dashboard: {}", self.dashboard),
            ]),
        }
    }

    /// The rule that sends the Insights events of our groups to a topic. It matches no category: the documents contradict each
    /// other on that member's name, and `FAULT` is the only one (X-Ray developer guide, "Using X-Ray insights").
    pub(super) fn insights(&self, groups: &BTreeSet<String>) -> Option<(Origin, Artifact)> {
        let severity = self.project.tracing.insights_severity?;
        let topic = self.topics.arn(severity)?;
        if groups.is_empty() {
            return None;
        }
        let rule = EventRule {
            name: self.names.event_rule("insights"),
            description: format!(
                "X-Ray Insights of {}, to the receivers of {severity} alarms",
                self.project.name
            ),
            pattern: json!({
                "source": [INSIGHT_SOURCE],
                "detail-type": [INSIGHT_UPDATE],
                "detail": { "State": ["ACTIVE"], "GroupName": groups },
            }),
            targets: BTreeSet::from([topic.clone()]),
            input: Some(self.insights_text()),
        };
        let origin = Origin::of_stack("tracing", "insights").with_severity(severity);
        Some((origin, Artifact::EventRule(rule)))
    }

    fn insights_text(&self) -> InputTransformer {
        InputTransformer {
            paths: paths(&[
                ("state", "$.detail.State"),
                ("group", "$.detail.GroupName"),
                ("summary", "$.detail.Summary"),
                ("since", "$.detail.StartTime"),
                ("insight", "$.detail.InsightId"),
            ]),
            template: lines(&[
                "X-Ray Insights: <summary>",
                "Insight <insight> of trace group <group> is <state> since <since>.",
                &format!("Dashboard: {}", self.dashboard),
            ]),
        }
    }

    /// An alarm for each event rule of a state that cannot deliver its messages: the topic's policy may have changed. CloudWatch
    /// itself notifies the topic, so that this message arrives where those of EventBridge do not.
    pub(super) fn delivery_alarms(&self, state: &State) -> Vec<(Origin, Artifact)> {
        let Some(severity) = Severity::ALL
            .into_iter()
            .find(|severity| self.topics.arn(*severity).is_some())
        else {
            return Vec::new();
        };
        let rules = state.names(Kind::EventRule).into_iter();
        rules
            .map(|rule| {
                let origin = Origin {
                    item: Some(purpose(&rule).into()),
                    ..Origin::of_stack("notify", "delivery").with_severity(severity)
                };
                let alarm = self.delivery_alarm(&rule, severity);
                (origin, alarm.into())
            })
            .collect()
    }

    fn delivery_alarm(&self, rule: &str, severity: Severity) -> Alarm {
        let (namespace, name, dimension) = FAILED_INVOCATIONS;
        let metric = Metric {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: [(dimension.to_owned(), rule.to_owned())].into(),
            stat: "Sum".to_owned(),
        };
        Alarm {
            name: self.names.group(None, &format!("{}-delivery", purpose(rule))),
            description: format!(
                "EventBridge could not send messages of rule {rule} to its topic: notifications are lost.
Allow `events.amazonaws.com` to publish to the topic, without a condition, and to use its key.
Dashboard: {}",
                self.dashboard
            ),
            query: AlarmQuery::Metric(metric),
            condition: Condition::Above(0.0),
            period: DELIVERY_PERIOD,
            datapoints_to_alarm: 1,
            evaluation_periods: 1,
            missing: Missing::NotBreaching,
            warm_up_minutes: None,
            evaluate_low_samples: true,
            actions: Actions {
                alarm: self.topics.arn(severity).cloned().into_iter().collect(),
                ..Actions::none()
            },
        }
    }
}

/// The last word of a rule's name.
fn purpose(rule: &str) -> &str {
    rule.rsplit('_').next().unwrap_or(rule)
}

/// The alarms and composite alarms that notify a topic.
fn alarms_with_action(state: &State, topic: &str) -> Vec<String> {
    let artifacts = state.iter().map(|(_, artifact)| artifact);
    let notifying = artifacts.filter(|artifact| {
        let actions = artifact.actions();
        actions.is_some_and(|actions| actions.alarm.contains(topic))
    });
    notifying
        .map(|artifact| artifact.name().to_owned())
        .collect()
}

/// `critical-ok`, `critical-ok-2`
fn recovery_purpose(severity: Severity, index: usize) -> String {
    match index {
        0 => format!("{severity}-ok"),
        _ => format!("{severity}-ok-{}", index + 1),
    }
}

fn recovery_pattern(alarms: &[String]) -> Value {
    json!({
        "source": [ALARM_SOURCE],
        "detail-type": [ALARM_STATE_CHANGE],
        "detail": {
            "alarmName": alarms,
            "state": { "value": ["OK"] },
            "previousState": { "value": ["ALARM"] },
            // A muted alarm sends its events all the same.
            "muteDetail": { "mutedByArn": [{ "exists": false }] },
        },
    })
}

/// The alarms in lists whose patterns EventBridge accepts.
fn pattern_lists(alarms: &[String]) -> Vec<Vec<String>> {
    let frame = recovery_pattern(&[]).to_string().chars().count();
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut room = 0;
    for alarm in alarms {
        // A comma follows each name.
        let length = json!(alarm).to_string().chars().count() + 1;
        match lists.last_mut() {
            Some(list) if length <= room => {
                list.push(alarm.clone());
                room -= length;
            }
            _ => {
                lists.push(vec![alarm.clone()]);
                room = limits::EVENT_PATTERN.saturating_sub(frame + length);
            }
        }
    }
    lists
}

fn paths(paths: &[(&str, &str)]) -> BTreeMap<String, String> {
    let paths = paths.iter();
    paths
        .map(|(name, path)| ((*name).to_owned(), (*path).to_owned()))
        .collect()
}

/// EventBridge takes a text of several lines as one quoted text for each line.
fn lines(lines: &[&str]) -> String {
    let quoted: Vec<String> = lines.iter().map(|line| json!(line).to_string()).collect();
    quoted.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_within_the_limit() {
        let alarms: Vec<String> = (0..500)
            .map(|number| format!("shop.Función{number}.error-rate"))
            .collect();
        let lists = pattern_lists(&alarms);
        assert!(lists.len() > 1);
        for list in &lists {
            let pattern = recovery_pattern(list).to_string();
            assert!(
                pattern.chars().count() <= limits::EVENT_PATTERN,
                "{pattern}"
            );
        }
        assert_eq!(lists.concat(), alarms);
    }
}
