//! The effect of mute rules: actions inside a window wait for its end, and run if the alarm is then still in their state.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::notifications::notify;
use crate::sandbox::data::{MutedActions, Region, StoredAlarm, StoredMuteRule, StoredState};
use crate::sandbox::request::Request;
use crate::semantics::mute_rule::{Schedule, Windows, seconds_of};

/// The window of a mute rule, in seconds since 1970.
pub(super) struct MuteWindow {
    pub(super) rule: String,
    pub(super) times: Range<i64>,
}

/// The windows of a stored rule. Invalid rules are refused when they are put.
pub(super) fn windows(rule: &StoredMuteRule) -> Option<Windows> {
    let schedule = rule.configuration.get("Rule")?.get("Schedule")?;
    let text = |member: &str| schedule.get(member).and_then(Value::as_str);
    Some(Windows {
        schedule: Schedule::parse(text("Expression")?).ok()?,
        zone: TimeZone::get(text("Timezone").unwrap_or("UTC")).ok()?,
        length: seconds_of(text("Duration")?)?,
        expires: instant(&rule.configuration, "ExpireDate"),
    })
}

/// An instant in seconds since 1970.
fn instant(configuration: &Map<String, Value>, member: &str) -> Option<i64> {
    let text = configuration.get(member)?.as_str()?;
    let instant: Timestamp = text.parse().ok()?;
    Some(instant.as_second())
}

/// The window of a rule that lasts at a time.
pub(super) fn window_of(rule: &StoredMuteRule, time: i64) -> Option<Range<i64>> {
    let starts = instant(&rule.configuration, "StartDate");
    windows(rule)?
        .at(time)
        .filter(|_| starts.is_none_or(|starts| starts <= time))
}

/// The last window to end of those that mute an alarm at a time.
pub(super) fn window(region: &Region, alarm: &str, time: i64) -> Option<MuteWindow> {
    let rules = region.mute_rules.iter();
    let muting = rules.filter(|(_, rule)| names(rule, alarm));
    let windows = muting.filter_map(|(name, rule)| {
        let times = window_of(rule, time)?;
        Some(MuteWindow {
            rule: name.clone(),
            times,
        })
    });
    windows.max_by_key(|window| window.times.end)
}

fn names(rule: &StoredMuteRule, alarm: &str) -> bool {
    let targets = rule.configuration.get("MuteTargets");
    let names = targets.and_then(|targets| targets.get("AlarmNames")?.as_array());
    names.into_iter().flatten().any(|name| name == alarm)
}

/// Runs the actions of an alarm that has left the state `old`, or keeps them for the end of a mute window.
pub(super) fn notify_unless_muted(
    region: &mut Region,
    request: &Request,
    alarm: &StoredAlarm,
    old: &StoredState,
) {
    if window(region, alarm.name(), request.now.as_second()).is_some() {
        hold(region, request, alarm, old);
    } else {
        notify(region, request, alarm, old);
    }
}

/// Keeps the actions of a state change inside a window, in place of those of an earlier change.
fn hold(region: &mut Region, request: &Request, alarm: &StoredAlarm, old: &StoredState) {
    if let Some(stored) = region.alarms.get_mut(alarm.name()) {
        stored.muted = Some(MutedActions {
            since: request.now.as_second(),
            from: old.clone(),
            to: alarm.state.clone(),
        });
    }
}

/// Runs the muted actions of all alarms that are due. Returns whether there were any.
pub(super) fn release_all_due(region: &mut Region, request: &Request) -> bool {
    let muted = region.alarms.values().filter(|alarm| alarm.muted.is_some());
    let names: Vec<String> = muted.map(|alarm| alarm.name().to_owned()).collect();
    names
        .iter()
        .filter(|name| release_due(region, request, name))
        .count()
        > 0
}

/// Runs the muted actions of an alarm if their window ended before the request, at its end. Returns whether they are no longer kept.
pub(super) fn release_due(region: &mut Region, request: &Request, name: &str) -> bool {
    let muted = region
        .alarms
        .get(name)
        .and_then(|alarm| alarm.muted.clone());
    let Some(muted) = muted else { return false };
    let now = request.now.as_second();
    let mut time = muted.since;
    while let Some(window) = window(region, name, time) {
        if window.times.end > now {
            return false;
        }
        time = window.times.end;
    }
    let at = Timestamp::from_second(time).unwrap_or(request.now);
    release(region, &Request::internal(&request.region, at), name);
    true
}

/// After a change of the mute rules: runs the actions of alarms that are not muted any more.
pub(super) fn release_unmuted(region: &mut Region, request: &Request) {
    let now = request.now.as_second();
    let names: Vec<String> = region.alarms.keys().cloned().collect();
    for name in names {
        let is_muted = window(region, &name, now).is_some();
        let Some(alarm) = region.alarms.get_mut(&name) else {
            continue;
        };
        if !is_muted {
            release(region, request, &name);
        } else if let Some(muted) = &mut alarm.muted {
            muted.since = now;
        }
    }
}

fn release(region: &mut Region, request: &Request, name: &str) {
    let Some(alarm) = region.alarms.get_mut(name) else {
        return;
    };
    let Some(muted) = alarm.muted.take() else {
        return;
    };
    if alarm.state.value == muted.to.value {
        let alarm = alarm.clone();
        notify(region, request, &alarm, &muted.from);
    }
}
