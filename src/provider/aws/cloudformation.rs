//! CloudFormation: what a deployed stack is made of.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::Builder;
use aws_sdk_cloudformation::types::{Parameter, ResourceStatus, Stack, TemplateStage};

use super::Account;
use super::connection::patience;
use super::fault::{fault, present};
use crate::provider::AccountError;
use crate::stack::{DeployedResource, DeployedStack, NESTED_STACK};

pub(super) fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).retry_partition(patience()).build())
}

impl Account {
    /// `None` when there is no such stack.
    pub(super) async fn deployed_stack(
        &self,
        name: &str,
    ) -> Result<Option<DeployedStack>, AccountError> {
        let read = async {
            tokio::try_join!(
                self.stack(name),
                self.stack_resources(name),
                self.processed_template(name)
            )
        };
        let Some((stack, resources, template)) = present(read.await)? else {
            return Ok(None);
        };
        Ok(Some(DeployedStack {
            name: stack.stack_name.unwrap_or_else(|| name.to_owned()),
            status: stack
                .stack_status
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            template,
            parameters: stack
                .parameters
                .unwrap_or_default()
                .into_iter()
                .filter_map(read_parameter)
                .collect(),
            nested: self.nested_stacks(&resources).await?,
            resources,
        }))
    }

    /// The nested stacks among resources; a physical id of one is its ARN, which CloudFormation takes for its name.
    async fn nested_stacks(
        &self,
        resources: &BTreeMap<String, DeployedResource>,
    ) -> Result<BTreeMap<String, DeployedStack>, AccountError> {
        let mut nested = BTreeMap::new();
        for (logical_id, resource) in resources
            .iter()
            .filter(|(_, resource)| resource.kind == NESTED_STACK)
        {
            let Some(arn) = &resource.physical_id else {
                continue;
            };
            if let Some(stack) = Box::pin(self.deployed_stack(arn)).await? {
                nested.insert(logical_id.clone(), stack);
            }
        }
        Ok(nested)
    }

    async fn stack(&self, name: &str) -> Result<Stack, AccountError> {
        const OPERATION: &str = "DescribeStacks";
        let answer = self
            .cloudformation()
            .describe_stacks()
            .stack_name(name)
            .send()
            .await;
        let stacks = answer.map_err(fault(OPERATION))?.stacks.unwrap_or_default();
        let message = || format!("no stack {name} in the answer");
        stacks
            .into_iter()
            .next()
            .ok_or_else(|| AccountError::NotFound {
                operation: OPERATION,
                message: message(),
            })
    }

    async fn stack_resources(
        &self,
        name: &str,
    ) -> Result<BTreeMap<String, DeployedResource>, AccountError> {
        let mut listed = self
            .cloudformation()
            .list_stack_resources()
            .stack_name(name)
            .into_paginator()
            .items()
            .send();
        let mut resources = BTreeMap::new();
        while let Some(resource) = listed.next().await {
            let resource = resource.map_err(fault("ListStackResources"))?;
            if resource.resource_status == Some(ResourceStatus::DeleteComplete) {
                continue;
            }
            let deployed = DeployedResource {
                kind: resource.resource_type.unwrap_or_default(),
                physical_id: resource.physical_resource_id.filter(|id| !id.is_empty()),
            };
            resources.insert(resource.logical_resource_id.unwrap_or_default(), deployed);
        }
        Ok(resources)
    }

    async fn processed_template(&self, name: &str) -> Result<String, AccountError> {
        let asked = self
            .cloudformation()
            .get_template()
            .stack_name(name)
            .template_stage(TemplateStage::Processed);
        Ok(asked
            .send()
            .await
            .map_err(fault("GetTemplate"))?
            .template_body
            .unwrap_or_default())
    }
}

/// A parameter that names an SSM parameter stands for that one's value.
fn read_parameter(parameter: Parameter) -> Option<(String, String)> {
    Some((
        parameter.parameter_key?,
        parameter.resolved_value.or(parameter.parameter_value)?,
    ))
}
