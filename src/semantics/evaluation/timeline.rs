//! The state of an alarm over time, evaluated at CloudWatch's interval from its creation on. All data are available at once: late arrival
//! is not modelled.

use super::datapoint::{Datapoint, DatapointSource};
use super::evaluate::evaluate;
use super::reason::{INITIAL, reason};
use super::settings::{EvaluationSettings, WarmUpEnd};
use crate::semantics::state::AlarmState;

/// A change of state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Seconds since 1970.
    pub at: i64,
    pub from: AlarmState,
    pub to: AlarmState,
    pub reason: String,
}

/// An alarm with its state after each evaluation.
#[derive(Debug, Clone)]
pub struct EvaluatedAlarm<'a> {
    settings: &'a EvaluationSettings,
    created: i64,
    warm: bool,
    state: AlarmState,
    reason: String,
}

impl<'a> EvaluatedAlarm<'a> {
    /// A new alarm in INSUFFICIENT_DATA.
    pub fn new(settings: &'a EvaluationSettings, created: i64) -> Self {
        let reason = INITIAL.to_owned();
        Self {
            settings,
            created,
            warm: settings.warm_up.is_none(),
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

    /// Evaluates the alarm at `now`, and returns the change of state, if any.
    pub fn evaluate(
        &mut self,
        now: i64,
        data: &(impl DatapointSource + ?Sized),
    ) -> Option<Transition> {
        let starts = self.settings.periods_at(now);
        let points = data.points(&starts, self.settings.period);
        self.warm = self.warm || self.is_warm(now, &points);
        if !self.warm {
            return None;
        }
        let evaluation = evaluate(&points, self.settings, self.state);
        let from = std::mem::replace(&mut self.state, evaluation.state);
        if let Some(reason) = reason(&evaluation, &points, &starts, self.settings) {
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
        let Some(warm_up) = self.settings.warm_up else {
            return true;
        };
        let newest = &points[points
            .len()
            .saturating_sub(self.settings.evaluation_periods)..];
        let full = warm_up.ends == WarmUpEnd::OnceFull && newest.iter().all(Option::is_some);
        full || now >= self.created.saturating_add(i64::from(warm_up.minutes) * 60)
    }
}

/// All changes of an alarm from its creation up to and including the evaluation at `until`.
pub fn transitions(
    settings: &EvaluationSettings,
    data: &impl DatapointSource,
    created: i64,
    until: i64,
) -> Vec<Transition> {
    let mut alarm = EvaluatedAlarm::new(settings, created);
    let interval = i64::from(settings.evaluation_interval());
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
