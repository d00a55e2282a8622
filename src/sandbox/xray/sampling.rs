//! Sampling rules. Errors are those observed from the service, except the texts in `unverified`.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::error::{invalid, invalid_tags};
use crate::sandbox::account::Account;
use crate::sandbox::data::{Region, StoredSamplingRule, Tags};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;
use crate::sandbox::tags;
use crate::semantics::limits::{SAMPLING_ATTRIBUTES, SAMPLING_PRIORITY, SAMPLING_RULES};

pub(super) const OPERATIONS: Operations = &[
    ("CreateSamplingRule", create_sampling_rule),
    ("UpdateSamplingRule", update_sampling_rule),
    ("DeleteSamplingRule", delete_sampling_rule),
    ("GetSamplingRules", get_sampling_rules),
];

mod unverified {
    pub(super) const ALREADY_EXISTS: &str = "Sampling rule already exists";
    pub(super) const NOT_FOUND: &str = "Sampling rule does not exist";
    pub(super) const TOO_MANY: &str = "The maximum number of sampling rules has been reached";
    pub(super) const DEFAULT_IS_FIXED: &str =
        "Only the reservoir size and fixed rate of the default sampling rule can be modified";
    pub(super) const DEFAULT_STAYS: &str = "The default sampling rule cannot be deleted";
}

const DEFAULT: &str = "Default";

/// The members of an update of the default rule.
const CHANGEABLE_OF_DEFAULT: &[&str] = &["RuleName", "RuleARN", "FixedRate", "ReservoirSize"];

/// The timestamps of the default rule before its first update.
const NEVER: &str = "1970-01-01T00:00:00.000Z";

fn described(record: &StoredSamplingRule) -> Value {
    json!({
        "SamplingRule": record.rule,
        "CreatedAt": record.created,
        "ModifiedAt": record.modified,
    })
}

pub(crate) fn arn(request: &Request, name: &str) -> String {
    request.arn("xray", &format!("sampling-rule/{name}"))
}

fn default_rule(request: &Request) -> StoredSamplingRule {
    let rule = json!({
        "RuleName": DEFAULT, "RuleARN": arn(request, DEFAULT), "ResourceARN": "*", "Priority": 10000, "FixedRate": 0.05,
        "ReservoirSize": 1, "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1,
        "Attributes": {},
    });
    let rule = rule.as_object().cloned().unwrap_or_default();
    StoredSamplingRule {
        rule,
        created: NEVER.to_owned(),
        modified: NEVER.to_owned(),
        tags: Tags::new(),
    }
}

