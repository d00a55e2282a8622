//! Metric alarms, and what metric and composite alarms have in common: state, actions, listing, deletion.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::semantics::limits::{DELETE_COMPOSITES_BATCH, DESCRIBE_ALARMS_DEFAULT_PAGE};
use crate::semantics::state::AlarmState;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::paging::page;
use super::super::request::{Input, Request};
use super::super::service::Operations;
use super::super::tags::{self, Tags};
use super::evaluation::bring_forward;
use super::history::{ItemKind, describe_alarm_history, record};
use super::{alarm_checks, composite, invalid, suppression};

pub const OPERATIONS: Operations = &[
    ("PutMetricAlarm", put_metric_alarm),
    ("PutCompositeAlarm", composite::put_composite_alarm),
    ("DescribeAlarms", describe_alarms),
    ("DescribeAlarmHistory", describe_alarm_history),
    ("DeleteAlarms", delete_alarms),
    ("SetAlarmState", set_alarm_state),
    ("EnableAlarmActions", enable_alarm_actions),
    ("DisableAlarmActions", disable_alarm_actions),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Alarm {
    pub kind: AlarmKind,
    /// All that the last `Put*` said, but for the tags.
    pub configuration: Map<String, Value>,
    pub configured: String,
    pub state: Condition,
    /// Up to when it was evaluated, or its state was set by hand; seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluated: Option<i64>,
    /// Since when its suppressor may hold back actions; seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsettled: Option<i64>,
    #[serde(default)]
    pub tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmKind {
    MetricAlarm,
    CompositeAlarm,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Condition {
    pub value: AlarmState,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_data: Option<String>,
    pub updated: String,
    pub transitioned: String,
}

/// Lists that CloudWatch describes as empty when they were not given. Which other defaults it describes is unverified, so none are.
pub const ACTION_LISTS: &[&str] = &["OKActions", "AlarmActions", "InsufficientDataActions"];

impl AlarmKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::MetricAlarm => "MetricAlarm",
            Self::CompositeAlarm => "CompositeAlarm",
        }
    }
}

impl Alarm {
    pub fn name(&self) -> &str {
        self.text("AlarmName")
    }

