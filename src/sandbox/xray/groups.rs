//! X-Ray groups. Errors are those observed from the service. Unverified: the texts `ALREADY_EXISTS`, `TOO_MANY` and
//! `RESERVED`, and that `UpdateGroup` keeps an omitted InsightsConfiguration.

use serde_json::{Value, json};

use super::error::{invalid, invalid_tags};
use crate::sandbox::account::Account;
use crate::sandbox::data::{InsightsConfiguration, Region, StoredTraceGroup};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::request::{OperationInput, Request};
use crate::sandbox::tags;
use crate::semantics::limits::TRACE_GROUPS;
use crate::semantics::{SyntaxError, filter};

pub(super) const OPERATIONS: Operations = &[
    ("CreateGroup", create_group),
    ("UpdateGroup", update_group),
    ("DeleteGroup", delete_group),
    ("GetGroup", get_group),
    ("GetGroups", get_groups),
];

const DEFAULT: &str = "Default";
const ALREADY_EXISTS: &str = "already exists";
const TOO_MANY: &str = "The maximum number of groups has been reached";
const NOT_FOUND: &str = "Group not found";
const RESERVED: &str = "The Default group is reserved";

fn read_insights(input: &OperationInput) -> Option<InsightsConfiguration> {
    let configuration = input.get("InsightsConfiguration")?;
    Some(InsightsConfiguration {
        is_enabled: flag(configuration, "InsightsEnabled"),
        notifies: flag(configuration, "NotificationsEnabled"),
    })
}

fn flag(structure: &Value, member: &str) -> bool {
    structure
        .get(member)
        .and_then(Value::as_bool)
        .unwrap_or(false)
}

fn described_insights(insights: InsightsConfiguration) -> Value {
    json!({
        "InsightsEnabled": insights.is_enabled,
        "NotificationsEnabled": insights.notifies,
    })
}

fn described(name: &str, group: &StoredTraceGroup) -> Value {
    json!({
        "GroupName": name,
        "GroupARN": group.arn,
        "FilterExpression": group.filter_expression,
        "InsightsConfiguration": described_insights(group.insights),
    })
}

fn default_arn(request: &Request) -> String {
    request.arn("xray", "group/Default")
}

/// The default group has no filter, and no identifier in its ARN.
fn default_group(request: &Request) -> Value {
    json!({
        "GroupName": DEFAULT,
        "GroupARN": default_arn(request),
        "FilterExpression": null,
        "InsightsConfiguration": described_insights(InsightsConfiguration::default()),
    })
}

fn filter_expression(input: &OperationInput) -> Result<String, AwsError> {
    let expression = input.text("FilterExpression").unwrap_or_default();
    if expression.trim().is_empty() {
        return Err(invalid("Filter Expression is empty"));
    }
    match filter::check_group(expression)
        .into_iter()
        .find(SyntaxError::is_error)
    {
        Some(error) => Err(invalid(format!(
            "Filter Expression is invalid: {}",
            error.message
        ))),
        None => Ok(expression.to_owned()),
    }
}

fn create_group(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("GroupName").to_owned();
    let filter_expression = filter_expression(input)?;
    let tags = tags::read(input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    let groups = &account.region(&request.region).trace_groups;
    if name == DEFAULT {
        return Err(invalid(RESERVED));
    }
    if groups.contains_key(&name) {
        return Err(invalid(format!("{name} {ALREADY_EXISTS}")));
    }
    if groups.len() >= TRACE_GROUPS {
        return Err(invalid(TOO_MANY));
    }
    let arn = request.arn(
        "xray",
        &format!("group/{name}/{}", account.next_id().base32()),
    );
    let group = StoredTraceGroup {
        arn,
        filter_expression,
        insights: read_insights(input).unwrap_or_default(),
        tags,
    };
    let answer = json!({ "Group": described(&name, &group) });
    account
        .region(&request.region)
        .trace_groups
        .insert(name, group);
    Ok(answer)
}

enum SelectedGroup {
    Default,
    Named(String),
}

/// Finds the request's group by exactly one of `GroupName` and `GroupARN`.
fn selected(region: &Region, request: &Request) -> Result<SelectedGroup, AwsError> {
    let input = &request.input;
    let name = match (input.text("GroupName"), input.text("GroupARN")) {
        (Some(name), None) => Some(name),
        (None, Some(arn)) => name_of(region, request, arn),
        (Some(_), Some(_)) | (None, None) => {
            return Err(invalid("Provide either GroupName or GroupARN"));
        }
    };
    match name {
        Some(DEFAULT) => Ok(SelectedGroup::Default),
        Some(name) if region.trace_groups.contains_key(name) => {
            Ok(SelectedGroup::Named(name.to_owned()))
        }
        Some(_) | None => Err(invalid(NOT_FOUND)),
    }
}

fn name_of<'a>(region: &'a Region, request: &Request, arn: &str) -> Option<&'a str> {
    if arn == default_arn(request) {
        return Some(DEFAULT);
    }
    let mut groups = region.trace_groups.iter();
    groups
        .find(|(_, group)| group.arn == arn)
        .map(|(name, _)| name.as_str())
}

fn update_group(account: &mut Account, request: &Request) -> OperationResult {
    let region = account.region(&request.region);
    let selected = selected(region, request)?;
    let filter_expression = filter_expression(&request.input)?;
    let SelectedGroup::Named(name) = selected else {
        return Err(invalid(RESERVED));
    };
    let group = region
        .trace_groups
        .get_mut(&name)
        .ok_or_else(|| invalid(NOT_FOUND))?;
    group.filter_expression = filter_expression;
    group.insights = read_insights(&request.input).unwrap_or(group.insights);
    Ok(json!({ "Group": described(&name, group) }))
}

fn delete_group(account: &mut Account, request: &Request) -> OperationResult {
    let region = account.region(&request.region);
    match selected(region, request)? {
        SelectedGroup::Default => Err(invalid(RESERVED)),
        SelectedGroup::Named(name) => {
            region.trace_groups.remove(&name);
            Ok(json!({}))
        }
    }
}

fn get_group(account: &mut Account, request: &Request) -> OperationResult {
    let region = account.region(&request.region);
    let group = match selected(region, request)? {
        SelectedGroup::Default => default_group(request),
        SelectedGroup::Named(name) => region
            .trace_groups
            .get(&name)
            .map(|group| described(&name, group))
            .unwrap_or_default(),
    };
    Ok(json!({ "Group": group }))
}

/// Always one page.
fn get_groups(account: &mut Account, request: &Request) -> OperationResult {
    if request.input.get("NextToken").is_some() {
        return Err(invalid("Next Token not supported"));
    }
    let groups = account
        .region(&request.region)
        .trace_groups
        .iter()
        .map(|(name, group)| described(name, group));
    let all: Value = std::iter::once(default_group(request))
        .chain(groups)
        .collect();
    Ok(json!({ "Groups": all, "NextToken": null }))
}
