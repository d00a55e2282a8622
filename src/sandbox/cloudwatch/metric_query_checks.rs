//! CloudWatch's checks of an alarm's metric list.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::error::invalid;
use super::metric_checks::{dimension_error, namespace_error};
use super::metric_queries::{id, period, returns_data, text};
use super::quotas::quotas_are_of_usage;
use crate::sandbox::error::AwsError;
use crate::sandbox::request::OperationInput;
use crate::semantics::limits::{ALARM_EXPRESSIONS, ALARM_METRICS, is_alarm_period, is_query_id};
use crate::semantics::math::{self, DataType, Expr, Function};

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
    periods_are_one(queries)?;
    let types = data_types(queries, &ids)?;
    let returned = queries.iter().filter(|query| returns_data(query)).count();
    match (alarm.get("ThresholdMetricId").is_some(), returned) {
        // AWS's examples return the metric and the band. According to Terraform's issues, the metric alone is enough.
        (true, 1 | 2) => Ok(()),
        (false, 1) => queries
            .iter()
            .filter(|query| returns_data(query))
            .try_for_each(|query| is_one_series(query, &types)),
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
    if let Some(metric) = query.get("MetricStat").and_then(|stat| stat.get("Metric")) {
        let dimensions = metric.get("Dimensions").and_then(Value::as_array);
        let message = namespace_error(text(metric, "Namespace"))
            .or_else(|| dimension_error(dimensions.map_or(&[], Vec::as_slice)));
        if let Some(message) = message {
            return Err(invalid(message));
        }
    }
    match period(query) {
        Some(seconds) if !u32::try_from(seconds).is_ok_and(is_alarm_period) => {
            Err(invalid("Period must be 10, 20, 30 or a multiple of 60"))
        }
        _ => Ok(()),
    }
}

fn periods_are_one(queries: &[Value]) -> Result<(), AwsError> {
    let periods: BTreeSet<i64> = queries
        .iter()
        .filter(|query| query.get("MetricStat").is_some())
        .filter_map(period)
        .collect();
    if periods.len() > 1 {
        return Err(invalid(
            "All metrics of the metrics list must have the same period",
        ));
    }
    Ok(())
}

/// The types of the elements by id, as far as they are known.
fn data_types<'a>(
    queries: &'a [Value],
    ids: &BTreeSet<&'a str>,
) -> Result<BTreeMap<&'a str, DataType>, AwsError> {
    let mut types = BTreeMap::new();
    let mut open = Vec::new();
    for query in queries {
        let expression = text(query, "Expression");
        if query.get("MetricStat").is_some() {
            types.insert(id(query), DataType::Series);
        } else if math::is_metrics_insights(expression) {
            types.insert(id(query), DataType::Unknown);
        } else {
            let parsed = parsed(query, expression, ids)?;
            quotas_are_of_usage(query, &parsed, queries)?;
            open.push((id(query), parsed));
        }
    }
    let all: Vec<&str> = ids.iter().copied().collect();
    // Each round knows the types of at least one more expression, or all later rounds know no more.
    for _ in 0..open.len() {
        for (id, expression) in &open {
            if expression.ids().iter().all(|id| types.contains_key(id)) {
                let known = |id: &str| types.get(id).copied();
                let result = math::check(expression, &all, &known).result;
                types.insert(*id, result.unwrap_or(DataType::Unknown));
            }
        }
    }
    Ok(types)
}

fn parsed(query: &Value, expression: &str, ids: &BTreeSet<&str>) -> Result<Expr, AwsError> {
    let refused = |reason: &str| invalid(format!("Error in expression '{}': {reason}", id(query)));
    let expression = math::parse(expression)
        .map_err(|errors| refused(errors.first().map_or("", |error| &error.message)))?;
    if expression.calls(Function::Search) {
        return Err(refused("SEARCH is not supported on Metric Alarms."));
    }
    let unknown = expression.ids().into_iter().find(|id| !ids.contains(id));
    if let Some(unknown) = unknown {
        return Err(refused(&format!("no element has the id {unknown}")));
    }
    Ok(expression)
}

fn is_one_series(query: &Value, types: &BTreeMap<&str, DataType>) -> Result<(), AwsError> {
    match types.get(id(query)) {
        Some(DataType::Series | DataType::Unknown) | None => Ok(()),
        Some(DataType::Scalar | DataType::Array | DataType::Text | DataType::TextArray) => {
            Err(invalid(format!(
                "Error in expression '{}': the result must be one time series",
                id(query)
            )))
        }
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
