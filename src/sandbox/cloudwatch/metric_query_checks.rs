//! CloudWatch's checks of an alarm's metric list.

use std::collections::BTreeSet;

use serde_json::Value;

use super::error::invalid;
use super::metric_queries::{id, period, returns_data};
use crate::sandbox::error::AwsError;
use crate::sandbox::request::OperationInput;
use crate::semantics::limits::{ALARM_EXPRESSIONS, ALARM_METRICS, is_alarm_period, is_query_id};

pub(super) fn queries_are_valid(alarm: &OperationInput) -> Result<(), AwsError> {
    let queries = alarm.list("Metrics");
    if queries.is_empty() {
        return Ok(());
    }
    let mut ids = BTreeSet::new();
    for query in queries {
        check_query(query)?;
        if !ids.insert(id(query)) {
            return Err(invalid(format!(
                "The values for parameter Id in list Metrics are not unique: {}",
                id(query)
            )));
        }
    }
    queries_are_few(queries)?;
    let returned = queries.iter().filter(|query| returns_data(query)).count();
    match (alarm.get("ThresholdMetricId").is_some(), returned) {
        // AWS's examples return the metric and the band. According to Terraform's issues, the metric alone is enough.
        (false, 1) | (true, 1 | 2) => Ok(()),
        (false, _) => Err(invalid(
            "Exactly one element of the metrics list should return data.",
        )),
        (true, _) => Err(invalid(
            "Exactly two elements of the metrics list should return data.",
        )),
    }
}

fn queries_are_few(queries: &[Value]) -> Result<(), AwsError> {
    let expressions = queries
        .iter()
        .filter(|query| query.get("Expression").is_some())
        .count();
    if expressions > ALARM_EXPRESSIONS || queries.len() - expressions > ALARM_METRICS {
        return Err(invalid(
            "The metrics list can hold at most 10 metrics and 10 expressions",
        ));
    }
    Ok(())
}

fn check_query(query: &Value) -> Result<(), AwsError> {
    let id = id(query);
    if !is_query_id(id) {
        return Err(invalid(format!(
            "The value {id} for parameter Id is invalid: it must match ^[a-z][a-zA-Z0-9_]*$"
        )));
    }
    if query.get("MetricStat").is_some() == query.get("Expression").is_some() {
        return Err(invalid(
            "Invalid metrics list: each element needs either MetricStat or Expression",
        ));
    }
    match period(query) {
        Some(seconds) if !u32::try_from(seconds).is_ok_and(is_alarm_period) => {
            Err(invalid("Period must be 10, 20, 30 or a multiple of 60"))
        }
        _ => Ok(()),
    }
}

pub(super) fn band_exists(alarm: &OperationInput) -> Result<(), AwsError> {
    let queries = alarm.list("Metrics");
    match alarm.text("ThresholdMetricId") {
        Some(band) if !queries.iter().any(|query| id(query) == band) => Err(invalid(format!(
            "ThresholdMetricId {band} is not the id of an element of the metrics list"
        ))),
        _ => Ok(()),
    }
}
