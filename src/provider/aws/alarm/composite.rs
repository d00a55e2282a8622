//! Conversion of composite alarms.

use aws_sdk_cloudwatch::operation::put_composite_alarm::PutCompositeAlarmInput;
use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::types as wire;

use super::fields::{arns, non_empty};
use crate::artifact::{Actions, CompositeAlarm};
use crate::provider::aws::other_settings::append_other_settings;

/// All parameters of `PutCompositeAlarm` except the tags.
pub(crate) fn write_composite(alarm: &CompositeAlarm) -> PutCompositeAlarmInputBuilder {
    PutCompositeAlarmInput::builder()
        .alarm_name(&alarm.name)
        .set_alarm_description(non_empty(&alarm.description))
        .alarm_rule(&alarm.rule)
        .actions_enabled(alarm.actions.enabled)
        .set_alarm_actions(arns(&alarm.actions.alarm))
        .set_ok_actions(arns(&alarm.actions.ok))
        .set_insufficient_data_actions(arns(&alarm.actions.insufficient_data))
}

/// The artifact for an actual composite alarm, with settings that it has no field for named in the description.
pub(crate) fn read_composite(actual: &wire::CompositeAlarm) -> CompositeAlarm {
    let mut alarm = CompositeAlarm {
        name: actual.alarm_name().unwrap_or_default().to_owned(),
        description: actual.alarm_description().unwrap_or_default().to_owned(),
        rule: actual.alarm_rule().unwrap_or_default().to_owned(),
        actions: Actions {
            enabled: actual.actions_enabled.unwrap_or(true),
            alarm: actual.alarm_actions().iter().cloned().collect(),
            ok: actual.ok_actions().iter().cloned().collect(),
            insufficient_data: actual.insufficient_data_actions().iter().cloned().collect(),
        },
    };
    let other_settings = [
        ("ActionsSuppressor", actual.actions_suppressor.is_some()),
        ("ActionConfiguration", actual.action_configuration.is_some()),
    ];
    append_other_settings(&mut alarm.description, other_settings);
    alarm
}
