//! CloudFormation: reads stacks.

use serde_json::{Value, json};

use super::account::Account;
use super::data::{Region, Stack, StackResource};
use super::error::{AwsError, OperationResult};
use super::limits::{STACK_RESOURCES_PER_PAGE, STACKS_PER_PAGE};
use super::operation::Operations;
use super::paging::{numbered, page};
use super::request::Request;
use super::tags;

/// The creation time of a stack without one. The model requires it.
const DEFAULT_CREATION_TIME: &str = "2026-01-01T00:00:00.000Z";

pub(super) const OPERATIONS: Operations = &[
    ("DescribeStacks", describe_stacks),
    ("ListStackResources", list_stack_resources),
    ("GetTemplate", get_template),
];

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

fn created(stack: &Stack) -> &str {
    if stack.created.is_empty() {
        DEFAULT_CREATION_TIME
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

/// `given` is a name or an id.
fn find<'a>(region: &'a Region, request: &Request, given: &str) -> Result<&'a Stack, AwsError> {
    region
        .stacks
        .values()
        .find(|stack| stack.name == given || stack_id(request, stack) == given)
        .ok_or_else(|| invalid(format!("Stack with id {given} does not exist")))
}

fn describe_stacks(account: &mut Account, request: &Request) -> OperationResult {
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
    let parameters = stack
        .parameters
        .iter()
        .map(|(key, value)| json!({ "ParameterKey": key, "ParameterValue": value }));
    let outputs = stack
        .outputs
        .iter()
        .map(|(key, value)| json!({ "OutputKey": key, "OutputValue": value }));
    json!({
        "StackId": stack_id(request, stack),
        "StackName": stack.name,
        "CreationTime": created(stack),
        "StackStatus": stack.status.0,
        "DisableRollback": false,
        "Parameters": parameters.collect::<Value>(),
        "Outputs": outputs.collect::<Value>(),
        "Tags": tags::list(&stack.tags),
        "DriftInformation": { "StackDriftStatus": "NOT_CHECKED" },
    })
}

fn list_stack_resources(account: &mut Account, request: &Request) -> OperationResult {
    let region = account.region(&request.region);
    let stack = find(region, request, request.input.required("StackName"))?;
    let keyed = numbered(&stack.resources);
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

fn get_template(account: &mut Account, request: &Request) -> OperationResult {
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
