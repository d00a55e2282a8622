//! An alarm over time: evaluated as often as CloudWatch does, from its creation on. Data are as they are known in the end: how late they
//! arrive is not modelled.

use super::{Datapoint, Rule, WarmUpEnd, evaluate, reason};
use crate::semantics::state::AlarmState;

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
    /// The points of the periods that start at these times, oldest first, and last so many seconds.
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>>;
}

/// A function of the start of a period and its seconds.
impl<F: Fn(i64, u32) -> Option<Datapoint>> Data for F {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        starts.iter().map(|start| self(*start, period)).collect()
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
        Self {
            rule,
            created,
            warm: rule.warm_up.is_none(),
            state: AlarmState::InsufficientData,
            reason,
        }
    }

    pub fn state(&self) -> AlarmState {
        self.state
    }

    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Evaluates at a time; the change, if there is one.
    pub fn evaluate(&mut self, now: i64, data: &(impl Data + ?Sized)) -> Option<Transition> {
        let starts = self.rule.periods_at(now);
        let points = data.points(&starts, self.rule.period);
        self.warm = self.warm || self.is_warm(now, &points);
        if !self.warm {
            return None;
        }
        let evaluation = evaluate(&points, self.rule, self.state);
        let from = std::mem::replace(&mut self.state, evaluation.state);
        if let Some(reason) = reason(&evaluation, &points, &starts, self.rule) {
            self.reason = reason;
        }
        (from != self.state).then(|| Transition {
            at: now,
            from,
            to: self.state,
            reason: self.reason.clone(),
        })
    }

    fn is_warm(&self, now: i64, points: &[Option<Datapoint>]) -> bool {
        let Some(warm_up) = self.rule.warm_up else {
            return true;
        };
        let newest = &points[points.len().saturating_sub(self.rule.evaluation_periods)..];
        let full = warm_up.ends == WarmUpEnd::OnceFull && newest.iter().all(Option::is_some);
        full || now >= self.created.saturating_add(i64::from(warm_up.minutes) * 60)
    }
}

/// All changes of an alarm that is created at a time, up to and with the evaluation at `until`.
pub fn transitions(rule: &Rule, data: &impl Data, created: i64, until: i64) -> Vec<Transition> {
    let mut alarm = Alarm::new(rule, created);
    let interval = i64::from(rule.evaluation_interval());
    let later = std::iter::successors(
        Some(created - created.rem_euclid(interval) + interval),
        |now| now.checked_add(interval),
    );
    std::iter::once(created)
        .chain(later)
        .take_while(|now| *now <= until)
        .filter_map(|now| alarm.evaluate(now, data))
        .collect()
}
