//! The dependencies of an artifact: other artifacts that must exist first, found in its data.

use std::collections::BTreeSet;

use crate::artifact::{Actions, Alarm, Artifact, ArtifactId, CompositeAlarm, Kind, MetricFilter};
use crate::semantics::composite;

/// The artifacts that `artifact` mentions. Some may not exist: an alarm name in a rule yields an id
/// of both alarm kinds. Callers keep the ids that they know.
pub fn needs(artifact: &Artifact) -> BTreeSet<ArtifactId> {
    match artifact {
        Artifact::Alarm(alarm) => notified_topics(&alarm.actions)
            .chain(filters_of(alarm))
            .collect(),
        Artifact::CompositeAlarm(alarm) => notified_topics(&alarm.actions)
            .chain(alarms_of(alarm))
            .collect(),
        Artifact::MuteRule(rule) => rule
            .alarms
            .iter()
            .flat_map(|name| alarm_ids(name))
            .collect(),
        Artifact::ChatConfiguration(chat) => {
            chat.topics.iter().filter_map(|arn| topic(arn)).collect()
        }
        Artifact::EventRule(rule) => rule.targets.iter().filter_map(|arn| topic(arn)).collect(),
        Artifact::Topic(_)
        | Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::MetricFilter(_)
        | Artifact::ServiceLevelObjective(_)
        | Artifact::Dashboard(_) => BTreeSet::new(),
    }
}

/// A filter and its metric have one name.
fn filters_of(alarm: &Alarm) -> impl Iterator<Item = ArtifactId> {
    let metrics = alarm.query.metrics().into_iter();
    let filtered = metrics.filter(|metric| MetricFilter::owner_of(&metric.namespace).is_some());
    filtered.map(|metric| ArtifactId {
        kind: Kind::MetricFilter,
        name: metric.name.clone(),
    })
}

fn notified_topics(actions: &Actions) -> impl Iterator<Item = ArtifactId> {
    let Actions {
        enabled: _,
        alarm,
        ok,
        insufficient_data,
    } = actions;
    alarm
        .iter()
        .chain(ok)
        .chain(insufficient_data)
        .filter_map(|arn| topic(arn))
}

/// `arn:PARTITION:sns:REGION:ACCOUNT:NAME`
pub(super) fn topic(arn: &str) -> Option<ArtifactId> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "sns", _, _, name] => Some(ArtifactId {
            kind: Kind::Topic,
            name: (*name).to_owned(),
        }),
        _ => None,
    }
}

fn alarms_of(alarm: &CompositeAlarm) -> impl Iterator<Item = ArtifactId> {
    let names = needed_alarms(alarm).into_iter();
    names.flat_map(|name| alarm_ids(&name))
}

/// The name of an alarm does not say its type.
pub(super) fn alarm_ids(name: &str) -> [ArtifactId; 2] {
    [Kind::Alarm, Kind::CompositeAlarm].map(|kind| ArtifactId {
        kind,
        name: name.to_owned(),
    })
}

/// The names of the alarms that a composite alarm needs: those of its rule, and its suppressor.
pub(super) fn needed_alarms(alarm: &CompositeAlarm) -> BTreeSet<String> {
    let suppressor = alarm.suppressor.iter();
    let mut names = mentioned(&alarm.rule);
    names.extend(suppressor.map(|suppressor| suppressor.alarm.clone()));
    names
}

/// The names of the alarms in a composite rule; none if the rule does not parse.
fn mentioned(rule: &str) -> BTreeSet<String> {
    let Ok(rule) = composite::parse(rule) else {
        return BTreeSet::new();
    };
    let references = rule.children().into_iter();
    references
        .map(|reference| composite::name_of(reference).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_reference_in_a_composite_rule_is_found() {
        let rule = r#"(ALARM(plain) OR ALARM("with (round), brackets")) AND NOT OK("say \"hi\"")
            AND AT_LEAST(60%, NOT OK, ("one","two")) OR ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a:b)"#;
        let names = [
            "plain",
            "with (round), brackets",
            "say \"hi\"",
            "one",
            "two",
            "a:b",
        ];
        assert_eq!(mentioned(rule), names.map(String::from).into());
    }

    #[test]
    fn lower_case_is_read() {
        assert_eq!(
            mentioned("alarm(one) or not ok(two)"),
            ["one", "two"].map(String::from).into()
        );
    }

    #[test]
    fn an_unfinished_rule_mentions_no_alarm() {
        for rule in [r#"ALARM("x\"#, "ALARM(x) AND", ""] {
            assert_eq!(mentioned(rule), BTreeSet::new(), "{rule}");
        }
    }

    #[test]
    fn actions_yield_topics_only() {
        assert_eq!(
            topic("arn:aws:sns:eu-west-1:111122223333:shop_critical")
                .map(|id| id.name)
                .as_deref(),
            Some("shop_critical")
        );
        assert_eq!(
            topic("arn:aws:sns:eu-west-1:111122223333:shop_critical:5be8-subscription"),
            None
        );
        assert_eq!(
            topic("arn:aws:lambda:eu-west-1:111122223333:function:x"),
            None
        );
    }
}
