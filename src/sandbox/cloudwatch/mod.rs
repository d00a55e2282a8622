//! CloudWatch: alarms and their history, dashboards, metrics.

pub mod alarm_checks;
pub mod alarms;
pub mod composite;
pub mod dashboards;
pub mod evaluation;
pub mod history;
pub mod metric_data;
pub mod metrics;
pub mod statistics;
mod suppression;
pub mod tags;
mod watched;

use jiff::Timestamp;

use super::account::Account;
use super::error::AwsError;

/// Alarms do what they do by a time, in all Regions.
pub(super) fn time_passed(account: &mut Account, now: Timestamp) {
    for region in account.region_names() {
        evaluation::bring_forward(account, &region, now);
    }
}

/// CloudWatch's answer to a request that its model allows and it does not: `ValidationError` in the query protocol.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}
