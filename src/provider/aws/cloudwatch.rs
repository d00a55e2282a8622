//! CloudWatch: alarms and dashboards. `alarm` converts the alarms.

use std::collections::BTreeMap;
use std::iter::repeat_n;

use aws_sdk_cloudwatch::operation::describe_alarms::builders::DescribeAlarmsFluentBuilder;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{StateValue, Tag};
use serde_json::Value;

use super::account::Account;
use super::alarm;
use super::alarm_actions::Start;
use super::calls::concurrently;
use super::errors::{call_error, not_found, optional};
use crate::artifact::{Alarm, Artifact, CompositeAlarm, Dashboard, Tags};
use crate::provider::AccountError;

/// The most names in one `DescribeAlarms`, `DeleteAlarms` or `DeleteDashboards`.
const MAX_NAMES: usize = 100;

impl Account {
    /// The alarms with this prefix, each with the time of its last configuration in seconds since 1970.
    pub(super) async fn alarms(&self, prefix: &str) -> Result<Vec<(Artifact, i64)>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let asked = self.cloudwatch().describe_alarms();
        self.described(asked, prefix).await
    }

    /// The alarms with this prefix that are in ALARM.
    pub async fn alarms_in_alarm(&self, prefix: &str) -> Result<Vec<Artifact>, AccountError> {
        let asked = self.cloudwatch().describe_alarms();
        let asked = asked.state_value(StateValue::Alarm);
        let alarms = self.described(asked, prefix).await?.into_iter();
        Ok(alarms.map(|(alarm, _)| alarm).collect())
    }

    async fn described(
        &self,
        asked: DescribeAlarmsFluentBuilder,
        prefix: &str,
    ) -> Result<Vec<(Artifact, i64)>, AccountError> {
        let mut alarms = Vec::new();
        let asked = asked
            .alarm_name_prefix(prefix)
            .set_alarm_types(Some(alarm::types()));
        let mut pages = asked.max_records(100).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(call_error("DescribeAlarms"))?;
            alarms.extend(page.metric_alarms().iter().map(|actual| {
                let configured = seconds(actual.alarm_configuration_updated_timestamp());
                (Artifact::from(alarm::read(actual)), configured)
            }));
            alarms.extend(page.composite_alarms().iter().map(|actual| {
                let configured = seconds(actual.alarm_configuration_updated_timestamp());
                (Artifact::from(alarm::read_composite(actual)), configured)
            }));
        }
        alarms.retain(|(alarm, _)| alarm.name().starts_with(prefix));
        Ok(alarms)
    }

    pub(super) async fn put_alarm(&self, alarm: &Alarm, start: Start) -> Result<(), AccountError> {
        let mut input = alarm::write(alarm).set_tags(Some(self.cloudwatch_tags()));
        if start == Start::Quiet {
            input = input.actions_enabled(false);
        }
        let answer = input.send_with(self.cloudwatch()).await;
        answer.map_err(call_error("PutMetricAlarm"))?;
        self.finish_start(&alarm.name, start).await
    }

    pub(super) async fn put_composite_alarm(
        &self,
        alarm: &CompositeAlarm,
        start: Start,
    ) -> Result<(), AccountError> {
        let mut input = alarm::write_composite(alarm).set_tags(Some(self.cloudwatch_tags()));
        if start == Start::Quiet {
            input = input.actions_enabled(false);
        }
        let answer = input.send_with(self.cloudwatch()).await;
        answer.map_err(call_error("PutCompositeAlarm"))?;
        self.finish_start(&alarm.name, start).await
    }

    async fn finish_start(&self, name: &str, start: Start) -> Result<(), AccountError> {
        match start {
            Start::Plain => Ok(()),
            Start::Quiet => self.enable_quietly(name).await,
        }
    }

    /// Missing alarms count as deleted. CloudWatch deletes no alarm of a call when one of its names does not exist.
    pub(super) async fn delete_alarms(&self, names: &[&str]) -> Vec<Result<(), AccountError>> {
        let mut results = Vec::with_capacity(names.len());
        for names in names.chunks(MAX_NAMES) {
            let result = match optional(self.delete_alarms_together(names).await) {
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
                result => results.extend(repeat_n(result, names.len())),
            }
        }
        results
    }

    /// A foreign composite alarm may use one of the alarms; CloudWatch then refuses only that deletion.
    async fn delete_alarms_one_by_one(&self, names: &[&str]) -> Vec<Result<(), AccountError>> {
        let mut results = Vec::with_capacity(names.len());
        for name in names {
            results.push(optional(self.delete_alarms_together(&[name]).await).map(drop));
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
            self.delete_alarms_together(&existing).await
        }
    }

    async fn delete_alarms_together(&self, names: &[&str]) -> Result<(), AccountError> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let answer = self
            .cloudwatch()
            .delete_alarms()
            .set_alarm_names(Some(names))
            .send()
            .await;
        answer.map(drop).map_err(call_error("DeleteAlarms"))
    }

    pub(super) async fn read_alarm_tags(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        let arns = &self.alarm_arns(names).await?;
        concurrently(names.iter().map(|name| async move {
            let tags = match arns.get(*name) {
                Some(arn) => self.read_cloudwatch_tags(arn).await?,
                None => None,
            };
            Ok(((*name).to_owned(), tags))
        }))
        .await
    }

    /// The ARNs of the existing alarms of both types.
    async fn alarm_arns(&self, names: &[&str]) -> Result<BTreeMap<String, String>, AccountError> {
        let mut arns = BTreeMap::new();
        for names in names.chunks(MAX_NAMES) {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let asked = self
                .cloudwatch()
                .describe_alarms()
                .set_alarm_names(Some(names));
            let answer = asked
                .set_alarm_types(Some(alarm::types()))
                .max_records(100)
                .send()
                .await;
            let found = answer.map_err(call_error("DescribeAlarms"))?;
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
        let mut pages = self
            .cloudwatch()
            .list_dashboards()
            .dashboard_name_prefix(prefix)
            .into_paginator()
            .items()
            .send();
        let mut names = Vec::new();
        while let Some(entry) = pages.next().await {
            names.extend(entry.map_err(call_error("ListDashboards"))?.dashboard_name);
        }
        names.retain(|name| name.starts_with(prefix));
        let dashboards = concurrently(names.iter().map(|name| self.dashboard(name))).await?;
        Ok(dashboards
            .into_iter()
            .flatten()
            .map(|(dashboard, _)| Artifact::Dashboard(dashboard))
            .collect())
    }

    /// A dashboard and its ARN; `None` when no dashboard has this name.
    async fn dashboard(&self, name: &str) -> Result<Option<(Dashboard, String)>, AccountError> {
        let answer = self
            .cloudwatch()
            .get_dashboard()
            .dashboard_name(name)
            .send()
            .await;
        let found = optional(answer.map_err(call_error("GetDashboard")))?;
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

    pub(super) async fn put_dashboard(&self, dashboard: &Dashboard) -> Result<(), AccountError> {
        let put = self
            .cloudwatch()
            .put_dashboard()
            .dashboard_name(&dashboard.name)
            .dashboard_body(dashboard.body.to_string());
        put.set_tags(Some(self.cloudwatch_tags()))
            .send()
            .await
            .map(drop)
            .map_err(call_error("PutDashboard"))
    }

    /// Missing dashboards count as deleted.
    pub(super) async fn delete_dashboards(&self, names: &[&str]) -> Vec<Result<(), AccountError>> {
        let mut results = Vec::with_capacity(names.len());
        for chunk in names.chunks(MAX_NAMES) {
            match optional(self.delete_dashboards_together(chunk).await) {
                Ok(None) if chunk.len() > 1 => {
                    for name in chunk {
                        results.push(
                            optional(self.delete_dashboards_together(&[name]).await).map(drop),
                        );
                    }
                }
                result => results.extend(repeat_n(result.map(drop), chunk.len())),
            }
        }
        results
    }

    async fn delete_dashboards_together(&self, names: &[&str]) -> Result<(), AccountError> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let answer = self
            .cloudwatch()
            .delete_dashboards()
            .set_dashboard_names(Some(names))
            .send()
            .await;
        answer.map(drop).map_err(call_error("DeleteDashboards"))
    }

    pub(super) async fn read_dashboard_tags(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        concurrently(names.iter().map(|name| async move {
            let tags = match self.dashboard(name).await? {
                Some((_, arn)) => self.read_cloudwatch_tags(&arn).await?,
                None => None,
            };
            Ok(((*name).to_owned(), tags))
        }))
        .await
    }

    /// The tags of an alarm, mute rule or dashboard; `None` if it was deleted since its ARN was read.
    pub(super) async fn read_cloudwatch_tags(
        &self,
        arn: &str,
    ) -> Result<Option<Tags>, AccountError> {
        let answer = self
            .cloudwatch()
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        let found = optional(answer.map_err(call_error("ListTagsForResource")))?;
        Ok(found.map(|found| {
            let tags = found.tags().iter();
            tags.filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
                .collect()
        }))
    }

    pub(super) async fn tag_alarm(&self, name: &str) -> Result<(), AccountError> {
        match self.alarm_arns(&[name]).await?.get(name) {
            Some(arn) => self.tag_in_cloudwatch(arn).await,
            None => Err(not_found("TagResource", name)),
        }
    }

    pub(super) async fn tag_dashboard(&self, name: &str) -> Result<(), AccountError> {
        match self.dashboard(name).await? {
            Some((_, arn)) => self.tag_in_cloudwatch(&arn).await,
            None => Err(not_found("TagResource", name)),
        }
    }

    pub(super) async fn tag_in_cloudwatch(&self, arn: &str) -> Result<(), AccountError> {
        let tags = Some(self.cloudwatch_tags());
        let answer = self
            .cloudwatch()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(tags)
            .send()
            .await;
        answer.map(drop).map_err(call_error("TagResource"))
    }

    pub(super) fn cloudwatch_tags(&self) -> Vec<Tag> {
        self.tags(|key, value| Tag::builder().key(key).value(value).build())
    }
}

fn seconds(time: Option<&DateTime>) -> i64 {
    time.map_or(0, DateTime::secs)
}
