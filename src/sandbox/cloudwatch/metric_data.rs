//! GetMetricData: statistics of what was published, and metric math over them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::semantics::math::{self, Grid};
use crate::semantics::statistics;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::protocol::input::text_of;
use super::super::request::{Input, Request};
use super::invalid;
use super::metrics::{MetricKey, seconds};
use super::statistics::{Sample, statistic};

/// Points of one series that one call may have (GetMetricData, `MaxDatapoints`).
const MOST_POINTS: i64 = 100_800;

/// A series by the starts of its periods, in seconds since 1970.
type Series = BTreeMap<i64, f64>;

pub fn get_metric_data(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let window = Window::read(input)?;
    let queries = input.list("MetricDataQueries");
    let mut series: BTreeMap<&str, Series> = BTreeMap::new();
    for query in queries
        .iter()
        .filter(|query| query.get("MetricStat").is_some())
    {
        series.insert(
            text(query, "Id"),
            stored(account.region(&request.region), query, &window)?,
        );
    }
    compute(queries, &mut series, &window)?;
    let wanted = queries.iter().filter(|query| {
        query
            .get("ReturnData")
            .and_then(Value::as_bool)
            .unwrap_or(true)
    });
    let results =
        wanted.filter_map(|query| Some(result(query, series.get(text(query, "Id"))?, &window)));
    Ok(json!({ "MetricDataResults": results.collect::<Value>(), "Messages": [] }))
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
            return Err(invalid(
                "The parameter StartTime must be less than the parameter EndTime.",
            ));
        }
        Ok(window)
    }

    /// The starts of all its periods.
    fn grid(&self, period: u32) -> Result<Vec<i64>, AwsError> {
        let length = i64::from(period);
        let first = self.start.div_euclid(length) * length;
        if (self.end - first) / length > MOST_POINTS {
            return Err(invalid("The request would return too many datapoints"));
        }
        let starts = std::iter::successors(Some(first), |start| start.checked_add(length));
        Ok(starts.take_while(|start| *start < self.end).collect())
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn period(query: &Value) -> Option<u32> {
    let given = query
        .get("Period")
        .or_else(|| query.get("MetricStat")?.get("Period"))?;
    u32::try_from(given.as_i64()?)
        .ok()
        .filter(|period| *period > 0)
}

/// The series of a `MetricStat`.
fn stored(region: &Region, query: &Value, window: &Window) -> Result<Series, AwsError> {
    let metric_stat = query.get("MetricStat").unwrap_or(&Value::Null);
    let metric = metric_stat.get("Metric").unwrap_or(&Value::Null);
    let key = MetricKey::read(text(metric, "Namespace"), metric);
    let wanted = statistics::parse(text(metric_stat, "Stat")).map_err(|_| {
        invalid(format!(
            "The value {} for parameter Stat is not supported.",
            text(metric_stat, "Stat")
        ))
    })?;
    let length = i64::from(period(query).unwrap_or(60));
    let mut periods: BTreeMap<i64, Vec<&Sample>> = BTreeMap::new();
    let samples = region
        .metrics
        .iter()
        .find(|metric| metric.key == key)
        .map_or(&[][..], |metric| &metric.samples);
    for sample in samples
        .iter()
        .filter(|sample| (window.start..window.end).contains(&sample.at))
    {
        periods
            .entry(sample.at.div_euclid(length) * length)
            .or_default()
            .push(sample);
    }
    Ok(periods
        .into_iter()
        .filter_map(|(start, samples)| Some((start, statistic(wanted, &samples)?)))
        .collect())
}

/// Adds the series of the expressions, each as soon as there is all that it names.
fn compute<'a>(
    queries: &'a [Value],
    series: &mut BTreeMap<&'a str, Series>,
    window: &Window,
) -> Result<(), AwsError> {
    let mut open: Vec<&Value> = queries
        .iter()
        .filter(|query| query.get("Expression").is_some())
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let period = queries.iter().filter_map(period).max().unwrap_or(60);
    let starts = window.grid(period)?;
    while !open.is_empty() {
        let before = open.len();
        let mut waiting = Vec::new();
        for query in open {
            match expression(
                query,
                series,
                Grid {
                    starts: &starts,
                    period,
                },
            )? {
                Some(computed) => _ = series.insert(text(query, "Id"), computed),
                None => waiting.push(query),
            }
        }
        if waiting.len() == before {
            return Err(invalid(format!(
                "Error in expression '{}': it names an id that is not there",
                text(waiting[0], "Id")
            )));
        }
        open = waiting;
    }
    Ok(())
}

/// The series of an expression; `None` while something that it names is not computed yet.
fn expression(
    query: &Value,
    series: &BTreeMap<&str, Series>,
    grid: Grid<'_>,
) -> Result<Option<Series>, AwsError> {
    let wrong = |why: &str| {
        invalid(format!(
            "Error in expression '{}': {why}",
            text(query, "Id")
        ))
    };
    let parsed = math::parse(text(query, "Expression"));
    let parsed = parsed
        .map_err(|problems| wrong(problems.first().map_or("", |problem| &problem.message)))?;
    if !parsed.ids().iter().all(|id| series.contains_key(id)) {
        return Ok(None);
    }
    let points = |series: &Series| {
        grid.starts
            .iter()
            .map(|start| series.get(start).copied())
            .collect()
    };
    let metrics = series
        .iter()
        .map(|(id, series)| ((*id).to_owned(), points(series)))
        .collect();
    let value =
        math::evaluate(&parsed, &metrics, grid).map_err(|problem| wrong(&problem.message))?;
    let points = value
        .into_series(grid)
        .ok_or_else(|| wrong("the sandbox returns one series for an expression"))?;
    Ok(Some(
        grid.starts
            .iter()
            .zip(points)
            .filter_map(|(start, point)| Some((*start, point?)))
            .collect(),
    ))
}

fn result(query: &Value, series: &Series, window: &Window) -> Value {
    let metric_name = query
        .get("MetricStat")
        .and_then(|stat| stat.get("Metric")?.get("MetricName"))
        .and_then(Value::as_str);
    let label = query
        .get("Label")
        .and_then(Value::as_str)
        .or(metric_name)
        .unwrap_or(text(query, "Id"));
    let mut points: Vec<(i64, f64)> = series
        .iter()
        .map(|(start, value)| (*start, *value))
        .collect();
    if !window.is_ascending {
        points.reverse();
    }
    let instant = |start: i64| {
        Timestamp::from_second(start)
            .map(text_of)
            .unwrap_or_default()
    };
    let (timestamps, values): (Vec<_>, Vec<_>) = points
        .into_iter()
        .map(|(start, value)| (instant(start), value))
        .unzip();
    json!({ "Id": text(query, "Id"), "Label": label, "Timestamps": timestamps, "Values": values, "StatusCode": "Complete" })
}
