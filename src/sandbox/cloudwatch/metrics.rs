//! Metrics: published data, and what is read back of it. Expressions are not served.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::semantics::limits::LIST_METRICS_PAGE;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::paging::page;
use super::super::protocol::input::text_of;
use super::super::request::{Input, Request};
use super::super::service::Operations;
use super::invalid;
use super::statistics::{Sample, statistic};

pub const OPERATIONS: Operations =
    &[("PutMetricData", put_metric_data), ("GetMetricData", get_metric_data), ("ListMetrics", list_metrics)];

/// One metric: a name and an exact set of dimensions, and all that was published under them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Metric {
    #[serde(flatten)]
    key: MetricKey,
    samples: Vec<Sample>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MetricKey {
    namespace: String,
    name: String,
    dimensions: BTreeMap<String, String>,
}

impl MetricKey {
    fn read(namespace: &str, metric: &Value) -> Self {
        let text = |value: &Value, member| value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let dimensions = metric.get("Dimensions").and_then(Value::as_array).into_iter().flatten();
        Self {
            namespace: namespace.to_owned(),
            name: text(metric, "MetricName"),
            dimensions: dimensions.map(|dimension| (text(dimension, "Name"), text(dimension, "Value"))).collect(),
        }
    }

    fn described(&self) -> Value {
        let dimensions = self.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value }));
        json!({ "Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions.collect::<Value>() })
    }
}

fn put_metric_data(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let namespace = input.required("Namespace");
    let of_entities = input.list("EntityMetricData").iter().filter_map(|entity| entity.get("MetricData")?.as_array()).flatten();
    let data: Vec<&Value> = input.list("MetricData").iter().chain(of_entities).collect();
    if data.is_empty() {
        return Err(AwsError::new("MissingRequiredParameterException", "The parameter MetricData is required."));
    }
    let read: Result<Vec<_>, AwsError> = data.into_iter().map(|datum| read_datum(namespace, datum, request.now)).collect();
    let region = account.region(&request.region);
    for (key, samples) in read? {
        metric_of(region, key).samples.extend(samples);
    }
    Ok(Value::Null)
}

fn metric_of(region: &mut Region, key: MetricKey) -> &mut Metric {
    let at = region.metrics.iter().position(|metric| metric.key == key).unwrap_or_else(|| {
        region.metrics.push(Metric { key, samples: Vec::new() });
        region.metrics.len() - 1
    });
    &mut region.metrics[at]
}

fn read_datum(namespace: &str, datum: &Value, now: Timestamp) -> Result<(MetricKey, Vec<Sample>), AwsError> {
    let at = datum.get("Timestamp").map_or(now.as_second(), seconds);
    let numbers =
        |member| datum.get(member).and_then(Value::as_array).map(|list| list.iter().filter_map(Value::as_f64).collect::<Vec<_>>());
    let one = |value: f64, count: f64| Sample { at, count, sum: value * count, min: value, max: value };
    let samples = match (datum.get("Value").and_then(Value::as_f64), numbers("Values"), datum.get("StatisticValues")) {
        (Some(value), None, None) => vec![one(value, 1.0)],
        (None, Some(values), None) => {
            let counts = numbers("Counts").unwrap_or_else(|| vec![1.0; values.len()]);
            if counts.len() != values.len() {
                return Err(AwsError::new("InvalidParameterValueException", "Values and Counts must have the same length"));
            }
            values.into_iter().zip(counts).map(|(value, count)| one(value, count)).collect()
        }
        (None, None, Some(set)) => vec![statistic_set(at, set)],
        _ => {
            let message = "Exactly one of Value, Values and StatisticValues must be specified";
            return Err(AwsError::new("InvalidParameterCombinationException", message));
        }
    };
    Ok((MetricKey::read(namespace, datum), samples))
}

fn statistic_set(at: i64, set: &Value) -> Sample {
    let number = |member| set.get(member).and_then(Value::as_f64).unwrap_or_default();
    Sample { at, count: number("SampleCount"), sum: number("Sum"), min: number("Minimum"), max: number("Maximum") }
}

