//! An alarm over random requests: its state after each minute.

use std::collections::BTreeMap;

use super::points::Source;
use super::requests::Requests;
use crate::artifact::{Alarm, AlarmQuery};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::semantics::evaluation::{Criterion, Datapoint, EvaluationSettings, evaluate};
use crate::semantics::math::{self, Expr, Grid};
use crate::semantics::state::AlarmState;
use crate::semantics::statistics::{self, Statistic};
use crate::simulate::sample_alarm;
use crate::simulate::test_run::ZERO;
use crate::trial::Trial;

/// An alarm that a trial can run.
#[derive(Debug)]
pub(super) struct AlarmModel {
    settings: EvaluationSettings,
    /// The period in minutes.
    period: usize,
    /// The number of periods that one evaluation uses.
    range: usize,
    /// The metrics by the ids of the expression.
    metrics: BTreeMap<String, MetricModel>,
    /// `None` for an alarm on one metric.
    expression: Option<Expr>,
}

/// A metric of the alarm over the requests of a trial.
#[derive(Debug)]
struct MetricModel {
    /// The trial's word for it.
    word: String,
    statistic: Statistic,
    source: Source,
}

/// A point as the alarm sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Missing,
    Good,
    Breaching,
}

impl AlarmModel {
    /// `word` is the trial's word for every metric of the alarm; without it the ids of the alarm's expression are the words.
    pub(super) fn new(
        alarm: &Alarm,
        word: Option<&str>,
        trial: &Trial,
    ) -> Result<Self, Diagnostic> {
        let settings = sample_alarm::settings(alarm);
        if let Criterion::Band(_) = settings.criterion {
            return Err(cannot_run(trial, "random traffic has no anomaly band"));
        }
        if !alarm.period.is_multiple_of(60) || settings.evaluation_interval() < 60 {
            let why = "random traffic comes by the minute, and the alarm is evaluated more often";
            return Err(cannot_run(trial, why));
        }
        let mut metrics = BTreeMap::new();
        for (id, stat) in stats(alarm) {
            let word = word.unwrap_or(id);
            metrics.insert(id.to_owned(), MetricModel::new(word, stat, trial)?);
        }
        Ok(Self {
            period: (alarm.period / 60) as usize,
            range: settings.periods_at(ZERO).len(),
            settings,
            metrics,
            expression: expression(alarm, trial)?,
        })
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.metrics.values().map(|metric| &metric.word)
    }

    /// The minutes before the first evaluation whose whole range has points.
    pub(super) fn lead(&self) -> usize {
        self.range * self.period
    }

    /// The state after the evaluation at the end of each minute.
    pub(super) fn states(&self, requests: &Requests) -> Vec<AlarmState> {
        let metrics: BTreeMap<String, Vec<Option<f64>>> = self
            .metrics
            .iter()
            .map(|(id, metric)| {
                let points = metric
                    .source
                    .points(metric.statistic, requests, self.period);
                (id.clone(), points)
            })
            .collect();
        let values = self.values(metrics);
        let readings: Vec<Reading> = values.iter().map(|value| self.reading(*value)).collect();
        let mut state = AlarmState::InsufficientData;
        let mut states = Vec::with_capacity(values.len());
        for minute in 0..values.len() {
            state = self.next_state(state, minute, &values, &readings);
            states.push(state);
        }
        states
    }

    /// The values that the alarm compares, one for the window that ends after each minute.
    fn values(&self, mut metrics: BTreeMap<String, Vec<Option<f64>>>) -> Vec<Option<f64>> {
        let Some(expression) = &self.expression else {
            return metrics
                .pop_first()
                .map(|(_, points)| points)
                .unwrap_or_default();
        };
        let minutes = metrics.values().map(Vec::len).max().unwrap_or(0);
        let starts: Vec<i64> = (0..minutes)
            .map(|minute| self.window_start(minute))
            .collect();
        if expression.is_pointwise() {
            return self.evaluated(expression, &metrics, &starts);
        }
        // Each evaluation computes the expression over its own range.
        (0..minutes)
            .map(|minute| {
                let range: Vec<usize> = self.range_at(minute).collect();
                let starts: Vec<i64> = range.iter().map(|minute| starts[*minute]).collect();
                let metrics = metrics.iter().map(|(word, points)| {
                    (
                        word.clone(),
                        range.iter().map(|minute| points[*minute]).collect(),
                    )
                });
                let values = self.evaluated(expression, &metrics.collect(), &starts);
                values.last().copied().flatten()
            })
            .collect()
    }

