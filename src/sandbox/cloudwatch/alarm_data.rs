//! The rule of a metric alarm, and its datapoints from the published samples.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::metric_queries::{self, id, metric_key, returns_data, text};
use super::quotas::with_default_quotas;
use super::statistics::statistic;
use crate::sandbox::data::{MetricKey, PublishedMetric, Sample, StoredAlarm};
use crate::semantics::evaluation::DatapointSource;
use crate::semantics::evaluation::band::{Banded, TRAINING};
use crate::semantics::evaluation::data::Math;
use crate::semantics::evaluation::windows::time_zone;
use crate::semantics::evaluation::{
    Criterion, Datapoint, DynamoDbMissingData, EvaluationRange, EvaluationSettings, MissingData,
    WarmUp, WarmUpEnd, Window, missing_data_for,
};
use crate::semantics::math::{self, Expr, ExprKind, Function};
use crate::semantics::statistics::{self, Statistic};

/// The width of an anomaly detection band without a second argument, in standard deviations.
const DEFAULT_BAND_WIDTH: f64 = 2.0;

/// The samples of a Region by metric.
pub(super) type PublishedSamples<'a> = BTreeMap<&'a MetricKey, &'a [Sample]>;

pub(super) fn published(metrics: &[PublishedMetric]) -> PublishedSamples<'_> {
    metrics
        .iter()
        .map(|metric| (&metric.key, metric.samples.as_slice()))
        .collect()
}

/// The rule of a metric alarm. `None` for an alarm that is evaluated in another way (PromQL).
pub(super) fn rule(alarm: &StoredAlarm) -> Option<EvaluationSettings> {
    let evaluation_periods = periods(alarm, "EvaluationPeriods")?;
    let threshold = alarm.configuration.get("Threshold").and_then(Value::as_f64);
    let missing = MissingData::named(alarm.text("TreatMissingData"));
    Some(EvaluationSettings {
        period: period(&alarm.configuration),
        evaluation_periods,
        datapoints_to_alarm: periods(alarm, "DatapointsToAlarm").unwrap_or(evaluation_periods),
        criterion: Criterion::named(alarm.text("ComparisonOperator"), threshold)?,
        missing: missing_data_for(
            alarm.text("Namespace"),
            missing,
            DynamoDbMissingData::default(),
        ),
        samples_needed: samples_needed(alarm),
        window: window(&alarm.configuration),
        range: EvaluationRange::default(),
        warm_up: warm_up(&alarm.configuration),
    })
}

/// A warm-up that ends with the first data is left out: it would hide samples that a test publishes for the past.
fn warm_up(configuration: &Map<String, Value>) -> Option<WarmUp> {
    let warm_up = configuration.get("WarmUpConfiguration")?;
    let minutes = warm_up.get("WarmUpPeriodDurationInMinutes")?.as_u64()?;
    let waits = warm_up.get("OnlyStartEvaluatingAfterWarmUpPeriodEnds") == Some(&Value::Bool(true));
    waits.then_some(WarmUp {
        minutes: u32::try_from(minutes).ok()?,
        ends: WarmUpEnd::AfterItsMinutes,
    })
}

fn periods(alarm: &StoredAlarm, member: &str) -> Option<usize> {
    usize::try_from(alarm.integer(member)?).ok()
}

/// The longest period of the alarm and its metric list, as for GetMetricData.
fn period(configuration: &Map<String, Value>) -> u32 {
    let own = configuration.get("Period").and_then(Value::as_i64);
    let of_queries = queries(configuration)
        .iter()
        .filter_map(metric_queries::period);
    metric_queries::longest_period(own.into_iter().chain(of_queries))
}

fn samples_needed(alarm: &StoredAlarm) -> Option<f64> {
    if alarm.text("EvaluateLowSampleCountPercentile") != "ignore" {
        return None;
    }
    statistics::parse(alarm.text("ExtendedStatistic"))
        .ok()?
        .samples_needed()
}

fn window(configuration: &Map<String, Value>) -> Window {
    wall_clock_window(configuration).unwrap_or(Window::Sliding)
}

fn wall_clock_window(configuration: &Map<String, Value>) -> Option<Window> {
    let window = configuration.get("EvaluationWindow")?;
    let clock = window.get("WallClockWindow")?;
    let zone = clock.get("Timezone").and_then(Value::as_str).unwrap_or("Z");
    time_zone(zone).map(Window::WallClock)
}

