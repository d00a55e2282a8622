//! When the actions of an alarm run: the suppressor of a composite alarm, and windows in which alarms are muted. Actions run on changes
//! of state; one that was held back runs for the state that is then current.

use std::ops::Range;

use crate::semantics::state::AlarmState;

/// Seconds since 1970; any unit, as long as it is one.
pub type Time = i64;

/// The suppressor of a composite alarm, as `PutCompositeAlarm` sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// `ActionsSuppressorWaitPeriod`: after a change of the composite, while the suppressor is not in ALARM.
    pub wait: Time,
    /// `ActionsSuppressorExtensionPeriod`: after the suppressor has left ALARM.
    pub extension: Time,
}

/// What holds actions back (`ActionsSuppressedBy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressedBy {
    Alarm,
    WaitPeriod,
    ExtensionPeriod,
}

/// A change of one of the two alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Composite(AlarmState),
    Suppressor(AlarmState),
}

/// What came of the changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// When actions ran, and for which state.
    pub actions: Vec<(Time, AlarmState)>,
    /// When and by what actions were held back. Open ends are absent.
    pub suppressed: Vec<(Range<Time>, SuppressedBy)>,
}

/// Follows a composite alarm and its suppressor, both from OK, through changes in the order of their times, up to and with `until`.
pub fn suppress(suppression: Suppression, changes: &[(Time, Change)], until: Time) -> Outcome {
    let mut course = Course::new(suppression);
    for (at, change) in changes.iter().filter(|(at, _)| *at <= until) {
        course.let_pass(*at);
        match change {
            Change::Composite(state) => course.composite_changes(*at, *state),
            Change::Suppressor(AlarmState::Alarm) => course.hold(*at, SuppressedBy::Alarm, None),
            Change::Suppressor(AlarmState::Ok | AlarmState::InsufficientData) => {
                course.suppressor_leaves(*at)
            }
        }
    }
    course.let_pass(until);
    course.outcome
}

struct Course {
    suppression: Suppression,
    composite: AlarmState,
    /// Whether the composite changed without its actions having run.
    pending: bool,
    held: Option<Hold>,
    outcome: Outcome,
}

#[derive(Clone, Copy)]
struct Hold {
    by: SuppressedBy,
    since: Time,
    /// Absent while the suppressor is in ALARM: that ends when it leaves.
    until: Option<Time>,
}

impl Course {
    fn new(suppression: Suppression) -> Self {
        Self {
            suppression,
            composite: AlarmState::Ok,
            pending: false,
            held: None,
            outcome: Outcome::default(),
        }
    }

    /// Ends a period that is over by then, and runs what it held back.
    fn let_pass(&mut self, now: Time) {
        if let Some(end) = self
            .held
            .and_then(|hold| hold.until)
            .filter(|end| *end <= now)
        {
            self.release(end);
            if std::mem::take(&mut self.pending) {
                self.outcome.actions.push((end, self.composite));
            }
        }
    }

    fn release(&mut self, at: Time) {
        if let Some(hold) = self.held.take().filter(|hold| hold.since < at) {
            self.outcome.suppressed.push((hold.since..at, hold.by));
        }
    }

    fn hold(&mut self, at: Time, by: SuppressedBy, length: Option<Time>) {
        self.release(at);
        self.held = Some(Hold {
            by,
            since: at,
            until: length.map(|length| at + length),
        });
        self.let_pass(at);
    }

    /// A change begins a wait anew, also within an extension; while the suppressor is in ALARM it waits for nothing.
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

/// The actions of an alarm that is muted during some windows: what falls into one runs at its end, if the alarm is then still in that
/// state. `changes` are the alarm's own, in order.
pub fn mute(changes: &[(Time, AlarmState)], windows: &[Range<Time>]) -> Vec<(Time, AlarmState)> {
    let state_at = |time: Time| {
        changes
            .iter()
            .rev()
            .find(|(at, _)| *at <= time)
            .map(|(_, state)| *state)
    };
    let mut actions: Vec<(Time, AlarmState)> = Vec::new();
    for (at, state) in changes {
        let runs_at = unmuted_from(*at, windows);
        let still = runs_at == *at || state_at(runs_at) == Some(*state);
        if still && !actions.contains(&(runs_at, *state)) {
            actions.push((runs_at, *state));
        }
    }
    actions.sort_by_key(|(at, _)| *at);
    actions
}

/// The first time from then on at which no window is active.
fn unmuted_from(time: Time, windows: &[Range<Time>]) -> Time {
    let mut now = time;
    while let Some(window) = windows.iter().find(|window| window.contains(&now)) {
        now = window.end;
    }
    now
}
