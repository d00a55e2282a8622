//! Artifacts as named fields with short values, and the fields that a change modifies.

use std::fmt::Write;

use serde_json::Value;

use crate::artifact::{
    Actions, Alarm, AlarmQuery, Artifact, ChatChannel, ChatConfiguration, CompositeAlarm,
    EventRule, InputTransformer, LogRetention, Metric, MetricFilter, MuteRule, SamplingRule,
    ServiceLevelObjective, Sli, SliSeries, Subscription, Suppressor, Topic, TraceGroup,
    period_text,
};

use super::change::Change;
use crate::diagnostic::counted;
use crate::semantics::composite::{self, AlarmRule};
use crate::semantics::mute_rule::utc_text;
use crate::semantics::state::AlarmState;

mod dashboard;
mod difference;
mod field;

pub(super) use difference::FieldDifference;
use difference::between;
use field::{Field, FieldValue, field, json, json_text, listed, set};

/// All differences of a change, in display order: fields, then tags.
pub(super) fn differences_of(change: &Change) -> Vec<FieldDifference> {
    let mut found = match (change.before(), change.after()) {
        (Some(old), Some(new)) => differences(old, new),
        _ => Vec::new(),
    };
    found.extend(tag_differences(change));
    found
}

/// The differences that a reviewer reads first: a description that follows from another changed field is left out, and the widgets of
/// a dashboard are counted.
pub(super) fn brief_differences_of(change: &Change) -> Vec<FieldDifference> {
    let mut found = match (change.before(), change.after()) {
        (Some(Artifact::Dashboard(old)), Some(Artifact::Dashboard(new))) => {
            dashboard::brief_differences(&old.body, &new.body)
        }
        (Some(old), Some(new)) => differences(old, new),
        _ => Vec::new(),
    };
    if found.len() > 1 {
        found.retain(|difference| ![DESCRIPTION, RECORD].contains(&&*difference.field));
    }
    found.extend(tag_differences(change));
    found
}

fn tag_differences(change: &Change) -> impl Iterator<Item = FieldDifference> {
    let tags = change.tags().into_iter().flatten();
    tags.map(|(key, tag)| FieldDifference {
        field: format!("tag {key}"),
        old: tag.old.clone(),
        new: Some(tag.new.clone()),
    })
}

fn differences(old: &Artifact, new: &Artifact) -> Vec<FieldDifference> {
    match (old, new) {
        (Artifact::Dashboard(old), Artifact::Dashboard(new)) => {
            dashboard::differences(&old.body, &new.body)
        }
        (old, new) => between(&fields(old), &fields(new)),
    }
}

/// All fields of an artifact as names and texts, except kind and name. Actions without receivers are left out.
pub(super) fn texts(artifact: &Artifact) -> Vec<(String, String)> {
    let fields = fields(artifact).into_iter();
    fields
        .filter(|field| field.name != RECORD)
        .filter(|field| field.name == SUBSCRIPTIONS || !field.is_empty_set())
        .flat_map(|Field { name, value }| match value {
            FieldValue::Text(text) => vec![(name, text)],
            FieldValue::Set(values) => vec![(name, listed(values))],
            FieldValue::Json(value) => leaves(&name, &value),
        })
        .collect()
}

/// The receivers of a topic: shown even if there are none.
const SUBSCRIPTIONS: &str = "subscriptions";

/// The hashes of the subscriptions that tracewatch made: they follow from the subscriptions.
const RECORD: &str = "record of subscriptions";

/// The field that the text of a definition fills, often with the values of other fields.
const DESCRIPTION: &str = "description";

/// All fields of an artifact except kind and name.
fn fields(artifact: &Artifact) -> Vec<Field> {
    match artifact {
        Artifact::Topic(topic) => topic_fields(topic),
        Artifact::ChatConfiguration(chat) => chat_fields(chat),
        Artifact::TraceGroup(group) => group_fields(group),
        Artifact::SamplingRule(rule) => sampling_fields(rule),
        Artifact::LogRetention(LogRetention { log_group: _, days }) => {
            vec![field("keeps events", days_text(*days))]
        }
        Artifact::EventRule(rule) => event_rule_fields(rule),
        Artifact::MetricFilter(filter) => metric_filter_fields(filter),
        Artifact::Alarm(alarm) => alarm_fields(alarm),
        Artifact::CompositeAlarm(alarm) => composite_fields(alarm),
        Artifact::MuteRule(rule) => mute_rule_fields(rule),
        Artifact::ServiceLevelObjective(objective) => objective_fields(objective),
        Artifact::Dashboard(dashboard) => dashboard::fields(&dashboard.body),
    }
}

