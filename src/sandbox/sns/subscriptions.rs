//! Subscriptions. Those to email addresses and web servers stay pending until they are confirmed.

use serde_json::{Value, json};

use super::error::invalid;
use super::topic::{check_arn, topic};
use crate::sandbox::account::Account;
use crate::sandbox::data::{Region, StoredSubscription};
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::page;
use crate::sandbox::request::{ACCOUNT_ID, Request};
use crate::semantics::limits::LIST_SUBSCRIPTIONS_PAGE;

pub(super) const OPERATIONS: Operations = &[
    ("Subscribe", subscribe),
    ("ConfirmSubscription", confirm_subscription),
    ("Unsubscribe", unsubscribe),
    ("ListSubscriptions", list_subscriptions),
    ("ListSubscriptionsByTopic", list_subscriptions_by_topic),
];

/// Protocols, each with whether its endpoints must confirm.
const PROTOCOLS: &[(&str, bool)] = &[
    ("application", false),
    ("email", true),
    ("email-json", true),
    ("firehose", false),
    ("http", true),
    ("https", true),
    ("lambda", false),
    ("sms", false),
    ("sqs", false),
];

fn subscribe(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let (protocol, endpoint) = (
        input.required("Protocol"),
        input.text("Endpoint").unwrap_or_default(),
    );
    let arn = input.required("TopicArn");
    topic(account.region(&request.region), arn)?;
    let Some((_, must_confirm)) = PROTOCOLS.iter().find(|(name, _)| *name == protocol) else {
        return Err(invalid(format!(
            "Amazon SNS does not support this protocol string: {protocol}"
        )));
    };
    check_endpoint(protocol, endpoint)?;
    let id = existing(account.region(&request.region), arn, protocol, endpoint);
    let id = id.unwrap_or_else(|| format!("{arn}:{}", account.next_id().uuid()));
    let subscription = account
        .region(&request.region)
        .subscriptions
        .entry(id.clone())
        .or_insert_with(|| StoredSubscription {
            topic: arn.to_owned(),
            protocol: protocol.to_owned(),
            endpoint: endpoint.to_owned(),
            is_confirmed: !must_confirm,
        });
    let shown = if subscription.is_confirmed || input.flag("ReturnSubscriptionArn") {
        id
    } else {
        "pending confirmation".to_owned()
    };
    Ok(json!({ "SubscriptionArn": shown }))
}

fn existing(region: &Region, topic: &str, protocol: &str, endpoint: &str) -> Option<String> {
    region
        .subscriptions
        .iter()
        .find(|(_, subscription)| {
            subscription.topic == topic
                && subscription.protocol == protocol
                && subscription.endpoint == endpoint
        })
        .map(|(id, _)| id.clone())
}

fn check_endpoint(protocol: &str, endpoint: &str) -> Result<(), AwsError> {
    let (is_valid, message) = match protocol {
        "email" | "email-json" => (endpoint.contains('@'), "Email address"),
        "http" => (
            endpoint.starts_with("http://"),
            "Endpoint must match the specified protocol",
        ),
        "https" => (
            endpoint.starts_with("https://"),
            "Endpoint must match the specified protocol",
        ),
        "lambda" => (
            endpoint.starts_with("arn:aws:lambda:"),
            "Lambda endpoint ARN",
        ),
        "sqs" => (endpoint.starts_with("arn:aws:sqs:"), "SQS endpoint ARN"),
        "firehose" => (
            endpoint.starts_with("arn:aws:firehose:"),
            "Firehose endpoint ARN",
        ),
        _ => (!endpoint.is_empty(), "Endpoint"),
    };
    if is_valid {
        Ok(())
    } else {
        Err(invalid(message))
    }
}

/// A token that is a pending endpoint confirms that endpoint. Any other token confirms the first pending subscription.
fn confirm_subscription(account: &mut Account, request: &Request) -> OperationResult {
    let arn = request.input.required("TopicArn");
    let token = request.input.required("Token");
    let region = account.region(&request.region);
    topic(region, arn)?;
    let mut pending: Vec<(&String, &mut StoredSubscription)> = region
        .subscriptions
        .iter_mut()
        .filter(|(_, subscription)| subscription.topic == arn && !subscription.is_confirmed)
        .collect();
    let at = pending
        .iter()
        .position(|(_, subscription)| subscription.endpoint == token)
        .unwrap_or(0);
    let (id, subscription) = pending.get_mut(at).ok_or_else(|| invalid("Token"))?;
    subscription.is_confirmed = true;
    Ok(json!({ "SubscriptionArn": id }))
}

/// Deleting a missing subscription succeeds.
fn unsubscribe(account: &mut Account, request: &Request) -> OperationResult {
    let arn = request.input.required("SubscriptionArn");
    check_arn("SubscriptionArn", arn)?;
    account.region(&request.region).subscriptions.remove(arn);
    Ok(Value::Null)
}

fn described(id: &str, subscription: &StoredSubscription) -> Value {
    json!({
        "SubscriptionArn": if subscription.is_confirmed { id } else { "PendingConfirmation" },
        "Owner": ACCOUNT_ID,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic,
    })
}

fn list_subscriptions(account: &mut Account, request: &Request) -> OperationResult {
    let subscriptions = account.region(&request.region).subscriptions.iter();
    listed(request, subscriptions)
}

fn list_subscriptions_by_topic(account: &mut Account, request: &Request) -> OperationResult {
    let arn = request.input.required("TopicArn");
    let region = account.region(&request.region);
    topic(region, arn)?;
    let subscriptions = region.subscriptions.iter();
    listed(
        request,
        subscriptions.filter(|(_, subscription)| subscription.topic == arn),
    )
}

fn listed<'a>(
    request: &Request,
    subscriptions: impl Iterator<Item = (&'a String, &'a StoredSubscription)>,
) -> OperationResult {
    let items = subscriptions.map(|(id, one)| (id.as_str(), described(id, one)));
    let token = request.input.text("NextToken");
    let page = page(items, token, LIST_SUBSCRIPTIONS_PAGE).ok_or_else(|| invalid("NextToken"))?;
    Ok(json!({ "Subscriptions": page.items, "NextToken": page.next }))
}
