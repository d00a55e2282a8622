//! PutMetricData and ListMetrics.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::catch_up::{catch_up, rewind};
use super::error::invalid_token_value;
use super::metric_checks::{dimension_error, namespace_error};
use crate::sandbox::account::Account;
use crate::sandbox::data::{MetricKey, PublishedMetric, Region, Sample};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::{numbered, page};
use crate::sandbox::request::{OperationInput, Request};
use crate::semantics::limits::LIST_METRICS_PAGE;

pub(super) const OPERATIONS: Operations = &[
    ("PutMetricData", put_metric_data),
    ("ListMetrics", list_metrics),
];

/// The longest time in seconds between calls of one burst. Alarms have to see a burst for the past as a whole, so that calls within
/// it do not evaluate alarms; the next operation on alarms, or a later publication, does. Alarms on current samples
/// lose nothing: a minute is evaluated after its end.
const BURST: i64 = 10;

fn put_metric_data(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let namespace = input.required("Namespace");
    let data = metric_data(input);
    if let Some(message) = namespace_error(namespace) {
        return Err(AwsError::new("InvalidParameterValueException", message));
    }
    if data.is_empty() {
        return Err(AwsError::new(
            "MissingRequiredParameterException",
            "The parameter MetricData is required.",
        ));
    }
    let read: Result<Vec<_>, AwsError> = data
        .into_iter()
        .map(|datum| read_datum(namespace, datum, request.now))
        .collect();
    let now = request.now.as_second();
    if account
        .region(&request.region)
        .unseen_since
        .is_some_and(|since| now - since > BURST)
    {
        catch_up(account, &request.region, request.now);
    }
    let region = account.region(&request.region);
    region.unseen_since = Some(now);
    let mut published = Vec::new();
    for (key, samples) in read? {
        if let Some(earliest) = samples.iter().map(|sample| sample.at).min() {
            published.push((key.clone(), earliest));
        }
        metric_of(region, key).samples.extend(samples);
    }
    rewind(region, &published, request.now);
    Ok(Value::Null)
}

/// All data of a request, those of entities last.
fn metric_data(input: &OperationInput) -> Vec<&Value> {
    let of_entities = input
        .list("EntityMetricData")
        .iter()
        .filter_map(|entity| entity.get("MetricData")?.as_array())
        .flatten();
    input.list("MetricData").iter().chain(of_entities).collect()
}

fn metric_of(region: &mut Region, key: MetricKey) -> &mut PublishedMetric {
    let at = region
        .metrics
        .iter()
        .position(|metric| metric.key == key)
        .unwrap_or_else(|| {
            region.metrics.push(PublishedMetric {
                key,
                samples: Vec::new(),
            });
            region.metrics.len() - 1
        });
    &mut region.metrics[at]
}

/// The metric of a `MetricDatum`, and its samples.
fn read_datum(
    namespace: &str,
    datum: &Value,
    now: Timestamp,
) -> Result<(MetricKey, Vec<Sample>), AwsError> {
    let samples = match (
        datum.get("Value").and_then(Value::as_f64),
        numbers(datum, "Values"),
        datum.get("StatisticValues"),
    ) {
        (Some(value), None, None) => vec![sample(datum, now, value, 1.0)],
        (None, Some(values), None) => {
            let counts = numbers(datum, "Counts").unwrap_or_else(|| vec![1.0; values.len()]);
            if counts.len() != values.len() {
                return Err(AwsError::new(
                    "InvalidParameterValueException",
                    "Values and Counts must have the same length",
                ));
            }
            let counted = values.into_iter().zip(counts);
            counted
                .map(|(value, count)| sample(datum, now, value, count))
                .collect()
        }
        (None, None, Some(set)) => vec![statistic_set(datum, now, set)],
        _ => {
            let message = "Exactly one of Value, Values and StatisticValues must be specified";
            return Err(AwsError::new(
                "InvalidParameterCombinationException",
                message,
            ));
        }
    };
    if let Some(message) = datum_error(datum) {
        return Err(AwsError::new("InvalidParameterValueException", message));
    }
    Ok((MetricKey::read(namespace, datum), samples))
}

fn datum_error(datum: &Value) -> Option<String> {
    dimension_error(datum.get("Dimensions")?.as_array()?)
}

fn numbers(structure: &Value, member: &str) -> Option<Vec<f64>> {
    let list = structure.get(member)?.as_array()?;
    Some(list.iter().filter_map(Value::as_f64).collect())
}

fn sample(datum: &Value, now: Timestamp, value: f64, count: f64) -> Sample {
    Sample {
        at: datum.get("Timestamp").map_or(now.as_second(), seconds),
        count,
        sum: value * count,
        min: value,
        max: value,
        unit: datum.get("Unit").and_then(Value::as_str).map(str::to_owned),
    }
}

fn statistic_set(datum: &Value, now: Timestamp, set: &Value) -> Sample {
    Sample {
        count: number(set, "SampleCount"),
        sum: number(set, "Sum"),
        min: number(set, "Minimum"),
        max: number(set, "Maximum"),
        ..sample(datum, now, 0.0, 0.0)
    }
}

fn number(structure: &Value, member: &str) -> f64 {
    structure
        .get(member)
        .and_then(Value::as_f64)
        .unwrap_or_default()
}

/// Seconds since 1970 of a timestamp's text.
pub(super) fn seconds(instant: &Value) -> i64 {
    instant
        .as_str()
        .and_then(|text| text.parse::<Timestamp>().ok())
        .map_or(0, Timestamp::as_second)
}

fn list_metrics(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let metrics = &account.region(&request.region).metrics;
    let keyed = numbered(
        metrics
            .iter()
            .filter(|metric| is_wanted(&metric.key, input)),
    );
    let page = page(
        keyed
            .iter()
            .map(|(key, metric)| (key.as_str(), described(&metric.key))),
        input.text("NextToken"),
        LIST_METRICS_PAGE,
    )
    .ok_or_else(invalid_token_value)?;
    Ok(json!({ "Metrics": page.items, "NextToken": page.next }))
}

fn is_wanted(key: &MetricKey, input: &OperationInput) -> bool {
    input.allows("Namespace", &key.namespace)
        && input.allows("MetricName", &key.name)
        && input
            .list("Dimensions")
            .iter()
            .all(|filter| has_dimension(key, filter))
}

/// A filter without a value matches every value of its dimension.
fn has_dimension(key: &MetricKey, filter: &Value) -> bool {
    let name = filter.get("Name").and_then(Value::as_str);
    let value = filter.get("Value").and_then(Value::as_str);
    key.dimensions
        .get(name.unwrap_or_default())
        .is_some_and(|found| value.is_none_or(|value| value == found))
}

fn described(key: &MetricKey) -> Value {
    let dimensions: Value = key
        .dimensions
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    json!({ "Namespace": key.namespace, "MetricName": key.name, "Dimensions": dimensions })
}
