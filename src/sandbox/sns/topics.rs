//! Topics: their attributes and tags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::invalid;
use super::topic::{check_arn, topic};
use crate::sandbox::account::Account;
use crate::sandbox::data::{Region, StoredTopic, Tags};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::page;
use crate::sandbox::request::{ACCOUNT_ID, Request};
use crate::sandbox::tags::{self, InvalidTags, TaggedService};
use crate::semantics::limits::{FIFO_SUFFIX, LIST_TOPICS_PAGE, is_topic_name};

pub(super) const OPERATIONS: Operations = &[
    ("CreateTopic", create_topic),
    ("GetTopicAttributes", get_topic_attributes),
    ("SetTopicAttributes", set_topic_attributes),
    ("DeleteTopic", delete_topic),
    ("ListTopics", list_topics),
    ("TagResource", tags::tag_resource::<SnsTags>),
    ("UntagResource", tags::untag_resource::<SnsTags>),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<SnsTags>,
    ),
];

/// The attributes that SetTopicAttributes takes.
const SETTABLE: &[&str] = &[
    "ApplicationFailureFeedbackRoleArn",
    "ApplicationSuccessFeedbackRoleArn",
    "ApplicationSuccessFeedbackSampleRate",
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DeliveryPolicy",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "FirehoseFailureFeedbackRoleArn",
    "FirehoseSuccessFeedbackRoleArn",
    "FirehoseSuccessFeedbackSampleRate",
    "HTTPFailureFeedbackRoleArn",
    "HTTPSuccessFeedbackRoleArn",
    "HTTPSuccessFeedbackSampleRate",
    "KmsMasterKeyId",
    "LambdaFailureFeedbackRoleArn",
    "LambdaSuccessFeedbackRoleArn",
    "LambdaSuccessFeedbackSampleRate",
    "Policy",
    "SQSFailureFeedbackRoleArn",
    "SQSSuccessFeedbackRoleArn",
    "SQSSuccessFeedbackSampleRate",
    "SignatureVersion",
    "TracingConfig",
];

/// Attributes whose values are JSON.
const DOCUMENTS: &[&str] = &["ArchivePolicy", "DeliveryPolicy", "Policy"];

/// The delivery policy of a topic without one, which applies to HTTP endpoints.
const EFFECTIVE_DELIVERY_POLICY: &str = "{\"http\":{\"defaultHealthyRetryPolicy\":{\"minDelayTarget\":20,\"maxDelayTarget\":20,\
    \"numRetries\":3,\"numMaxDelayRetries\":0,\"numNoDelayRetries\":0,\"numMinDelayRetries\":0,\"backoffFunction\":\"linear\"},\
    \"disableSubscriptionOverrides\":false,\"defaultRequestPolicy\":{\"headerContentType\":\"text/plain; charset=UTF-8\"}}}";

