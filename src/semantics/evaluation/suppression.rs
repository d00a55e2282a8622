//! Action suppression of composite alarms. Actions run on changes of state; a delayed action runs for the state at its end.

use std::ops::Range;

use super::mute::Time;
use crate::semantics::state::AlarmState;

/// The suppression settings of `PutCompositeAlarm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// `ActionsSuppressorWaitPeriod`: the delay after a change of the composite alarm while the suppressor is not in ALARM.
    pub wait: Time,
    /// `ActionsSuppressorExtensionPeriod`: the delay after the suppressor has left ALARM.
    pub extension: Time,
}

/// The reason for suppressed actions (`ActionsSuppressedBy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressedBy {
    Alarm,
    WaitPeriod,
    ExtensionPeriod,
}

/// A change of state of the composite alarm or of its suppressor alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressionEvent {
    Composite(AlarmState),
    Suppressor(AlarmState),
}

/// The actions and the suppressed periods of a composite alarm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuppressionHistory {
    /// The time and the state of each action that ran.
    pub actions: Vec<(Time, AlarmState)>,
    /// The completed periods of suppression.
    pub suppressed: Vec<(Range<Time>, SuppressedBy)>,
}

/// Applies changes of state, in order of time, to a composite alarm and its suppressor alarm, which both start in OK, up to and including
/// `until`.
pub fn suppress(
    suppression: Suppression,
    changes: &[(Time, SuppressionEvent)],
    until: Time,
) -> SuppressionHistory {
    let mut suppressor = Suppressor::new(suppression);
    for (at, change) in changes.iter().filter(|(at, _)| *at <= until) {
        suppressor.advance_to(*at);
        match change {
            SuppressionEvent::Composite(state) => suppressor.composite_changes(*at, *state),
            SuppressionEvent::Suppressor(AlarmState::Alarm) => {
                suppressor.hold(*at, SuppressedBy::Alarm, None);
            }
            SuppressionEvent::Suppressor(AlarmState::Ok | AlarmState::InsufficientData) => {
                suppressor.suppressor_leaves(*at);
            }
        }
    }
    suppressor.advance_to(until);
    suppressor.history
}

/// The state of the suppression between two changes.
struct Suppressor {
    suppression: Suppression,
    composite: AlarmState,
    /// Whether the composite alarm changed and its actions did not run yet.
    pending: bool,
    held: Option<SuppressionPeriod>,
    history: SuppressionHistory,
}

#[derive(Clone, Copy)]
struct SuppressionPeriod {
    by: SuppressedBy,
    since: Time,
    /// `None` while the suppressor alarm is in ALARM: the period ends with its next change.
    until: Option<Time>,
}

impl Suppressor {
    fn new(suppression: Suppression) -> Self {
        Self {
            suppression,
            composite: AlarmState::Ok,
            pending: false,
            held: None,
            history: SuppressionHistory::default(),
        }
    }

    /// Ends a period that is over at `now`, and runs its delayed actions.
    fn advance_to(&mut self, now: Time) {
        if let Some(end) = self
            .held
            .and_then(|hold| hold.until)
            .filter(|end| *end <= now)
        {
            self.release(end);
            if std::mem::take(&mut self.pending) {
                self.history.actions.push((end, self.composite));
            }
        }
    }

    fn release(&mut self, at: Time) {
        if let Some(hold) = self.held.take().filter(|hold| hold.since < at) {
            self.history.suppressed.push((hold.since..at, hold.by));
        }
    }

    fn hold(&mut self, at: Time, by: SuppressedBy, length: Option<Time>) {
        self.release(at);
        self.held = Some(SuppressionPeriod {
            by,
            since: at,
            until: length.map(|length| at + length),
        });
        self.advance_to(at);
    }

    /// A change of the composite alarm starts a new wait period, also during an extension period, but not while the suppressor alarm is in
    /// ALARM.
    fn composite_changes(&mut self, at: Time, state: AlarmState) {
        self.composite = state;
        self.pending = true;
        if self.held.is_none_or(|hold| hold.by != SuppressedBy::Alarm) {
            self.hold(at, SuppressedBy::WaitPeriod, Some(self.suppression.wait));
        }
    }

    fn suppressor_leaves(&mut self, at: Time) {
        if self.held.is_some_and(|hold| hold.by == SuppressedBy::Alarm) {
            self.hold(
                at,
                SuppressedBy::ExtensionPeriod,
                Some(self.suppression.extension),
            );
        }
    }
}
