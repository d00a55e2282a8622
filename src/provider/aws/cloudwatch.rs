//! CloudWatch: alarms and dashboards of an account. The form of alarms is `alarm`'s matter.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::Builder;
use aws_sdk_cloudwatch::operation::list_tags_for_resource::ListTagsForResourceOutput;
use aws_sdk_cloudwatch::types::{AlarmType, Tag};
use serde_json::Value;

use super::connection::patience;
use super::fault::{fault, gone, present};
use super::{Account, Writing, alarm, concurrently, each_result, owner};
use crate::artifact::{Alarm, Artifact, CompositeAlarm, Dashboard};
use crate::provider::{AccountError, Owner};

/// Most names that `DescribeAlarms`, `DeleteAlarms` and `DeleteDashboards` take.
const NAMES: usize = 100;

pub(super) fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).retry_partition(patience()).build())
}

impl Account {
    pub(super) async fn alarms(&self, prefix: &str) -> Result<Vec<Artifact>, AccountError> {
        let mut alarms = Vec::new();
        if prefix.is_empty() {
            return Ok(alarms);
        }
        let asked = self
            .cloudwatch()
            .describe_alarms()
            .alarm_name_prefix(prefix)
            .set_alarm_types(Some(alarm_types()));
        let mut pages = asked.max_records(100).into_paginator().send();
        self.quotas.alarm_reads.turn().await;
        while let Some(page) = pages.next().await {
            let page = page.map_err(fault("DescribeAlarms"))?;
            alarms.extend(
                page.metric_alarms()
                    .iter()
                    .map(|actual| Artifact::from(alarm::read(actual))),
            );
            let composites = page.composite_alarms().iter();
            alarms.extend(composites.map(|actual| Artifact::from(alarm::read_composite(actual))));
            if page.next_token().is_some() {
                self.quotas.alarm_reads.turn().await;
            }
        }
        alarms.retain(|alarm| alarm.name().starts_with(prefix));
        Ok(alarms)
    }

    pub(super) async fn put_alarm(
        &self,
        alarm: &Alarm,
        writing: Writing,
    ) -> Result<(), AccountError> {
        self.quotas.alarm_writes.turn().await;
        let input = alarm::write(alarm).set_tags(self.cloudwatch_tags(writing));
        input
            .send_with(self.cloudwatch())
            .await
            .map(drop)
            .map_err(fault("PutMetricAlarm"))
    }

    pub(super) async fn put_composite_alarm(
        &self,
        alarm: &CompositeAlarm,
        writing: Writing,
    ) -> Result<(), AccountError> {
        self.quotas.alarm_writes.turn().await;
        let input = alarm::write_composite(alarm).set_tags(self.cloudwatch_tags(writing));
        input
            .send_with(self.cloudwatch())
            .await
            .map(drop)
            .map_err(fault("PutCompositeAlarm"))
    }

    /// Alarms that are gone count as deleted. CloudWatch deletes none of a call's names when one of them does not exist.
    pub(super) async fn delete_alarms(&self, names: &[&str]) -> Vec<Result<(), AccountError>> {
        let mut results = Vec::with_capacity(names.len());
        for names in names.chunks(NAMES) {
            let result = match present(self.delete_alarms_at_once(names).await) {
                Ok(None) => self.delete_existing_alarms(names).await,
                Ok(Some(())) => Ok(()),
                Err(error) => Err(error),
            };
            match result {
                Err(AccountError::Other { .. } | AccountError::Conflict { .. })
                    if names.len() > 1 =>
                {
                    results.extend(self.delete_alarms_one_by_one(names).await);
                }
                result => results.extend(each_result(result, names.len())),
            }
        }
        results
    }

    /// One alarm that cannot be deleted (a composite of somebody else mentions it) must not keep the others.
    async fn delete_alarms_one_by_one(&self, names: &[&str]) -> Vec<Result<(), AccountError>> {
        let mut results = Vec::with_capacity(names.len());
        for name in names {
            results.push(present(self.delete_alarms_at_once(&[name]).await).map(drop));
        }
        results
    }

