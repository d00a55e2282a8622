//! SNS: topics, their access policies and subscriptions.

use std::collections::BTreeMap;

use aws_sdk_sns::types::{self as wire, Tag};
use serde_json::{Value, json};

use super::account::{Account, Writing};
use super::calls::concurrently;
use super::errors::{call_error, optional, unreadable};
use crate::artifact::{
    Artifact, Delivery, STATEMENT_SIDS, Subscription, SubscriptionRecord, Tags, Topic,
};
use crate::provider::AccountError;

const GET_ATTRIBUTES: &str = "GetTopicAttributes";

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
        // Most of the names that a stack may use do not exist: their subscriptions are not asked for.
        let Some(attributes) = optional(self.attributes(&arn).await)? else {
            return Ok(None);
        };
        let found = tokio::try_join!(self.subscriptions(&arn), self.tags_of_topic(&arn));
        let Some((subscriptions, Some(tags))) = optional(found)? else {
            return Ok(None);
        };
        let policy = read_policy(&arn, &attributes)?;
        let unconfirmed = subscriptions.iter().filter(|(_, arn)| arn.is_none());
        let delivery = Delivery {
            key: attributes
                .get("KmsMasterKeyId")
                .filter(|key| !key.is_empty())
                .cloned(),
            unconfirmed: unconfirmed
                .map(|(subscription, _)| subscription.clone())
                .collect(),
        };
        Ok(Some(Topic {
            name: name.to_owned(),
            statements: our_statements(&policy),
            subscriptions: subscriptions
                .into_iter()
                .map(|(subscription, _)| subscription)
                .collect(),
            recorded: SubscriptionRecord::from_tags(&tags),
            delivery,
        }))
    }

    /// The ARN contains the name, so no listing of the account's topics is needed.
    async fn topic_arn(&self, name: &str) -> Result<String, AccountError> {
        let identity = self.caller_identity().await?;
        Ok(format!(
            "arn:{}:sns:{}:{}:{name}",
            identity.partition, identity.region, identity.account
        ))
    }

    async fn policy(&self, arn: &str) -> Result<Value, AccountError> {
        read_policy(arn, &self.attributes(arn).await?)
    }

    async fn attributes(&self, arn: &str) -> Result<BTreeMap<String, String>, AccountError> {
        let answer = self
            .sns()
            .get_topic_attributes()
            .topic_arn(arn)
            .send()
            .await;
        let found = answer.map_err(call_error(GET_ATTRIBUTES))?;
        Ok(found.attributes.into_iter().flatten().collect())
    }

    /// Subscriptions with their ARNs, without deleted ones. A subscription that waits for confirmation has no ARN.
    async fn subscriptions(
        &self,
        arn: &str,
    ) -> Result<Vec<(Subscription, Option<String>)>, AccountError> {
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
                subscription.map_err(call_error("ListSubscriptionsByTopic"))?,
            ));
        }
        Ok(subscriptions)
    }

    /// Adds missing subscriptions, and removes those of the record that are not wanted. Others stay. The record names a subscription before
    /// it is made, and until it is gone: a run that stops between leaves no subscription without its record.
    pub(super) async fn put_topic(
        &self,
        topic: &Topic,
        writing: Writing,
    ) -> Result<(), AccountError> {
        let arn = match writing {
            Writing::Create => self.create_topic(topic).await?,
            Writing::Update => self.topic_arn(&topic.name).await?,
        };
        let (policy, existing) = tokio::try_join!(self.policy(&arn), self.subscriptions(&arn))?;
        let merged = with_statements(policy.clone(), &topic.statements);
        if merged != policy {
            self.put_policy(&arn, &merged).await?;
        }
        let recorded = match writing {
            Writing::Create => topic.recorded.clone(),
            Writing::Update => self.record_of_topic(&arn).await?,
        };
        let during = recorded.union(&topic.recorded);
        self.put_record(&arn, &recorded, &during).await?;
        for wanted in &topic.subscriptions {
            if !existing.iter().any(|(known, _)| known == wanted) {
                self.subscribe(&arn, wanted).await?;
            }
        }
        let surplus = existing
            .iter()
            .filter(|(known, _)| recorded.contains(known) && !topic.subscriptions.contains(known));
        for subscription in surplus.filter_map(|(_, arn)| arn.as_ref()) {
            self.unsubscribe(subscription).await?;
        }
        self.put_record(&arn, &during, &topic.recorded).await
    }

    async fn create_topic(&self, topic: &Topic) -> Result<String, AccountError> {
        let mut tags = self.topic_tags();
        tags.extend(sns_tags(&topic.recorded.tags()));
        let answer = self
            .sns()
            .create_topic()
            .name(&topic.name)
            .set_tags(Some(tags))
            .send()
            .await;
        Ok(answer
            .map_err(call_error("CreateTopic"))?
            .topic_arn
            .unwrap_or_default())
    }

    async fn put_policy(&self, arn: &str, policy: &Value) -> Result<(), AccountError> {
        let set = self.sns().set_topic_attributes().topic_arn(arn);
        let answer = set
            .attribute_name("Policy")
            .attribute_value(policy.to_string())
            .send()
            .await;
        answer.map(drop).map_err(call_error("SetTopicAttributes"))
    }

    async fn subscribe(&self, arn: &str, subscription: &Subscription) -> Result<(), AccountError> {
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
            .map_err(call_error("Subscribe"))
    }

    async fn unsubscribe(&self, subscription: &str) -> Result<(), AccountError> {
        let unsubscribe = self.sns().unsubscribe().subscription_arn(subscription);
        let answer = unsubscribe.send().await;
        optional(answer.map_err(call_error("Unsubscribe"))).map(drop)
    }

    async fn record_of_topic(&self, arn: &str) -> Result<SubscriptionRecord, AccountError> {
        let tags = self.tags_of_topic(arn).await?;
        Ok(SubscriptionRecord::from_tags(&tags.unwrap_or_default()))
    }

    async fn put_record(
        &self,
        arn: &str,
        old: &SubscriptionRecord,
        new: &SubscriptionRecord,
    ) -> Result<(), AccountError> {
        let (old, new) = (old.tags(), new.tags());
        let changed = new
            .iter()
            .filter(|(key, value)| old.get(*key) != Some(*value));
        let changed: Tags = changed
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if !changed.is_empty() {
            self.tag_sns(arn, sns_tags(&changed)).await?;
        }
        let removed: Vec<String> = old
            .into_keys()
            .filter(|key| !new.contains_key(key))
            .collect();
        if removed.is_empty() {
            return Ok(());
        }
        let untag = self.sns().untag_resource().resource_arn(arn);
        let answer = untag.set_tag_keys(Some(removed)).send().await;
        answer.map(drop).map_err(call_error("UntagResource"))
    }

    pub(super) async fn delete_topic(&self, name: &str) -> Result<(), AccountError> {
        let arn = self.topic_arn(name).await?;
        let answer = self.sns().delete_topic().topic_arn(arn).send().await;
        optional(answer.map_err(call_error("DeleteTopic"))).map(drop)
    }

    pub(super) async fn read_topic_tags(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        concurrently(names.iter().map(|name| self.read_tags_of_topic(name))).await
    }

    async fn read_tags_of_topic(&self, name: &str) -> Result<(String, Option<Tags>), AccountError> {
        let arn = self.topic_arn(name).await?;
        Ok((name.to_owned(), self.tags_of_topic(&arn).await?))
    }

    /// `None` for a missing topic.
    async fn tags_of_topic(&self, arn: &str) -> Result<Option<Tags>, AccountError> {
        let answer = self
            .sns()
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await;
        let found = optional(answer.map_err(call_error("ListTagsForResource")))?;
        Ok(found.map(|found| {
            let tags = found.tags().iter();
            tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
                .collect()
        }))
    }

    pub(super) async fn tag_topic(&self, name: &str) -> Result<(), AccountError> {
        let arn = self.topic_arn(name).await?;
        self.tag_sns(&arn, self.topic_tags()).await
    }

    async fn tag_sns(&self, arn: &str, tags: Vec<Tag>) -> Result<(), AccountError> {
        let answer = self
            .sns()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(tags))
            .send()
            .await;
        answer.map(drop).map_err(call_error("TagResource"))
    }

    fn topic_tags(&self) -> Vec<Tag> {
        self.tags(sns_tag)
    }
}

