//! SNS: topics of an account, their access policies and subscriptions.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::types::{self as wire, Tag};
use serde_json::{Value, json};

use super::connection::patience;
use super::fault::{fault, present};
use super::{Account, TAGGED, Writing, concurrently, owner};
use crate::artifact::{Artifact, STATEMENT_SIDS, Subscription, Topic};
use crate::provider::{AccountError, Owner};

pub(super) fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).retry_partition(patience()).build())
}

impl Account {
    pub(super) async fn topics<'a>(
        &self,
        names: impl ExactSizeIterator<Item = &'a String>,
    ) -> Result<Vec<Artifact>, AccountError> {
        let topics = concurrently(names.map(|name| self.topic(name))).await?;
        Ok(topics.into_iter().flatten().map(Artifact::Topic).collect())
    }

    async fn topic(&self, name: &str) -> Result<Option<Topic>, AccountError> {
        let arn = self.topic_arn(name).await?;
        let read = async { tokio::try_join!(self.policy(&arn), self.subscriptions(&arn)) };
        Ok(present(read.await)?.map(|(policy, subscriptions)| Topic {
            name: name.to_owned(),
            statements: our_statements(&policy),
            subscriptions: subscriptions
                .into_iter()
                .map(|(subscription, _)| subscription)
                .collect(),
        }))
    }

    /// An ARN follows from the name, so that no listing of the account's topics is needed.
    async fn topic_arn(&self, name: &str) -> Result<String, AccountError> {
        let who = self.who().await?;
        Ok(format!(
            "arn:{}:sns:{}:{}:{name}",
            who.partition, who.region, who.account
        ))
    }

    async fn policy(&self, arn: &str) -> Result<Value, AccountError> {
        const OPERATION: &str = "GetTopicAttributes";
        self.quotas.topics.turn().await;
        let answer = self
            .sns()
            .get_topic_attributes()
            .topic_arn(arn)
            .send()
            .await;
        let attributes = answer
            .map_err(fault(OPERATION))?
            .attributes
            .unwrap_or_default();
        let Some(policy) = attributes.get("Policy") else {
            return Ok(Value::Null);
        };
        serde_json::from_str(policy).map_err(|error| AccountError::Other {
            operation: OPERATION,
            message: format!("the policy of {arn}: {error}"),
        })
    }

    /// Every subscription with its ARN; those that wait for confirmation have none. Ended ones are left out.
    async fn subscriptions(
        &self,
        arn: &str,
    ) -> Result<Vec<(Subscription, Option<String>)>, AccountError> {
        self.quotas.topics.turn().await;
        let mut listed = self
            .sns()
            .list_subscriptions_by_topic()
            .topic_arn(arn)
            .into_paginator()
            .items()
            .send();
        let mut subscriptions = Vec::new();
        while let Some(subscription) = listed.next().await {
            subscriptions.extend(read_subscription(
                subscription.map_err(fault("ListSubscriptionsByTopic"))?,
            ));
        }
        Ok(subscriptions)
    }

    /// Adds what is missing. Subscriptions that the project does not name are people's own and stay.
    pub(super) async fn put_topic(
        &self,
        topic: &Topic,
        writing: Writing,
    ) -> Result<(), AccountError> {
        let arn = match writing {
            Writing::Create => self.create_topic(&topic.name).await?,
            Writing::Update => self.topic_arn(&topic.name).await?,
        };
        let (policy, there) = tokio::try_join!(self.policy(&arn), self.subscriptions(&arn))?;
        let merged = with_statements(policy.clone(), &topic.statements);
        if merged != policy {
            self.put_policy(&arn, &merged).await?;
        }
        for wanted in topic
            .subscriptions
            .iter()
            .filter(|wanted| !there.iter().any(|(known, _)| known == *wanted))
        {
            self.subscribe(&arn, wanted).await?;
        }
        Ok(())
    }

    async fn create_topic(&self, name: &str) -> Result<String, AccountError> {
        self.quotas.topics.turn().await;
        let answer = self
            .sns()
            .create_topic()
            .name(name)
            .set_tags(self.topic_tags(Writing::Create))
            .send()
            .await;
        Ok(answer
            .map_err(fault("CreateTopic"))?
            .topic_arn
            .unwrap_or_default())
    }

    async fn put_policy(&self, arn: &str, policy: &Value) -> Result<(), AccountError> {
        self.quotas.topics.turn().await;
        let set = self.sns().set_topic_attributes().topic_arn(arn);
        let answer = set
            .attribute_name("Policy")
            .attribute_value(policy.to_string())
            .send()
            .await;
        answer.map(drop).map_err(fault("SetTopicAttributes"))
    }

    async fn subscribe(&self, arn: &str, subscription: &Subscription) -> Result<(), AccountError> {
        self.quotas.topics.turn().await;
        let subscribe = self
            .sns()
            .subscribe()
            .topic_arn(arn)
            .protocol(&subscription.protocol);
        subscribe
            .endpoint(&subscription.endpoint)
            .send()
            .await
            .map(drop)
            .map_err(fault("Subscribe"))
    }

    pub(super) async fn delete_topic(&self, name: &str) -> Result<(), AccountError> {
        let arn = self.topic_arn(name).await?;
        self.quotas.topics.turn().await;
        let answer = self.sns().delete_topic().topic_arn(arn).send().await;
        present(answer.map_err(fault("DeleteTopic"))).map(drop)
    }

    pub(super) async fn topic_owners(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Owner)>, AccountError> {
        concurrently(
            names
                .iter()
                .map(|name| async move { Ok(((*name).to_owned(), self.topic_owner(name).await?)) }),
        )
        .await
    }

    async fn topic_owner(&self, name: &str) -> Result<Owner, AccountError> {
        let arn = self.topic_arn(name).await?;
        self.quotas.topic_tags.turn().await;
        let answer = self
            .sns()
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        let found = present(answer.map_err(fault("ListTagsForResource")))?;
        Ok(found.map_or(Owner::Nobody, |found| {
            owner(found.tags().iter().map(|tag| (tag.key(), tag.value())))
        }))
    }

    pub(super) async fn mark_topic(&self, name: &str) -> Result<(), AccountError> {
        let arn = self.topic_arn(name).await?;
        self.quotas.topic_tags.turn().await;
        let answer = self
            .sns()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(self.topic_tags(Writing::Create))
            .send()
            .await;
        answer.map(drop).map_err(fault("TagResource"))
    }

    fn topic_tags(&self, writing: Writing) -> Option<Vec<Tag>> {
        self.tags(writing, |key, value| {
            Tag::builder().key(key).value(value).build().expect(TAGGED)
        })
    }
}

