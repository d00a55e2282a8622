//! ARNs of alarms, mute rules and dashboards.

use crate::sandbox::request::{ACCOUNT_ID, Request};

pub(crate) fn alarm_arn(request: &Request, name: &str) -> String {
    request.arn("cloudwatch", &format!("alarm:{name}"))
}

/// Converts an alarm's name or ARN to its name.
pub(super) fn alarm_name<'a>(request: &Request, given: &'a str) -> &'a str {
    given.strip_prefix(&alarm_arn(request, "")).unwrap_or(given)
}

pub(crate) fn mute_rule_arn(request: &Request, name: &str) -> String {
    request.arn("cloudwatch", &format!("alarm-mute-rule:{name}"))
}

/// Dashboards belong to no Region.
pub(crate) fn dashboard_arn(name: &str) -> String {
    format!("arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{name}")
}
