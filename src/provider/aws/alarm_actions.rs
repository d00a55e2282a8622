//! Enables the actions of an alarm without a message of recovery.
//!
//! A new alarm begins in `INSUFFICIENT_DATA`, and its first evaluation would run its OK actions: a message for each alarm of a
//! deployment, though nothing had been wrong. So an alarm with OK actions is put with its actions disabled, set to `OK`, and
//! only then enabled. A run that stops in between leaves disabled actions, which the next plan shows and enables in the same way.

use aws_sdk_cloudwatch::types::StateValue;

use super::account::Account;
use super::alarm;
use super::errors::{call_error, not_found};
use crate::artifact::Actions;
use crate::provider::AccountError;

const REASON: &str = "Set by tracewatch before the actions of this alarm were enabled";

/// How a write puts an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// With its actions as they are wanted.
    Plain,
    /// With disabled actions, which are enabled once the alarm has a state.
    Quiet,
}

impl Start {
    /// `old` has the actions of the existing alarm.
    pub(super) fn of(old: Option<&Actions>, new: &Actions) -> Self {
        let are_enabled = old.is_some_and(|old| old.enabled);
        if new.enabled && !new.ok.is_empty() && !are_enabled {
            Start::Quiet
        } else {
            Start::Plain
        }
    }
}

/// The state of an alarm with its reason.
struct CurrentState {
    value: Option<StateValue>,
    reason: String,
}

impl Account {
    /// Enables the actions of an alarm whose actions are disabled. An alarm that is in `ALARM` already notifies its receivers:
    /// it enters that state again, with the reason that CloudWatch gave.
    pub(super) async fn enable_quietly(&self, name: &str) -> Result<(), AccountError> {
        let state = self.alarm_state(name).await?;
        if state.value != Some(StateValue::Ok) {
            self.set_alarm_state(name, StateValue::Ok, REASON).await?;
        }
        self.enable_alarm_actions(name).await?;
        if state.value == Some(StateValue::Alarm) {
            self.set_alarm_state(name, StateValue::Alarm, &state.reason)
                .await?;
        }
        Ok(())
    }

    async fn alarm_state(&self, name: &str) -> Result<CurrentState, AccountError> {
        let asked = self.cloudwatch().describe_alarms().alarm_names(name);
        let answer = asked.set_alarm_types(Some(alarm::types())).send().await;
        let found = answer.map_err(call_error("DescribeAlarms"))?;
        let metric = found
            .metric_alarms()
            .iter()
            .map(|alarm| (alarm.state_value(), alarm.state_reason()));
        let composite = found
            .composite_alarms()
            .iter()
            .map(|alarm| (alarm.state_value(), alarm.state_reason()));
        let (value, reason) = metric
            .chain(composite)
            .next()
            .ok_or_else(|| not_found("DescribeAlarms", name))?;
        Ok(CurrentState {
            value: value.cloned(),
            reason: reason.unwrap_or(REASON).to_owned(),
        })
    }

    async fn set_alarm_state(
        &self,
        name: &str,
        state: StateValue,
        reason: &str,
    ) -> Result<(), AccountError> {
        let set = self.cloudwatch().set_alarm_state().alarm_name(name);
        let answer = set.state_value(state).state_reason(reason).send().await;
        answer.map(drop).map_err(call_error("SetAlarmState"))
    }

    async fn enable_alarm_actions(&self, name: &str) -> Result<(), AccountError> {
        let enable = self.cloudwatch().enable_alarm_actions();
        let answer = enable.alarm_names(name).send().await;
        answer.map(drop).map_err(call_error("EnableAlarmActions"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(enabled: bool, ok: &[&str]) -> Actions {
        Actions {
            enabled,
            ok: ok.iter().map(|arn| (*arn).to_owned()).collect(),
            ..Actions::default()
        }
    }

    #[test]
    fn only_an_alarm_that_begins_to_notify_recoveries_starts_quietly() {
        let notifying = actions(true, &["topic"]);
        let disabled = actions(false, &["topic"]);
        let cases = [
            ("new", None, &notifying, Start::Quiet),
            ("enabled", Some(&disabled), &notifying, Start::Quiet),
            ("enabled before", Some(&notifying), &notifying, Start::Plain),
            ("stays disabled", Some(&disabled), &disabled, Start::Plain),
            ("no recoveries", None, &actions(true, &[]), Start::Plain),
        ];
        for (case, old, new, start) in cases {
            assert_eq!(Start::of(old, new), start, "{case}");
        }
    }
}
