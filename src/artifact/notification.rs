//! Topics and the event rules that publish to them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::subscription::Subscription;
use super::subscription_record::SubscriptionRecord;

/// An SNS topic that people are told by, with the part of its access policy and subscriptions that we ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Topic {
    pub name: String,
    /// Policy statements by `Sid`. Of an actual topic, only those whose `Sid` is one of ours; others are kept and not shown.
    pub statements: BTreeMap<String, Value>,
    /// For actual topics: all subscriptions, including unconfirmed ones.
    pub subscriptions: BTreeSet<Subscription>,
    /// The subscriptions that tracewatch made. In the desired topic all of them, until it is compared with the actual one.
    #[serde(skip)]
    pub recorded: SubscriptionRecord,
    /// Not compared: a plan only diagnoses it. Empty in a desired topic.
    #[serde(skip)]
    pub delivery: Delivery,
}

/// The facts that decide whether messages of an actual topic arrive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The id, ARN or alias of the KMS key that encrypts the topic.
    pub key: Option<String>,
    /// Subscriptions that nobody has confirmed yet.
    pub unconfirmed: BTreeSet<Subscription>,
}

/// An EventBridge rule on the default bus that sends matching events to topics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventRule {
    pub name: String,
    pub description: String,
    pub pattern: Value,
    /// Topic ARNs.
    pub targets: BTreeSet<String>,
    /// The text that every target gets. `None`: the event itself.
    pub input: Option<InputTransformer>,
}

/// The text that EventBridge makes of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputTransformer {
    /// JSON paths into the event, by the name that the template uses.
    pub paths: BTreeMap<String, String>,
    /// One quoted text for each line, with `<name>` for the value of a path.
    pub template: String,
}

/// `Sid`s of the statements that tracewatch adds to the policy of its topics; statements with other `Sid`s are never touched.
pub const STATEMENT_SIDS: [&str; 2] = ["TracewatchCloudWatchAlarms", "TracewatchEventBridge"];