    pub fn text(&self, member: &str) -> &str {
        self.configuration
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The actions for the state that the alarm is in.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        let member = match self.state.value {
            AlarmState::Ok => "OKActions",
            AlarmState::Alarm => "AlarmActions",
            AlarmState::InsufficientData => "InsufficientDataActions",
        };
        self.configuration
            .get(member)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    fn has_action(&self, prefix: &str) -> bool {
        let lists = ACTION_LISTS
            .iter()
            .filter_map(|member| self.configuration.get(*member)?.as_array());
        lists
            .flatten()
            .filter_map(Value::as_str)
            .any(|action| action.starts_with(prefix))
    }

    fn described(&self, request: &Request) -> Value {
        let mut members = self.configuration.clone();
        let state = &self.state;
        let more = json!({
            "AlarmArn": arn(request, self.name()),
            "AlarmConfigurationUpdatedTimestamp": self.configured,
            "StateValue": state.value,
            "StateReason": state.reason,
            "StateReasonData": state.reason_data,
            "StateUpdatedTimestamp": state.updated,
            "StateTransitionedTimestamp": state.transitioned,
        });
        if let Value::Object(more) = more {
            members.extend(more);
        }
        Value::Object(members)
    }
}

pub fn arn(request: &Request, name: &str) -> String {
    request.arn("cloudwatch", &format!("alarm:{name}"))
}

fn put_metric_alarm(account: &mut Account, request: &Request) -> Answer {
    alarm_checks::check(&request.input)?;
    alarm_checks::check_actions(request)?;
    let has_criteria = request.input.get("EvaluationCriteria").is_some();
    let initial = if has_criteria {
        AlarmState::Ok
    } else {
        AlarmState::InsufficientData
    };
    put(account, request, AlarmKind::MetricAlarm, initial)
}

/// Replaces the whole configuration of an alarm. State and tags are as they were; a new alarm gets those of the request.
pub fn put(
    account: &mut Account,
    request: &Request,
    kind: AlarmKind,
    initial_state: AlarmState,
) -> Answer {
    let given = tags::read(request.input.list("Tags")).map_err(|bad| super::tags::refused(&bad))?;
    bring_forward(account, &request.region, request.now);
    let region = account.region(&request.region);
    let name = request.input.required("AlarmName");
    let old = region.alarms.get(name);
    if old.is_some_and(|old| old.kind != kind) {
        return Err(invalid(format!(
            "An alarm of another type already has the name {name}"
        )));
    }
    let (summary, state, tags) = match old {
        Some(old) => ("updated", old.state.clone(), old.tags.clone()),
        None => ("created", initial(request, initial_state), given),
    };
    // An alarm that was evaluated waits for the next minute, as its state does.
    let evaluated = old.and_then(|old| old.evaluated);
    let configuration = configuration(&request.input);
    let unsettled = old.and_then(|old| old.unsettled);
    let alarm = Alarm {
        kind,
        configuration,
        configured: request.instant(),
        state,
        evaluated,
        unsettled,
        tags,
    };
    let data =
        json!({ "version": "1.0", "type": if summary == "created" { "Create" } else { "Update" } });
    record(
        region,
        &alarm,
        &request.instant(),
        ItemKind::ConfigurationUpdate,
        &format!("Alarm \"{name}\" {summary}"),
        data,
    );
    region.alarms.insert(name.to_owned(), alarm);
    Ok(Value::Null)
}

fn initial(request: &Request, value: AlarmState) -> Condition {
    Condition {
        value,
        reason: "Unchecked: Initial alarm creation".to_owned(),
        reason_data: None,
        updated: request.instant(),
        transitioned: request.instant(),
    }
}

fn configuration(input: &Input) -> Map<String, Value> {
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

fn describe_alarms(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    if !input.list("AlarmNames").is_empty() && input.get("AlarmNamePrefix").is_some() {
        return Err(invalid(
            "AlarmNames and AlarmNamePrefix are mutually exclusive",
        ));
    }
    bring_forward(account, &request.region, request.now);
    let region = account.region(&request.region);
    let family = composite::family(region, request)?;
    let is_wanted = |alarm: &Alarm| {
        family
            .as_ref()
            .is_none_or(|family| family.contains(alarm.name()))
            && is_wanted(alarm, input)
    };
    let alarms = region
        .alarms
        .iter()
        .filter(|(_, alarm)| is_wanted(alarm))
        .map(|(name, alarm)| (name.as_str(), alarm));
    let page = page(
        alarms,
        input.text("NextToken"),
        input.page_size("MaxRecords", DESCRIBE_ALARMS_DEFAULT_PAGE),
    );
    let page =
        page.ok_or_else(|| AwsError::new("InvalidNextToken", "The next token is not valid"))?;
    let of_kind = |kind| -> Value {
        page.items
            .iter()
            .filter(|alarm| alarm.kind == kind)
            .map(|alarm| alarm.described(request))
            .collect()
    };
    Ok(json!({
        "MetricAlarms": of_kind(AlarmKind::MetricAlarm),
        "CompositeAlarms": of_kind(AlarmKind::CompositeAlarm),
        "LogAlarms": [],
        "NextToken": page.next,
    }))
}

fn is_wanted(alarm: &Alarm, input: &Input) -> bool {
    let is_type = |wanted: &str| wanted == alarm.kind.name();
    let is_related =
        input.get("ChildrenOfAlarmName").is_some() || input.get("ParentsOfAlarmName").is_some();
    (input.list("AlarmNames").is_empty()
        || input.texts("AlarmNames").any(|name| name == alarm.name()))
        && input
            .text("AlarmNamePrefix")
            .is_none_or(|prefix| alarm.name().starts_with(prefix))
        && input
            .text("StateValue")
            .is_none_or(|state| alarm.state.value.name() == state)
        && input
            .text("ActionPrefix")
            .is_none_or(|prefix| alarm.has_action(prefix))
        && match input.list("AlarmTypes") {
            [] => is_related || alarm.kind == AlarmKind::MetricAlarm,
            _ => input.texts("AlarmTypes").any(is_type),
        }
}

/// All or nothing.
fn delete_alarms(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    let names: Vec<&str> = request.input.texts("AlarmNames").collect();
    let missing: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !region.alarms.contains_key(*name))
        .collect();
    if !missing.is_empty() {
        return Err(AwsError::new(
            "ResourceNotFound",
            format!("Alarms not found: {}", missing.join(", ")),
        ));
    }
    let is_composite = |name: &&&str| {
        region
            .alarms
            .get(**name)
            .is_some_and(|alarm| alarm.kind == AlarmKind::CompositeAlarm)
    };
    if names.iter().filter(is_composite).count() > DELETE_COMPOSITES_BATCH {
        return Err(invalid(
            "At most one composite alarm can be deleted in one call",
        ));
    }
    let needed: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| composite::has_parent(region, request, name))
        .collect();
    if !needed.is_empty() {
        let them = if needed.len() == 1 { "it" } else { "them" };
        let message = format!(
            "Cannot delete {} as there are composite alarm(s) depending on {them}.",
            needed.join(",")
        );
        return Err(invalid(message));
    }
    for name in names {
        if let Some(alarm) = region.alarms.remove(name) {
            let data = json!({ "version": "1.0", "type": "Delete" });
            record(
                region,
                &alarm,
                &request.instant(),
                ItemKind::ConfigurationUpdate,
                &format!("Alarm \"{name}\" deleted"),
                data,
            );
        }
    }
    Ok(Value::Null)
}

