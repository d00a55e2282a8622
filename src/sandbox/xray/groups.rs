//! X-Ray groups. What is refused, and how, follows what the service was seen to answer; texts that were not seen are
//! `ALREADY_EXISTS`, `TOO_MANY` and `RESERVED`, and that `UpdateGroup` keeps an omitted InsightsConfiguration is unverified.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::semantics::limits::TRACE_GROUPS;
use crate::semantics::{SyntaxError, filter};

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::request::{Input, Request};
use super::super::service::Operations;
use super::super::tags::{self, Tags};
use super::{bad_tags, invalid};

pub const OPERATIONS: Operations = &[
    ("CreateGroup", create_group),
    ("UpdateGroup", update_group),
    ("DeleteGroup", delete_group),
    ("GetGroup", get_group),
    ("GetGroups", get_groups),
];

const DEFAULT: &str = "Default";
const ALREADY_EXISTS: &str = "already exists";
const TOO_MANY: &str = "The maximum number of groups has been reached";
const RESERVED: &str = "The Default group is reserved";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    pub arn: String,
    filter_expression: String,
    #[serde(default)]
    insights: Insights,
    #[serde(default)]
    pub tags: Tags,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Insights {
    is_enabled: bool,
    notifies: bool,
}

impl Insights {
    fn read(input: &Input) -> Option<Self> {
        let flags = input.get("InsightsConfiguration")?;
        let flag = |member| flags.get(member).and_then(Value::as_bool).unwrap_or(false);
        Some(Self {
            is_enabled: flag("InsightsEnabled"),
            notifies: flag("NotificationsEnabled"),
        })
    }

    fn described(self) -> Value {
        json!({ "InsightsEnabled": self.is_enabled, "NotificationsEnabled": self.notifies })
    }
}

fn described(name: &str, group: &Group) -> Value {
    json!({
        "GroupName": name,
        "GroupARN": group.arn,
        "FilterExpression": group.filter_expression,
        "InsightsConfiguration": group.insights.described(),
    })
}

/// The group that is always there: no filter, and no identifier in its ARN.
fn default_group(request: &Request) -> Value {
    json!({
        "GroupName": DEFAULT,
        "GroupARN": request.arn("xray", "group/Default"),
        "FilterExpression": null,
        "InsightsConfiguration": Insights::default().described(),
    })
}

fn filter_expression(input: &Input) -> Result<String, AwsError> {
    let expression = input.text("FilterExpression").unwrap_or_default();
    if expression.trim().is_empty() {
        return Err(invalid("Filter Expression is empty"));
    }
    match filter::check_group(expression)
        .into_iter()
        .find(SyntaxError::is_error)
    {
        Some(problem) => Err(invalid(format!(
            "Filter Expression is invalid: {}",
            problem.message
        ))),
        None => Ok(expression.to_owned()),
    }
}

fn create_group(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let name = input.required("GroupName").to_owned();
    let filter_expression = filter_expression(input)?;
    let tags = tags::read(input.list("Tags")).map_err(|bad| bad_tags(&bad))?;
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
    let group = Group {
        arn,
        filter_expression,
        insights: Insights::read(input).unwrap_or_default(),
        tags,
    };
    let answer = json!({ "Group": described(&name, &group) });
    account
        .region(&request.region)
        .trace_groups
        .insert(name, group);
    Ok(answer)
}

/// The group that a request selects, by exactly one of name and ARN.
enum Selected {
    Default,
    Named(String),
}

fn selected(region: &Region, request: &Request) -> Result<Selected, AwsError> {
    let not_found = || invalid("Group not found");
    let name = match (
        request.input.text("GroupName"),
        request.input.text("GroupARN"),
    ) {
        (Some(name), None) => name.to_owned(),
        (None, Some(arn)) if arn == request.arn("xray", "group/Default") => DEFAULT.to_owned(),
        (None, Some(arn)) => region
            .trace_groups
            .iter()
            .find(|(_, group)| group.arn == arn)
            .ok_or_else(not_found)?
            .0
            .clone(),
        (Some(_), Some(_)) | (None, None) => {
            return Err(invalid("Provide either GroupName or GroupARN"));
        }
    };
    match name {
        name if name == DEFAULT => Ok(Selected::Default),
        name if region.trace_groups.contains_key(&name) => Ok(Selected::Named(name)),
        _ => Err(not_found()),
    }
}

fn update_group(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    let selected = selected(region, request)?;
    let filter_expression = filter_expression(&request.input)?;
    let Selected::Named(name) = selected else {
        return Err(invalid(RESERVED));
    };
    let group = region
        .trace_groups
        .get_mut(&name)
        .ok_or_else(|| invalid("Group not found"))?;
    group.filter_expression = filter_expression;
    group.insights = Insights::read(&request.input).unwrap_or(group.insights);
    Ok(json!({ "Group": described(&name, group) }))
}

fn delete_group(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    match selected(region, request)? {
        Selected::Default => Err(invalid(RESERVED)),
        Selected::Named(name) => {
            region.trace_groups.remove(&name);
            Ok(json!({}))
        }
    }
}

fn get_group(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    let group = match selected(region, request)? {
        Selected::Default => default_group(request),
        Selected::Named(name) => region
            .trace_groups
            .get(&name)
            .map(|group| described(&name, group))
            .unwrap_or_default(),
    };
    Ok(json!({ "Group": group }))
}

/// Always one page.
fn get_groups(account: &mut Account, request: &Request) -> Answer {
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