fn queries(configuration: &Map<String, Value>) -> &[Value] {
    configuration
        .get("Metrics")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The metrics of an alarm.
pub(super) fn keys(alarm: &StoredAlarm) -> Vec<MetricKey> {
    let own = alarm
        .configuration
        .contains_key("MetricName")
        .then(|| own_key(alarm));
    let of_queries = queries(&alarm.configuration)
        .iter()
        .filter_map(|query| Some(metric_key(query.get("MetricStat")?)));
    own.into_iter().chain(of_queries).collect()
}

fn own_key(alarm: &StoredAlarm) -> MetricKey {
    MetricKey::new(
        alarm.text("Namespace"),
        alarm.text("MetricName"),
        alarm.configuration.get("Dimensions"),
    )
}

/// The datapoints of an alarm. `None` for invalid metric math and for expressions that only AWS can compute (searches).
pub(super) fn data(
    alarm: &StoredAlarm,
    rule: &EvaluationSettings,
    published: &PublishedSamples<'_>,
) -> Option<Box<dyn DatapointSource>> {
    let members = &alarm.configuration;
    if members.contains_key("MetricName") {
        return Some(Box::new(metric_data(alarm, published)?));
    }
    let list = MetricList {
        queries: queries(members),
        published,
    };
    let band = members.get("ThresholdMetricId").and_then(Value::as_str);
    let watched = list
        .queries
        .iter()
        .find(|query| returns_data(query) && Some(id(query)) != band)?;
    let watched = list.data(watched, list.queries.len())?;
    match band {
        Some(band) => {
            let width = band_width(list.query(band)?)?;
            let times = times(&keys(alarm), published);
            let training = training(&times, rule.period);
            Some(with_band(watched, width, &training, rule.period))
        }
        None => Some(watched),
    }
}

/// The datapoints of an alarm on a single metric.
fn metric_data(alarm: &StoredAlarm, published: &PublishedSamples<'_>) -> Option<MetricSamples> {
    let members = &alarm.configuration;
    let statistic = members
        .get("Statistic")
        .or(members.get("ExtendedStatistic"))?
        .as_str()?;
    let unit = members.get("Unit").and_then(Value::as_str);
    MetricSamples::new(published, &own_key(alarm), statistic, unit)
}

/// The metric list of an alarm, and the samples for its metrics.
struct MetricList<'a> {
    queries: &'a [Value],
    published: &'a PublishedSamples<'a>,
}

impl<'a> MetricList<'a> {
    fn query(&self, wanted: &str) -> Option<&'a Value> {
        self.queries.iter().find(|query| id(query) == wanted)
    }

    /// The datapoints of an element. `depth` limits the nesting of expressions, so that a cycle ends.
    fn data(&self, query: &Value, depth: usize) -> Option<Box<dyn DatapointSource>> {
        if let Some(metric_stat) = query.get("MetricStat") {
            let key = metric_key(metric_stat);
            let unit = metric_stat.get("Unit").and_then(Value::as_str);
            let statistic = text(metric_stat, "Stat");
            let samples = MetricSamples::new(self.published, &key, statistic, unit)?;
            return Some(Box::new(samples));
        }
        let depth = depth.checked_sub(1)?;
        let expression = math::parse(text(query, "Expression")).ok()?;
        let expression = with_default_quotas(&expression, self.queries);
        let operands: Option<BTreeMap<_, _>> = self
            .operands(&expression)
            .into_iter()
            .map(|operand| Some((id(operand).to_owned(), self.data(operand, depth)?)))
            .collect();
        Some(Box::new(Math::new(expression, operands?).ok()?))
    }

    /// The elements that an expression names. `METRICS()` names all metrics.
    fn operands(&self, expression: &Expr) -> Vec<&'a Value> {
        let takes_all = expression.calls(Function::Metrics);
        let ids = expression.ids();
        let mut operands: Vec<&Value> = self.queries.iter().collect();
        operands.retain(|query| {
            ids.contains(id(query)) || takes_all && query.get("MetricStat").is_some()
        });
        operands
    }
}

/// Datapoints with an approximate anomaly detection band, trained on the datapoints of the periods in `training`.
fn with_band(
    watched: Box<dyn DatapointSource>,
    width: f64,
    training: &[i64],
    period: u32,
) -> Box<dyn DatapointSource> {
    let values = watched.points(training, period);
    let history = training
        .iter()
        .zip(values)
        .filter_map(|(start, point)| Some((*start, point?.value)))
        .collect();
    let points = move |start: i64, period: u32| watched.points(&[start], period).pop().flatten();
    Box::new(Banded::new(points, history, width))
}

/// The second argument of `ANOMALY_DETECTION_BAND(m1, 2)`.
fn band_width(query: &Value) -> Option<f64> {
    let expression = math::parse(text(query, "Expression")).ok()?;
    let ExprKind::Call {
        function: Function::AnomalyDetectionBand,
        arguments,
    } = &expression.kind
    else {
        return None;
    };
    match arguments.get(1).map(|width| &width.kind) {
        Some(ExprKind::Number(width)) => Some(*width),
        Some(_) => None,
        None => Some(DEFAULT_BAND_WIDTH),
    }
}

/// The starts of the training periods of a band, from the first sample to the last.
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

/// The times of all samples of these metrics, oldest first.
pub(super) fn times(keys: &[MetricKey], published: &PublishedSamples<'_>) -> Vec<i64> {
    let samples = keys
        .iter()
        .filter_map(|key| published.get(key))
        .copied()
        .flatten();
    let mut times: Vec<i64> = samples.map(|sample| sample.at).collect();
    times.sort_unstable();
    times
}

/// Samples of one metric with the statistic to compute.
struct MetricSamples {
    statistic: Statistic,
    by_time: Vec<Sample>,
}

impl MetricSamples {
    /// A unit selects the samples with that unit.
    fn new(
        published: &PublishedSamples<'_>,
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

impl DatapointSource for MetricSamples {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        starts
            .iter()
            .map(|start| self.point(*start, period))
            .collect()
    }
}
