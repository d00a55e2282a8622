//! CloudWatch: alarms and their history, dashboards, metrics.

mod alarm_checks;
mod alarm_data;
mod alarm_states;
mod arns;
mod catch_up;
mod composite_rules;
mod dashboards;
mod delete_alarms;
mod describe_alarms;
mod describe_history;
mod error;
mod evaluation;
mod history;
mod metric_checks;
mod metric_data;
mod metric_queries;
mod metric_query_checks;
mod metrics;
mod mute_rules;
mod muting;
mod notifications;
mod put_alarms;
mod quotas;
mod state_events;
mod statistics;
mod suppression;
mod tags;
mod transitions;

use super::operation::Operations;

pub(super) use arns::{alarm_arn, dashboard_arn, mute_rule_arn};
pub(super) use catch_up::catch_up_all;

pub(super) const OPERATIONS: &[Operations] = &[
    put_alarms::OPERATIONS,
    describe_alarms::OPERATIONS,
    describe_history::OPERATIONS,
    delete_alarms::OPERATIONS,
    alarm_states::OPERATIONS,
    mute_rules::OPERATIONS,
    dashboards::OPERATIONS,
    metrics::OPERATIONS,
    metric_data::OPERATIONS,
    tags::OPERATIONS,
];
