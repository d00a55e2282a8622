//! CloudWatch Logs: log groups, their retention and tags. Log events are not served.

use serde_json::{Value, json};

use super::account::Account;
use super::data::{LogGroup, Region, Tags};
use super::error::{AwsError, OperationResult};
use super::operation::Operations;
use super::paging::page;
use super::request::{OperationInput, Request};
use crate::semantics::limits::{DESCRIBE_LOG_GROUPS_PAGE, LOG_RETENTION_DAYS, TAGS};

pub(super) const DEFAULT_CLASS: &str = "STANDARD";

pub(super) const OPERATIONS: Operations = &[
    ("CreateLogGroup", create_log_group),
    ("DescribeLogGroups", describe_log_groups),
    ("DeleteLogGroup", delete_log_group),
    ("PutRetentionPolicy", put_retention_policy),
    ("DeleteRetentionPolicy", delete_retention_policy),
    ("TagResource", tag_resource),
    ("UntagResource", untag_resource),
    ("ListTagsForResource", list_tags_for_resource),
    ("ListTagsLogGroup", list_tags_log_group),
];

pub(super) fn arn(request: &Request, name: &str) -> String {
    request.arn("logs", &format!("log-group:{name}"))
}

pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn not_found() -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
}

pub(super) fn named<'a>(
    region: &'a mut Region,
    request: &Request,
) -> Result<&'a mut LogGroup, AwsError> {
    region
        .log_groups
        .get_mut(request.input.required("logGroupName"))
        .ok_or_else(not_found)
}

fn create_log_group(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("logGroupName");
    if !name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "._-/#".contains(letter))
    {
        let pattern = "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+";
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: {pattern}"
        )));
    }
    let tags = within_limit(tags(input))?;
    let groups = &mut account.region(&request.region).log_groups;
    if groups.contains_key(name) {
        return Err(AwsError::new(
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        ));
    }
    let group = LogGroup {
        created: request.now.as_millisecond(),
        class: input.owned_text("logGroupClass"),
        kms_key_id: input.owned_text("kmsKeyId"),
        tags,
        ..LogGroup::default()
    };
    groups.insert(name.to_owned(), group);
    Ok(Value::Null)
}

fn tags(input: &OperationInput) -> Tags {
    let given = input
        .get("tags")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    given
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

fn within_limit(tags: Tags) -> Result<Tags, AwsError> {
    if tags.len() > TAGS {
        return Err(AwsError::new(
            "TooManyTagsException",
            "A log group can have at most 50 tags",
        ));
    }
    Ok(tags)
}

fn describe_log_groups(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    if input.text("logGroupNamePrefix").is_some() && input.text("logGroupNamePattern").is_some() {
        return Err(invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let groups = account.region(&request.region).log_groups.iter();
    let wanted = groups.filter(|(name, group)| is_wanted(name, group, request));
    let described = wanted.map(|(name, group)| (name.as_str(), described(name, group, request)));
    let page = page(
        described,
        input.text("nextToken"),
        input.page_size("limit", DESCRIBE_LOG_GROUPS_PAGE),
    );
    let page = page.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    Ok(json!({ "logGroups": page.items, "nextToken": page.next }))
}

fn is_wanted(name: &str, group: &LogGroup, request: &Request) -> bool {
    let input = &request.input;
    let is_identified = input.list("logGroupIdentifiers").is_empty()
        || input
            .texts("logGroupIdentifiers")
            .any(|identifier| identifies(identifier, name, request));
    input.allows_prefix_of("logGroupNamePrefix", name)
        && input
            .text("logGroupNamePattern")
            .is_none_or(|pattern| contains_ignoring_case(name, pattern))
        && input.allows("logGroupClass", class(group))
        && is_identified
}

/// Whether an identifier is the name or the ARN of a log group.
fn identifies(identifier: &str, name: &str, request: &Request) -> bool {
    identifier == name || identifier.strip_suffix(":*").unwrap_or(identifier) == arn(request, name)
}

fn contains_ignoring_case(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase()
        .contains(&part.to_ascii_lowercase())
}

pub(super) fn class(group: &LogGroup) -> &str {
    group.class.as_deref().unwrap_or(DEFAULT_CLASS)
}

fn described(name: &str, group: &LogGroup, request: &Request) -> Value {
    let arn = arn(request, name);
    json!({
        "logGroupName": name,
        "creationTime": group.created,
        "retentionInDays": group.retention_in_days,
        "metricFilterCount": group.metric_filters.len(),
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": 0,
        "kmsKeyId": group.kms_key_id,
        "logGroupClass": class(group),
    })
}

fn delete_log_group(account: &mut Account, request: &Request) -> OperationResult {
    let deleted = account
        .region(&request.region)
        .log_groups
        .remove(request.input.required("logGroupName"));
    deleted.map(|_| Value::Null).ok_or_else(not_found)
}

fn put_retention_policy(account: &mut Account, request: &Request) -> OperationResult {
    let days = request.input.integer("retentionInDays").unwrap_or_default();
    if !LOG_RETENTION_DAYS
        .iter()
        .any(|allowed| i64::from(*allowed) == days)
    {
        return Err(invalid(format!(
            "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: \
             Member must satisfy enum value set: {LOG_RETENTION_DAYS:?}"
        )));
    }
    named(account.region(&request.region), request)?.retention_in_days = Some(days);
    Ok(Value::Null)
}

fn delete_retention_policy(account: &mut Account, request: &Request) -> OperationResult {
    named(account.region(&request.region), request)?.retention_in_days = None;
    Ok(Value::Null)
}

/// The request has the ARN without `:*` at its end. The error for an ARN with `:*` is unverified.
fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
    let arn_given = request.input.required("resourceArn");
    let name = arn_given
        .strip_prefix(&arn(request, ""))
        .ok_or_else(not_found)?;
    if name.ends_with(":*") {
        return Err(invalid("The specified resource ARN is invalid."));
    }
    account
        .region(&request.region)
        .log_groups
        .get_mut(name)
        .map(|group| &mut group.tags)
        .ok_or_else(not_found)
}

fn tag_resource(account: &mut Account, request: &Request) -> OperationResult {
    let tags_of_group = tags_of(account, request)?;
    let mut merged = tags_of_group.clone();
    merged.extend(tags(&request.input));
    *tags_of_group = within_limit(merged)?;
    Ok(Value::Null)
}

fn untag_resource(account: &mut Account, request: &Request) -> OperationResult {
    let tags = tags_of(account, request)?;
    tags.retain(|key, _| !request.input.lists("tagKeys", key));
    Ok(Value::Null)
}

fn list_tags_for_resource(account: &mut Account, request: &Request) -> OperationResult {
    let tags = tags_of(account, request)?;
    Ok(json!({ "tags": tags }))
}

fn list_tags_log_group(account: &mut Account, request: &Request) -> OperationResult {
    let group = named(account.region(&request.region), request)?;
    Ok(json!({ "tags": group.tags }))
}
