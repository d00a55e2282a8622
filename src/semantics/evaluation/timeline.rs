//! An alarm over time: evaluated as often as CloudWatch does, from its creation on. Data are as they are known in the end: how late they
//! arrive is not modelled.

use super::{Datapoint, Rule, WarmUpEnd, evaluate, reason};
use crate::semantics::state::AlarmState;
use crate::semantics::statistics::Statistic;

/// A change of state, or the first state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Seconds since 1970.
    pub at: i64,
    pub from: AlarmState,
    pub to: AlarmState,
    pub reason: String,
}

/// Where the points of an alarm come from.
pub trait Data {
    /// The point of the period that starts at a time and lasts so many seconds.
    fn point(&self, start: i64, period: u32) -> Option<Datapoint>;
}

impl<F: Fn(i64, u32) -> Option<Datapoint>> Data for F {
    fn point(&self, start: i64, period: u32) -> Option<Datapoint> {
        self(start, period)
    }
}

/// Raw samples under one statistic, in whatever order they came.
#[derive(Debug, Clone)]
pub struct Samples {
    statistic: Statistic,
    /// By time.
    samples: Vec<(i64, f64)>,
}

impl Samples {
    /// Samples as times (seconds since 1970) and values.
    pub fn new(statistic: Statistic, mut samples: Vec<(i64, f64)>) -> Self {
        samples.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
        Self { statistic, samples }
    }
}

impl Data for Samples {
    fn point(&self, start: i64, period: u32) -> Option<Datapoint> {
        let end = start.saturating_add(i64::from(period));
        let from = self.samples.partition_point(|(time, _)| *time < start);
        let to = self.samples.partition_point(|(time, _)| *time < end);
        let values: Vec<f64> = self.samples[from..to].iter().map(|(_, value)| *value).collect();
        Some(Datapoint { value: self.statistic.of(&values)?, samples: Some(values.len() as f64), band: None })
    }
}

/// The state of an alarm as it goes from evaluation to evaluation.
#[derive(Debug, Clone)]
pub struct Alarm<'a> {
    rule: &'a Rule,
    created: i64,
    warm: bool,
    state: AlarmState,
    reason: String,
}

impl<'a> Alarm<'a> {
    /// An alarm as it is created: without data until its first evaluation.
    pub fn new(rule: &'a Rule, created: i64) -> Self {
        let reason = reason::INITIAL.to_owned();
        Self { rule, created, warm: rule.warm_up.is_none(), state: AlarmState::InsufficientData, reason }
    }

    pub fn state(&self) -> AlarmState {
        self.state
    }

    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Evaluates at a time; the change, if there is one.
    pub fn evaluate(&mut self, now: i64, data: &impl Data) -> Option<Transition> {
        let starts = self.rule.periods_at(now);
        let points: Vec<Option<Datapoint>> = starts.iter().map(|start| data.point(*start, self.rule.period)).collect();
        self.warm = self.warm || self.is_warm(now, &points);
        if !self.warm {
            return None;
        }
        let evaluation = evaluate(&points, self.rule, self.state);
        let from = std::mem::replace(&mut self.state, evaluation.state);
        if let Some(reason) = reason(&evaluation, &points, &starts, self.rule) {
            self.reason = reason;
        }
        (from != self.state).then(|| Transition { at: now, from, to: self.state, reason: self.reason.clone() })
    }

    fn is_warm(&self, now: i64, points: &[Option<Datapoint>]) -> bool {
        let Some(warm_up) = self.rule.warm_up else { return true };
        let newest = &points[points.len().saturating_sub(self.rule.evaluation_periods)..];
        let full = warm_up.ends == WarmUpEnd::OnceFull && newest.iter().all(Option::is_some);
        full || now >= self.created.saturating_add(i64::from(warm_up.minutes) * 60)
    }
}

/// All changes of an alarm that is created at a time, up to and with the evaluation at `until`.
pub fn transitions(rule: &Rule, data: &impl Data, created: i64, until: i64) -> Vec<Transition> {
    let mut alarm = Alarm::new(rule, created);
    let interval = i64::from(rule.evaluation_interval());
    let later = std::iter::successors(Some(created - created.rem_euclid(interval) + interval), |now| now.checked_add(interval));
    std::iter::once(created).chain(later).take_while(|now| *now <= until).filter_map(|now| alarm.evaluate(now, data)).collect()
}
