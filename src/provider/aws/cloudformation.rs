//! CloudFormation: deployed stacks with their resources and templates.
#![allow(
    clippy::struct_field_names,
    reason = "the fields of CloudFormation's responses"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::account::Account;
use super::calls::{call, pages};
use super::errors::{not_found, optional};
use super::rpc::list_or_empty;
use crate::provider::AccountError;
use crate::stack::{DeployedResource, DeployedStack, NESTED_STACK};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stacks {
    #[serde(default, deserialize_with = "list_or_empty")]
    stacks: Vec<Stack>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stack {
    stack_name: String,
    #[serde(default)]
    stack_status: String,
    #[serde(default, deserialize_with = "list_or_empty")]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    parameter_key: String,
    parameter_value: Option<String>,
    resolved_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResourcePage {
    #[serde(default, deserialize_with = "list_or_empty")]
    stack_resource_summaries: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    logical_resource_id: String,
    physical_resource_id: Option<String>,
    resource_type: String,
    resource_status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    #[serde(default)]
    template_body: String,
}

impl Account {
    /// The names of the deployed stacks in the Region: those of the first page.
    pub async fn stack_names(&self) -> Result<BTreeSet<String>, AccountError> {
        let output: Stacks = call(self.cloudformation(), "DescribeStacks", json!({})).await?;
        Ok(output
            .stacks
            .into_iter()
            .map(|stack| stack.stack_name)
            .collect())
    }

    /// The status of a stack; `None` when no stack has this name.
    pub async fn stack_status(&self, name: &str) -> Result<Option<String>, AccountError> {
        let stack = optional(self.stack(name).await)?;
        Ok(stack.map(|stack| stack.stack_status))
    }

    /// `None` when no stack has this name.
    pub(super) async fn deployed_stack(
        &self,
        name: &str,
    ) -> Result<Option<DeployedStack>, AccountError> {
        let reads = async {
            tokio::try_join!(
                self.stack(name),
                self.stack_resources(name),
                self.processed_template(name)
            )
        };
        let Some((stack, resources, template)) = optional(reads.await)? else {
            return Ok(None);
        };
        Ok(Some(DeployedStack {
            name: stack.stack_name,
            status: stack.stack_status,
            template,
            parameters: stack
                .parameters
                .into_iter()
                .filter_map(key_and_value)
                .collect(),
            nested: self.nested_stacks(&resources).await?,
            resources,
        }))
    }

    /// The nested stacks among resources. The physical id of a nested stack is its ARN, which CloudFormation accepts as a name.
    async fn nested_stacks(
        &self,
        resources: &BTreeMap<String, DeployedResource>,
    ) -> Result<BTreeMap<String, DeployedStack>, AccountError> {
        let mut nested = BTreeMap::new();
        for (logical_id, resource) in resources {
            let Some(arn) = &resource.physical_id else {
                continue;
            };
            if resource.kind != NESTED_STACK {
                continue;
            }
            if let Some(stack) = Box::pin(self.deployed_stack(arn)).await? {
                nested.insert(logical_id.clone(), stack);
            }
        }
        Ok(nested)
    }

    async fn stack(&self, name: &str) -> Result<Stack, AccountError> {
        const OPERATION: &str = "DescribeStacks";
        let input = json!({ "StackName": name });
        let output: Stacks = call(self.cloudformation(), OPERATION, input).await?;
        output
            .stacks
            .into_iter()
            .next()
            .ok_or_else(|| not_found(OPERATION, name))
    }

    async fn stack_resources(
        &self,
        name: &str,
    ) -> Result<BTreeMap<String, DeployedResource>, AccountError> {
        let pages: Vec<ResourcePage> = pages(
            self.cloudformation(),
            "ListStackResources",
            json!({ "StackName": name }),
            "NextToken",
        )
        .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.stack_resource_summaries)
            .filter(|resource| resource.resource_status != "DELETE_COMPLETE")
            .map(|resource| (resource.logical_resource_id.clone(), deployed(resource)))
            .collect())
    }

    async fn processed_template(&self, name: &str) -> Result<String, AccountError> {
        let input = json!({ "StackName": name, "TemplateStage": "Processed" });
        let output: Template = call(self.cloudformation(), "GetTemplate", input).await?;
        Ok(output.template_body)
    }
}

fn deployed(resource: Resource) -> DeployedResource {
    DeployedResource {
        kind: resource.resource_type,
        physical_id: resource.physical_resource_id.filter(|id| !id.is_empty()),
    }
}

/// The resolved value is that of the SSM parameter that a parameter names.
fn key_and_value(parameter: Parameter) -> Option<(String, String)> {
    let value = parameter.resolved_value.or(parameter.parameter_value)?;
    Some((parameter.parameter_key, value))
}