/// SNS writes a word where the ARN of a subscription would be: `PendingConfirmation`, `Deleted`.
fn read_subscription(actual: wire::Subscription) -> Option<(Subscription, Option<String>)> {
    let arn = actual.subscription_arn.filter(|arn| arn != "Deleted")?;
    let subscription = Subscription {
        protocol: actual.protocol?,
        endpoint: actual.endpoint?,
    };
    Some((subscription, arn.starts_with("arn:").then_some(arn)))
}

fn sid(statement: &Value) -> Option<&str> {
    statement.get("Sid")?.as_str()
}

fn is_ours(statement: &Value) -> bool {
    sid(statement).is_some_and(|sid| STATEMENT_SIDS.contains(&sid))
}

/// A policy may hold one statement without a list around it.
fn statements(policy: &Value) -> &[Value] {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    }
}

fn our_statements(policy: &Value) -> BTreeMap<String, Value> {
    let ours = statements(policy)
        .iter()
        .filter(|statement| is_ours(statement));
    ours.filter_map(|statement| Some((sid(statement)?.to_owned(), statement.clone())))
        .collect()
}

/// The policy with exactly these statements of ours; everything else in it stays, and stays in its place.
fn with_statements(mut policy: Value, ours: &BTreeMap<String, Value>) -> Value {
    if our_statements(&policy) == *ours {
        return policy;
    }
    if !policy.is_object() {
        policy = json!({ "Version": "2012-10-17" });
    }
    let kept = statements(&policy)
        .iter()
        .filter(|statement| !is_ours(statement))
        .cloned();
    policy["Statement"] = kept.chain(ours.values().cloned()).collect();
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(action: &str) -> BTreeMap<String, Value> {
        BTreeMap::from([(
            STATEMENT_SIDS[0].to_owned(),
            json!({ "Sid": STATEMENT_SIDS[0], "Action": action }),
        )])
    }

    #[test]
    fn a_statement_without_a_list_is_kept_beside_ours() {
        let theirs = json!({ "Sid": "theirs", "Action": "sns:Subscribe" });
        let policy = json!({ "Version": "2008-10-17", "Id": "x", "Statement": theirs });
        let merged = with_statements(policy, &ours("sns:Publish"));
        assert_eq!(merged["Version"], "2008-10-17");
        assert_eq!(
            merged["Statement"],
            json!([theirs, ours("sns:Publish")[STATEMENT_SIDS[0]]])
        );
    }

    #[test]
    fn an_old_statement_of_ours_is_replaced_and_an_unwanted_one_goes() {
        let old = json!({ "Sid": STATEMENT_SIDS[0], "Action": "sns:*" });
        let unwanted = json!({ "Sid": STATEMENT_SIDS[1] });
        let policy = json!({ "Statement": [old, unwanted] });
        let merged = with_statements(policy, &ours("sns:Publish"));
        assert_eq!(our_statements(&merged), ours("sns:Publish"));
        assert_eq!(statements(&merged).len(), 1);
    }

    #[test]
    fn a_policy_that_already_says_so_is_left_alone() {
        let policy =
            json!({ "Statement": [ours("sns:Publish")[STATEMENT_SIDS[0]], { "Sid": "theirs" }] });
        assert_eq!(
            with_statements(policy.clone(), &ours("sns:Publish")),
            policy
        );
    }
}
