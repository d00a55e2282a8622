//! What a metric alarm watches: its rule, and the points that the account has for it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::semantics::evaluation::band::{Banded, TRAINING};
use crate::semantics::evaluation::data::Math;
use crate::semantics::evaluation::windows::time_zone;
use crate::semantics::evaluation::{
    Criterion, Datapoint, DatapointSource, DynamoDbMissingData, EvaluationRange,
    EvaluationSettings, MissingData, Window, missing_data_for,
};
use crate::semantics::math::{self, Expr, ExprKind, Function};
use crate::semantics::statistics::{self, Statistic};

use super::alarms::Alarm;
use super::metrics::{Metric, MetricKey};
use super::statistics::{Sample, statistic};

/// All that was published in a Region.
pub type Published<'a> = BTreeMap<&'a MetricKey, &'a [Sample]>;

pub fn published(metrics: &[Metric]) -> Published<'_> {
    metrics
        .iter()
        .map(|metric| (&metric.key, metric.samples.as_slice()))
        .collect()
}

/// The rule of a metric alarm. `None` for an alarm that is evaluated in another way (PromQL).
pub fn rule(alarm: &Alarm) -> Option<EvaluationSettings> {
    let number = |member| alarm.configuration.get(member).and_then(Value::as_i64);
    let periods = |member| number(member).and_then(|periods| usize::try_from(periods).ok());
    let evaluation_periods = periods("EvaluationPeriods")?;
    let threshold = alarm.configuration.get("Threshold").and_then(Value::as_f64);
    let missing = MissingData::named(alarm.text("TreatMissingData"));
    Some(EvaluationSettings {
        period: period(&alarm.configuration),
        evaluation_periods,
        datapoints_to_alarm: periods("DatapointsToAlarm").unwrap_or(evaluation_periods),
        criterion: Criterion::named(alarm.text("ComparisonOperator"), threshold)?,
        missing: missing_data_for(
            alarm.text("Namespace"),
            missing,
            DynamoDbMissingData::default(),
        ),
        samples_needed: samples_needed(alarm),
        window: window(&alarm.configuration),
        range: EvaluationRange::default(),
        // A warm-up would hide just those points that were published for the past.
        warm_up: None,
    })
}

/// Of metric math, the longest period of all that it names, as for GetMetricData.
fn period(configuration: &Map<String, Value>) -> u32 {
    let of_queries = queries(configuration).iter().filter_map(|query| {
        query
            .get("Period")
            .or(query.get("MetricStat")?.get("Period"))
    });
    let all = configuration.get("Period").into_iter().chain(of_queries);
    all.filter_map(|period| u32::try_from(period.as_i64()?).ok())
        .max()
        .filter(|period| *period > 0)
        .unwrap_or(60)
}

fn samples_needed(alarm: &Alarm) -> Option<f64> {
    let ignores = alarm.text("EvaluateLowSampleCountPercentile") == "ignore";
    statistics::parse(alarm.text("ExtendedStatistic"))
        .ok()
        .filter(|_| ignores)?
        .samples_needed()
}

fn window(configuration: &Map<String, Value>) -> Window {
    let wall_clock = configuration
        .get("EvaluationWindow")
        .and_then(|window| window.get("WallClockWindow"));
    let zone =
        |clock: &Value| time_zone(clock.get("Timezone").and_then(Value::as_str).unwrap_or("Z"));
    wall_clock
        .and_then(zone)
        .map_or(Window::Sliding, Window::WallClock)
}