/// The artifact in one line.
pub(super) fn essence(artifact: &Artifact) -> String {
    match artifact {
        Artifact::Topic(topic) => listed(topic.subscriptions.iter().map(subscription_text)),
        Artifact::ChatConfiguration(chat) => {
            let topics = counted(chat.topics.len(), "topic", "topics");
            format!("{} gets {topics}", chat.channel)
        }
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
        Artifact::MetricFilter(filter) => format!("{} in {}", filter.pattern, filter.log_group),
        Artifact::Alarm(alarm) => {
            format!(
                "{} {}, {}",
                query_text(&alarm.query),
                alarm.condition,
                alarm.window_text()
            )
        }
        Artifact::CompositeAlarm(alarm) => rule_essence(&alarm.rule),
        Artifact::MuteRule(rule) => {
            format!(
                "{} {}, {}, {}",
                rule.schedule,
                rule.timezone,
                period_text(rule.duration),
                counted(rule.alarms.len(), "alarm", "alarms")
            )
        }
        Artifact::ServiceLevelObjective(objective) => {
            let ServiceLevelObjective { goal, days, .. } = objective.as_ref();
            format!("{} in {days} d", goal_text(*goal, &objective.indicator))
        }
        Artifact::Dashboard(dashboard) => dashboard::size(&dashboard.body),
    }
}

/// `any of 22 alarms`, or the rule where it is more than alternatives.
fn rule_essence(rule: &str) -> String {
    match composite::parse(rule) {
        Ok(AlarmRule::Any(alternatives)) if alternatives.len() > SHOWN_ALTERNATIVES => {
            let alarms = alternatives
                .iter()
                .all(|alternative| matches!(alternative, AlarmRule::In(AlarmState::Alarm, _)));
            if alarms {
                format!("any of {} alarms", alternatives.len())
            } else {
                rule.to_owned()
            }
        }
        _ => rule.to_owned(),
    }
}

/// The number of alternatives that a rule may have to be shown in one line.
const SHOWN_ALTERNATIVES: usize = 2;

fn topic_fields(topic: &Topic) -> Vec<Field> {
    let Topic {
        name: _,
        statements,
        subscriptions,
        recorded,
        delivery: _,
    } = topic;
    let mut fields = vec![
        set(SUBSCRIPTIONS, subscriptions.iter().map(subscription_text)),
        set(RECORD, recorded.hashes().cloned()),
    ];
    for (sid, statement) in statements {
        fields.push(json(format!("policy {sid}"), statement));
    }
    fields
}

fn chat_fields(chat: &ChatConfiguration) -> Vec<Field> {
    let ChatConfiguration {
        name: _,
        channel,
        role,
        topics,
    } = chat;
    let mut fields = match channel {
        ChatChannel::Slack { workspace, channel } => {
            vec![field("workspace", workspace), field("channel", channel)]
        }
        ChatChannel::Teams {
            tenant,
            team,
            channel,
        } => vec![
            field("tenant", tenant),
            field("team", team),
            field("channel", channel),
        ],
    };
    fields.push(field("role", role));
    fields.push(set("topics", topics.iter().cloned()));
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
        input,
    } = rule;
    let mut fields = vec![
        field(DESCRIPTION, description),
        set("targets", targets.iter().cloned()),
        json("pattern", pattern),
    ];
    if let Some(InputTransformer { paths, template }) = input {
        fields.push(field("text", template));
        for (name, path) in paths {
            fields.push(field(format!("text <{name}>"), path));
        }
    }
    fields
}