fn sns_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| sns_tag(key, value))
        .collect()
}

fn sns_tag(key: &String, value: &String) -> Tag {
    let tag = Tag::builder().key(key).value(value).build();
    tag.expect("a tag has a key and a value")
}

fn read_policy(arn: &str, attributes: &BTreeMap<String, String>) -> Result<Value, AccountError> {
    let Some(policy) = attributes.get("Policy") else {
        return Ok(Value::Null);
    };
    serde_json::from_str(policy)
        .map_err(|error| unreadable(GET_ATTRIBUTES, &format!("the policy of {arn}: {error}")))
}

/// SNS gives a word instead of an ARN for a pending or ended subscription: `PendingConfirmation`, `Deleted`.
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

/// `Statement` is a list or one statement.
fn statements(policy: &Value) -> &[Value] {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    }
}

fn our_statements(policy: &Value) -> BTreeMap<String, Value> {
    statements(policy)
        .iter()
        .filter(|statement| is_ours(statement))
        .filter_map(|statement| Some((sid(statement)?.to_owned(), statement.clone())))
        .collect()
}

/// Replaces our statements in the policy. The rest of the policy keeps its content and order.
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
    fn a_single_statement_of_others_stays_before_ours() {
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
    fn our_old_statement_is_replaced_and_our_unwanted_one_is_removed() {
        let old = json!({ "Sid": STATEMENT_SIDS[0], "Action": "sns:*" });
        let unwanted = json!({ "Sid": STATEMENT_SIDS[1] });
        let policy = json!({ "Statement": [old, unwanted] });
        let merged = with_statements(policy, &ours("sns:Publish"));
        assert_eq!(our_statements(&merged), ours("sns:Publish"));
        assert_eq!(statements(&merged).len(), 1);
    }

    #[test]
    fn a_policy_with_our_statements_does_not_change() {
        let policy =
            json!({ "Statement": [ours("sns:Publish")[STATEMENT_SIDS[0]], { "Sid": "theirs" }] });
        assert_eq!(
            with_statements(policy.clone(), &ours("sns:Publish")),
            policy
        );
    }
}
