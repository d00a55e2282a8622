//! Composite alarms with a suppressor: their actions wait, and may never come. Who changed when is read from the history.

use jiff::Timestamp;
use serde_json::Value;

use crate::semantics::evaluation::suppression::{Suppression, SuppressionEvent, suppress};

use super::super::account::Region;
use super::super::request::{Input, Request};
use super::super::sns;
use super::alarms::Alarm;
use super::composite::name_in;
use super::history::{Noted, transitions};

pub fn has_suppressor(alarm: &Alarm) -> bool {
    !alarm.text("ActionsSuppressor").is_empty()
}

/// Runs the actions that became due by now. Whether there was anything to look after.
pub fn settle(region: &mut Region, region_name: &str, now: Timestamp) -> bool {
    let open: Vec<(i64, Alarm)> = region
        .alarms
        .values()
        .filter_map(|alarm| Some((alarm.unsettled?, alarm.clone())))
        .collect();
    let is_any = !open.is_empty();
    for (since, alarm) in open {
        let request = Request {
            region: region_name.to_owned(),
            now,
            input: Input::default(),
        };
        let rest = settle_one(region, &request, &alarm, since);
        if let Some(alarm) = region.alarms.get_mut(alarm.name()) {
            alarm.unsettled = rest;
        }
    }
    is_any
}

/// Runs the actions of one alarm since a time. When to look for more; `None` if its latest change was acted upon.
fn settle_one(region: &mut Region, request: &Request, alarm: &Alarm, since: i64) -> Option<i64> {
    let own = transitions(region, alarm.name());
    let suppressors = transitions(region, name_in(request, alarm.text("ActionsSuppressor")));
    let changes_of =
        |noted: &[Noted], change: fn(_) -> SuppressionEvent| -> Vec<(i64, SuppressionEvent)> {
            noted
                .iter()
                .map(|one| (one.at.as_second(), change(one.to.value)))
                .collect()
        };
    let mut changes = [
        changes_of(&suppressors, SuppressionEvent::Suppressor),
        changes_of(&own, SuppressionEvent::Composite),
    ]
    .concat();
    changes.sort_by_key(|(at, _)| *at);
    let now = request.now.as_second();
    let actions = suppress(suppression(alarm), &changes, now).actions;
    for (at, _) in actions.iter().filter(|(at, _)| (since..=now).contains(at)) {
        if let Some(noted) = own.iter().rfind(|one| one.at.as_second() <= *at) {
            act(region, request, alarm, noted, *at);
        }
    }
    let latest = own.last().map(|one| one.at.as_second());
    let is_done = actions.last().is_some_and(|(at, _)| Some(*at) >= latest);
    (!is_done).then_some(now + 1)
}

fn suppression(alarm: &Alarm) -> Suppression {
    let seconds = |member| {
        alarm
            .configuration
            .get(member)
            .and_then(Value::as_i64)
            .unwrap_or_default()
    };
    Suppression {
        wait: seconds("ActionsSuppressorWaitPeriod"),
        extension: seconds("ActionsSuppressorExtensionPeriod"),
    }
}

fn act(region: &mut Region, request: &Request, alarm: &Alarm, noted: &Noted, at: i64) {
    let now = Timestamp::from_second(at).unwrap_or(request.now);
    let request = Request {
        region: request.region.clone(),
        now,
        input: Input::default(),
    };
    sns::notify(
        region,
        &request,
        &Alarm {
            state: noted.to.clone(),
            ..alarm.clone()
        },
        &noted.from,
    );
}
