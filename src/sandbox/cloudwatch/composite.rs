//! Composite alarms: what their rules ask about, and so who may not go.

use std::collections::BTreeSet;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::request::{Input, Request};
use super::super::rules;
use super::alarms::{Alarm, AlarmKind, arn, put};
use super::{alarm_checks, invalid};

pub fn put_composite_alarm(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    alarm_checks::name_is_printable(input)?;
    alarm_checks::check_actions(request)?;
    check_suppressor(input)?;
    let region = account.region(&request.region);
    let wanted = rules::children(input.required("AlarmRule")).map_err(|why| invalid(format!("Error in AlarmRule [{why}]")))?;
    let is_there = |child: &String| region.alarms.contains_key(name_in(request, child));
    let unknown: Vec<String> = wanted.into_iter().filter(|child| !is_there(child)).collect();
    if !unknown.is_empty() {
        let list = unknown.join(", ");
        return Err(invalid(format!("Could not save the composite alarm as alarms [{list}] in the alarm rule do not exist")));
    }
    put(account, request, AlarmKind::CompositeAlarm, "INSUFFICIENT_DATA")
}

fn check_suppressor(input: &Input) -> Result<(), AwsError> {
    let periods = ["ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"];
    let given = periods.iter().filter(|member| input.get(member).is_some()).count();
    match (input.get("ActionsSuppressor").is_some(), given) {
        (true, 2) | (false, 0) => Ok(()),
        (true, _) => {
            Err(invalid("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with ActionsSuppressor"))
        }
        (false, _) => {
            Err(invalid("ActionsSuppressor is required with ActionsSuppressorWaitPeriod or ActionsSuppressorExtensionPeriod"))
        }
    }
}

/// A rule may ask about an alarm by its name or by its ARN.
fn name_in<'a>(request: &Request, child: &'a str) -> &'a str {
    child.strip_prefix(&arn(request, "")).unwrap_or(child)
}

fn children(request: &Request, alarm: &Alarm) -> BTreeSet<String> {
    let children = rules::children(alarm.text("AlarmRule")).unwrap_or_default();
    children.iter().map(|child| name_in(request, child).to_owned()).collect()
}

/// Whether a composite alarm asks about this one.
pub fn has_parent(region: &Region, request: &Request, name: &str) -> bool {
    parents(region, request, name).next().is_some()
}

fn parents<'a>(region: &'a Region, request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a Alarm> {
    let composites = region.alarms.values().filter(|alarm| alarm.kind == AlarmKind::CompositeAlarm);
    composites.filter(move |alarm| alarm.name() != name && children(request, alarm).contains(name))
}

/// The alarms that `ChildrenOfAlarmName` or `ParentsOfAlarmName` of a DescribeAlarms mean; `None` when neither is asked.
pub fn family(region: &Region, request: &Request) -> Result<Option<BTreeSet<String>>, AwsError> {
    match (request.input.text("ChildrenOfAlarmName"), request.input.text("ParentsOfAlarmName")) {
        (None, None) => Ok(None),
        (Some(parent), None) => Ok(Some(region.alarms.get(parent).map(|alarm| children(request, alarm)).unwrap_or_default())),
        (None, Some(child)) => Ok(Some(parents(region, request, child).map(|alarm| alarm.name().to_owned()).collect())),
        (Some(_), Some(_)) => Err(invalid("ChildrenOfAlarmName and ParentsOfAlarmName are mutually exclusive")),
    }
}
