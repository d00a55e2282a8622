//! EventBridge: rules of the default bus that send events to topics.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::Builder;
use aws_sdk_eventbridge::types::{self as wire, RuleState, Tag, Target};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::connection::patience;
use super::fault::{fault, present};
use super::{Account, TAGGED, Writing, concurrently, note, owner};
use crate::artifact::{Artifact, EventRule};
use crate::provider::{AccountError, Owner};

pub(super) fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).retry_partition(patience()).build())
}

impl Account {
    pub(super) async fn event_rules(&self, prefix: &str) -> Result<Vec<Artifact>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let rules = self.listed_rules(prefix).await?;
        let rules = concurrently(rules.into_iter().map(|rule| async move {
            let targets = self.targets(rule.name().unwrap_or_default()).await?;
            Ok(read_rule(rule, targets))
        }));
        Ok(rules
            .await?
            .into_iter()
            .filter(|rule| rule.name.starts_with(prefix))
            .map(Artifact::EventRule)
            .collect())
    }

    async fn listed_rules(&self, prefix: &str) -> Result<Vec<wire::Rule>, AccountError> {
        let (mut rules, mut token) = (Vec::new(), None);
        loop {
            self.quotas.events.turn().await;
            let answer = self
                .events()
                .list_rules()
                .name_prefix(prefix)
                .set_next_token(token)
                .send()
                .await;
            let page = answer.map_err(fault("ListRules"))?;
            rules.extend(page.rules.unwrap_or_default());
            token = page.next_token;
            if token.is_none() {
                return Ok(rules);
            }
        }
    }

    async fn targets(&self, rule: &str) -> Result<Vec<Target>, AccountError> {
        let (mut targets, mut token) = (Vec::new(), None);
        loop {
            self.quotas.events.turn().await;
            let answer = self
                .events()
                .list_targets_by_rule()
                .rule(rule)
                .set_next_token(token)
                .send()
                .await;
            let page = answer.map_err(fault("ListTargetsByRule"))?;
            targets.extend(page.targets.unwrap_or_default());
            token = page.next_token;
            if token.is_none() {
                return Ok(targets);
            }
        }
    }

    pub(super) async fn put_event_rule(
        &self,
        rule: &EventRule,
        writing: Writing,
    ) -> Result<(), AccountError> {
        self.quotas.events.turn().await;
        let put = self
            .events()
            .put_rule()
            .name(&rule.name)
            .description(&rule.description)
            .state(RuleState::Enabled);
        put.event_pattern(rule.pattern.to_string())
            .set_tags(self.event_tags(writing))
            .send()
            .await
            .map_err(fault("PutRule"))?;
        self.put_targets(rule).await?;
        let wanted: Vec<String> = rule.targets.iter().map(|arn| target_id(arn)).collect();
        let stale = self
            .targets(&rule.name)
            .await?
            .into_iter()
            .map(|target| target.id)
            .filter(|id| !wanted.contains(id));
        self.remove_targets(&rule.name, stale.collect()).await
    }

    async fn put_targets(&self, rule: &EventRule) -> Result<(), AccountError> {
        const OPERATION: &str = "PutTargets";
        if rule.targets.is_empty() {
            return Ok(());
        }
        self.quotas.events.turn().await;
        let targets = rule.targets.iter().map(|arn| target(arn));
        let answer = self
            .events()
            .put_targets()
            .rule(&rule.name)
            .set_targets(Some(targets.collect()))
            .send()
            .await;
        match answer.map_err(fault(OPERATION))?.failed_entries().first() {
            Some(failed) => {
                let message = failed
                    .error_message()
                    .or(failed.error_code())
                    .unwrap_or("a target was refused")
                    .to_owned();
                Err(AccountError::Other {
                    operation: OPERATION,
                    message,
                })
            }
            None => Ok(()),
        }
    }

    async fn remove_targets(&self, rule: &str, ids: Vec<String>) -> Result<(), AccountError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.quotas.events.turn().await;
        let answer = self
            .events()
            .remove_targets()
            .rule(rule)
            .set_ids(Some(ids))
            .send()
            .await;
        match answer
            .map_err(fault("RemoveTargets"))?
            .failed_entries()
            .first()
        {
            Some(failed) => {
                let message = failed
                    .error_message()
                    .or(failed.error_code())
                    .unwrap_or("a target was not removed")
                    .to_owned();
                Err(AccountError::Other {
                    operation: "RemoveTargets",
                    message,
                })
            }
            None => Ok(()),
        }
    }

    /// A rule can be deleted only once it has no targets.
    pub(super) async fn delete_event_rule(&self, name: &str) -> Result<(), AccountError> {
        let Some(targets) = present(self.targets(name).await)? else {
            return Ok(());
        };
        self.remove_targets(name, targets.into_iter().map(|target| target.id).collect())
            .await?;
        self.quotas.events.turn().await;
        let answer = self.events().delete_rule().name(name).send().await;
        present(answer.map_err(fault("DeleteRule"))).map(drop)
    }

    pub(super) async fn event_rule_owners(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Owner)>, AccountError> {
        concurrently(names.iter().map(|name| async move {
            Ok(((*name).to_owned(), self.event_rule_owner(name).await?))
        }))
        .await
    }

    async fn event_rule_owner(&self, name: &str) -> Result<Owner, AccountError> {
        let arn = self.event_rule_arn(name).await?;
        self.quotas.events.turn().await;
        let answer = self
            .events()
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        let found = present(answer.map_err(fault("ListTagsForResource")))?;
        Ok(found.map_or(Owner::Nobody, |found| {
            owner(found.tags().iter().map(|tag| (tag.key(), tag.value())))
        }))
    }

    pub(super) async fn mark_event_rule(&self, name: &str) -> Result<(), AccountError> {
        let arn = self.event_rule_arn(name).await?;
        self.quotas.events.turn().await;
        let answer = self
            .events()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(self.event_tags(Writing::Create))
            .send()
            .await;
        answer.map(drop).map_err(fault("TagResource"))
    }

    async fn event_rule_arn(&self, name: &str) -> Result<String, AccountError> {
        let who = self.who().await?;
        Ok(format!(
            "arn:{}:events:{}:{}:rule/{name}",
            who.partition, who.region, who.account
        ))
    }

    fn event_tags(&self, writing: Writing) -> Option<Vec<Tag>> {
        self.tags(writing, |key, value| {
            Tag::builder().key(key).value(value).build().expect(TAGGED)
        })
    }
}

fn read_rule(actual: wire::Rule, targets: Vec<Target>) -> EventRule {
    let mut description = actual.description.unwrap_or_default();
    let unspoken = [
        (
            "State",
            actual
                .state
                .is_some_and(|state| state != RuleState::Enabled),
        ),
        ("ScheduleExpression", actual.schedule_expression.is_some()),
        (
            "Targets",
            targets.iter().any(|actual| *actual != target(&actual.arn)),
        ),
    ];
    note(&mut description, unspoken);
    let pattern = actual.event_pattern.unwrap_or_default();
    EventRule {
        name: actual.name.unwrap_or_default(),
        description,
        pattern: serde_json::from_str(&pattern).unwrap_or(Value::String(pattern)),
        targets: targets.into_iter().map(|target| target.arn).collect(),
    }
}

fn target(arn: &str) -> Target {
    Target::builder()
        .id(target_id(arn))
        .arn(arn)
        .build()
        .expect("a target has an id and an ARN")
}

/// Stable for an ARN, so that putting a target again replaces it; a target's id has at most 64 characters.
fn target_id(arn: &str) -> String {
    let digest = Sha256::digest(arn.as_bytes());
    digest
        .iter()
        .take(8)
        .fold("topic-".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}
