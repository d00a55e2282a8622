//! Deliveries of EventBridge: the rules of the default bus that match an event, and the messages to their SNS topics. Other
//! targets get nothing.

use serde_json::Value;

use super::data::{Region, StoredEventRule};
use super::events::DEFAULT_BUS;
use super::request::Request;
use super::sns::deliver;
use crate::semantics::event_pattern;

/// The principal that a topic's policy has to allow.
const PRINCIPAL: &str = "events.amazonaws.com";

/// Sends an event to the topics of all enabled rules that match it.
pub(super) fn send(region: &mut Region, request: &Request, event: &Value) {
    let bus = region.event_buses.get(DEFAULT_BUS);
    let rules = bus.into_iter().flat_map(|bus| bus.rules.values());
    let messages: Vec<(String, String)> = rules
        .filter(|rule| is_enabled(rule) && matches(rule, event))
        .flat_map(|rule| rule.targets.values())
        .filter_map(|target| Some((target["Arn"].as_str()?.to_owned(), input(target, event))))
        .collect();
    for (topic, message) in messages {
        if allows_events(region, &topic) {
            deliver(region, request, &topic, Some(SUBJECT), message);
        }
    }
}

/// The subject of mails that EventBridge sends by a topic.
const SUBJECT: &str = "AWS Notification Message";

fn is_enabled(rule: &StoredEventRule) -> bool {
    rule.configuration.get("State").and_then(Value::as_str) == Some("ENABLED")
}

fn matches(rule: &StoredEventRule, event: &Value) -> bool {
    let pattern = rule.configuration.get("EventPattern");
    let pattern = pattern.and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(pattern).is_ok_and(|pattern| event_pattern::matches(&pattern, event))
}

/// Whether a topic exists, and its policy lets EventBridge publish. A statement with a condition does not: EventBridge sends
/// nothing that a condition could test (EventBridge user guide, "Using resource-based policies").
fn allows_events(region: &Region, topic: &str) -> bool {
    let Some(topic) = region.topics.get(topic) else {
        return false;
    };
    let policy = topic.attributes.get("Policy");
    let policy: Value = policy
        .and_then(|policy| serde_json::from_str(policy).ok())
        .unwrap_or_default();
    let statements = policy["Statement"].as_array();
    statements.into_iter().flatten().any(|statement| {
        let principal = &statement["Principal"]["Service"];
        let is_named = principal == PRINCIPAL
            || principal
                .as_array()
                .is_some_and(|services| services.iter().any(|service| service == PRINCIPAL));
        statement["Effect"] == "Allow" && is_named && statement.get("Condition").is_none()
    })
}

/// The text of a target's input transformer, or the event.
fn input(target: &Value, event: &Value) -> String {
    let Some(transformer) = target.get("InputTransformer") else {
        return event.to_string();
    };
    let template = transformer["InputTemplate"].as_str().unwrap_or_default();
    let paths = transformer["InputPathsMap"].as_object();
    let mut text = template.to_owned();
    for (name, path) in paths.into_iter().flatten() {
        let value = path.as_str().map(|path| at(event, path));
        text = text.replace(&format!("<{name}>"), &value.unwrap_or_default());
    }
    text
}

/// The value at a JSON path of names (`$.detail.state`); empty where the event has none.
fn at(event: &Value, path: &str) -> String {
    let names = path.trim_start_matches("$.").split('.');
    let value = names
        .into_iter()
        .try_fold(event, |value, name| value.get(name));
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
