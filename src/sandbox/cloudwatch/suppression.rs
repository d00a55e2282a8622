//! Composite alarms with a suppressor, which delays or drops their actions. The history has the transitions of both.

use jiff::Timestamp;

use super::arns::alarm_name;
use super::history::{RecordedTransition, transitions};
use super::muting::notify_unless_muted;
use crate::sandbox::data::{Region, StoredAlarm};
use crate::sandbox::request::Request;
use crate::semantics::evaluation::suppression::{Suppression, SuppressionEvent, suppress};

pub(super) fn has_suppressor(alarm: &StoredAlarm) -> bool {
    !alarm.text("ActionsSuppressor").is_empty()
}

/// Marks an alarm as having a transition whose actions are not decided yet.
pub(super) fn open(region: &mut Region, request: &Request, name: &str) {
    let now = request.now.as_second();
    if let Some(alarm) = region.alarms.get_mut(name) {
        let earlier = alarm.unsettled.filter(|since| *since < now);
        alarm.unsettled = Some(earlier.unwrap_or(now));
    }
}

/// Runs the actions that are due. Returns whether an alarm had undecided actions.
pub(super) fn settle(region: &mut Region, request: &Request) -> bool {
    let open: Vec<(i64, StoredAlarm)> = region
        .alarms
        .values()
        .filter_map(|alarm| Some((alarm.unsettled?, alarm.clone())))
        .collect();
    for (since, alarm) in &open {
        let unsettled = settle_alarm(region, request, alarm, *since);
        if let Some(alarm) = region.alarms.get_mut(alarm.name()) {
            alarm.unsettled = unsettled;
        }
    }
    !open.is_empty()
}

/// Runs the due actions of one alarm. Returns the time from which actions are undecided; `None` after the actions of the
/// latest transition.
fn settle_alarm(
    region: &mut Region,
    request: &Request,
    alarm: &StoredAlarm,
    since: i64,
) -> Option<i64> {
    let own = transitions(region, alarm.name());
    let suppressor = alarm_name(request, alarm.text("ActionsSuppressor"));
    let changes = changes(&own, &transitions(region, suppressor));
    let now = request.now.as_second();
    let actions = suppress(suppression(alarm), &changes, now).actions;
    for (at, _) in actions.iter().filter(|(at, _)| (since..=now).contains(at)) {
        if let Some(transition) = own.iter().rfind(|one| one.at.as_second() <= *at) {
            run_actions(region, request, alarm, transition, *at);
        }
    }
    let latest = own.last().map(|transition| transition.at.as_second());
    let is_settled = actions.last().is_some_and(|(at, _)| Some(*at) >= latest);
    (!is_settled).then_some(now + 1)
}

/// The transitions of both alarms in order of time; at the same time, the suppressor's come first.
fn changes(
    own: &[RecordedTransition],
    suppressor: &[RecordedTransition],
) -> Vec<(i64, SuppressionEvent)> {
    let of_suppressor = suppressor.iter().map(|one| {
        (
            one.at.as_second(),
            SuppressionEvent::Suppressor(one.to.value),
        )
    });
    let of_composite = own.iter().map(|one| {
        (
            one.at.as_second(),
            SuppressionEvent::Composite(one.to.value),
        )
    });
    let mut changes: Vec<(i64, SuppressionEvent)> = of_suppressor.chain(of_composite).collect();
    changes.sort_by_key(|(at, _)| *at);
    changes
}

fn suppression(alarm: &StoredAlarm) -> Suppression {
    Suppression {
        wait: alarm
            .integer("ActionsSuppressorWaitPeriod")
            .unwrap_or_default(),
        extension: alarm
            .integer("ActionsSuppressorExtensionPeriod")
            .unwrap_or_default(),
    }
}

fn run_actions(
    region: &mut Region,
    request: &Request,
    alarm: &StoredAlarm,
    transition: &RecordedTransition,
    at: i64,
) {
    let now = Timestamp::from_second(at).unwrap_or(request.now);
    let alarm = StoredAlarm {
        state: transition.to.clone(),
        ..alarm.clone()
    };
    let request = Request::internal(&request.region, now);
    notify_unless_muted(region, &request, &alarm, &transition.from);
}