    fn evaluated(
        &self,
        expression: &Expr,
        metrics: &BTreeMap<String, Vec<Option<f64>>>,
        starts: &[i64],
    ) -> Vec<Option<f64>> {
        let period = self.settings.period;
        let grid = Grid { starts, period };
        let value = math::evaluate(expression, metrics, grid).ok();
        let series = value.and_then(|value| value.into_series(grid));
        series.unwrap_or_else(|| vec![None; starts.len()])
    }

    /// The start of the window that ends after a minute, in seconds since 1970.
    fn window_start(&self, minute: usize) -> i64 {
        let end = ZERO + i64::try_from(minute + 1).unwrap_or(i64::MAX) * 60;
        end - i64::from(self.settings.period)
    }

    /// The minutes after which the windows of an evaluation's range end, oldest first.
    fn range_at(&self, minute: usize) -> impl Iterator<Item = usize> {
        let back = (0..self.range).rev();
        back.filter_map(move |periods| minute.checked_sub(periods * self.period))
    }

    fn reading(&self, value: Option<f64>) -> Reading {
        match value.and_then(|value| self.settings.criterion.breached_by(&value.into())) {
            None => Reading::Missing,
            Some(false) => Reading::Good,
            Some(true) => Reading::Breaching,
        }
    }

    fn next_state(
        &self,
        state: AlarmState,
        minute: usize,
        values: &[Option<f64>],
        readings: &[Reading],
    ) -> AlarmState {
        let end = ZERO + 60 * (i64::try_from(minute).unwrap_or(i64::MAX / 60 - ZERO) + 1);
        if end.rem_euclid(i64::from(self.settings.evaluation_interval())) != 0 {
            return state;
        }
        let healthy = self.settings.samples_needed.is_none()
            && readings[minute] == Reading::Good
            && self
                .range_at(minute)
                .all(|minute| readings[minute] != Reading::Breaching);
        // Most minutes of a trial are healthy, and need no evaluation.
        if healthy {
            return AlarmState::Ok;
        }
        let points: Vec<Option<Datapoint>> = self
            .range_at(minute)
            .map(|minute| values[minute].map(Datapoint::from))
            .collect();
        evaluate(&points, &self.settings, state).state
    }
}

/// The statistics of an alarm's metrics by their ids. The metric of an alarm without an expression has an empty id.
fn stats(alarm: &Alarm) -> Vec<(&str, &str)> {
    match &alarm.query {
        AlarmQuery::Metric(metric) => vec![("", metric.stat.as_str())],
        AlarmQuery::Math { metrics, .. } => metrics
            .iter()
            .map(|(id, metric)| (id.as_str(), metric.stat.as_str()))
            .collect(),
        AlarmQuery::Insights { .. } => Vec::new(),
    }
}

impl MetricModel {
    fn new(word: &str, stat: &str, trial: &Trial) -> Result<Self, Diagnostic> {
        let statistic =
            statistics::parse(stat).map_err(|error| cannot_run(trial, &error.message))?;
        let Some(source) = Source::of(word, trial) else {
            return Err(without_source(word, trial));
        };
        if !source.has(statistic) {
            let why = format!("random traffic has no `{stat}`");
            return Err(cannot_run(trial, &why));
        }
        Ok(Self {
            word: word.to_owned(),
            statistic,
            source,
        })
    }
}

fn without_source(word: &str, trial: &Trial) -> Diagnostic {
    let why = format!("the alarm uses `{word}`, which has no traffic, share, latency or level");
    let diagnostic = cannot_run(trial, &why);
    let normal = &trial.normal;
    let of_requests = normal.shares.keys().chain(normal.latencies.keys());
    let given = of_requests.chain(normal.levels.keys());
    match nearest(word, given.map(String::as_str)) {
        Some(near) => diagnostic.help(format!("the trial has `{near}`: is it `{word}`?")),
        None => diagnostic.help(format!(
            "give it a share of the requests: `share = {{ {word} = \"3 %\" }}`, or a level: `level = {{ {word} = {{ mean = 50, sd = 10 }} }}`"
        )),
    }
}

fn expression(alarm: &Alarm, trial: &Trial) -> Result<Option<Expr>, Diagnostic> {
    match &alarm.query {
        AlarmQuery::Metric(_) | AlarmQuery::Insights { .. } => Ok(None),
        AlarmQuery::Math { expression, .. } => math::parse(expression)
            .map(Some)
            .map_err(|_| cannot_run(trial, "its expression cannot be read")),
    }
}

pub(super) fn cannot_run(trial: &Trial, why: &str) -> Diagnostic {
    let message = format!("this trial cannot be run: {why}");
    Diagnostic::new(Code::TrialCannotRun, message).at(trial.name.place.clone())
}
