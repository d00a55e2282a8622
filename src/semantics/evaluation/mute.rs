//! Alarm mute rules: an action inside a mute window runs at the end of the window.

use std::ops::Range;

use crate::semantics::state::AlarmState;

/// Seconds since 1970.
pub type Time = i64;

/// The actions of an alarm with mute windows. The action of a change inside a window runs at the window's end if the alarm is then still in
/// that state. `changes` are the alarm's changes of state, in order of time.
pub fn mute(changes: &[(Time, AlarmState)], windows: &[Range<Time>]) -> Vec<(Time, AlarmState)> {
    let mut actions: Vec<(Time, AlarmState)> = Vec::new();
    for (at, state) in changes {
        let runs_at = unmuted_from(*at, windows);
        let still = runs_at == *at || state_at(runs_at, changes) == Some(*state);
        if still && !actions.contains(&(runs_at, *state)) {
            actions.push((runs_at, *state));
        }
    }
    actions.sort_by_key(|(at, _)| *at);
    actions
}

/// The state at a time.
fn state_at(time: Time, changes: &[(Time, AlarmState)]) -> Option<AlarmState> {
    changes
        .iter()
        .rfind(|(at, _)| *at <= time)
        .map(|(_, state)| *state)
}

/// The first time at or after `time` outside all windows.
fn unmuted_from(time: Time, windows: &[Range<Time>]) -> Time {
    let mut now = time;
    while let Some(window) = windows.iter().find(|window| window.contains(&now)) {
        now = window.end;
    }
    now
}
