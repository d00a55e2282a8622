//! Artifacts as named fields with short values, and the fields that a change modifies.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use crate::artifact::{
    Actions, Alarm, AlarmQuery, Artifact, CompositeAlarm, Condition, EventRule, LogRetention,
    Metric, Missing, SamplingRule, Subscription, Topic, TraceGroup,
};

use super::change::Change;

mod dashboard;

/// One named value of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
}

fn field(name: impl Into<String>, value: impl Into<String>) -> Field {
    Field {
        name: name.into(),
        value: value.into(),
    }
}

/// A changed field; `None` for a side without the field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FieldDifference {
    pub(super) field: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

/// The differences of a change, in display order: fields, then tags.
pub(super) fn differences_of(change: &Change) -> Vec<FieldDifference> {
    let both = change.before().zip(change.after());
    let mut found = both
        .map(|(old, new)| differences(old, new))
        .unwrap_or_default();
    let tags = change.tags().into_iter().flatten();
    found.extend(tags.map(|(key, tag)| FieldDifference {
        field: format!("tag {key}"),
        old: tag.old.clone(),
        new: Some(tag.new.clone()),
    }));
    found
}

fn differences(old: &Artifact, new: &Artifact) -> Vec<FieldDifference> {
    match (old, new) {
        (Artifact::Dashboard(old), Artifact::Dashboard(new)) => {
            dashboard::differences(&old.body, &new.body)
        }
        (old, new) => between(&fields(old), &fields(new)),
    }
}

/// All fields of an artifact except kind and name.
pub(super) fn fields(artifact: &Artifact) -> Vec<Field> {
    match artifact {
        Artifact::Topic(topic) => topic_fields(topic),
        Artifact::TraceGroup(group) => group_fields(group),
        Artifact::SamplingRule(rule) => sampling_fields(rule),
        Artifact::LogRetention(LogRetention { log_group: _, days }) => {
            vec![field("keeps events", days_text(*days))]
        }
        Artifact::EventRule(rule) => event_rule_fields(rule),
        Artifact::Alarm(alarm) => alarm_fields(alarm),
        Artifact::CompositeAlarm(alarm) => composite_fields(alarm),
        Artifact::Dashboard(dashboard) => dashboard::fields(&dashboard.body),
    }
}

/// The artifact in one line.
pub(super) fn essence(artifact: &Artifact) -> String {
    match artifact {
        Artifact::Topic(topic) => listed(topic.subscriptions.iter().map(subscription_text)),
        Artifact::TraceGroup(group) => group.filter.clone(),
        Artifact::SamplingRule(rule) => {
            format!(
                "{}/s and {} % of the rest of {}",
                rule.reservoir,
                percent(rule.rate),
                rule.service_name
            )
        }
        Artifact::LogRetention(setting) => days_text(setting.days),
        Artifact::EventRule(rule) => rule.description.clone(),
        Artifact::Alarm(alarm) => {
            format!(
                "{} {}, {}",
                query_text(&alarm.query),
                condition_text(alarm.condition),
                m_of_n(alarm)
            )
        }
        Artifact::CompositeAlarm(alarm) => alarm.rule.clone(),
        Artifact::Dashboard(dashboard) => dashboard::size(&dashboard.body),
    }
}

/// Compares fields by name. Names are unique within each list.
fn between(old: &[Field], new: &[Field]) -> Vec<FieldDifference> {
    let before: BTreeMap<&str, &str> = old
        .iter()
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .collect();
    let after: BTreeMap<&str, &str> = new
        .iter()
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .collect();
    let removed = old
        .iter()
        .filter(|field| !after.contains_key(field.name.as_str()));
    let names = new.iter().chain(removed).map(|field| field.name.as_str());
    let differing = names.filter(|name| before.get(name) != after.get(name));
    let text =
        |values: &BTreeMap<&str, &str>, name| values.get(name).map(|value| (*value).to_owned());
    differing
        .map(|name| FieldDifference {
            field: name.to_owned(),
            old: text(&before, name),
            new: text(&after, name),
        })
        .collect()
}

fn topic_fields(topic: &Topic) -> Vec<Field> {
    let Topic {
        name: _,
        statements,
        subscriptions,
        delivery: _,
    } = topic;
    let mut fields = vec![field(
        "subscriptions",
        listed(subscriptions.iter().map(subscription_text)),
    )];
    for (sid, statement) in statements {
        fields.extend(leaves(&format!("policy {sid}"), statement));
    }
    fields
}

fn group_fields(group: &TraceGroup) -> Vec<Field> {
    let TraceGroup {
        name: _,
        filter,
        insights,
        notifications,
    } = group;
    vec![
        field("filter", filter),
        field("insights", on(*insights)),
        field("notifications", on(*notifications)),
    ]
}

fn sampling_fields(rule: &SamplingRule) -> Vec<Field> {
    let SamplingRule {
        name: _,
        priority,
        reservoir,
        rate,
        service_name,
        service_type,
        host,
        method,
        path,
        resource_arn,
        attributes,
    } = rule;
    let mut fields = vec![
        field("priority", priority.to_string()),
        field("reservoir", format!("{reservoir}/s")),
        field("rate", format!("{} %", percent(*rate))),
        field("service name", service_name),
        field("service type", service_type),
        field("host", host),
        field("method", method),
        field("path", path),
        field("resource ARN", resource_arn),
    ];
    fields.extend(
        attributes
            .iter()
            .map(|(key, value)| field(format!("attribute {key}"), value)),
    );
    fields
}

