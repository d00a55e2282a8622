//! DescribeAlarms.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::arns::alarm_arn;
use super::catch_up::catch_up;
use super::composite_rules::{children, parents};
use super::error::{invalid, invalid_next_token};
use crate::sandbox::account::Account;
use crate::sandbox::data::{AlarmType, Region, StoredAlarm};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::page;
use crate::sandbox::request::{OperationInput, Request};
use crate::semantics::limits::DESCRIBE_ALARMS_DEFAULT_PAGE;

pub(super) const OPERATIONS: Operations = &[("DescribeAlarms", describe_alarms)];

fn describe_alarms(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    if !input.list("AlarmNames").is_empty() && input.get("AlarmNamePrefix").is_some() {
        return Err(invalid(
            "AlarmNames and AlarmNamePrefix are mutually exclusive",
        ));
    }
    catch_up(account, &request.region, request.now);
    let region = account.region(&request.region);
    let relatives = relatives(region, request)?;
    let alarms = region.alarms.iter().filter(|(name, alarm)| {
        relatives
            .as_ref()
            .is_none_or(|relatives| relatives.contains(*name))
            && is_wanted(alarm, input)
    });
    let page = page(
        alarms.map(|(name, alarm)| (name.as_str(), alarm)),
        input.text("NextToken"),
        input.page_size("MaxRecords", DESCRIBE_ALARMS_DEFAULT_PAGE),
    )
    .ok_or_else(invalid_next_token)?;
    Ok(json!({
        "MetricAlarms": described_of_type(request, &page.items, AlarmType::MetricAlarm),
        "CompositeAlarms": described_of_type(request, &page.items, AlarmType::CompositeAlarm),
        "LogAlarms": [],
        "NextToken": page.next,
    }))
}

/// The alarms that `ChildrenOfAlarmName` or `ParentsOfAlarmName` select; `None` without either.
fn relatives(region: &Region, request: &Request) -> Result<Option<BTreeSet<String>>, AwsError> {
    let input = &request.input;
    match (
        input.text("ChildrenOfAlarmName"),
        input.text("ParentsOfAlarmName"),
    ) {
        (None, None) => Ok(None),
        (Some(parent), None) => {
            let parent = region.alarms.get(parent);
            Ok(Some(parent.map_or_else(BTreeSet::new, |parent| {
                children(request, parent)
            })))
        }
        (None, Some(child)) => Ok(Some(
            parents(region, request, child)
                .map(|alarm| alarm.name().to_owned())
                .collect(),
        )),
        (Some(_), Some(_)) => Err(invalid(
            "ChildrenOfAlarmName and ParentsOfAlarmName are mutually exclusive",
        )),
    }
}

fn is_wanted(alarm: &StoredAlarm, input: &OperationInput) -> bool {
    let has_wanted_name =
        input.list("AlarmNames").is_empty() || input.lists("AlarmNames", alarm.name());
    has_wanted_name
        && has_wanted_type(alarm, input)
        && input.allows_prefix_of("AlarmNamePrefix", alarm.name())
        && input.allows("StateValue", alarm.state.value.name())
        && input
            .text("ActionPrefix")
            .is_none_or(|prefix| alarm.has_action(prefix))
}

/// The default of `AlarmTypes` is every type for children or parents, else metric alarms.
fn has_wanted_type(alarm: &StoredAlarm, input: &OperationInput) -> bool {
    if input.list("AlarmTypes").is_empty() {
        let is_for_relatives =
            input.get("ChildrenOfAlarmName").is_some() || input.get("ParentsOfAlarmName").is_some();
        is_for_relatives || alarm.is_metric_alarm()
    } else {
        input.lists("AlarmTypes", alarm.alarm_type.name())
    }
}

fn described_of_type(request: &Request, alarms: &[&StoredAlarm], alarm_type: AlarmType) -> Value {
    alarms
        .iter()
        .filter(|alarm| alarm.alarm_type == alarm_type)
        .map(|alarm| described(request, alarm))
        .collect()
}

fn described(request: &Request, alarm: &StoredAlarm) -> Value {
    let state = &alarm.state;
    let mut members = json!({
        "AlarmArn": alarm_arn(request, alarm.name()),
        "AlarmConfigurationUpdatedTimestamp": alarm.configured,
        "StateValue": state.value,
        "StateReason": state.reason,
        "StateReasonData": state.reason_data,
        "StateUpdatedTimestamp": state.updated,
        "StateTransitionedTimestamp": state.transitioned,
    });
    for (member, value) in &alarm.configuration {
        members[member] = value.clone();
    }
    members
}