    async fn delete_existing_alarms(&self, names: &[&str]) -> Result<(), AccountError> {
        let arns = self.alarm_arns(names).await?;
        let existing: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| arns.contains_key(*name))
            .collect();
        if existing.is_empty() {
            Ok(())
        } else {
            self.delete_alarms_at_once(&existing).await
        }
    }

    async fn delete_alarms_at_once(&self, names: &[&str]) -> Result<(), AccountError> {
        self.quotas.alarm_deletes.turn().await;
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let answer = self
            .cloudwatch()
            .delete_alarms()
            .set_alarm_names(Some(names))
            .send()
            .await;
        answer.map(drop).map_err(fault("DeleteAlarms"))
    }

    pub(super) async fn alarm_owners(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Owner)>, AccountError> {
        let arns = &self.alarm_arns(names).await?;
        concurrently(names.iter().map(|name| async move {
            let owner = match arns.get(*name) {
                Some(arn) => self.cloudwatch_owner(arn).await?,
                None => Owner::Nobody,
            };
            Ok(((*name).to_owned(), owner))
        }))
        .await
    }

    /// Of those alarms of any type that exist.
    async fn alarm_arns(&self, names: &[&str]) -> Result<BTreeMap<String, String>, AccountError> {
        let mut arns = BTreeMap::new();
        for names in names.chunks(NAMES) {
            self.quotas.alarm_reads.turn().await;
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let asked = self
                .cloudwatch()
                .describe_alarms()
                .set_alarm_names(Some(names));
            let answer = asked
                .set_alarm_types(Some(alarm_types()))
                .max_records(100)
                .send()
                .await;
            let found = answer.map_err(fault("DescribeAlarms"))?;
            let metric = found
                .metric_alarms()
                .iter()
                .filter_map(|alarm| alarm.alarm_name().zip(alarm.alarm_arn()));
            let composite = found
                .composite_alarms()
                .iter()
                .filter_map(|alarm| alarm.alarm_name().zip(alarm.alarm_arn()));
            arns.extend(
                metric
                    .chain(composite)
                    .map(|(name, arn)| (name.to_owned(), arn.to_owned())),
            );
        }
        Ok(arns)
    }

    pub(super) async fn dashboards(&self, prefix: &str) -> Result<Vec<Artifact>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        self.quotas.dashboards.turn().await;
        let mut pages = self
            .cloudwatch()
            .list_dashboards()
            .dashboard_name_prefix(prefix)
            .into_paginator()
            .items()
            .send();
        let mut names = Vec::new();
        while let Some(entry) = pages.next().await {
            names.extend(entry.map_err(fault("ListDashboards"))?.dashboard_name);
        }
        names.retain(|name| name.starts_with(prefix));
        let dashboards = concurrently(names.iter().map(|name| self.dashboard(name))).await?;
        Ok(dashboards
            .into_iter()
            .flatten()
            .map(|(dashboard, _)| Artifact::Dashboard(dashboard))
            .collect())
    }

    /// A dashboard and its ARN; `None` when there is none of that name.
    async fn dashboard(&self, name: &str) -> Result<Option<(Dashboard, String)>, AccountError> {
        self.quotas.dashboards.turn().await;
        let answer = self
            .cloudwatch()
            .get_dashboard()
            .dashboard_name(name)
            .send()
            .await;
        let found = present(answer.map_err(fault("GetDashboard")))?;
        Ok(found.map(|found| {
            let body = found.dashboard_body.unwrap_or_default();
            let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
            (
                Dashboard {
                    name: name.to_owned(),
                    body,
                },
                found.dashboard_arn.unwrap_or_default(),
            )
        }))
    }

    pub(super) async fn put_dashboard(
        &self,
        dashboard: &Dashboard,
        writing: Writing,
    ) -> Result<(), AccountError> {
        self.quotas.dashboards.turn().await;
        let put = self
            .cloudwatch()
            .put_dashboard()
            .dashboard_name(&dashboard.name)
            .dashboard_body(dashboard.body.to_string());
        put.set_tags(self.cloudwatch_tags(writing))
            .send()
            .await
            .map(drop)
            .map_err(fault("PutDashboard"))
    }

    /// Dashboards that are gone count as deleted.
    pub(super) async fn delete_dashboards(&self, names: &[&str]) -> Vec<Result<(), AccountError>> {
        let mut results = Vec::with_capacity(names.len());
        for chunk in names.chunks(NAMES) {
            match present(self.delete_dashboards_at_once(chunk).await) {
                Ok(None) if chunk.len() > 1 => {
                    for name in chunk {
                        results
                            .push(present(self.delete_dashboards_at_once(&[name]).await).map(drop));
                    }
                }
                result => results.extend(each_result(result.map(drop), chunk.len())),
            }
        }
        results
    }

    async fn delete_dashboards_at_once(&self, names: &[&str]) -> Result<(), AccountError> {
        self.quotas.dashboards.turn().await;
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let answer = self
            .cloudwatch()
            .delete_dashboards()
            .set_dashboard_names(Some(names))
            .send()
            .await;
        answer.map(drop).map_err(fault("DeleteDashboards"))
    }

    pub(super) async fn dashboard_owners(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Owner)>, AccountError> {
        concurrently(names.iter().map(|name| async move {
            let owner = match self.dashboard(name).await? {
                Some((_, arn)) => self.cloudwatch_owner(&arn).await?,
                None => Owner::Nobody,
            };
            Ok(((*name).to_owned(), owner))
        }))
        .await
    }

    /// Of something that exists.
    async fn cloudwatch_owner(&self, arn: &str) -> Result<Owner, AccountError> {
        self.quotas.cloudwatch_tags.turn().await;
        let answer = self
            .cloudwatch()
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        let found = present(answer.map_err(fault("ListTagsForResource")))?;
        Ok(owner(
            found
                .iter()
                .flat_map(ListTagsForResourceOutput::tags)
                .filter_map(|tag| tag.key().zip(tag.value())),
        ))
    }

    pub(super) async fn mark_alarm(&self, name: &str) -> Result<(), AccountError> {
        match self.alarm_arns(&[name]).await?.get(name) {
            Some(arn) => self.mark_in_cloudwatch(arn).await,
            None => Err(gone("TagResource", name)),
        }
    }

    pub(super) async fn mark_dashboard(&self, name: &str) -> Result<(), AccountError> {
        match self.dashboard(name).await? {
            Some((_, arn)) => self.mark_in_cloudwatch(&arn).await,
            None => Err(gone("TagResource", name)),
        }
    }

    async fn mark_in_cloudwatch(&self, arn: &str) -> Result<(), AccountError> {
        self.quotas.cloudwatch_tags.turn().await;
        let tags = self.cloudwatch_tags(Writing::Create);
        let answer = self
            .cloudwatch()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(tags)
            .send()
            .await;
        answer.map(drop).map_err(fault("TagResource"))
    }

    fn cloudwatch_tags(&self, writing: Writing) -> Option<Vec<Tag>> {
        self.tags(writing, |key, value| {
            Tag::builder().key(key).value(value).build()
        })
    }
}

/// `DescribeAlarms` lists metric alarms only, unless it is asked for others.
fn alarm_types() -> Vec<AlarmType> {
    vec![AlarmType::MetricAlarm, AlarmType::CompositeAlarm]
}