fn queries(configuration: &Map<String, Value>) -> &[Value] {
    configuration
        .get("Metrics")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The metrics that an alarm is about.
pub fn keys(alarm: &Alarm) -> Vec<MetricKey> {
    let own = alarm
        .configuration
        .contains_key("MetricName")
        .then(|| own_key(alarm));
    let of_queries = queries(&alarm.configuration)
        .iter()
        .filter_map(|query| Some(key_of(query.get("MetricStat")?)));
    own.into_iter().chain(of_queries).collect()
}

fn own_key(alarm: &Alarm) -> MetricKey {
    MetricKey::new(
        alarm.text("Namespace"),
        alarm.text("MetricName"),
        alarm.configuration.get("Dimensions"),
    )
}

fn key_of(metric_stat: &Value) -> MetricKey {
    let metric = metric_stat.get("Metric").unwrap_or(&Value::Null);
    MetricKey::read(text(metric, "Namespace"), metric)
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The points of an alarm. `None` for what only AWS can reckon (searches, functions of others), and for math that is wrong.
pub fn data(
    alarm: &Alarm,
    rule: &EvaluationSettings,
    published: &Published<'_>,
) -> Option<Box<dyn DatapointSource>> {
    if alarm.configuration.contains_key("MetricName") {
        let statistic = alarm
            .configuration
            .get("Statistic")
            .or(alarm.configuration.get("ExtendedStatistic"))?;
        let unit = alarm.configuration.get("Unit").and_then(Value::as_str);
        return Some(Box::new(Stored::of(
            published,
            &own_key(alarm),
            statistic.as_str()?,
            unit,
        )?));
    }
    let sources = Sources {
        queries: queries(&alarm.configuration),
        published,
    };
    let band = alarm
        .configuration
        .get("ThresholdMetricId")
        .and_then(Value::as_str);
    let is_watched = |query: &&Value| returns_data(query) && Some(text(query, "Id")) != band;
    let watched = sources.data(
        sources.queries.iter().find(is_watched)?,
        sources.queries.len(),
    )?;
    match band {
        Some(id) => banded(
            watched,
            sources.query(id)?,
            rule.period,
            &keys(alarm),
            published,
        ),
        None => Some(watched),
    }
}

/// `ReturnData` is true when it is not given.
fn returns_data(query: &Value) -> bool {
    query
        .get("ReturnData")
        .and_then(Value::as_bool)
        .unwrap_or(true)
}

/// The elements of a metric list, and what there is for them.
struct Sources<'a> {
    queries: &'a [Value],
    published: &'a Published<'a>,
}

impl<'a> Sources<'a> {
    fn query(&self, id: &str) -> Option<&'a Value> {
        self.queries.iter().find(|query| text(query, "Id") == id)
    }

    /// The points of an element. Expressions may name each other `depth` times at most: a circle ends there.
    fn data(&self, query: &Value, depth: usize) -> Option<Box<dyn DatapointSource>> {
        if let Some(metric_stat) = query.get("MetricStat") {
            let unit = metric_stat.get("Unit").and_then(Value::as_str);
            return Some(Box::new(Stored::of(
                self.published,
                &key_of(metric_stat),
                text(metric_stat, "Stat"),
                unit,
            )?));
        }
        let depth = depth.checked_sub(1)?;
        let expr = math::parse(text(query, "Expression")).ok()?;
        let takes_all = expr.calls(Function::Metrics);
        let ids = expr.ids();
        let is_needed = |query: &&Value| {
            ids.contains(text(query, "Id")) || takes_all && query.get("MetricStat").is_some()
        };
        let needed = self.queries.iter().filter(is_needed);
        let metrics: Option<BTreeMap<_, _>> = needed
            .map(|query| Some((text(query, "Id").to_owned(), self.data(query, depth)?)))
            .collect();
        Some(Box::new(Math::new(expr, metrics?).ok()?))
    }
}

/// Points beside the approximate band that those before them make.
fn banded(
    watched: Box<dyn DatapointSource>,
    band: &Value,
    period: u32,
    keys: &[MetricKey],
    published: &Published<'_>,
) -> Option<Box<dyn DatapointSource>> {
    let width = width(&math::parse(text(band, "Expression")).ok()?)?;
    let starts = training(&times(keys, published), period);
    let values = watched.points(&starts, period);
    let history = starts
        .into_iter()
        .zip(values)
        .filter_map(|(start, point)| Some((start, point?.value)))
        .collect();
    let points = move |start: i64, period: u32| watched.points(&[start], period).pop().flatten();
    Some(Box::new(Banded::new(points, history, width)))
}

/// The second argument of `ANOMALY_DETECTION_BAND(m1, 2)`; two deviations when it is left out.
fn width(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Call {
            function: Function::AnomalyDetectionBand,
            arguments,
        } => match arguments.get(1).map(|width| &width.kind) {
            Some(ExprKind::Number(width)) => Some(*width),
            Some(_) => None,
            None => Some(2.0),
        },
        _ => None,
    }
}

/// The periods that there can be points for, as far back as bands are made from.
fn training(times: &[i64], period: u32) -> Vec<i64> {
    let length = i64::from(period);
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return Vec::new();
    };
    let first = (*first)
        .max(last.saturating_sub(TRAINING))
        .div_euclid(length)
        * length;
    std::iter::successors(Some(first), |start| start.checked_add(length))
        .take_while(|start| start <= last)
        .collect()
}

/// When something was published for these metrics, oldest first.
pub fn times(keys: &[MetricKey], published: &Published<'_>) -> Vec<i64> {
    let samples = keys
        .iter()
        .filter_map(|key| published.get(key))
        .copied()
        .flatten();
    let mut times: Vec<i64> = samples.map(|sample| sample.at).collect();
    times.sort_unstable();
    times
}

/// What was published for one metric, under one statistic.
struct Stored {
    statistic: Statistic,
    by_time: Vec<Sample>,
}

impl Stored {
    /// With a unit, only what was published in it.
    fn of(
        published: &Published<'_>,
        key: &MetricKey,
        statistic: &str,
        unit: Option<&str>,
    ) -> Option<Self> {
        let samples = published.get(key).copied().unwrap_or_default();
        let mut by_time: Vec<Sample> = samples
            .iter()
            .filter(|sample| unit.is_none_or(|unit| sample.unit() == unit))
            .cloned()
            .collect();
        by_time.sort_by_key(|sample| sample.at);
        Some(Self {
            statistic: statistics::parse(statistic).ok()?,
            by_time,
        })
    }

    fn point(&self, start: i64, period: u32) -> Option<Datapoint> {
        let end = start.saturating_add(i64::from(period));
        let from = self.by_time.partition_point(|sample| sample.at < start);
        let samples: Vec<&Sample> = self.by_time[from..]
            .iter()
            .take_while(|sample| sample.at < end)
            .collect();
        let count = samples.iter().map(|sample| sample.count).sum();
        let value = statistic(self.statistic, &samples)
            .filter(|value| value.is_finite() && !samples.is_empty())?;
        Some(Datapoint {
            value,
            samples: Some(count),
            band: None,
        })
    }
}

impl DatapointSource for Stored {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        starts
            .iter()
            .map(|start| self.point(*start, period))
            .collect()
    }
}
