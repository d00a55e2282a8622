//! DescribeAlarmHistory.

use serde_json::{Value, json};

use super::catch_up::catch_up;
use super::error::invalid_next_token;
use crate::sandbox::account::Account;
use crate::sandbox::data::HistoryItem;
use crate::sandbox::error::OperationResult;
use crate::sandbox::limits::ALARM_HISTORY_PER_PAGE;
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::{numbered, page};
use crate::sandbox::request::{OperationInput, Request};

pub(super) const OPERATIONS: Operations = &[("DescribeAlarmHistory", describe_alarm_history)];

fn describe_alarm_history(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    catch_up(account, &request.region, request.now);
    let history = &account.region(&request.region).alarm_history;
    let mut items: Vec<_> = history
        .iter()
        .filter(|item| is_wanted(item, input))
        .collect();
    // Late evaluations add items with older timestamps.
    items.sort_by_key(|item| &item.timestamp);
    if input.text("ScanBy") != Some("TimestampAscending") {
        items.reverse();
    }
    let keyed = numbered(items);
    let page = page(
        keyed
            .iter()
            .map(|(key, item)| (key.as_str(), described(item))),
        input.text("NextToken"),
        input.page_size("MaxRecords", ALARM_HISTORY_PER_PAGE),
    )
    .ok_or_else(invalid_next_token)?;
    Ok(json!({ "AlarmHistoryItems": page.items, "NextToken": page.next }))
}

fn is_wanted(item: &HistoryItem, input: &OperationInput) -> bool {
    let is_wanted_type = if input.list("AlarmTypes").is_empty() {
        item.alarm_type == "MetricAlarm"
    } else {
        input.lists("AlarmTypes", &item.alarm_type)
    };
    is_wanted_type
        && input.allows("AlarmName", &item.alarm_name)
        && input.allows("HistoryItemType", item.item_type.name())
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
        "HistoryItemType": item.item_type.name(),
        "HistorySummary": item.summary,
        "HistoryData": item.data.to_string(),
    })
}
