//! X-Ray: trace groups and sampling rules.

use std::collections::BTreeMap;

use aws_sdk_xray::operation::list_tags_for_resource::ListTagsForResourceOutput;
use aws_sdk_xray::types::{
    self as wire, InsightsConfiguration, SamplingRateBoost, SamplingRuleUpdate, Tag,
};

use super::account::{Account, Writing};
use super::calls::concurrently;
use super::errors::{call_error, not_found, optional};
use super::ownership::owner;
use crate::artifact::{Artifact, SamplingRule, TraceGroup};
use crate::provider::{AccountError, Owner};

impl Account {
    /// The groups with this prefix, and the number of other groups.
    pub(super) async fn trace_groups(
        &self,
        prefix: &str,
    ) -> Result<(Vec<Artifact>, usize), AccountError> {
        if prefix.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let groups = self.group_summaries().await?;
        let (ours, others): (Vec<_>, Vec<_>) = groups
            .iter()
            .map(read_group)
            .partition(|group| group.name.starts_with(prefix));
        Ok((
            ours.into_iter().map(Artifact::TraceGroup).collect(),
            others.len(),
        ))
    }

    /// One page: the service refuses any `NextToken`.
    async fn group_summaries(&self) -> Result<Vec<wire::GroupSummary>, AccountError> {
        let answer = self.xray().get_groups().send().await;
        Ok(answer
            .map_err(call_error("GetGroups"))?
            .groups
            .unwrap_or_default())
    }

    pub(super) async fn create_group(&self, group: &TraceGroup) -> Result<(), AccountError> {
        let create = self
            .xray()
            .create_group()
            .group_name(&group.name)
            .filter_expression(&group.filter);
        let create = create
            .insights_configuration(insights(group))
            .set_tags(self.xray_tags(Writing::Create));
        create
            .send()
            .await
            .map(drop)
            .map_err(call_error("CreateGroup"))
    }

    /// X-Ray refuses a name together with an ARN, and an update without the filter.
    pub(super) async fn update_group(&self, group: &TraceGroup) -> Result<(), AccountError> {
        let update = self
            .xray()
            .update_group()
            .group_name(&group.name)
            .filter_expression(&group.filter);
        update
            .insights_configuration(insights(group))
            .send()
            .await
            .map(drop)
            .map_err(call_error("UpdateGroup"))
    }

    pub(super) async fn delete_group(&self, name: &str) -> Result<(), AccountError> {
        let answer = self.xray().delete_group().group_name(name).send().await;
        optional(answer.map_err(call_error("DeleteGroup"))).map(drop)
    }

    pub(super) async fn sampling_rules(&self, prefix: &str) -> Result<Vec<Artifact>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let rules = self.sampling_rule_records().await?;
        Ok(rules
            .into_iter()
            .map(read_rule)
            .filter(|rule| rule.name.starts_with(prefix))
            .map(Artifact::from)
            .collect())
    }

    async fn sampling_rule_records(&self) -> Result<Vec<wire::SamplingRule>, AccountError> {
        let mut records = self
            .xray()
            .get_sampling_rules()
            .into_paginator()
            .items()
            .send();
        let mut rules = Vec::new();
        while let Some(record) = records.next().await {
            rules.extend(
                record
                    .map_err(call_error("GetSamplingRules"))?
                    .sampling_rule,
            );
        }
        Ok(rules)
    }

    pub(super) async fn create_sampling_rule(
        &self,
        rule: &SamplingRule,
    ) -> Result<(), AccountError> {
        let create = self
            .xray()
            .create_sampling_rule()
            .sampling_rule(write_rule(rule)?);
        let answer = create
            .set_tags(self.xray_tags(Writing::Create))
            .send()
            .await;
        answer.map(drop).map_err(call_error("CreateSamplingRule"))
    }

    /// An update without the rule's boost would remove it. tracewatch does not manage boosts, so the update repeats the actual one.
    pub(super) async fn update_sampling_rule(
        &self,
        rule: &SamplingRule,
    ) -> Result<(), AccountError> {
        let rules = self.sampling_rule_records().await?;
        let actual = rules
            .into_iter()
            .find(|actual| actual.rule_name() == Some(&rule.name));
        let update = write_rule_update(rule, actual.and_then(|actual| actual.sampling_rate_boost));
        let answer = self
            .xray()
            .update_sampling_rule()
            .sampling_rule_update(update)
            .send()
            .await;
        answer.map(drop).map_err(call_error("UpdateSamplingRule"))
    }

    pub(super) async fn delete_sampling_rule(&self, name: &str) -> Result<(), AccountError> {
        let answer = self
            .xray()
            .delete_sampling_rule()
            .rule_name(name)
            .send()
            .await;
        optional(answer.map_err(call_error("DeleteSamplingRule"))).map(drop)
    }

    pub(super) async fn trace_group_owners(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Owner)>, AccountError> {
        let groups = self.group_summaries().await?;
        let arns: BTreeMap<&str, &str> = groups
            .iter()
            .filter_map(|group| group.group_name().zip(group.group_arn()))
            .collect();
        self.xray_owners(names, &arns).await
    }

    pub(super) async fn sampling_rule_owners(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Owner)>, AccountError> {
        let rules = self.sampling_rule_records().await?;
        let arns: BTreeMap<&str, &str> = rules
            .iter()
            .filter_map(|rule| rule.rule_name().zip(rule.rule_arn()))
            .collect();
        self.xray_owners(names, &arns).await
    }

    async fn xray_owners(
        &self,
        names: &[&str],
        arns: &BTreeMap<&str, &str>,
    ) -> Result<Vec<(String, Owner)>, AccountError> {
        concurrently(names.iter().map(|name| async move {
            let owner = match arns.get(name) {
                Some(arn) => self.xray_owner(arn).await?,
                None => Owner::Nobody,
            };
            Ok(((*name).to_owned(), owner))
        }))
        .await
    }

    /// The owner of an existing group or sampling rule.
    async fn xray_owner(&self, arn: &str) -> Result<Owner, AccountError> {
        let answer = self
            .xray()
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        let found = optional(answer.map_err(call_error("ListTagsForResource")))?;
        Ok(owner(
            found
                .iter()
                .flat_map(ListTagsForResourceOutput::tags)
                .map(|tag| (tag.key(), tag.value())),
        ))
    }

    pub(super) async fn tag_group(&self, name: &str) -> Result<(), AccountError> {
        let groups = self.group_summaries().await?;
        let arn = groups
            .iter()
            .find(|group| group.group_name() == Some(name))
            .and_then(|group| group.group_arn());
        self.tag_in_xray(arn.ok_or_else(|| not_found("TagResource", name))?)
            .await
    }

    pub(super) async fn tag_sampling_rule(&self, name: &str) -> Result<(), AccountError> {
        let rules = self.sampling_rule_records().await?;
        let arn = rules
            .iter()
            .find(|rule| rule.rule_name() == Some(name))
            .and_then(|rule| rule.rule_arn());
        self.tag_in_xray(arn.ok_or_else(|| not_found("TagResource", name))?)
            .await
    }

    async fn tag_in_xray(&self, arn: &str) -> Result<(), AccountError> {
        let tags = self.xray_tags(Writing::Create);
        let answer = self
            .xray()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(tags)
            .send()
            .await;
        answer.map(drop).map_err(call_error("TagResource"))
    }

    fn xray_tags(&self, writing: Writing) -> Option<Vec<Tag>> {
        self.tags(writing, |key, value| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.expect("a tag has a key and a value")
        })
    }
}