fn metric_filter_fields(filter: &MetricFilter) -> Vec<Field> {
    let MetricFilter {
        name: _,
        log_group,
        pattern,
        namespace,
        metric,
        value,
        default_value,
        unit,
    } = filter;
    vec![
        field("log group", log_group),
        field("pattern", pattern),
        field("metric", format!("{namespace} {metric}")),
        field("value", value),
        set(
            "value without a match",
            default_value.map(|value| value.to_string()),
        ),
        set("unit", unit.clone()),
    ]
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
        warm_up_minutes,
        missing,
        evaluate_low_samples,
        actions,
    } = alarm;
    let mut fields = vec![field(DESCRIPTION, description)];
    fields.extend(query_fields(query));
    fields.extend([
        field("when", condition.to_string()),
        field(
            "datapoints",
            format!(
                "{} of {}",
                alarm.datapoints_to_alarm, alarm.evaluation_periods
            ),
        ),
        field("period", period_text(*period)),
        field("missing", missing.word()),
        set(
            "first evaluation after",
            warm_up_minutes.map(|minutes| period_text(60 * minutes)),
        ),
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
        suppressor,
    } = alarm;
    let mut fields = vec![field(DESCRIPTION, description), field("rule", rule)];
    fields.extend(action_fields(actions));
    let suppressor = suppressor.as_ref().map(suppressor_text);
    fields.push(set("suppressed by", suppressor));
    fields
}

fn suppressor_text(suppressor: &Suppressor) -> String {
    let Suppressor {
        alarm,
        wait,
        extension,
    } = suppressor;
    format!(
        "{alarm} (waits {}, {} longer)",
        period_text(*wait),
        period_text(*extension)
    )
}

fn objective_fields(objective: &ServiceLevelObjective) -> Vec<Field> {
    let ServiceLevelObjective {
        name: _,
        description,
        indicator,
        goal,
        days,
        warning_threshold,
        burn_windows,
    } = objective;
    let mut fields = vec![
        field(DESCRIPTION, description),
        field("goal", goal_text(*goal, indicator)),
        field("window", format!("{days} d")),
        field(
            "warning below",
            format!("{warning_threshold} % of the budget"),
        ),
        set(
            "burn rates over",
            burn_windows.iter().map(|minutes| period_text(60 * minutes)),
        ),
    ];
    match indicator {
        Sli::Requests { total, bad } => {
            fields.extend(series_fields("total", total));
            fields.extend(series_fields("bad", bad));
        }
        Sli::Minutes { metric, bad_from } => {
            fields.push(field("metric", metric_text(metric)));
            fields.push(field("good below", bad_from.to_string()));
        }
    }
    fields
}

fn goal_text(goal: f64, indicator: &Sli) -> String {
    let counted = match indicator {
        Sli::Requests { .. } => "requests",
        Sli::Minutes { .. } => "minutes",
    };
    format!("{goal} % good {counted}")
}

fn series_fields(name: &str, series: &SliSeries) -> Vec<Field> {
    let mut fields = vec![field(name, &series.expression)];
    for (id, metric) in series.metrics.iter() {
        fields.push(field(format!("{name} {id}"), metric_text(metric)));
    }
    fields
}

fn mute_rule_fields(rule: &MuteRule) -> Vec<Field> {
    let MuteRule {
        name: _,
        description,
        schedule,
        duration,
        timezone,
        expires,
        alarms,
    } = rule;
    vec![
        field(DESCRIPTION, description),
        field("schedule", format!("{schedule} {timezone}")),
        field("for", period_text(*duration)),
        set("until", expires.map(utc_text)),
        set("mutes", alarms.iter().cloned()),
    ]
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
        set("notifies on ALARM", alarm.iter().cloned()),
        set("notifies on OK", ok.iter().cloned()),
        set(
            "notifies on INSUFFICIENT_DATA",
            insufficient_data.iter().cloned(),
        ),
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
        AlarmQuery::Insights { query } => vec![field("watches", query)],
    }
}

fn query_text(query: &AlarmQuery) -> String {
    match query {
        AlarmQuery::Metric(metric) => format!("{} {}", metric.name, metric.stat),
        AlarmQuery::Math { expression, .. } => expression.clone(),
        AlarmQuery::Insights { query } => query.clone(),
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

fn days_text(days: Option<u32>) -> String {
    match days {
        Some(days) => counted(days as usize, "day", "days"),
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

pub(super) fn subscription_text(subscription: &Subscription) -> String {
    format!("{}:{}", subscription.protocol, subscription.shown())
}

/// Every number, text and truth value in a JSON value, with its path (`detail.State[0]`).
fn leaves(path: &str, value: &Value) -> Vec<(String, String)> {
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
        other => vec![(path.to_owned(), json_text(other))],
    }
}