fn set_alarm_state(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let name = input.required("AlarmName");
    let reason_data = input.text("StateReasonData").map(str::to_owned);
    if reason_data
        .as_deref()
        .is_some_and(|data| serde_json::from_str::<Value>(data).is_err())
    {
        return Err(AwsError::new(
            "InvalidFormatFault",
            "StateReasonData is not valid JSON",
        ));
    }
    bring_forward(account, &request.region, request.now);
    let alarm = account.region(&request.region).alarms.get_mut(name);
    let alarm = alarm
        .ok_or_else(|| AwsError::new("ResourceNotFound", format!("Alarm {name} not found")))?;
    alarm.evaluated = Some(request.now.as_second());
    let value =
        AlarmState::named(input.required("StateValue")).unwrap_or(AlarmState::InsufficientData);
    let reason = input.required("StateReason").to_owned();
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
    Ok(Value::Null)
}

/// Puts an alarm into a state. If it is another one than before, that is noted, actions run, and composite alarms look again.
pub fn enter(account: &mut Account, request: &Request, name: &str, state: Condition) {
    let region = account.region(&request.region);
    let Some(alarm) = region.alarms.get_mut(name) else {
        return;
    };
    let old = std::mem::replace(&mut alarm.state, state);
    if old.value == alarm.state.value {
        alarm.state.transitioned = old.transitioned;
        return;
    }
    let alarm = alarm.clone();
    note_transition(region, &alarm, &old, request);
    if suppression::has_suppressor(&alarm) {
        let at = request.now.as_second();
        let since = alarm.unsettled.map_or(at, |since| since.min(at));
        region
            .alarms
            .entry(name.to_owned())
            .and_modify(|alarm| alarm.unsettled = Some(since));
        suppression::settle(region, &request.region, request.now);
    } else {
        super::super::sns::notify(region, request, &alarm, &old);
    }
    composite::look_again(account, request, &alarm);
}

fn note_transition(region: &mut Region, alarm: &Alarm, old: &Condition, request: &Request) {
    let side =
        |state: &Condition| json!({ "stateValue": state.value, "stateReason": state.reason });
    let data = json!({ "version": "1.0", "oldState": side(old), "newState": side(&alarm.state) });
    let summary = format!("Alarm updated from {} to {}", old.value, alarm.state.value);
    record(
        region,
        alarm,
        &request.instant(),
        ItemKind::StateUpdate,
        &summary,
        data,
    );
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn enable_alarm_actions(account: &mut Account, request: &Request) -> Answer {
    set_actions_enabled(account, request, true);
    Ok(Value::Null)
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn disable_alarm_actions(account: &mut Account, request: &Request) -> Answer {
    set_actions_enabled(account, request, false);
    Ok(Value::Null)
}

/// Names that there are not are passed over: the operations declare no error for them.
fn set_actions_enabled(account: &mut Account, request: &Request, enabled: bool) {
    bring_forward(account, &request.region, request.now);
    let region = account.region(&request.region);
    for name in request.input.texts("AlarmNames") {
        if let Some(alarm) = region.alarms.get_mut(name) {
            alarm
                .configuration
                .insert("ActionsEnabled".to_owned(), Value::Bool(enabled));
            alarm.configured = request.instant();
        }
    }
}
