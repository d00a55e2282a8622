//! Sampling rules. What is refused, and how, follows what the service was seen to answer; the texts of `unverified` were not seen.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::semantics::limits::{SAMPLING_ATTRIBUTES, SAMPLING_PRIORITY, SAMPLING_RULES};

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::request::Request;
use super::super::service::Operations;
use super::super::tags::{self, Tags};
use super::{bad_tags, invalid};

pub const OPERATIONS: Operations = &[
    ("CreateSamplingRule", create_sampling_rule),
    ("UpdateSamplingRule", update_sampling_rule),
    ("DeleteSamplingRule", delete_sampling_rule),
    ("GetSamplingRules", get_sampling_rules),
];

mod unverified {
    pub const ALREADY_EXISTS: &str = "Sampling rule already exists";
    pub const NOT_FOUND: &str = "Sampling rule does not exist";
    pub const TOO_MANY: &str = "The maximum number of sampling rules has been reached";
    pub const DEFAULT_IS_FIXED: &str =
        "Only the reservoir size and fixed rate of the default sampling rule can be modified";
    pub const DEFAULT_STAYS: &str = "The default sampling rule cannot be deleted";
}

const DEFAULT: &str = "Default";
/// The rule that is always there has timestamps of 0 until it is edited.
const NEVER: &str = "1970-01-01T00:00:00.000Z";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SamplingRule {
    /// All members, as AWS names them.
    rule: Map<String, Value>,
    created: String,
    modified: String,
    #[serde(default)]
    pub tags: Tags,
}

impl SamplingRule {
    fn described(&self) -> Value {
        json!({ "SamplingRule": self.rule, "CreatedAt": self.created, "ModifiedAt": self.modified })
    }
}

pub fn arn(request: &Request, name: &str) -> String {
    request.arn("xray", &format!("sampling-rule/{name}"))
}

fn default_rule(request: &Request) -> SamplingRule {
    let rule = json!({
        "RuleName": DEFAULT, "RuleARN": arn(request, DEFAULT), "ResourceARN": "*", "Priority": 10000, "FixedRate": 0.05,
        "ReservoirSize": 1, "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1,
        "Attributes": {},
    });
    let rule = rule.as_object().cloned().unwrap_or_default();
    SamplingRule {
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

fn create_sampling_rule(account: &mut Account, request: &Request) -> Answer {
    let mut rule = structure(request, "SamplingRule");
    let name = selected_name(&rule, request)?;
    check(&rule)?;
    if rule.get("Version") != Some(&json!(1)) {
        return Err(invalid("Version must be 1"));
    }
    let tags = tags::read(request.input.list("Tags")).map_err(|bad| bad_tags(&bad))?;
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
    let rule = SamplingRule {
        rule,
        created: request.instant(),
        modified: request.instant(),
        tags,
    };
    let answer = json!({ "SamplingRuleRecord": rule.described() });
    rules.insert(name, rule);
    Ok(answer)
}

/// The name in a structure that selects a rule by exactly one of name and ARN.
fn selected_name(rule: &Map<String, Value>, request: &Request) -> Result<String, AwsError> {
    let text = |member| rule.get(member).and_then(Value::as_str);
    match (text("RuleName"), text("RuleARN")) {
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

/// Numbers that the model bounds for a new rule, but not for the update of one.
const BOUNDS: &[(&str, std::ops::RangeInclusive<f64>)] = &[
    ("Priority", LEAST_PRIORITY..=GREATEST_PRIORITY),
    ("FixedRate", 0.0..=1.0),
    ("ReservoirSize", 0.0..=f64::MAX),
];

fn check(rule: &Map<String, Value>) -> Result<(), AwsError> {
    let is_outside = |(member, bounds): &&(&str, std::ops::RangeInclusive<f64>)| {
        rule.get(*member)
            .and_then(Value::as_f64)
            .is_some_and(|value| !bounds.contains(&value))
    };
    if let Some((member, bounds)) = BOUNDS.iter().find(is_outside) {
        return Err(invalid(format!(
            "{member} must be at least {} and at most {}",
            bounds.start(),
            bounds.end()
        )));
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

/// Omitted members stay as they are, but for the boost: omitting it removes it. Nothing changes when anything is refused.
fn update_sampling_rule(account: &mut Account, request: &Request) -> Answer {
    let update = structure(request, "SamplingRuleUpdate");
    let name = selected_name(&update, request)?;
    check(&update)?;
    let region = account.region(&request.region);
    let mut record = existing(region, request, &name)?;
    let is_fixed = |member: &String| {
        !["RuleName", "RuleARN", "FixedRate", "ReservoirSize"].contains(&member.as_str())
    };
    if name == DEFAULT && update.keys().any(is_fixed) {
        return Err(invalid(unverified::DEFAULT_IS_FIXED));
    }
    record.rule.remove("SamplingRateBoost");
    record.rule.extend(update);
    record.modified = request.instant();
    let answer = json!({ "SamplingRuleRecord": record.described() });
    region.sampling_rules.insert(name, record);
    Ok(answer)
}

fn existing(region: &Region, request: &Request, name: &str) -> Result<SamplingRule, AwsError> {
    match region.sampling_rules.get(name) {
        Some(rule) => Ok(rule.clone()),
        None if name == DEFAULT => Ok(default_rule(request)),
        None => Err(invalid(unverified::NOT_FOUND)),
    }
}

fn delete_sampling_rule(account: &mut Account, request: &Request) -> Answer {
    let name = selected_name(&request.input.0, request)?;
    if name == DEFAULT {
        return Err(invalid(unverified::DEFAULT_STAYS));
    }
    let gone = account
        .region(&request.region)
        .sampling_rules
        .remove(&name)
        .ok_or_else(|| invalid(unverified::NOT_FOUND))?;
    Ok(json!({ "SamplingRuleRecord": gone.described() }))
}

/// By name, and Default last.
fn get_sampling_rules(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    let default = existing(region, request, DEFAULT)?;
    let custom = region
        .sampling_rules
        .iter()
        .filter(|(name, _)| *name != DEFAULT)
        .map(|(_, rule)| rule);
    let records: Value = custom
        .chain([&default])
        .map(SamplingRule::described)
        .collect();
    Ok(json!({ "SamplingRuleRecords": records, "NextToken": null }))
}