fn structure(request: &Request, member: &str) -> Map<String, Value> {
    request
        .input
        .get(member)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

fn create_sampling_rule(account: &mut Account, request: &Request) -> OperationResult {
    let mut rule = structure(request, "SamplingRule");
    let name = selected_name(&rule, request)?;
    check(&rule)?;
    if rule.get("Version") != Some(&json!(1)) {
        return Err(invalid("Version must be 1"));
    }
    let tags = tags::read(request.input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    let rules = &mut account.region(&request.region).sampling_rules;
    if name == DEFAULT || rules.contains_key(&name) {
        return Err(invalid(unverified::ALREADY_EXISTS));
    }
    if rules.keys().filter(|name| *name != DEFAULT).count() >= SAMPLING_RULES {
        return Err(AwsError::new(
            "RuleLimitExceededException",
            unverified::TOO_MANY,
        ));
    }
    rule.insert("RuleName".to_owned(), json!(name));
    rule.insert("RuleARN".to_owned(), json!(arn(request, &name)));
    rule.entry("Attributes").or_insert_with(|| json!({}));
    let rule = StoredSamplingRule {
        rule,
        created: request.instant(),
        modified: request.instant(),
        tags,
    };
    let answer = json!({ "SamplingRuleRecord": described(&rule) });
    rules.insert(name, rule);
    Ok(answer)
}

/// Reads the rule's name from a structure with exactly one of `RuleName` and `RuleARN`.
fn selected_name(rule: &Map<String, Value>, request: &Request) -> Result<String, AwsError> {
    let name = rule.get("RuleName").and_then(Value::as_str);
    let arn_given = rule.get("RuleARN").and_then(Value::as_str);
    match (name, arn_given) {
        (Some(name), None) => Ok(name.to_owned()),
        (None, Some(arn_given)) => arn_given
            .strip_prefix(&arn(request, ""))
            .map(str::to_owned)
            .ok_or_else(|| invalid(unverified::NOT_FOUND)),
        (Some(_), Some(_)) | (None, None) => Err(invalid("Provide either RuleName or RuleARN")),
    }
}

const LEAST_PRIORITY: f64 = SAMPLING_PRIORITY.0 as f64;
const GREATEST_PRIORITY: f64 = SAMPLING_PRIORITY.1 as f64;

/// Bounds of a new rule in the model, whose shape for updates has none.
const BOUNDS: &[(&str, RangeInclusive<f64>)] = &[
    ("Priority", LEAST_PRIORITY..=GREATEST_PRIORITY),
    ("FixedRate", 0.0..=1.0),
    ("ReservoirSize", 0.0..=f64::MAX),
];

fn check(rule: &Map<String, Value>) -> Result<(), AwsError> {
    for (member, bounds) in BOUNDS {
        let value = rule.get(*member).and_then(Value::as_f64);
        if value.is_some_and(|value| !bounds.contains(&value)) {
            return Err(invalid(format!(
                "{member} must be at least {} and at most {}",
                bounds.start(),
                bounds.end()
            )));
        }
    }
    let attributes = rule.get("Attributes").and_then(Value::as_object);
    if attributes.is_some_and(|attributes| attributes.len() > SAMPLING_ATTRIBUTES) {
        return Err(invalid("A sampling rule can have at most 5 attributes"));
    }
    let cooldown = rule
        .get("SamplingRateBoost")
        .and_then(|boost| boost.get("CooldownWindowMinutes")?.as_i64());
    if cooldown == Some(0) {
        // The model allows 0; the service fails on it.
        return Err(AwsError::new("InternalFailure", "Internal failure"));
    }
    Ok(())
}

/// Keeps omitted members, except the boost, which is removed. An error changes nothing.
fn update_sampling_rule(account: &mut Account, request: &Request) -> OperationResult {
    let update = structure(request, "SamplingRuleUpdate");
    let name = selected_name(&update, request)?;
    check(&update)?;
    let region = account.region(&request.region);
    let mut record = existing(region, request, &name)?;
    let changes_fixed_member = update
        .keys()
        .any(|member| !CHANGEABLE_OF_DEFAULT.contains(&member.as_str()));
    if name == DEFAULT && changes_fixed_member {
        return Err(invalid(unverified::DEFAULT_IS_FIXED));
    }
    record.rule.remove("SamplingRateBoost");
    record.rule.extend(update);
    record.modified = request.instant();
    let answer = json!({ "SamplingRuleRecord": described(&record) });
    region.sampling_rules.insert(name, record);
    Ok(answer)
}

fn existing(
    region: &Region,
    request: &Request,
    name: &str,
) -> Result<StoredSamplingRule, AwsError> {
    match region.sampling_rules.get(name) {
        Some(rule) => Ok(rule.clone()),
        None if name == DEFAULT => Ok(default_rule(request)),
        None => Err(invalid(unverified::NOT_FOUND)),
    }
}

fn delete_sampling_rule(account: &mut Account, request: &Request) -> OperationResult {
    let name = selected_name(&request.input.0, request)?;
    if name == DEFAULT {
        return Err(invalid(unverified::DEFAULT_STAYS));
    }
    let deleted = account
        .region(&request.region)
        .sampling_rules
        .remove(&name)
        .ok_or_else(|| invalid(unverified::NOT_FOUND))?;
    Ok(json!({ "SamplingRuleRecord": described(&deleted) }))
}

/// Ordered by name, with the default rule last.
fn get_sampling_rules(account: &mut Account, request: &Request) -> OperationResult {
    let region = account.region(&request.region);
    let default = existing(region, request, DEFAULT)?;
    let custom = region
        .sampling_rules
        .iter()
        .filter(|(name, _)| *name != DEFAULT)
        .map(|(_, rule)| rule);
    let records: Value = custom.chain([&default]).map(described).collect();
    Ok(json!({ "SamplingRuleRecords": records, "NextToken": null }))
}
