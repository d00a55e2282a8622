//! GetMetricData: statistics of published samples, and metric math on them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::invalid;
use super::metric_queries::{id, longest_period, metric_key, period, returns_data, text};
use super::metrics::seconds;
use super::quotas::with_default_quotas;
use super::statistics::statistic;
use crate::sandbox::account::Account;
use crate::sandbox::data::{Region, Sample};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::instant::text_of;
use crate::sandbox::operation::Operations;
use crate::sandbox::request::{OperationInput, Request};
use crate::semantics::math::{self, Grid};
use crate::semantics::statistics;

pub(super) const OPERATIONS: Operations = &[("GetMetricData", get_metric_data)];

/// The greatest number of datapoints of one series in one call (GetMetricData, `MaxDatapoints`).
const MOST_POINTS: i64 = 100_800;

/// Values by period start, in seconds since 1970.
type PeriodValues = BTreeMap<i64, f64>;

fn get_metric_data(account: &mut Account, request: &Request) -> OperationResult {
    let range = TimeRange::read(&request.input)?;
    let queries = request.input.list("MetricDataQueries");
    let region = account.region(&request.region);
    let mut values: BTreeMap<&str, PeriodValues> = BTreeMap::new();
    for query in queries {
        if let Some(metric_stat) = query.get("MetricStat") {
            values.insert(
                id(query),
                metric_values(region, query, metric_stat, &range)?,
            );
        }
    }
    add_expressions(queries, &mut values, &range)?;
    let is_ascending = request.input.text("ScanBy") == Some("TimestampAscending");
    let results: Value = queries
        .iter()
        .filter(|query| returns_data(query))
        .filter_map(|query| Some(result(query, values.get(id(query))?, is_ascending)))
        .collect();
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

/// The time range of a request, in seconds since 1970.
struct TimeRange {
    start: i64,
    end: i64,
}

impl TimeRange {
    fn read(input: &OperationInput) -> Result<Self, AwsError> {
        let range = Self {
            start: input.get("StartTime").map_or(0, seconds),
            end: input.get("EndTime").map_or(0, seconds),
        };
        if range.start >= range.end {
            return Err(invalid(
                "The parameter StartTime must be less than the parameter EndTime.",
            ));
        }
        Ok(range)
    }

    /// The starts of all periods in the range.
    fn starts(&self, period: u32) -> Result<Vec<i64>, AwsError> {
        let length = i64::from(period);
        let first = self.start.div_euclid(length) * length;
        if (self.end - first) / length > MOST_POINTS {
            return Err(invalid("The request would return too many datapoints"));
        }
        let starts = std::iter::successors(Some(first), |start| start.checked_add(length));
        Ok(starts.take_while(|start| *start < self.end).collect())
    }

    fn contains(&self, time: i64) -> bool {
        (self.start..self.end).contains(&time)
    }
}

/// The values of a `MetricStat`.
fn metric_values(
    region: &Region,
    query: &Value,
    metric_stat: &Value,
    range: &TimeRange,
) -> Result<PeriodValues, AwsError> {
    let name = text(metric_stat, "Stat");
    let wanted = statistics::parse(name).map_err(|_| {
        invalid(format!(
            "The value {name} for parameter Stat is not supported."
        ))
    })?;
    let key = metric_key(metric_stat);
    let length = i64::from(longest_period(period(query).into_iter()));
    let metric = region.metrics.iter().find(|metric| metric.key == key);
    let mut periods: BTreeMap<i64, Vec<&Sample>> = BTreeMap::new();
    for sample in metric.into_iter().flat_map(|metric| &metric.samples) {
        if range.contains(sample.at) {
            let start = sample.at.div_euclid(length) * length;
            periods.entry(start).or_default().push(sample);
        }
    }
    let values = periods
        .into_iter()
        .filter_map(|(start, samples)| Some((start, statistic(wanted, &samples)?)));
    Ok(values.collect())
}

/// Computes expressions in dependency order and adds their values.
fn add_expressions<'a>(
    queries: &'a [Value],
    values: &mut BTreeMap<&'a str, PeriodValues>,
    range: &TimeRange,
) -> Result<(), AwsError> {
    let mut open: Vec<&Value> = queries
        .iter()
        .filter(|query| query.get("Expression").is_some())
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let period = longest_period(queries.iter().filter_map(period));
    let starts = range.starts(period)?;
    let grid = Grid {
        starts: &starts,
        period,
    };
    while let Some(first) = open.first().copied() {
        let mut waiting = Vec::new();
        for query in &open {
            match expression_values(query, queries, values, grid)? {
                Some(computed) => _ = values.insert(id(query), computed),
                None => waiting.push(*query),
            }
        }
        if waiting.len() == open.len() {
            return Err(invalid_expression(
                first,
                "it names an id that is not there",
            ));
        }
        open = waiting;
    }
    Ok(())
}

fn invalid_expression(query: &Value, reason: &str) -> AwsError {
    invalid(format!("Error in expression '{}': {reason}", id(query)))
}

/// The values of an expression; `None` before all its operands are computed.
fn expression_values(
    query: &Value,
    queries: &[Value],
    values: &BTreeMap<&str, PeriodValues>,
    grid: Grid<'_>,
) -> Result<Option<PeriodValues>, AwsError> {
    let expression = math::parse(text(query, "Expression")).map_err(|errors| {
        let reason = errors.first().map_or("", |error| &error.message);
        invalid_expression(query, reason)
    })?;
    let expression = with_default_quotas(&expression, queries);
    if !expression.ids().iter().all(|id| values.contains_key(id)) {
        return Ok(None);
    }
    let operands = values
        .iter()
        .map(|(id, values)| ((*id).to_owned(), on_grid(values, grid)))
        .collect();
    let points = math::evaluate(&expression, &operands, grid)
        .map_err(|error| invalid_expression(query, &error.message))?
        .into_series(grid)
        .ok_or_else(|| {
            invalid_expression(query, "the sandbox returns one series for an expression")
        })?;
    let computed = grid.starts.iter().zip(points);
    Ok(Some(
        computed
            .filter_map(|(start, point)| Some((*start, point?)))
            .collect(),
    ))
}

fn on_grid(values: &PeriodValues, grid: Grid<'_>) -> Vec<Option<f64>> {
    grid.starts
        .iter()
        .map(|start| values.get(start).copied())
        .collect()
}

fn result(query: &Value, values: &PeriodValues, is_ascending: bool) -> Value {
    let (mut timestamps, mut numbers): (Vec<String>, Vec<f64>) = values
        .iter()
        .map(|(start, value)| (instant(*start), *value))
        .unzip();
    if !is_ascending {
        timestamps.reverse();
        numbers.reverse();
    }
    json!({
        "Id": id(query),
        "Label": label(query),
        "Timestamps": timestamps,
        "Values": numbers,
        "StatusCode": "Complete",
    })
}

/// The query's label; by default the metric's name, for expressions the id.
fn label(query: &Value) -> &str {
    let metric_name = query
        .get("MetricStat")
        .and_then(|metric_stat| metric_stat.get("Metric")?.get("MetricName"));
    query
        .get("Label")
        .and_then(Value::as_str)
        .or(metric_name.and_then(Value::as_str))
        .unwrap_or(id(query))
}

fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(text_of)
        .unwrap_or_default()
}
