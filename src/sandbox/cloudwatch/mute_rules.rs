//! PutAlarmMuteRule, GetAlarmMuteRule, ListAlarmMuteRules and DeleteAlarmMuteRule.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::arns::mute_rule_arn;
use super::catch_up::catch_up;
use super::error::{invalid, invalid_next_token, invalid_tags};
use super::muting::{release_unmuted, window_of, windows};
use crate::sandbox::account::Account;
use crate::sandbox::data::StoredMuteRule;
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::limits::MUTE_RULES_PER_PAGE;
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::page;
use crate::sandbox::request::Request;
use crate::sandbox::tags;
use crate::semantics::limits::MUTE_RULES;
use crate::semantics::mute_rule::{SHORTEST_AND_LONGEST, Schedule, seconds_of};

pub(super) const OPERATIONS: Operations = &[
    ("PutAlarmMuteRule", put_alarm_mute_rule),
    ("GetAlarmMuteRule", get_alarm_mute_rule),
    ("ListAlarmMuteRules", list_alarm_mute_rules),
    ("DeleteAlarmMuteRule", delete_alarm_mute_rule),
];

/// Replaces the whole rule except its tags. Alarms that are not muted any more run their actions at once.
fn put_alarm_mute_rule(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let schedule = input.get("Rule").and_then(|rule| rule.get("Schedule"));
    check_schedule(schedule.unwrap_or(&Value::Null))?;
    let given = tags::read(input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    catch_up(account, &request.region, request.now);
    let region = account.region(&request.region);
    let name = input.required("Name");
    let old = region.mute_rules.get(name);
    if old.is_none() && region.mute_rules.len() >= MUTE_RULES {
        return Err(AwsError::new(
            "LimitExceededFault",
            format!("At most {MUTE_RULES} alarm mute rules can be in a Region"),
        ));
    }
    let tags = old.map_or(given, |old| old.tags.clone());
    let mut configuration = input.0.clone();
    configuration.retain(|member, _| !["Name", "Tags"].contains(&member.as_str()));
    let rule = StoredMuteRule {
        configuration,
        updated: request.instant(),
        tags,
    };
    region.mute_rules.insert(name.to_owned(), rule);
    release_unmuted(region, request);
    Ok(Value::Null)
}

fn check_schedule(schedule: &Value) -> Result<(), AwsError> {
    let text = |member: &str| schedule.get(member).and_then(Value::as_str);
    let expression = text("Expression").unwrap_or_default();
    Schedule::parse(expression).map_err(|error| {
        invalid(format!(
            "Invalid schedule expression {expression}: {}",
            error.message
        ))
    })?;
    let duration = text("Duration").unwrap_or_default();
    let seconds = seconds_of(duration).filter(|seconds| SHORTEST_AND_LONGEST.contains(seconds));
    if seconds.is_none() {
        return Err(invalid(format!(
            "Invalid duration {duration}: it must be between PT1M and P15D"
        )));
    }
    let zone = text("Timezone").unwrap_or("UTC");
    TimeZone::get(zone).map_err(|_| invalid(format!("Invalid time zone {zone}")))?;
    Ok(())
}

fn get_alarm_mute_rule(account: &mut Account, request: &Request) -> OperationResult {
    let name = request.input.required("AlarmMuteRuleName");
    let rules = &account.region(&request.region).mute_rules;
    let rule = rules.get(name).ok_or_else(|| {
        AwsError::new(
            "ResourceNotFoundException",
            format!("Alarm mute rule {name} does not exist"),
        )
    })?;
    let mut members = rule.configuration.clone();
    members.insert("Name".to_owned(), json!(name));
    if let Value::Object(summary) = summary(request, name, rule) {
        members.extend(summary);
    }
    Ok(Value::Object(members))
}

fn summary(request: &Request, name: &str, rule: &StoredMuteRule) -> Value {
    let recurs = windows(rule).is_some_and(|windows| windows.schedule.recurs());
    let mut members = json!({
        "AlarmMuteRuleArn": mute_rule_arn(request, name),
        "Status": status(rule, request.now.as_second()),
        "MuteType": if recurs { "RECURRING" } else { "ONE_TIME" },
        "LastUpdatedTimestamp": rule.updated,
    });
    if let Some(expires) = rule.configuration.get("ExpireDate") {
        members["ExpireDate"] = expires.clone();
    }
    members
}

fn status(rule: &StoredMuteRule, now: i64) -> &'static str {
    if windows(rule).is_none_or(|windows| windows.are_over(now)) {
        "EXPIRED"
    } else if window_of(rule, now).is_some() {
        "ACTIVE"
    } else {
        "SCHEDULED"
    }
}

fn list_alarm_mute_rules(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let rules = account.region(&request.region).mute_rules.iter();
    let wanted = rules.filter(|(_, rule)| {
        let targets = rule.configuration.get("MuteTargets");
        let alarms = targets.and_then(|targets| targets.get("AlarmNames")?.as_array());
        let has_alarm = input.text("AlarmName").is_none_or(|alarm| {
            alarms.is_some_and(|alarms| alarms.iter().any(|name| name == alarm))
        });
        let status = status(rule, request.now.as_second());
        has_alarm && (input.list("Statuses").is_empty() || input.lists("Statuses", status))
    });
    let items = wanted.map(|(name, rule)| (name.as_str(), summary(request, name, rule)));
    let page = page(
        items,
        input.text("NextToken"),
        input.page_size("MaxRecords", MUTE_RULES_PER_PAGE),
    );
    let page = page.ok_or_else(invalid_next_token)?;
    Ok(json!({ "AlarmMuteRuleSummaries": page.items, "NextToken": page.next }))
}

/// Deleting a missing rule succeeds. Alarms that are not muted any more run their actions at once.
#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn delete_alarm_mute_rule(account: &mut Account, request: &Request) -> OperationResult {
    catch_up(account, &request.region, request.now);
    let region = account.region(&request.region);
    let name = request.input.required("AlarmMuteRuleName");
    region.mute_rules.remove(name);
    release_unmuted(region, request);
    Ok(Value::Null)
}
