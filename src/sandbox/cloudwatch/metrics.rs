//! Metrics: what is published, and which metrics there are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::semantics::limits::LIST_METRICS_PAGE;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::paging::page;
use super::super::request::{Input, Request};
use super::super::service::Operations;
use super::evaluation::{bring_forward, rewind};
use super::metric_data::get_metric_data;
use super::statistics::Sample;

pub const OPERATIONS: Operations = &[
    ("PutMetricData", put_metric_data),
    ("GetMetricData", get_metric_data),
    ("ListMetrics", list_metrics),
];

/// Seconds. What is published for the past may take many calls, and alarms have to see all of it together: calls that follow each other
/// within this time do not look at alarms. What they published is evaluated when somebody asks, or publishes later. Points of the present
/// lose nothing by that: a minute is evaluated when it is over.
const BURST: i64 = 10;

/// One metric: a name and an exact set of dimensions, and all that was published under them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Metric {
    #[serde(flatten)]
    pub key: MetricKey,
    pub samples: Vec<Sample>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MetricKey {
    namespace: String,
    pub name: String,
    dimensions: BTreeMap<String, String>,
}

impl MetricKey {
    /// The metric of a `Metric` or `MetricDatum` structure.
    pub fn read(namespace: &str, metric: &Value) -> Self {
        Self::new(
            namespace,
            metric
                .get("MetricName")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            metric.get("Dimensions"),
        )
    }

    /// The metric with a name and a list of `Dimension` structures.
    pub fn new(namespace: &str, name: &str, dimensions: Option<&Value>) -> Self {
        let text = |value: &Value, member| {
            value
                .get(member)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let dimensions = dimensions.and_then(Value::as_array).into_iter().flatten();
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions
                .map(|dimension| (text(dimension, "Name"), text(dimension, "Value")))
                .collect(),
        }
    }

    fn described(&self) -> Value {
        let dimensions = self
            .dimensions
            .iter()
            .map(|(name, value)| json!({ "Name": name, "Value": value }));
        json!({ "Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions.collect::<Value>() })
    }
}

fn put_metric_data(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let namespace = input.required("Namespace");
    let of_entities = input
        .list("EntityMetricData")
        .iter()
        .filter_map(|entity| entity.get("MetricData")?.as_array())
        .flatten();
    let data: Vec<&Value> = input.list("MetricData").iter().chain(of_entities).collect();
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
        bring_forward(account, &request.region, request.now);
    }
    let region = account.region(&request.region);
    region.unseen_since = Some(now);
    let mut published = Vec::new();
    for (key, samples) in read? {
        published.extend(
            samples
                .iter()
                .map(|sample| sample.at)
                .min()
                .map(|earliest| (key.clone(), earliest)),
        );
        metric_of(region, key).samples.extend(samples);
    }
    rewind(region, &published, request.now);
    Ok(Value::Null)
}

fn metric_of(region: &mut Region, key: MetricKey) -> &mut Metric {
    let at = region
        .metrics
        .iter()
        .position(|metric| metric.key == key)
        .unwrap_or_else(|| {
            region.metrics.push(Metric {
                key,
                samples: Vec::new(),
            });
            region.metrics.len() - 1
        });
    &mut region.metrics[at]
}

fn read_datum(
    namespace: &str,
    datum: &Value,
    now: Timestamp,
) -> Result<(MetricKey, Vec<Sample>), AwsError> {
    let at = datum.get("Timestamp").map_or(now.as_second(), seconds);
    let numbers = |member| {
        datum
            .get(member)
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_f64).collect::<Vec<_>>())
    };
    let unit = datum.get("Unit").and_then(Value::as_str);
    let one = |value: f64, count: f64| Sample {
        at,
        count,
        sum: value * count,
        min: value,
        max: value,
        unit: unit.map(str::to_owned),
    };
    let samples = match (
        datum.get("Value").and_then(Value::as_f64),
        numbers("Values"),
        datum.get("StatisticValues"),
    ) {
        (Some(value), None, None) => vec![one(value, 1.0)],
        (None, Some(values), None) => {
            let counts = numbers("Counts").unwrap_or_else(|| vec![1.0; values.len()]);
            if counts.len() != values.len() {
                return Err(AwsError::new(
                    "InvalidParameterValueException",
                    "Values and Counts must have the same length",
                ));
            }
            values
                .into_iter()
                .zip(counts)
                .map(|(value, count)| one(value, count))
                .collect()
        }
        (None, None, Some(set)) => vec![Sample {
            unit: unit.map(str::to_owned),
            ..statistic_set(at, set)
        }],
        _ => {
            let message = "Exactly one of Value, Values and StatisticValues must be specified";
            return Err(AwsError::new(
                "InvalidParameterCombinationException",
                message,
            ));
        }
    };
    Ok((MetricKey::read(namespace, datum), samples))
}

fn statistic_set(at: i64, set: &Value) -> Sample {
    let number = |member| set.get(member).and_then(Value::as_f64).unwrap_or_default();
    Sample {
        at,
        count: number("SampleCount"),
        sum: number("Sum"),
        min: number("Minimum"),
        max: number("Maximum"),
        unit: None,
    }
}

/// Seconds since 1970 of a timestamp.
pub fn seconds(instant: &Value) -> i64 {
    instant
        .as_str()
        .and_then(|text| text.parse::<Timestamp>().ok())
        .map_or(0, Timestamp::as_second)
}

fn list_metrics(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let metrics = account
        .region(&request.region)
        .metrics
        .iter()
        .filter(|metric| is_wanted(&metric.key, input));
    let keyed: Vec<_> = metrics
        .enumerate()
        .map(|(at, metric)| (format!("{at:08}"), metric.key.described()))
        .collect();
    let page = page(
        keyed.iter().map(|(key, metric)| (key.as_str(), metric)),
        input.text("NextToken"),
        LIST_METRICS_PAGE,
    );
    let page = page.ok_or_else(|| {
        AwsError::new(
            "InvalidParameterValueException",
            "The next token is not valid",
        )
    })?;
    Ok(json!({ "Metrics": page.items, "NextToken": page.next }))
}

fn is_wanted(key: &MetricKey, input: &Input) -> bool {
    let has = |filter: &Value| {
        let name = filter
            .get("Name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let value = filter.get("Value").and_then(Value::as_str);
        key.dimensions
            .get(name)
            .is_some_and(|found| value.is_none_or(|value| value == found))
    };
    input
        .text("Namespace")
        .is_none_or(|namespace| namespace == key.namespace)
        && input.text("MetricName").is_none_or(|name| name == key.name)
        && input.list("Dimensions").iter().all(has)
}
