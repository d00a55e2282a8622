//! Conversion of composite alarms.

use aws_sdk_cloudwatch::operation::put_composite_alarm::PutCompositeAlarmInput;
use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::types as wire;

use super::fields::{arns, int, non_empty, uint};
use crate::artifact::{Actions, CompositeAlarm, Suppressor};
use crate::provider::aws::other_settings::append_other_settings;
use crate::semantics::composite::name_of;

/// All parameters of `PutCompositeAlarm` except the tags.
pub(crate) fn write_composite(alarm: &CompositeAlarm) -> PutCompositeAlarmInputBuilder {
    let suppressor = alarm.suppressor.as_ref();
    PutCompositeAlarmInput::builder()
        .alarm_name(&alarm.name)
        .set_alarm_description(non_empty(&alarm.description))
        .alarm_rule(&alarm.rule)
        .actions_enabled(alarm.actions.enabled)
        .set_alarm_actions(arns(&alarm.actions.alarm))
        .set_ok_actions(arns(&alarm.actions.ok))
        .set_insufficient_data_actions(arns(&alarm.actions.insufficient_data))
        .set_actions_suppressor(suppressor.map(|suppressor| suppressor.alarm.clone()))
        .set_actions_suppressor_wait_period(suppressor.map(|suppressor| int(suppressor.wait)))
        .set_actions_suppressor_extension_period(
            suppressor.map(|suppressor| int(suppressor.extension)),
        )
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
        suppressor: read_suppressor(actual),
    };
    let other_settings = [("ActionConfiguration", actual.action_configuration.is_some())];
    append_other_settings(&mut alarm.description, other_settings);
    alarm
}

/// CloudWatch takes a name or an ARN. An ARN is reduced to its name.
fn read_suppressor(actual: &wire::CompositeAlarm) -> Option<Suppressor> {
    let alarm = actual
        .actions_suppressor()
        .filter(|alarm| !alarm.is_empty())?;
    Some(Suppressor {
        alarm: name_of(alarm).to_owned(),
        wait: uint(actual.actions_suppressor_wait_period),
        extension: uint(actual.actions_suppressor_extension_period),
    })
}