fn seconds(instant: &Value) -> i64 {
    instant.as_str().and_then(|text| text.parse::<Timestamp>().ok()).map_or(0, Timestamp::as_second)
}

fn get_metric_data(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let window = Window::read(input)?;
    let region = account.region(&request.region);
    let mut results = Vec::new();
    for query in input.list("MetricDataQueries") {
        let result = answer_query(region, query, &window)?;
        if query.get("ReturnData").and_then(Value::as_bool).unwrap_or(true) {
            results.push(result);
        }
    }
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

struct Window {
    start: i64,
    end: i64,
    is_ascending: bool,
}

impl Window {
    fn read(input: &Input) -> Result<Self, AwsError> {
        let bound = |member| input.get(member).map_or(0, seconds);
        let window = Self {
            start: bound("StartTime"),
            end: bound("EndTime"),
            is_ascending: input.text("ScanBy") == Some("TimestampAscending"),
        };
        if window.start >= window.end {
            return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
        }
        Ok(window)
    }

    /// The samples by the start of their period, in the order asked for.
    fn periods<'a>(&self, samples: &'a [Sample], period: i64) -> Vec<(i64, Vec<&'a Sample>)> {
        let mut periods: BTreeMap<i64, Vec<&Sample>> = BTreeMap::new();
        for sample in samples.iter().filter(|sample| (self.start..self.end).contains(&sample.at)) {
            periods.entry(sample.at.div_euclid(period) * period).or_default().push(sample);
        }
        let mut periods: Vec<_> = periods.into_iter().collect();
        if !self.is_ascending {
            periods.reverse();
        }
        periods
    }
}

fn answer_query(region: &Region, query: &Value, window: &Window) -> Answer {
    let Some(metric_stat) = query.get("MetricStat") else {
        return Err(invalid("The sandbox computes no expressions: give MetricStat"));
    };
    let text = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let metric = metric_stat.get("Metric").unwrap_or(&Value::Null);
    let key = MetricKey::read(&text(metric, "Namespace"), metric);
    let period = metric_stat.get("Period").and_then(Value::as_i64).filter(|period| *period > 0).unwrap_or(60);
    let samples = region.metrics.iter().find(|metric| metric.key == key).map_or(&[][..], |metric| &metric.samples);
    let stat = text(metric_stat, "Stat");
    let (mut timestamps, mut values) = (Vec::new(), Vec::new());
    for (start, samples) in window.periods(samples, period) {
        let value =
            statistic(&stat, &samples).ok_or_else(|| invalid(format!("The sandbox does not compute the statistic {stat}")))?;
        timestamps.push(Timestamp::from_second(start).map(text_of).unwrap_or_default());
        values.push(value);
    }
    let label = query.get("Label").and_then(Value::as_str).unwrap_or(&key.name);
    Ok(json!({ "Id": text(query, "Id"), "Label": label, "Timestamps": timestamps, "Values": values, "StatusCode": "Complete" }))
}

fn list_metrics(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let metrics = account.region(&request.region).metrics.iter().filter(|metric| is_wanted(&metric.key, input));
    let keyed: Vec<_> = metrics.enumerate().map(|(at, metric)| (format!("{at:08}"), metric.key.described())).collect();
    let page = page(keyed.iter().map(|(key, metric)| (key.as_str(), metric)), input.text("NextToken"), LIST_METRICS_PAGE);
    let page = page.ok_or_else(|| AwsError::new("InvalidParameterValueException", "The next token is not valid"))?;
    Ok(json!({ "Metrics": page.items, "NextToken": page.next }))
}

fn is_wanted(key: &MetricKey, input: &Input) -> bool {
    let has = |filter: &Value| {
        let name = filter.get("Name").and_then(Value::as_str).unwrap_or_default();
        let value = filter.get("Value").and_then(Value::as_str);
        key.dimensions.get(name).is_some_and(|found| value.is_none_or(|value| value == found))
    };
    input.text("Namespace").is_none_or(|namespace| namespace == key.namespace)
        && input.text("MetricName").is_none_or(|name| name == key.name)
        && input.list("Dimensions").iter().all(has)
}
