//! Rules of composite alarms: their children and parents, and the state that a rule evaluates to.

use std::collections::BTreeSet;

use serde_json::json;

use super::arns::{alarm_arn, alarm_name};
use crate::sandbox::data::{Region, StoredAlarm, StoredState};
use crate::sandbox::request::Request;
use crate::semantics::composite::{self, AlarmRule};
use crate::semantics::state::AlarmState;

/// The event that causes the evaluation of a composite alarm.
pub(super) enum EvaluationCause<'a> {
    /// The alarm was put; with a participle, `created` or `updated`.
    Put(&'static str),
    Child(&'a StoredAlarm),
}

/// Rules are checked when they are put. Only an edited account file can have an invalid one.
fn rule(alarm: &StoredAlarm) -> AlarmRule {
    composite::parse(alarm.text("AlarmRule")).unwrap_or(AlarmRule::Constant(false))
}

/// The names of the alarms in the rule of a composite alarm.
pub(super) fn children(request: &Request, alarm: &StoredAlarm) -> BTreeSet<String> {
    rule(alarm)
        .children()
        .into_iter()
        .map(|child| alarm_name(request, child).to_owned())
        .collect()
}

/// The composite alarms with `name` in their rule.
pub(super) fn parents<'a>(
    region: &'a Region,
    request: &'a Request,
    name: &'a str,
) -> impl Iterator<Item = &'a StoredAlarm> {
    composites(region)
        .filter(move |alarm| alarm.name() != name && children(request, alarm).contains(name))
}

fn composites(region: &Region) -> impl Iterator<Item = &StoredAlarm> {
    region.alarms.values().filter(|alarm| alarm.is_composite())
}

/// The state of a composite alarm after a change: ALARM if its rule is true, else OK. `None` if the state stays the same.
/// Alarms in a cycle are not evaluated.
pub(super) fn new_state(
    region: &Region,
    request: &Request,
    name: &str,
    cause: &EvaluationCause<'_>,
) -> Option<StoredState> {
    let alarm = region.alarms.get(name)?;
    if is_in_cycle(region, request, name) {
        return None;
    }
    let value = evaluated(region, request, alarm);
    if value == alarm.state.value {
        return None;
    }
    let (reason, reason_data) = reason(request, name, value, cause);
    let state = StoredState::entered(value, reason, request.instant());
    Some(StoredState {
        reason_data,
        ..state
    })
}

fn evaluated(region: &Region, request: &Request, alarm: &StoredAlarm) -> AlarmState {
    let state_of = |child: &str| state_of(region, alarm_name(request, child));
    if rule(alarm).holds(&state_of) {
        AlarmState::Alarm
    } else {
        AlarmState::Ok
    }
}

fn state_of(region: &Region, name: &str) -> AlarmState {
    let alarm = region.alarms.get(name);
    alarm.map_or(AlarmState::InsufficientData, |alarm| alarm.state.value)
}

fn is_in_cycle(region: &Region, request: &Request, name: &str) -> bool {
    let by_name = |child: &str| alarm_name(request, child).to_owned();
    let rules = composites(region)
        .map(|alarm| (alarm.name().to_owned(), rule(alarm).renamed(&by_name)))
        .collect();
    composite::cycles(&rules)
        .iter()
        .any(|cycle| cycle.contains(name))
}

/// The texts are unverified. The data has the form of published events.
fn reason(
    request: &Request,
    name: &str,
    value: AlarmState,
    cause: &EvaluationCause<'_>,
) -> (String, Option<String>) {
    match cause {
        EvaluationCause::Put(participle) => {
            let arn = alarm_arn(request, name);
            (
                format!("{arn} was {participle} and its alarm rule evaluates to {value}"),
                None,
            )
        }
        EvaluationCause::Child(child) => {
            let arn = alarm_arn(request, child.name());
            let at = request.now.strftime("%A %d %B, %Y %H:%M:%S UTC");
            let state = json!({ "value": child.state.value, "timestamp": child.state.updated });
            let data = json!({ "triggeringAlarms": [{ "arn": arn, "state": state }] });
            (
                format!("{arn} transitioned to {} at {at}", child.state.value),
                Some(data.to_string()),
            )
        }
    }
}