fn read_group(actual: &wire::GroupSummary) -> TraceGroup {
    let insights = actual.insights_configuration();
    TraceGroup {
        name: actual.group_name().unwrap_or_default().to_owned(),
        filter: actual.filter_expression().unwrap_or_default().to_owned(),
        insights: insights
            .and_then(InsightsConfiguration::insights_enabled)
            .unwrap_or_default(),
        notifications: insights
            .and_then(InsightsConfiguration::notifications_enabled)
            .unwrap_or_default(),
    }
}

fn insights(group: &TraceGroup) -> InsightsConfiguration {
    InsightsConfiguration::builder()
        .insights_enabled(group.insights)
        .notifications_enabled(group.notifications)
        .build()
}

fn read_rule(actual: wire::SamplingRule) -> SamplingRule {
    SamplingRule {
        name: actual.rule_name.unwrap_or_default(),
        priority: u16::try_from(actual.priority).unwrap_or_default(),
        reservoir: u32::try_from(actual.reservoir_size).unwrap_or_default(),
        rate: actual.fixed_rate,
        service_name: actual.service_name,
        service_type: actual.service_type,
        host: actual.host,
        method: actual.http_method,
        path: actual.url_path,
        resource_arn: actual.resource_arn,
        attributes: actual.attributes.unwrap_or_default().into_iter().collect(),
    }
}

fn write_rule(rule: &SamplingRule) -> Result<wire::SamplingRule, AccountError> {
    let builder = wire::SamplingRule::builder()
        .rule_name(&rule.name)
        .priority(i32::from(rule.priority))
        .reservoir_size(reservoir(rule))
        .fixed_rate(rule.rate)
        .service_name(&rule.service_name)
        .service_type(&rule.service_type)
        .host(&rule.host)
        .http_method(&rule.method)
        .url_path(&rule.path)
        .resource_arn(&rule.resource_arn)
        .version(1);
    let built = builder
        .set_attributes(Some(rule.attributes.clone().into_iter().collect()))
        .build();
    built.map_err(|error| AccountError::Other {
        operation: "CreateSamplingRule",
        message: error.to_string(),
    })
}

/// All fields, so that none keeps an old value. Empty attributes remove existing ones.
fn write_rule_update(rule: &SamplingRule, boost: Option<SamplingRateBoost>) -> SamplingRuleUpdate {
    SamplingRuleUpdate::builder()
        .rule_name(&rule.name)
        .priority(i32::from(rule.priority))
        .reservoir_size(reservoir(rule))
        .fixed_rate(rule.rate)
        .service_name(&rule.service_name)
        .service_type(&rule.service_type)
        .host(&rule.host)
        .http_method(&rule.method)
        .url_path(&rule.path)
        .resource_arn(&rule.resource_arn)
        .set_attributes(Some(rule.attributes.clone().into_iter().collect()))
        .set_sampling_rate_boost(boost)
        .build()
}

fn reservoir(rule: &SamplingRule) -> i32 {
    i32::try_from(rule.reservoir).unwrap_or(i32::MAX)
}
