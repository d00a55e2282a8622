//! CloudWatch Logs: log groups, their retention and tags, metric filters. No events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::semantics::limits::{DESCRIBE_LOG_GROUPS_PAGE, LOG_RETENTION_DAYS, TAGS};

use super::account::{Account, Region};
use super::error::{Answer, AwsError};
use super::paging::page;
use super::request::{Input, Request};
use super::service::Operations;
use super::tags::Tags;

pub const OPERATIONS: Operations = &[
    ("CreateLogGroup", create_log_group),
    ("DescribeLogGroups", describe_log_groups),
    ("DeleteLogGroup", delete_log_group),
    ("PutRetentionPolicy", put_retention_policy),
    ("DeleteRetentionPolicy", delete_retention_policy),
    ("PutMetricFilter", put_metric_filter),
    ("DescribeMetricFilters", describe_metric_filters),
    ("TagResource", tag_resource),
    ("UntagResource", untag_resource),
    ("ListTagsForResource", list_tags_for_resource),
    ("ListTagsLogGroup", list_tags_log_group),
];

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogGroup {
    /// Milliseconds since 1970.
    created: i64,
    retention_in_days: Option<i64>,
    class: Option<String>,
    kms_key_id: Option<String>,
    metric_filters: BTreeMap<String, Map<String, Value>>,
    pub tags: Tags,
}

pub fn arn(request: &Request, name: &str) -> String {
    request.arn("logs", &format!("log-group:{name}"))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn not_found() -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
}

fn named<'a>(region: &'a mut Region, request: &Request) -> Result<&'a mut LogGroup, AwsError> {
    region
        .log_groups
        .get_mut(request.input.required("logGroupName"))
        .ok_or_else(not_found)
}

fn create_log_group(account: &mut Account, request: &Request) -> Answer {
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
    let text = |member| input.text(member).map(str::to_owned);
    let group = LogGroup {
        created: request.now.as_millisecond(),
        class: text("logGroupClass"),
        kms_key_id: text("kmsKeyId"),
        tags,
        ..LogGroup::default()
    };
    groups.insert(name.to_owned(), group);
    Ok(Value::Null)
}

fn tags(input: &Input) -> Tags {
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

fn describe_log_groups(account: &mut Account, request: &Request) -> Answer {
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
    let is_identified = |identifier: &str| {
        identifier == name
            || identifier.strip_suffix(":*").unwrap_or(identifier) == arn(request, name)
    };
    let pattern = input
        .text("logGroupNamePattern")
        .map(str::to_ascii_lowercase);
    input
        .text("logGroupNamePrefix")
        .is_none_or(|prefix| name.starts_with(prefix))
        && pattern.is_none_or(|pattern| name.to_ascii_lowercase().contains(&pattern))
        && input
            .text("logGroupClass")
            .is_none_or(|class| class == group.class.as_deref().unwrap_or("STANDARD"))
        && (input.list("logGroupIdentifiers").is_empty()
            || input.texts("logGroupIdentifiers").any(is_identified))
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
        "logGroupClass": group.class.as_deref().unwrap_or("STANDARD"),
    })
}

fn delete_log_group(account: &mut Account, request: &Request) -> Answer {
    let gone = account
        .region(&request.region)
        .log_groups
        .remove(request.input.required("logGroupName"));
    gone.map(|_| Value::Null).ok_or_else(not_found)
}

fn put_retention_policy(account: &mut Account, request: &Request) -> Answer {
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

fn delete_retention_policy(account: &mut Account, request: &Request) -> Answer {
    named(account.region(&request.region), request)?.retention_in_days = None;
    Ok(Value::Null)
}

fn put_metric_filter(account: &mut Account, request: &Request) -> Answer {
    let mut filter = request.input.0.clone();
    filter.insert(
        "creationTime".to_owned(),
        json!(request.now.as_millisecond()),
    );
    let group = named(account.region(&request.region), request)?;
    group
        .metric_filters
        .insert(request.input.required("filterName").to_owned(), filter);
    Ok(Value::Null)
}

fn describe_metric_filters(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let region = account.region(&request.region);
    if input.text("logGroupName").is_some() {
        named(region, request)?;
    }
    let groups = region.log_groups.iter().filter(|(name, _)| {
        input
            .text("logGroupName")
            .is_none_or(|wanted| wanted == *name)
    });
    let filters = groups.flat_map(|(group, settings)| {
        settings
            .metric_filters
            .iter()
            .map(move |(name, filter)| (group, name, filter))
    });
    let wanted = filters.filter(|(_, name, _)| {
        input
            .text("filterNamePrefix")
            .is_none_or(|prefix| name.starts_with(prefix))
    });
    let keyed: Vec<_> = wanted
        .map(|(group, name, filter)| (format!("{group}\n{name}"), filter))
        .collect();
    let items = keyed.iter().map(|(key, filter)| (key.as_str(), *filter));
    let page = page(
        items,
        input.text("nextToken"),
        input.page_size("limit", DESCRIBE_LOG_GROUPS_PAGE),
    );
    let page = page.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    Ok(json!({ "metricFilters": page.items, "nextToken": page.next }))
}

/// By the ARN without `:*` at its end; what Logs answers to one with it is unverified.
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

fn tag_resource(account: &mut Account, request: &Request) -> Answer {
    let tags_of_group = tags_of(account, request)?;
    let mut merged = tags_of_group.clone();
    merged.extend(tags(&request.input));
    *tags_of_group = within_limit(merged)?;
    Ok(Value::Null)
}

fn untag_resource(account: &mut Account, request: &Request) -> Answer {
    let tags = tags_of(account, request)?;
    tags.retain(|key, _| !request.input.texts("tagKeys").any(|gone| gone == key));
    Ok(Value::Null)
}

fn list_tags_for_resource(account: &mut Account, request: &Request) -> Answer {
    let tags = tags_of(account, request)?;
    Ok(json!({ "tags": tags }))
}

fn list_tags_log_group(account: &mut Account, request: &Request) -> Answer {
    let group = named(account.region(&request.region), request)?;
    Ok(json!({ "tags": group.tags }))
}
