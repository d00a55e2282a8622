//! Deliveries of messages. The account keeps them; nothing leaves the sandbox.

use crate::sandbox::data::{Delivery, Region};
use crate::sandbox::request::Request;

/// Delivers a message to the confirmed subscriptions of a topic.
pub(crate) fn deliver(
    region: &mut Region,
    request: &Request,
    topic: &str,
    subject: Option<&str>,
    message: String,
) {
    let subscriptions = region
        .subscriptions
        .values()
        .filter(|subscription| subscription.topic == topic && subscription.is_confirmed);
    let to = subscriptions
        .map(|subscription| subscription.endpoint.clone())
        .collect();
    region.deliveries.push(Delivery {
        topic: topic.to_owned(),
        at: request.instant(),
        subject: subject.map(str::to_owned),
        message,
        to,
    });
}
