//! CloudWatch: alarms and their history, dashboards, metrics.

pub mod alarm_checks;
pub mod alarms;
pub mod composite;
pub mod dashboards;
pub mod history;
pub mod metric_data;
pub mod metrics;
pub mod statistics;
pub mod tags;

use super::error::AwsError;

/// CloudWatch's answer to a request that its model allows and it does not: `ValidationError` in the query protocol.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}
