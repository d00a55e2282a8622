//! SetAlarmState, EnableAlarmActions and DisableAlarmActions.

use serde_json::Value;

use super::catch_up::catch_up;
use super::transitions::enter;
use crate::sandbox::account::Account;
use crate::sandbox::data::StoredState;
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;
use crate::semantics::state::AlarmState;

pub(super) const OPERATIONS: Operations = &[
    ("SetAlarmState", set_alarm_state),
    ("EnableAlarmActions", enable_alarm_actions),
    ("DisableAlarmActions", disable_alarm_actions),
];

fn set_alarm_state(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("AlarmName");
    let reason_data = input.owned_text("StateReasonData");
    if reason_data
        .as_deref()
        .is_some_and(|data| serde_json::from_str::<Value>(data).is_err())
    {
        return Err(AwsError::new(
            "InvalidFormatFault",
            "StateReasonData is not valid JSON",
        ));
    }
    catch_up(account, &request.region, request.now);
    let region = account.region(&request.region);
    let alarm = region
        .alarms
        .get_mut(name)
        .ok_or_else(|| AwsError::new("ResourceNotFound", format!("Alarm {name} not found")))?;
    alarm.evaluated = Some(request.now.as_second());
    let value =
        AlarmState::named(input.required("StateValue")).unwrap_or(AlarmState::InsufficientData);
    let reason = input.required("StateReason").to_owned();
    let state = StoredState {
        reason_data,
        ..StoredState::entered(value, reason, request.instant())
    };
    enter(region, request, name, state);
    Ok(Value::Null)
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn enable_alarm_actions(account: &mut Account, request: &Request) -> OperationResult {
    set_actions_enabled(account, request, true);
    Ok(Value::Null)
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn disable_alarm_actions(account: &mut Account, request: &Request) -> OperationResult {
    set_actions_enabled(account, request, false);
    Ok(Value::Null)
}

/// Ignores missing alarms: the operations declare no error for them.
fn set_actions_enabled(account: &mut Account, request: &Request, enabled: bool) {
    catch_up(account, &request.region, request.now);
    let region = account.region(&request.region);
    for name in request.input.texts("AlarmNames") {
        if let Some(alarm) = region.alarms.get_mut(name) {
            alarm
                .configuration
                .insert("ActionsEnabled".to_owned(), Value::Bool(enabled));
            alarm.configured = request.instant();
        }
    }
}
