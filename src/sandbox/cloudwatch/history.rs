//! What happened to alarms: the items that DescribeAlarmHistory lists.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::semantics::state::AlarmState;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::limits::{ALARM_HISTORY, ALARM_HISTORY_PER_PAGE};
use super::super::paging::page;
use super::super::request::{Input, Request};
use super::alarms::{Alarm, Condition};
use super::evaluation::bring_forward;

#[derive(Debug, Serialize, Deserialize)]
pub struct HistoryItem {
    /// Orders the items, and names them in tokens.
    sequence: u64,
    alarm_name: String,
    alarm_type: String,
    timestamp: String,
    kind: ItemKind,
    summary: String,
    data: Value,
}

/// AWS's names of the kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemKind {
    ConfigurationUpdate,
    StateUpdate,
    Action,
}

impl ItemKind {
    fn name(self) -> &'static str {
        match self {
            Self::ConfigurationUpdate => "ConfigurationUpdate",
            Self::StateUpdate => "StateUpdate",
            Self::Action => "Action",
        }
    }
}

/// Notes that something happened to an alarm, and forgets what is too old.
pub fn record(
    region: &mut Region,
    alarm: &Alarm,
    instant: &str,
    kind: ItemKind,
    summary: &str,
    data: Value,
) {
    let sequence = region
        .alarm_history
        .back()
        .map_or(1, |last| last.sequence + 1);
    region.alarm_history.push_back(HistoryItem {
        sequence,
        alarm_name: alarm.name().to_owned(),
        alarm_type: alarm.kind.name().to_owned(),
        timestamp: instant.to_owned(),
        kind,
        summary: summary.to_owned(),
        data,
    });
    while region.alarm_history.len() > ALARM_HISTORY {
        region.alarm_history.pop_front();
    }
}

/// A change of state, as it was noted.
pub struct Noted {
    pub at: Timestamp,
    pub from: Condition,
    pub to: Condition,
}

/// The changes of an alarm's state, oldest first, as far back as they are remembered.
pub fn transitions(region: &Region, name: &str) -> Vec<Noted> {
    let of_alarm = region
        .alarm_history
        .iter()
        .filter(|item| item.kind == ItemKind::StateUpdate && item.alarm_name == name);
    let mut noted: Vec<Noted> = of_alarm.filter_map(noted).collect();
    noted.sort_by_key(|one| one.at);
    noted
}

fn noted(item: &HistoryItem) -> Option<Noted> {
    let side = |side: &str| {
        let text = |member: &str| item.data.get(side)?.get(member)?.as_str();
        let (updated, transitioned) = (item.timestamp.clone(), item.timestamp.clone());
        let (value, reason) = (
            AlarmState::named(text("stateValue")?)?,
            text("stateReason")?.to_owned(),
        );
        Some(Condition {
            value,
            reason,
            reason_data: None,
            updated,
            transitioned,
        })
    };
    Some(Noted {
        at: item.timestamp.parse().ok()?,
        from: side("oldState")?,
        to: side("newState")?,
    })
}

pub fn describe_alarm_history(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    bring_forward(account, &request.region, request.now);
    let history = &account.region(&request.region).alarm_history;
    let mut items: Vec<_> = history
        .iter()
        .filter(|item| is_wanted(item, input))
        .collect();
    // What happened may become known late.
    items.sort_by_key(|item| &item.timestamp);
    if input.text("ScanBy") != Some("TimestampAscending") {
        items.reverse();
    }
    let keyed: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(at, item)| (format!("{at:08}"), *item))
        .collect();
    let items = keyed
        .iter()
        .map(|(key, item)| (key.as_str(), described(item)));
    let page = page(
        items,
        input.text("NextToken"),
        input.page_size("MaxRecords", ALARM_HISTORY_PER_PAGE),
    );
    let page =
        page.ok_or_else(|| AwsError::new("InvalidNextToken", "The next token is not valid"))?;
    Ok(json!({ "AlarmHistoryItems": page.items, "NextToken": page.next }))
}

fn is_wanted(item: &HistoryItem, input: &Input) -> bool {
    let is_type = |wanted: &str| wanted == item.alarm_type;
    input
        .text("AlarmName")
        .is_none_or(|name| name == item.alarm_name)
        && (input.list("AlarmTypes").is_empty() && is_type("MetricAlarm")
            || input.texts("AlarmTypes").any(is_type))
        && input
            .text("HistoryItemType")
            .is_none_or(|kind| kind == item.kind.name())
        && input
            .text("StartDate")
            .is_none_or(|start| item.timestamp.as_str() >= start)
        && input
            .text("EndDate")
            .is_none_or(|end| item.timestamp.as_str() <= end)
}

fn described(item: &HistoryItem) -> Value {
    json!({
        "AlarmName": item.alarm_name,
        "AlarmType": item.alarm_type,
        "Timestamp": item.timestamp,
        "HistoryItemType": item.kind.name(),
        "HistorySummary": item.summary,
        "HistoryData": item.data.to_string(),
    })
}
