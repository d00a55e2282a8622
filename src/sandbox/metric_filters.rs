//! CloudWatch Logs: metric filters. They publish nothing here, because log events are not served.

use serde_json::{Value, json};

use super::account::Account;
use super::data::LogGroup;
use super::error::{AwsError, OperationResult};
use super::logs::{DEFAULT_CLASS, class, invalid, named};
use super::operation::Operations;
use super::paging::page;
use super::request::{OperationInput, Request};
use crate::semantics::limits::{DESCRIBE_LOG_GROUPS_PAGE, METRIC_FILTERS, REGEX_FILTERS};
use crate::semantics::log_pattern::{self, LogPattern};

pub(super) const OPERATIONS: Operations = &[
    ("PutMetricFilter", put),
    ("DescribeMetricFilters", describe),
    ("DeleteMetricFilter", delete),
];

fn put(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("filterName");
    if name.contains([':', '*']) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'filterName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [^:*]*"
        )));
    }
    let pattern = log_pattern::parse(input.required("filterPattern"))
        .map_err(|_| invalid("Invalid metric filter pattern"))?;
    check_transformations(input, &pattern)?;
    let mut filter = input.0.clone();
    filter.insert(
        "creationTime".to_owned(),
        json!(request.now.as_millisecond()),
    );
    let group = named(account.region(&request.region), request)?;
    check_class(group)?;
    check_quotas(group, name, &pattern)?;
    group.metric_filters.insert(name.to_owned(), filter);
    Ok(Value::Null)
}

fn check_transformations(input: &OperationInput, pattern: &LogPattern) -> Result<(), AwsError> {
    for transformation in input.list("metricTransformations") {
        let value = transformation["metricValue"].as_str().unwrap_or_default();
        if value.parse::<f64>().is_err() && pattern.check_value(value).is_err() {
            return Err(invalid(format!(
                "Invalid metric transformation: metricValue {value}"
            )));
        }
        let has = |member: &str| !transformation[member].is_null();
        if has("defaultValue") && has("dimensions") {
            return Err(invalid(
                "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
            ));
        }
        for member in ["metricName", "metricNamespace"] {
            let text = transformation[member].as_str().unwrap_or_default();
            if text.contains([':', '*', '$']) {
                return Err(invalid(format!(
                    "Invalid metric transformation: {member} {text}"
                )));
            }
        }
    }
    Ok(())
}

/// The error's name is unverified.
fn check_class(group: &LogGroup) -> Result<(), AwsError> {
    if class(group) == DEFAULT_CLASS {
        return Ok(());
    }
    let message = "Metric filters are not supported for the class of this log group.";
    Err(AwsError::new("InvalidOperationException", message))
}

fn check_quotas(group: &LogGroup, name: &str, pattern: &LogPattern) -> Result<(), AwsError> {
    let others = group.metric_filters.iter();
    let others: Vec<&Value> = others
        .filter(|(other, _)| *other != name)
        .filter_map(|(_, filter)| filter.get("filterPattern"))
        .collect();
    let has_regex = |pattern: &&&Value| {
        let pattern = pattern.as_str().unwrap_or_default();
        log_pattern::parse(pattern).is_ok_and(|pattern| pattern.has_regex())
    };
    let is_full = others.len() >= METRIC_FILTERS
        || pattern.has_regex() && others.iter().filter(has_regex).count() >= REGEX_FILTERS;
    if is_full {
        return Err(AwsError::new(
            "LimitExceededException",
            "Resource limit exceeded.",
        ));
    }
    Ok(())
}

/// A prefix counts only beside the name of a log group.
fn describe(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    if input.text("metricName").is_some() != input.text("metricNamespace").is_some() {
        return Err(invalid(
            "metricName and metricNamespace must be specified together.",
        ));
    }
    let region = account.region(&request.region);
    let has_group = input.text("logGroupName").is_some();
    if has_group {
        named(region, request)?;
    }
    let mut keyed = Vec::new();
    for (group_name, group) in &region.log_groups {
        if !input.allows("logGroupName", group_name) {
            continue;
        }
        for (name, filter) in &group.metric_filters {
            let has_prefix = !has_group || input.allows_prefix_of("filterNamePrefix", name);
            let metric = &filter["metricTransformations"][0];
            let has_metric = ["metricName", "metricNamespace"]
                .into_iter()
                .all(|member| input.allows(member, metric[member].as_str().unwrap_or_default()));
            if has_prefix && has_metric {
                keyed.push((format!("{name}\n{group_name}"), filter));
            }
        }
    }
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    let items = keyed.iter().map(|(key, filter)| (key.as_str(), *filter));
    let page = page(
        items,
        input.text("nextToken"),
        input.page_size("limit", DESCRIBE_LOG_GROUPS_PAGE),
    );
    let page = page.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    Ok(json!({ "metricFilters": page.items, "nextToken": page.next }))
}

fn delete(account: &mut Account, request: &Request) -> OperationResult {
    let group = named(account.region(&request.region), request)?;
    let name = request.input.required("filterName");
    match group.metric_filters.remove(name) {
        Some(_) => Ok(Value::Null),
        None => Err(AwsError::new(
            "ResourceNotFoundException",
            "The specified metric filter does not exist.",
        )),
    }
}
