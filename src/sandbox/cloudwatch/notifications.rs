//! Notifications of alarms: messages to the SNS topics in their action lists. Other actions do not run.

use serde_json::{Value, json};

use super::arns::alarm_arn;
use super::history::{ActionResult, record_action};
use crate::sandbox::data::{Region, StoredAlarm, StoredState};
use crate::sandbox::request::{ACCOUNT_ID, Request};
use crate::sandbox::sns::deliver;

/// Notifies the topics among the actions of an alarm that has left the state `old`, and records each action. For a missing topic it fails.
pub(super) fn notify(
    region: &mut Region,
    request: &Request,
    alarm: &StoredAlarm,
    old: &StoredState,
) {
    if alarm.configuration.get("ActionsEnabled") == Some(&Value::Bool(false)) {
        return;
    }
    let subject = format!(
        "{}: \"{}\" in {}",
        alarm.state.value,
        alarm.name(),
        request.region
    );
    for topic in alarm.actions() {
        if !topic.starts_with("arn:aws:sns:") {
            continue;
        }
        let exists = region.topics.contains_key(topic);
        if exists {
            let message = message(request, alarm, old);
            deliver(region, request, topic, Some(&subject), message);
        }
        let result = if exists {
            ActionResult::Succeeded
        } else {
            ActionResult::Failed
        };
        record_action(region, alarm, request.instant(), topic, result);
    }
}

/// The first part of CloudWatch's message. `Trigger` is the configuration as it was put.
fn message(request: &Request, alarm: &StoredAlarm, old: &StoredState) -> String {
    json!({
        "AlarmName": alarm.name(),
        "AlarmDescription": alarm.configuration.get("AlarmDescription"),
        "AWSAccountId": ACCOUNT_ID,
        "AlarmConfigurationUpdatedTimestamp": alarm.configured,
        "NewStateValue": alarm.state.value,
        "NewStateReason": alarm.state.reason,
        "StateChangeTime": alarm.state.updated,
        "Region": request.region,
        "AlarmArn": alarm_arn(request, alarm.name()),
        "OldStateValue": old.value,
        "Trigger": alarm.configuration,
    })
    .to_string()
}
