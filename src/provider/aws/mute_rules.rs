//! CloudWatch: alarm mute rules.

use aws_sdk_cloudwatch::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{AlarmMuteRuleStatus, MuteTargets, Rule, Schedule};

use super::account::Account;
use super::calls::concurrently;
use super::errors::{call_error, optional};
use super::other_settings::append_other_settings;
use crate::artifact::{Artifact, MuteRule, MuteStatus, Tags};
use crate::provider::AccountError;
use crate::semantics::mute_rule::{iso_duration, seconds_of};

/// What an ARN has before the name of a mute rule.
const IN_ARN: &str = ":alarm-mute-rule:";

/// Error codes for an unsupported operation: a Region or an emulator without mute rules.
const UNKNOWN: [&str; 3] = [
    "InvalidAction",
    "UnknownOperation",
    "UnknownOperationException",
];

/// The time zone of a schedule without one.
const UTC: &str = "UTC";

impl Account {
    /// The mute rules with this prefix, and what each does now.
    pub(super) async fn mute_rules(
        &self,
        prefix: &str,
    ) -> Result<Vec<(Artifact, MuteStatus)>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let asked = self.cloudwatch().list_alarm_mute_rules().max_records(100);
        let mut pages = asked.into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(rule) = pages.next().await {
            let rule = match rule {
                Err(error) if error.code().is_some_and(|code| UNKNOWN.contains(&code)) => break,
                rule => rule.map_err(call_error("ListAlarmMuteRules"))?,
            };
            let arn = rule.alarm_mute_rule_arn.unwrap_or_default();
            let name = arn.split_once(IN_ARN).map(|(_, name)| name.to_owned());
            names.extend(name.filter(|name| name.starts_with(prefix)));
        }
        let rules = concurrently(names.iter().map(|name| self.mute_rule(name))).await?;
        Ok(rules.into_iter().flatten().collect())
    }

    /// A mute rule; `None` if it was deleted since it was listed.
    async fn mute_rule(&self, name: &str) -> Result<Option<(Artifact, MuteStatus)>, AccountError> {
        let asked = self.cloudwatch().get_alarm_mute_rule();
        let answer = asked.alarm_mute_rule_name(name).send().await;
        let found = optional(answer.map_err(call_error("GetAlarmMuteRule")))?;
        Ok(found.map(|found| {
            let status = status(found.status());
            (Artifact::MuteRule(read(name, &found)), status)
        }))
    }

    pub(super) async fn put_mute_rule(&self, rule: &MuteRule) -> Result<(), AccountError> {
        let schedule = Schedule::builder()
            .expression(&rule.schedule)
            .duration(iso_duration(rule.duration))
            .timezone(&rule.timezone);
        let alarms = rule.alarms.iter().cloned().collect();
        let targets = MuteTargets::builder().set_alarm_names(Some(alarms));
        let put = self
            .cloudwatch()
            .put_alarm_mute_rule()
            .name(&rule.name)
            .description(&rule.description)
            .rule(Rule::builder().schedule(schedule.build()).build())
            .mute_targets(targets.build())
            .set_expire_date(rule.expires.map(DateTime::from_secs))
            .set_tags(Some(self.cloudwatch_tags()));
        let answer = put.send().await;
        answer.map(drop).map_err(call_error("PutAlarmMuteRule"))
    }

    /// Deleting a missing rule succeeds.
    pub(super) async fn delete_mute_rule(&self, name: &str) -> Result<(), AccountError> {
        let asked = self.cloudwatch().delete_alarm_mute_rule();
        let answer = asked.alarm_mute_rule_name(name).send().await;
        let deleted = answer.map_err(call_error("DeleteAlarmMuteRule"));
        optional(deleted).map(drop)
    }

    pub(super) async fn read_mute_rule_tags(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        concurrently(names.iter().map(|name| self.read_tags_of_mute_rule(name))).await
    }

    async fn read_tags_of_mute_rule(
        &self,
        name: &str,
    ) -> Result<(String, Option<Tags>), AccountError> {
        let arn = self.mute_rule_arn(name).await?;
        let tags = self.read_cloudwatch_tags(&arn).await?;
        Ok((name.to_owned(), tags))
    }

    pub(super) async fn tag_mute_rule(&self, name: &str) -> Result<(), AccountError> {
        let arn = self.mute_rule_arn(name).await?;
        self.tag_in_cloudwatch(&arn).await
    }

    async fn mute_rule_arn(&self, name: &str) -> Result<String, AccountError> {
        let identity = self.caller_identity().await?;
        Ok(format!(
            "arn:{}:cloudwatch:{}:{}{IN_ARN}{name}",
            identity.partition, identity.region, identity.account
        ))
    }
}

fn read(name: &str, actual: &GetAlarmMuteRuleOutput) -> MuteRule {
    let schedule = actual.rule().and_then(Rule::schedule);
    let duration = schedule.map(Schedule::duration).unwrap_or_default();
    let duration = seconds_of(duration.unwrap_or_default()).unwrap_or_default();
    let mut description = actual.description().unwrap_or_default().to_owned();
    append_other_settings(
        &mut description,
        [("StartDate", actual.start_date().is_some())],
    );
    let targets = actual.mute_targets();
    let alarms = targets.map(MuteTargets::alarm_names).unwrap_or_default();
    MuteRule {
        name: name.to_owned(),
        description,
        schedule: schedule
            .and_then(Schedule::expression)
            .unwrap_or_default()
            .to_owned(),
        duration,
        timezone: schedule
            .and_then(Schedule::timezone)
            .unwrap_or(UTC)
            .to_owned(),
        expires: actual.expire_date().map(DateTime::secs),
        alarms: alarms.iter().cloned().collect(),
    }
}

/// A status that AWS adds later counts as scheduled: nothing is deleted for it.
fn status(status: Option<&AlarmMuteRuleStatus>) -> MuteStatus {
    match status {
        Some(AlarmMuteRuleStatus::Active) => MuteStatus::Active,
        Some(AlarmMuteRuleStatus::Expired) => MuteStatus::Expired,
        _ => MuteStatus::Scheduled,
    }
}
