//! Subscriptions. Endpoints that a person or a foreign server answers for stay pending until they are confirmed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::semantics::limits::LIST_SUBSCRIPTIONS_PAGE;

use super::super::account::{Account, Region};
use super::super::error::{Answer, AwsError};
use super::super::paging::page;
use super::super::request::{ACCOUNT_ID, Request};
use super::super::service::Operations;
use super::{invalid, topic};

pub const OPERATIONS: Operations = &[
    ("Subscribe", subscribe),
    ("ConfirmSubscription", confirm_subscription),
    ("Unsubscribe", unsubscribe),
    ("ListSubscriptions", list_subscriptions),
    ("ListSubscriptionsByTopic", list_subscriptions_by_topic),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscription {
    pub topic: String,
    pub protocol: String,
    pub endpoint: String,
    pub is_confirmed: bool,
}

/// Protocols, and whether an endpoint must confirm.
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

fn subscribe(account: &mut Account, request: &Request) -> Answer {
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
        .or_insert_with(|| Subscription {
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
    let is_same = |one: &Subscription| {
        one.topic == topic && one.protocol == protocol && one.endpoint == endpoint
    };
    region
        .subscriptions
        .iter()
        .find(|(_, subscription)| is_same(subscription))
        .map(|(id, _)| id.clone())
}

fn check_endpoint(protocol: &str, endpoint: &str) -> Result<(), AwsError> {
    let (is_sound, complaint) = match protocol {
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
    if is_sound {
        Ok(())
    } else {
        Err(invalid(complaint))
    }
}

/// Any token does. One that is the endpoint confirms that endpoint, any other the first that is pending.
fn confirm_subscription(account: &mut Account, request: &Request) -> Answer {
    let (arn, token) = (
        request.input.required("TopicArn"),
        request.input.required("Token"),
    );
    let region = account.region(&request.region);
    topic(region, arn)?;
    let is_pending = |one: &Subscription| one.topic == arn && !one.is_confirmed;
    let named = region
        .subscriptions
        .iter()
        .find(|(_, one)| is_pending(one) && one.endpoint == token);
    let first = || region.subscriptions.iter().find(|(_, one)| is_pending(one));
    let id = named
        .or_else(first)
        .map(|(id, _)| id.clone())
        .ok_or_else(|| invalid("Token"))?;
    if let Some(subscription) = region.subscriptions.get_mut(&id) {
        subscription.is_confirmed = true;
    }
    Ok(json!({ "SubscriptionArn": id }))
}

/// Unsubscribing what there is not is no error.
fn unsubscribe(account: &mut Account, request: &Request) -> Answer {
    let arn = request.input.required("SubscriptionArn");
    let elements = arn.split(':').count();
    if elements < 6 {
        return Err(invalid(format!(
            "SubscriptionArn Reason: An ARN must have at least 6 elements, not {elements}"
        )));
    }
    account.region(&request.region).subscriptions.remove(arn);
    Ok(Value::Null)
}

fn described(id: &str, subscription: &Subscription) -> Value {
    json!({
        "SubscriptionArn": if subscription.is_confirmed { id } else { "PendingConfirmation" },
        "Owner": ACCOUNT_ID,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic,
    })
}

fn list_subscriptions(account: &mut Account, request: &Request) -> Answer {
    listed(account.region(&request.region), request, |_| true)
}

fn list_subscriptions_by_topic(account: &mut Account, request: &Request) -> Answer {
    let arn = request.input.required("TopicArn");
    let region = account.region(&request.region);
    topic(region, arn)?;
    listed(region, request, |subscription| subscription.topic == arn)
}

fn listed(region: &Region, request: &Request, is_wanted: impl Fn(&Subscription) -> bool) -> Answer {
    let wanted = region
        .subscriptions
        .iter()
        .filter(|(_, subscription)| is_wanted(subscription));
    let items = wanted.map(|(id, subscription)| (id.as_str(), described(id, subscription)));
    let page = page(
        items,
        request.input.text("NextToken"),
        LIST_SUBSCRIPTIONS_PAGE,
    )
    .ok_or_else(|| invalid("NextToken"))?;
    Ok(json!({ "Subscriptions": page.items, "NextToken": page.next }))
}
