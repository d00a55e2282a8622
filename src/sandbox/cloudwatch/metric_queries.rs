//! Elements of metric lists (`MetricDataQuery`), which alarms and GetMetricData share.

use serde_json::Value;

use crate::sandbox::data::MetricKey;

pub(super) fn text<'a>(structure: &'a Value, member: &str) -> &'a str {
    structure
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub(super) fn id(query: &Value) -> &str {
    text(query, "Id")
}

/// The default of `ReturnData` is true.
pub(super) fn returns_data(query: &Value) -> bool {
    query
        .get("ReturnData")
        .and_then(Value::as_bool)
        .unwrap_or(true)
}

/// The period of the query or of its `MetricStat`, in seconds.
pub(super) fn period(query: &Value) -> Option<i64> {
    query
        .get("Period")
        .or_else(|| query.get("MetricStat")?.get("Period"))?
        .as_i64()
}

/// The longest positive period, or a minute.
pub(super) fn longest_period(periods: impl Iterator<Item = i64>) -> u32 {
    periods
        .filter_map(|period| u32::try_from(period).ok())
        .max()
        .filter(|period| *period > 0)
        .unwrap_or(60)
}

/// The metric of a `MetricStat`.
pub(super) fn metric_key(metric_stat: &Value) -> MetricKey {
    let metric = metric_stat.get("Metric").unwrap_or(&Value::Null);
    MetricKey::read(text(metric, "Namespace"), metric)
}
