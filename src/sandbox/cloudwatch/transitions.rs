//! Transitions of alarms: history, notifications, and the composite alarms that depend on them.

use super::composite_rules::{self, EvaluationCause};
use super::history::record_transition;
use super::{muting, state_events, suppression};
use crate::sandbox::data::{Region, StoredAlarm, StoredState};
use crate::sandbox::request::Request;

/// Sets the state of an alarm. A new value is a transition.
pub(super) fn enter(region: &mut Region, request: &Request, name: &str, state: StoredState) {
    muting::release_due(region, request, name);
    let Some(alarm) = region.alarms.get_mut(name) else {
        return;
    };
    let old = std::mem::replace(&mut alarm.state, state);
    if old.value == alarm.state.value {
        alarm.state.transitioned = old.transitioned;
        return;
    }
    let alarm = alarm.clone();
    record_transition(region, &alarm, request.instant(), &old);
    state_events::send(region, request, &alarm, &old);
    if suppression::has_suppressor(&alarm) {
        suppression::open(region, request, name);
        suppression::settle(region, request);
    } else {
        muting::notify_unless_muted(region, request, &alarm, &old);
    }
    evaluate_parents(region, request, &alarm);
}

fn evaluate_parents(region: &mut Region, request: &Request, child: &StoredAlarm) {
    let parents: Vec<String> = composite_rules::parents(region, request, child.name())
        .map(|parent| parent.name().to_owned())
        .collect();
    for name in parents {
        evaluate_composite(region, request, &name, &EvaluationCause::Child(child));
    }
}

/// Evaluates the rule of a composite alarm.
pub(super) fn evaluate_composite(
    region: &mut Region,
    request: &Request,
    name: &str,
    cause: &EvaluationCause<'_>,
) {
    if let Some(state) = composite_rules::new_state(region, request, name, cause) {
        enter(region, request, name, state);
    }
}
