//! The alarm history of a Region: adds items, and reads the transitions of an alarm back.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::data::{HistoryItem, HistoryItemType, Region, StoredAlarm, StoredState};
use crate::sandbox::limits::ALARM_HISTORY;
use crate::semantics::state::AlarmState;

/// A change of an alarm's configuration. The names are AWS's.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConfigurationUpdate {
    Create,
    Update,
    Delete,
}

impl ConfigurationUpdate {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }

    /// `created`, `updated`, `deleted`
    pub(super) fn participle(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
        }
    }
}

pub(super) fn record_configuration_update(
    region: &mut Region,
    alarm: &StoredAlarm,
    instant: String,
    update: ConfigurationUpdate,
) {
    let item_type = HistoryItemType::ConfigurationUpdate;
    let summary = format!("Alarm \"{}\" {}", alarm.name(), update.participle());
    let data = json!({ "version": "1.0", "type": update.name() });
    record(region, alarm, instant, item_type, summary, data);
}

/// Records that an alarm has left the state `old`.
pub(super) fn record_transition(
    region: &mut Region,
    alarm: &StoredAlarm,
    instant: String,
    old: &StoredState,
) {
    let summary = format!("Alarm updated from {} to {}", old.value, alarm.state.value);
    let data = json!({
        "version": "1.0",
        "oldState": state_data(old),
        "newState": state_data(&alarm.state),
    });
    let item_type = HistoryItemType::StateUpdate;
    record(region, alarm, instant, item_type, summary, data);
}

/// Whether an action ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActionResult {
    Succeeded,
    Failed,
}

/// Records an action. The texts are unverified.
pub(super) fn record_action(
    region: &mut Region,
    alarm: &StoredAlarm,
    instant: String,
    action: &str,
    result: ActionResult,
) {
    let (summary, state) = match result {
        ActionResult::Succeeded => (
            format!("Successfully executed action {action}"),
            "Succeeded",
        ),
        ActionResult::Failed => (format!("Failed to execute action {action}"), "Failed"),
    };
    let data = json!({
        "actionState": state,
        "stateUpdateTimestamp": alarm.state.updated,
        "notificationResource": action,
    });
    record(
        region,
        alarm,
        instant,
        HistoryItemType::Action,
        summary,
        data,
    );
}

fn state_data(state: &StoredState) -> Value {
    json!({ "stateValue": state.value, "stateReason": state.reason })
}

fn record(
    region: &mut Region,
    alarm: &StoredAlarm,
    instant: String,
    item_type: HistoryItemType,
    summary: String,
    data: Value,
) {
    let latest = region.alarm_history.back();
    let sequence = latest.map_or(1, |latest| latest.sequence + 1);
    region.alarm_history.push_back(HistoryItem {
        sequence,
        alarm_name: alarm.name().to_owned(),
        alarm_type: alarm.alarm_type.name().to_owned(),
        timestamp: instant,
        item_type,
        summary,
        data,
    });
    while region.alarm_history.len() > ALARM_HISTORY {
        region.alarm_history.pop_front();
    }
}

/// A transition read from the history.
pub(super) struct RecordedTransition {
    pub(super) at: Timestamp,
    pub(super) from: StoredState,
    pub(super) to: StoredState,
}

/// The transitions of an alarm in the history, oldest first.
pub(super) fn transitions(region: &Region, name: &str) -> Vec<RecordedTransition> {
    let items = region.alarm_history.iter();
    let mut transitions: Vec<RecordedTransition> = items
        .filter(|item| item.item_type == HistoryItemType::StateUpdate && item.alarm_name == name)
        .filter_map(transition)
        .collect();
    transitions.sort_by_key(|transition| transition.at);
    transitions
}

fn transition(item: &HistoryItem) -> Option<RecordedTransition> {
    Some(RecordedTransition {
        at: item.timestamp.parse().ok()?,
        from: state(item, "oldState")?,
        to: state(item, "newState")?,
    })
}

fn state(item: &HistoryItem, member: &str) -> Option<StoredState> {
    let state = item.data.get(member)?;
    let value = AlarmState::named(state.get("stateValue")?.as_str()?)?;
    let reason = state.get("stateReason")?.as_str()?.to_owned();
    Some(StoredState::entered(value, reason, item.timestamp.clone()))
}
