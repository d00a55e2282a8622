//! The subscriptions of the service to the topics that configurations name.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::account::Account;
use crate::sandbox::data::StoredSubscription;
use crate::semantics::chat::{SUBSCRIPTION_ENDPOINT, is_subscription};

/// Subscribes the existing topics that a configuration names, and unsubscribes all others.
pub(super) fn subscribe_topics(account: &mut Account) {
    let wanted = topics(account);
    for region in account.region_names() {
        account.region(&region).subscriptions.retain(|_, one| {
            !is_subscription(&one.protocol, &one.endpoint) || wanted.contains(&one.topic)
        });
    }
    for topic in wanted {
        let region = topic.split(':').nth(3).unwrap_or_default().to_owned();
        let contents = account.region(&region);
        let mut subscriptions = contents.subscriptions.values();
        let is_subscribed = subscriptions
            .any(|one| one.topic == topic && is_subscription(&one.protocol, &one.endpoint));
        if is_subscribed || !contents.topics.contains_key(&topic) {
            continue;
        }
        let id = format!("{topic}:{}", account.next_id().uuid());
        let subscription = StoredSubscription {
            topic,
            protocol: "https".to_owned(),
            endpoint: SUBSCRIPTION_ENDPOINT.to_owned(),
            is_confirmed: true,
        };
        account
            .region(&region)
            .subscriptions
            .insert(id, subscription);
    }
}

fn topics(account: &mut Account) -> BTreeSet<String> {
    let configurations = account.chats().configurations.values();
    let topics =
        configurations.filter_map(|chat| chat.configuration.get("SnsTopicArns")?.as_array());
    topics
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
