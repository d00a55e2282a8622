//! CloudFormation: stacks that were put into the account, to be read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::{Account, Region};
use super::error::{Answer, AwsError};
use super::limits::{STACK_RESOURCES_PER_PAGE, STACKS_PER_PAGE};
use super::paging::page;
use super::request::Request;
use super::service::Operations;
use super::tags::{self, Tags};

pub const OPERATIONS: Operations = &[
    ("DescribeStacks", describe_stacks),
    ("ListStackResources", list_stack_resources),
    ("GetTemplate", get_template),
];

/// A deployed stack.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stack {
    pub name: String,
    pub status: Status,
    pub created: String,
    /// The template as it was submitted.
    pub template: String,
    /// The template after its transforms; the same as `template` when it has none.
    pub processed_template: Option<String>,
    pub parameters: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
    pub resources: Vec<StackResource>,
    pub tags: Tags,
}

/// The status of a stack or of a resource in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status(pub String);

impl Default for Status {
    fn default() -> Self {
        Self("CREATE_COMPLETE".to_owned())
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StackResource {
    pub logical_id: String,
    pub physical_id: String,
    /// `AWS::Lambda::Function`…
    pub resource_type: String,
    pub status: Status,
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

/// What a stack that was put into the account without a time says: the model requires one.
fn created(stack: &Stack) -> &str {
    if stack.created.is_empty() {
        "2026-01-01T00:00:00.000Z"
    } else {
        &stack.created
    }
}

fn stack_id(request: &Request, stack: &Stack) -> String {
    request.arn(
        "cloudformation",
        &format!("stack/{}/00000000-0000-4000-8000-000000000000", stack.name),
    )
}

/// A stack may be given by name or by id.
fn find<'a>(region: &'a Region, request: &Request, given: &str) -> Result<&'a Stack, AwsError> {
    let is_meant = |stack: &&Stack| stack.name == given || stack_id(request, stack) == given;
    region
        .stacks
        .values()
        .find(is_meant)
        .ok_or_else(|| invalid(format!("Stack with id {given} does not exist")))
}

fn describe_stacks(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    if let Some(given) = request.input.text("StackName") {
        return Ok(json!({ "Stacks": [described(request, find(region, request, given)?)] }));
    }
    let stacks = region
        .stacks
        .iter()
        .map(|(name, stack)| (name.as_str(), described(request, stack)));
    let page = page(stacks, request.input.text("NextToken"), STACKS_PER_PAGE)
        .ok_or_else(|| invalid("NextToken is not valid"))?;
    Ok(json!({ "Stacks": page.items, "NextToken": page.next }))
}

fn described(request: &Request, stack: &Stack) -> Value {
    let parameter = |(key, value)| json!({ "ParameterKey": key, "ParameterValue": value });
    let output = |(key, value)| json!({ "OutputKey": key, "OutputValue": value });
    json!({
        "StackId": stack_id(request, stack),
        "StackName": stack.name,
        "CreationTime": created(stack),
        "StackStatus": stack.status.0,
        "DisableRollback": false,
        "Parameters": stack.parameters.iter().map(parameter).collect::<Value>(),
        "Outputs": stack.outputs.iter().map(output).collect::<Value>(),
        "Tags": tags::list(&stack.tags),
        "DriftInformation": { "StackDriftStatus": "NOT_CHECKED" },
    })
}

fn list_stack_resources(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    let stack = find(region, request, request.input.required("StackName"))?;
    let keyed: Vec<_> = stack
        .resources
        .iter()
        .enumerate()
        .map(|(at, resource)| (format!("{at:08}"), resource))
        .collect();
    let items = keyed
        .iter()
        .map(|(key, resource)| (key.as_str(), summary(stack, resource)));
    let page = page(
        items,
        request.input.text("NextToken"),
        STACK_RESOURCES_PER_PAGE,
    );
    let page = page.ok_or_else(|| invalid("NextToken is not valid"))?;
    Ok(json!({ "StackResourceSummaries": page.items, "NextToken": page.next }))
}

fn summary(stack: &Stack, resource: &StackResource) -> Value {
    json!({
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.resource_type,
        "LastUpdatedTimestamp": created(stack),
        "ResourceStatus": resource.status.0,
        "DriftInformation": { "StackResourceDriftStatus": "NOT_CHECKED" },
    })
}

fn get_template(account: &mut Account, request: &Request) -> Answer {
    let region = account.region(&request.region);
    let stack = find(
        region,
        request,
        request.input.text("StackName").unwrap_or_default(),
    )?;
    let processed = stack.processed_template.as_ref().unwrap_or(&stack.template);
    let body = if request.input.text("TemplateStage") == Some("Processed") {
        processed
    } else {
        &stack.template
    };
    Ok(json!({ "TemplateBody": body, "StagesAvailable": ["Original", "Processed"] }))
}
