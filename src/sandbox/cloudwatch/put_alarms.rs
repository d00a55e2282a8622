//! PutMetricAlarm and PutCompositeAlarm.

use serde_json::{Map, Value, json};

use super::alarm_checks;
use super::arns::alarm_name;
use super::catch_up::catch_up;
use super::composite_rules::EvaluationCause;
use super::error::{invalid, invalid_tags};
use super::history::{ConfigurationUpdate, record_configuration_update};
use super::transitions::evaluate_composite;
use crate::sandbox::account::Account;
use crate::sandbox::data::{ACTION_LISTS, AlarmType, Region, StoredAlarm, StoredState};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::request::{OperationInput, Request};
use crate::sandbox::tags;
use crate::semantics::composite::{self, AlarmRule};
use crate::semantics::state::AlarmState;

pub(super) const OPERATIONS: Operations = &[
    ("PutMetricAlarm", put_metric_alarm),
    ("PutCompositeAlarm", put_composite_alarm),
];

fn put_metric_alarm(account: &mut Account, request: &Request) -> OperationResult {
    alarm_checks::check(&request.input)?;
    alarm_checks::check_actions(request)?;
    let has_criteria = request.input.get("EvaluationCriteria").is_some();
    let initial = if has_criteria {
        AlarmState::Ok
    } else {
        AlarmState::InsufficientData
    };
    put(account, request, AlarmType::MetricAlarm, initial)?;
    Ok(Value::Null)
}

fn put_composite_alarm(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    alarm_checks::name_is_printable(input)?;
    alarm_checks::check_actions(request)?;
    check_suppressor(input)?;
    let rule = parse_rule(input.required("AlarmRule"))?;
    check_children(account.region(&request.region), request, &rule)?;
    let initial = AlarmState::InsufficientData;
    let update = put(account, request, AlarmType::CompositeAlarm, initial)?;
    evaluate_composite(
        account.region(&request.region),
        request,
        input.required("AlarmName"),
        &EvaluationCause::Put(update.participle()),
    );
    Ok(Value::Null)
}

fn parse_rule(text: &str) -> Result<AlarmRule, AwsError> {
    composite::parse(text).map_err(|errors| {
        let message = errors.first().map_or("", |error| &error.message);
        invalid(format!("Error in AlarmRule [{message}]"))
    })
}

fn check_children(region: &Region, request: &Request, rule: &AlarmRule) -> Result<(), AwsError> {
    let mut missing: Vec<&str> = rule.children().into_iter().collect();
    missing.retain(|child| !region.alarms.contains_key(alarm_name(request, child)));
    if !missing.is_empty() {
        let list = missing.join(", ");
        return Err(invalid(format!(
            "Could not save the composite alarm as alarms [{list}] in the alarm rule do not exist"
        )));
    }
    Ok(())
}

fn check_suppressor(input: &OperationInput) -> Result<(), AwsError> {
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

/// Replaces the whole configuration of an alarm, and keeps its state and tags. A new alarm gets the tags of the request.
fn put(
    account: &mut Account,
    request: &Request,
    alarm_type: AlarmType,
    initial: AlarmState,
) -> Result<ConfigurationUpdate, AwsError> {
    let tags = tags::read(request.input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    catch_up(account, &request.region, request.now);
    let region = account.region(&request.region);
    let name = request.input.required("AlarmName");
    let old = region.alarms.get(name);
    if old.is_some_and(|old| old.alarm_type != alarm_type) {
        return Err(invalid(format!(
            "An alarm of another type already has the name {name}"
        )));
    }
    let configuration = configuration(&request.input);
    let configured = request.instant();
    let (update, alarm) = match old {
        // The next evaluation of an existing alarm is still in the next minute.
        Some(old) => (
            ConfigurationUpdate::Update,
            StoredAlarm {
                configuration,
                configured,
                ..old.clone()
            },
        ),
        None => (
            ConfigurationUpdate::Create,
            StoredAlarm {
                alarm_type,
                configuration,
                configured,
                created: request.now.as_second(),
                state: initial_state(request, initial),
                evaluated: None,
                unsettled: None,
                muted: None,
                tags,
            },
        ),
    };
    record_configuration_update(region, &alarm, request.instant(), update);
    region.alarms.insert(name.to_owned(), alarm);
    Ok(update)
}

fn initial_state(request: &Request, value: AlarmState) -> StoredState {
    let reason = "Unchecked: Initial alarm creation".to_owned();
    StoredState::entered(value, reason, request.instant())
}

fn configuration(input: &OperationInput) -> Map<String, Value> {
    let mut members = input.0.clone();
    members.remove("Tags");
    members.entry("ActionsEnabled").or_insert(Value::Bool(true));
    for list in ACTION_LISTS {
        members.entry(*list).or_insert_with(|| json!([]));
    }
    if members.contains_key("MetricName") {
        members.entry("Dimensions").or_insert_with(|| json!([]));
    }
    members
}
