//! The event that CloudWatch sends to EventBridge when the state of an alarm changes (CloudWatch user guide, "Alarm events and
//! EventBridge"): also while its actions are disabled, suppressed or muted.

use serde_json::{Value, json};

use super::arns::{alarm_arn, mute_rule_arn};
use super::muting::{self, MuteWindow};
use crate::sandbox::data::{Region, StoredAlarm, StoredState};
use crate::sandbox::event_delivery;
use crate::sandbox::instant::text_of_seconds;
use crate::sandbox::request::{ACCOUNT_ID, Request};
use crate::semantics::event_sources::{ALARM_SOURCE, ALARM_STATE_CHANGE};

/// Sends the event of an alarm that has left the state `old`.
pub(super) fn send(region: &mut Region, request: &Request, alarm: &StoredAlarm, old: &StoredState) {
    let window = muting::window(region, alarm.name(), request.now.as_second());
    let mut event = json!({
        "version": "0",
        "detail-type": ALARM_STATE_CHANGE,
        "source": ALARM_SOURCE,
        "account": ACCOUNT_ID,
        "time": alarm.state.updated,
        "region": request.region,
        "resources": [alarm_arn(request, alarm.name())],
        "detail": {
            "alarmName": alarm.name(),
            "state": state(&alarm.state),
            "previousState": state(old),
            "configuration": { "description": alarm.text("AlarmDescription") },
        },
    });
    if let Some(window) = window {
        event["detail"]["muteDetail"] = mute_detail(request, &window);
    }
    event_delivery::send(region, request, &event);
}

fn mute_detail(request: &Request, window: &MuteWindow) -> Value {
    json!({
        "mutedByArn": mute_rule_arn(request, &window.rule),
        "muteWindowStart": text_of_seconds(window.times.start),
        "muteWindowEnd": text_of_seconds(window.times.end),
    })
}

fn state(state: &StoredState) -> Value {
    let mut members = json!({
        "value": state.value,
        "reason": state.reason,
        "timestamp": state.updated,
    });
    if let Some(data) = &state.reason_data {
        members["reasonData"] = json!(data);
    }
    members
}