/// The access policy of a topic without one: its own account has all permissions. `{arn}` and `{account}` are placeholders.
const DEFAULT_POLICY: &str = "{\"Version\":\"2008-10-17\",\"Id\":\"__default_policy_ID\",\"Statement\":[{\
    \"Sid\":\"__default_statement_ID\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":[\"SNS:GetTopicAttributes\",\
    \"SNS:SetTopicAttributes\",\"SNS:AddPermission\",\"SNS:RemovePermission\",\"SNS:DeleteTopic\",\"SNS:Subscribe\",\
    \"SNS:ListSubscriptionsByTopic\",\"SNS:Publish\"],\"Resource\":\"{arn}\",\
    \"Condition\":{\"StringEquals\":{\"AWS:SourceOwner\":\"{account}\"}}}]}";

fn default_policy(arn: &str) -> String {
    DEFAULT_POLICY
        .replace("{arn}", arn)
        .replace("{account}", ACCOUNT_ID)
}

fn create_topic(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("Name");
    let given = tags::read(input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    let attributes = attributes(request)?;
    check_name(name, &attributes)?;
    let arn = request.arn("sns", name);
    let topics = &mut account.region(&request.region).topics;
    if let Some(old) = topics.get(&arn) {
        check_repetition(old, &attributes, &given)?;
    } else {
        topics.insert(
            arn.clone(),
            StoredTopic {
                attributes,
                tags: given,
            },
        );
    }
    Ok(json!({ "TopicArn": arn }))
}

fn attributes(request: &Request) -> Result<BTreeMap<String, String>, AwsError> {
    let given = request
        .input
        .get("Attributes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let given = given.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    given
        .map(|(name, value)| check_attribute(&name, &value).map(|()| (name, value)))
        .collect()
}

fn check_attribute(name: &str, value: &str) -> Result<(), AwsError> {
    if !SETTABLE.contains(&name) {
        return Err(invalid("AttributeName"));
    }
    if DOCUMENTS.contains(&name)
        && !value.is_empty()
        && serde_json::from_str::<Value>(value).is_err()
    {
        return Err(invalid(format!("{name} is not valid JSON")));
    }
    Ok(())
}

fn check_name(name: &str, attributes: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let is_fifo = attributes
        .get("FifoTopic")
        .is_some_and(|value| value == "true");
    if !is_topic_name(name) || is_fifo != name.ends_with(FIFO_SUFFIX) {
        return Err(invalid("Topic Name"));
    }
    Ok(())
}

/// Creating a topic again is an error only if attributes or tags differ.
fn check_repetition(
    old: &StoredTopic,
    attributes: &BTreeMap<String, String>,
    given: &Tags,
) -> Result<(), AwsError> {
    if attributes
        .iter()
        .any(|(name, value)| old.attributes.get(name) != Some(value))
    {
        return Err(invalid(
            "Attributes Reason: Topic already exists with different attributes",
        ));
    }
    if !given.is_empty() && *given != old.tags {
        return Err(invalid(
            "Tags Reason: Topic already exists with different tags",
        ));
    }
    Ok(())
}

fn get_topic_attributes(account: &mut Account, request: &Request) -> OperationResult {
    let arn = request.input.required("TopicArn");
    let region = account.region(&request.region);
    let mut attributes = topic(region, arn)?.attributes.clone();
    let subscriptions = region
        .subscriptions
        .values()
        .filter(|subscription| subscription.topic == arn);
    let (confirmed, pending): (Vec<_>, Vec<_>) =
        subscriptions.partition(|subscription| subscription.is_confirmed);
    let computed = [
        ("TopicArn", arn.to_owned()),
        ("Owner", ACCOUNT_ID.to_owned()),
        ("SubscriptionsConfirmed", confirmed.len().to_string()),
        ("SubscriptionsPending", pending.len().to_string()),
        ("SubscriptionsDeleted", "0".to_owned()),
        (
            "EffectiveDeliveryPolicy",
            EFFECTIVE_DELIVERY_POLICY.to_owned(),
        ),
    ];
    attributes.extend(computed.map(|(name, value)| (name.to_owned(), value)));
    attributes.entry("DisplayName".to_owned()).or_default();
    attributes
        .entry("Policy".to_owned())
        .or_insert_with(|| default_policy(arn));
    Ok(json!({ "Attributes": attributes }))
}

/// An empty value resets the attribute to AWS's default.
fn set_topic_attributes(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("AttributeName");
    let value = input.text("AttributeValue").unwrap_or_default();
    let topic = topic(account.region(&request.region), input.required("TopicArn"))?;
    check_attribute(name, value)?;
    if name == "FifoTopic" {
        return Err(invalid("AttributeName"));
    }
    if value.is_empty() {
        topic.attributes.remove(name);
    } else {
        topic.attributes.insert(name.to_owned(), value.to_owned());
    }
    Ok(Value::Null)
}

/// Deleting a missing topic succeeds.
fn delete_topic(account: &mut Account, request: &Request) -> OperationResult {
    let arn = request.input.required("TopicArn");
    check_arn("TopicArn", arn)?;
    let Region {
        topics,
        subscriptions,
        ..
    } = account.region(&request.region);
    topics.remove(arn);
    subscriptions.retain(|_, subscription| subscription.topic != arn);
    Ok(Value::Null)
}

fn list_topics(account: &mut Account, request: &Request) -> OperationResult {
    let topics = account
        .region(&request.region)
        .topics
        .keys()
        .map(|arn| (arn.as_str(), json!({ "TopicArn": arn })));
    let page = page(topics, request.input.text("NextToken"), LIST_TOPICS_PAGE)
        .ok_or_else(|| invalid("NextToken"))?;
    Ok(json!({ "Topics": page.items, "NextToken": page.next }))
}

fn invalid_tags(invalid_tags: &InvalidTags) -> AwsError {
    match invalid_tags {
        InvalidTags::DuplicateKey(key) => invalid(format!("Tag Reason: Duplicate tag key {key}")),
        InvalidTags::ReservedPrefix(key) => {
            invalid(format!("Tag Reason: The tag key {key} begins with aws:"))
        }
        InvalidTags::TooMany => AwsError::new(
            "TagLimitExceededException",
            "Could not complete request: tag quota of per resource exceeded",
        ),
    }
}

/// Tags of topics.
struct SnsTags;

impl TaggedService for SnsTags {
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
        let topic = account
            .region(&request.region)
            .topics
            .get_mut(request.input.required("ResourceArn"));
        topic
            .map(|topic| &mut topic.tags)
            .ok_or_else(|| AwsError::new("ResourceNotFoundException", "Resource does not exist"))
    }

    fn invalid_tags(invalid: &InvalidTags) -> AwsError {
        invalid_tags(invalid)
    }
}
