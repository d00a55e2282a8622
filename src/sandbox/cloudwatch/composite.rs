//! Composite alarms: what their rules ask about, and so which state they are in and which alarms may not go.

use std::collections::BTreeSet;

use serde_json::json;

use crate::semantics::SyntaxError;
use crate::semantics::composite::{self, AlarmRule};
use crate::semantics::state::AlarmState;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::request::{Input, Request};
use super::alarms::{Alarm, AlarmKind, Condition, arn, enter, put};
use super::{alarm_checks, invalid};

pub fn put_composite_alarm(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    alarm_checks::name_is_printable(input)?;
    alarm_checks::check_actions(request)?;
    check_suppressor(input)?;
    let rule = composite::parse(input.required("AlarmRule"));
    let rule = rule.map_err(|problems| bad_rule(problems.first()))?;
    check_children(account.region(&request.region), request, &rule)?;
    let is_new = !account
        .region(&request.region)
        .alarms
        .contains_key(input.required("AlarmName"));
    put(
        account,
        request,
        AlarmKind::CompositeAlarm,
        AlarmState::InsufficientData,
    )?;
    let how = if is_new { "created" } else { "updated" };
    evaluate(
        account,
        request,
        input.required("AlarmName"),
        &Cause::Put(how),
    );
    Ok(serde_json::Value::Null)
}

fn bad_rule(problem: Option<&SyntaxError>) -> AwsError {
    invalid(format!(
        "Error in AlarmRule [{}]",
        problem.map_or("", |problem| &problem.message)
    ))
}

fn check_children(region: &Region, request: &Request, rule: &AlarmRule) -> Result<(), AwsError> {
    let is_missing = |child: &&str| !region.alarms.contains_key(name_in(request, child));
    let missing: Vec<&str> = rule.children().into_iter().filter(is_missing).collect();
    if !missing.is_empty() {
        let list = missing.join(", ");
        return Err(invalid(format!(
            "Could not save the composite alarm as alarms [{list}] in the alarm rule do not exist"
        )));
    }
    Ok(())
}

fn check_suppressor(input: &Input) -> Result<(), AwsError> {
    let periods = [
        "ActionsSuppressorWaitPeriod",
        "ActionsSuppressorExtensionPeriod",
    ];
    let given = periods
        .iter()
        .filter(|member| input.get(member).is_some())
        .count();
    match (input.get("ActionsSuppressor").is_some(), given) {
        (true, 2) | (false, 0) => Ok(()),
        (true, _) => Err(invalid(
            "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with ActionsSuppressor",
        )),
        (false, _) => Err(invalid(
            "ActionsSuppressor is required with ActionsSuppressorWaitPeriod or ActionsSuppressorExtensionPeriod",
        )),
    }
}

/// A rule may ask about an alarm by its name or by its ARN.
pub fn name_in<'a>(request: &Request, child: &'a str) -> &'a str {
    child.strip_prefix(&arn(request, "")).unwrap_or(child)
}

/// Rules are read before they are kept, so that only a file made by hand can hold one that is no rule.
fn rule(alarm: &Alarm) -> AlarmRule {
    composite::parse(alarm.text("AlarmRule")).unwrap_or(AlarmRule::Constant(false))
}

fn children(request: &Request, alarm: &Alarm) -> BTreeSet<String> {
    rule(alarm)
        .children()
        .into_iter()
        .map(|child| name_in(request, child).to_owned())
        .collect()
}

/// Why a composite alarm is evaluated.
enum Cause<'a> {
    Put(&'static str),
    Child(&'a Alarm),
}

/// Lets the composite alarms that ask about an alarm see its new state.
pub fn look_again(account: &mut Account, request: &Request, child: &Alarm) {
    let names: Vec<String> = parents(account.region(&request.region), request, child.name())
        .map(|one| one.name().to_owned())
        .collect();
    for name in names {
        evaluate(account, request, &name, &Cause::Child(child));
    }
}

/// A composite alarm is in ALARM when its rule holds, else OK. An alarm in a circle of composites is not evaluated.
fn evaluate(account: &mut Account, request: &Request, name: &str, cause: &Cause) {
    let region = account.region(&request.region);
    let Some(alarm) = region
        .alarms
        .get(name)
        .filter(|_| !is_in_a_circle(region, request, name))
    else {
        return;
    };
    let state_of = |child: &str| {
        region
            .alarms
            .get(name_in(request, child))
            .map_or(AlarmState::InsufficientData, |one| one.state.value)
    };
    let value = if rule(alarm).holds(&state_of) {
        AlarmState::Alarm
    } else {
        AlarmState::Ok
    };
    if value == alarm.state.value {
        return;
    }
    let (reason, reason_data) = reason(request, name, value, cause);
    enter(
        account,
        request,
        name,
        Condition {
            value,
            reason,
            reason_data,
            updated: request.instant(),
            transitioned: request.instant(),
        },
    );
}

/// The texts are unverified; the form of the data is the one of published events.
fn reason(
    request: &Request,
    name: &str,
    value: AlarmState,
    cause: &Cause,
) -> (String, Option<String>) {
    match cause {
        Cause::Put(how) => (
            format!(
                "{} was {how} and its alarm rule evaluates to {value}",
                arn(request, name)
            ),
            None,
        ),
        Cause::Child(child) => {
            let child_arn = arn(request, child.name());
            let at = request.now.strftime("%A %d %B, %Y %H:%M:%S UTC");
            let state = json!({ "value": child.state.value, "timestamp": child.state.updated });
            let data = json!({ "triggeringAlarms": [{ "arn": child_arn, "state": state }] });
            (
                format!("{child_arn} transitioned to {} at {at}", child.state.value),
                Some(data.to_string()),
            )
        }
    }
}

fn composites(region: &Region) -> impl Iterator<Item = &Alarm> {
    region
        .alarms
        .values()
        .filter(|alarm| alarm.kind == AlarmKind::CompositeAlarm)
}

fn is_in_a_circle(region: &Region, request: &Request, name: &str) -> bool {
    let by_name = |child: &str| name_in(request, child).to_owned();
    let rules = composites(region)
        .map(|alarm| (alarm.name().to_owned(), rule(alarm).renamed(&by_name)))
        .collect();
    composite::cycles(&rules)
        .iter()
        .any(|circle| circle.contains(name))
}

/// Whether a composite alarm asks about this one.
pub fn has_parent(region: &Region, request: &Request, name: &str) -> bool {
    parents(region, request, name).next().is_some()
}

fn parents<'a>(
    region: &'a Region,
    request: &'a Request,
    name: &'a str,
) -> impl Iterator<Item = &'a Alarm> {
    composites(region)
        .filter(move |alarm| alarm.name() != name && children(request, alarm).contains(name))
}

/// The alarms that `ChildrenOfAlarmName` or `ParentsOfAlarmName` of a DescribeAlarms mean; `None` when neither is asked.
pub fn family(region: &Region, request: &Request) -> Result<Option<BTreeSet<String>>, AwsError> {
    match (
        request.input.text("ChildrenOfAlarmName"),
        request.input.text("ParentsOfAlarmName"),
    ) {
        (None, None) => Ok(None),
        (Some(parent), None) => Ok(Some(
            region
                .alarms
                .get(parent)
                .map(|alarm| children(request, alarm))
                .unwrap_or_default(),
        )),
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
