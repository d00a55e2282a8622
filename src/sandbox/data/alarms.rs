//! Metric and composite alarms.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tags::Tags;
use crate::semantics::state::AlarmState;

/// Members that list actions. CloudWatch describes omitted ones as empty. Its other defaults are unverified and left out.
pub(crate) const ACTION_LISTS: &[&str] = &["OKActions", "AlarmActions", "InsufficientDataActions"];

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredAlarm {
    #[serde(rename = "kind")]
    pub(crate) alarm_type: AlarmType,
    /// All members of the last `Put*` except the tags.
    pub(crate) configuration: Map<String, Value>,
    pub(crate) configured: String,
    /// The time of the first `Put*`, in seconds since 1970.
    #[serde(default)]
    pub(crate) created: i64,
    pub(crate) state: StoredState,
    /// The time of the last evaluation or of the last SetAlarmState, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) evaluated: Option<i64>,
    /// The earliest state change whose actions a suppressor may still delay, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unsettled: Option<i64>,
    /// The latest state change whose actions a mute rule delays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) muted: Option<MutedActions>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

/// Actions that wait for the end of a mute window.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MutedActions {
    /// The time of the state change, or of a later change of the mute rules, in seconds since 1970.
    pub(crate) since: i64,
    pub(crate) from: StoredState,
    pub(crate) to: StoredState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AlarmType {
    MetricAlarm,
    CompositeAlarm,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredState {
    pub(crate) value: AlarmState,
    pub(crate) reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason_data: Option<String>,
    pub(crate) updated: String,
    pub(crate) transitioned: String,
}

impl AlarmType {
    /// AWS's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MetricAlarm => "MetricAlarm",
            Self::CompositeAlarm => "CompositeAlarm",
        }
    }
}

impl StoredState {
    /// A state that an alarm enters at an instant.
    pub(crate) fn entered(value: AlarmState, reason: String, instant: String) -> Self {
        Self {
            value,
            reason,
            reason_data: None,
            updated: instant.clone(),
            transitioned: instant,
        }
    }
}

impl StoredAlarm {
    pub(crate) fn name(&self) -> &str {
        self.text("AlarmName")
    }

    pub(crate) fn text(&self, member: &str) -> &str {
        self.configuration
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn integer(&self, member: &str) -> Option<i64> {
        self.configuration.get(member)?.as_i64()
    }

    pub(crate) fn is_metric_alarm(&self) -> bool {
        self.alarm_type == AlarmType::MetricAlarm
    }

    pub(crate) fn is_composite(&self) -> bool {
        self.alarm_type == AlarmType::CompositeAlarm
    }

    /// The actions for the alarm's current state.
    pub(crate) fn actions(&self) -> impl Iterator<Item = &str> {
        self.action_list(match self.state.value {
            AlarmState::Ok => "OKActions",
            AlarmState::Alarm => "AlarmActions",
            AlarmState::InsufficientData => "InsufficientDataActions",
        })
    }

    /// Whether an action for any state begins with `prefix`.
    pub(crate) fn has_action(&self, prefix: &str) -> bool {
        ACTION_LISTS
            .iter()
            .flat_map(|list| self.action_list(list))
            .any(|action| action.starts_with(prefix))
    }

    fn action_list(&self, member: &str) -> impl Iterator<Item = &str> {
        self.configuration
            .get(member)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }
}