fn event_rule_fields(rule: &EventRule) -> Vec<Field> {
    let EventRule {
        name: _,
        description,
        pattern,
        targets,
    } = rule;
    let mut fields = vec![
        field("description", description),
        field("targets", listed(targets)),
    ];
    fields.extend(leaves("pattern", pattern));
    fields
}

fn alarm_fields(alarm: &Alarm) -> Vec<Field> {
    let Alarm {
        name: _,
        description,
        query,
        condition,
        period,
        datapoints_to_alarm: _,
        evaluation_periods: _,
        missing,
        evaluate_low_samples,
        actions,
    } = alarm;
    let mut fields = vec![field("description", description)];
    fields.extend(query_fields(query));
    fields.extend([
        field("when", condition_text(*condition)),
        field(
            "datapoints",
            format!(
                "{} of {}",
                alarm.datapoints_to_alarm, alarm.evaluation_periods
            ),
        ),
        field("period", period_text(*period)),
        field("missing", missing_text(*missing)),
        field(
            "few samples",
            if *evaluate_low_samples {
                "evaluate"
            } else {
                "ignore"
            },
        ),
    ]);
    fields.extend(action_fields(actions));
    fields
}

fn composite_fields(alarm: &CompositeAlarm) -> Vec<Field> {
    let CompositeAlarm {
        name: _,
        description,
        rule,
        actions,
    } = alarm;
    let mut fields = vec![field("description", description), field("rule", rule)];
    fields.extend(action_fields(actions));
    fields
}

fn action_fields(actions: &Actions) -> [Field; 4] {
    let Actions {
        enabled,
        alarm,
        ok,
        insufficient_data,
    } = actions;
    [
        field("actions", on(*enabled)),
        field("tells on ALARM", listed(alarm)),
        field("tells on OK", listed(ok)),
        field("tells on INSUFFICIENT_DATA", listed(insufficient_data)),
    ]
}

fn query_fields(query: &AlarmQuery) -> Vec<Field> {
    match query {
        AlarmQuery::Metric(metric) => vec![field("watches", metric_text(metric))],
        AlarmQuery::Math {
            expression,
            label,
            metrics,
        } => {
            let mut fields = vec![field("watches", expression), field("label", label)];
            fields.extend(
                metrics
                    .iter()
                    .map(|(id, metric)| field(format!("metric {id}"), metric_text(metric))),
            );
            fields
        }
    }
}

fn query_text(query: &AlarmQuery) -> String {
    match query {
        AlarmQuery::Metric(metric) => format!("{} {}", metric.name, metric.stat),
        AlarmQuery::Math { expression, .. } => expression.clone(),
    }
}

fn metric_text(metric: &Metric) -> String {
    let Metric {
        namespace,
        name,
        dimensions,
        stat,
    } = metric;
    let mut text = format!("{namespace} {name}, {stat}");
    for (dimension, value) in dimensions.iter() {
        // Writing to a String cannot fail.
        let _ = write!(text, ", {dimension}={value}");
    }
    text
}

/// The operator and bound, in the syntax of definitions.
pub(super) fn condition_text(condition: Condition) -> String {
    match condition {
        Condition::Above(threshold) => format!("> {threshold}"),
        Condition::AtLeast(threshold) => format!(">= {threshold}"),
        Condition::Below(threshold) => format!("< {threshold}"),
        Condition::AtMost(threshold) => format!("<= {threshold}"),
        Condition::OutsideBand(width) => format!("outside band {width}"),
        Condition::AboveBand(width) => format!("above band {width}"),
        Condition::BelowBand(width) => format!("below band {width}"),
    }
}

fn m_of_n(alarm: &Alarm) -> String {
    format!(
        "{} of {} × {}",
        alarm.datapoints_to_alarm,
        alarm.evaluation_periods,
        period_text(alarm.period)
    )
}

fn period_text(seconds: u32) -> String {
    match (seconds % 3600, seconds % 60) {
        (0, _) => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

fn missing_text(missing: Missing) -> &'static str {
    match missing {
        Missing::Missing => "missing",
        Missing::NotBreaching => "notBreaching",
        Missing::Breaching => "breaching",
        Missing::Ignore => "ignore",
    }
}

fn days_text(days: Option<u32>) -> String {
    match days {
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
        None => "for ever".to_owned(),
    }
}

/// Rounds away binary noise: 0.07 is 7 %.
fn percent(share: f64) -> f64 {
    (share * 1e6).round() / 1e4
}

fn on(enabled: bool) -> &'static str {
    if enabled { "on" } else { "off" }
}

fn subscription_text(subscription: &Subscription) -> String {
    format!("{}:{}", subscription.protocol, subscription.shown())
}

fn listed(values: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let values: Vec<String> = values
        .into_iter()
        .map(|value| value.as_ref().to_owned())
        .collect();
    if values.is_empty() {
        "nobody".to_owned()
    } else {
        values.join(", ")
    }
}

/// Every number, text and truth value in a JSON value, under its path (`detail.State[0]`).
fn leaves(path: &str, value: &Value) -> Vec<Field> {
    match value {
        Value::Object(members) if !members.is_empty() => members
            .iter()
            .flat_map(|(key, value)| leaves(&format!("{path}.{key}"), value))
            .collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .enumerate()
            .flat_map(|(index, value)| leaves(&format!("{path}[{index}]"), value))
            .collect(),
        Value::String(text) => vec![field(path, text)],
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {
            vec![field(path, value.to_string())]
        }
    }
}
