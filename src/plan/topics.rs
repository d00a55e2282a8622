//! Topics: the parts of an actual topic that the desired one keeps, and whether its messages arrive.

use std::collections::BTreeSet;

use crate::artifact::{Artifact, Subscription, Topic};
use crate::diagnostic::{Code, Diagnostic};
use crate::semantics::chat::is_subscription;
use crate::semantics::policy;

use super::diagnostic::PlanDiagnostic;

/// AWS's own key for SNS. Its policy permits no service to publish and cannot be changed (SNS developer guide, "Enable compatibility
/// between event sources from AWS services and encrypted topics").
const AWS_KEY: &str = "alias/aws/sns";

/// Makes `new` keep what is no difference in `old`, and returns diagnostics about the rest of `old`.
pub(super) fn reconcile(old: &Topic, new: &mut Topic) -> Vec<PlanDiagnostic> {
    keep_equal_statements(old, new);
    new.delivery = old.delivery.clone();
    let delivery = [encrypted(old), unconfirmed(old, &new.subscriptions)];
    let subscriptions = keep_subscriptions(old, new);
    let subject = Artifact::Topic(old.clone()).id();
    delivery
        .into_iter()
        .flatten()
        .chain(subscriptions)
        .map(|diagnostic| PlanDiagnostic::about(subject.clone(), diagnostic))
        .collect()
}

/// IAM has several spellings for one meaning, and SNS may return another one than it was given.
fn keep_equal_statements(old: &Topic, new: &mut Topic) {
    for (sid, wanted) in &mut new.statements {
        if let Some(actual) = old.statements.get(sid)
            && policy::same_statement(actual, wanted)
        {
            wanted.clone_from(actual);
        }
    }
}

fn encrypted(topic: &Topic) -> Option<Diagnostic> {
    let key = topic.delivery.key.as_deref()?;
    let name = &topic.name;
    let consequence = if key == AWS_KEY || key.ends_with(&format!(":{AWS_KEY}")) {
        "CloudWatch cannot publish to it, so its alarms notify nobody"
    } else {
        "its alarms notify nobody unless the policy of that key permits CloudWatch to publish"
    };
    let message = format!("topic `{name}` is encrypted with `{key}`: {consequence}");
    let help = "encrypt it with a customer managed key whose policy lets cloudwatch.amazonaws.com and events.amazonaws.com use \
                kms:GenerateDataKey* and kms:Decrypt, or switch the encryption off";
    Some(Diagnostic::new(Code::TopicEncrypted, message).help(help))
}

/// The wanted subscriptions that nobody confirmed.
fn unconfirmed(topic: &Topic, wanted: &BTreeSet<Subscription>) -> Option<Diagnostic> {
    let pending: Vec<String> = topic
        .delivery
        .unconfirmed
        .intersection(wanted)
        .map(Subscription::shown)
        .collect();
    if pending.is_empty() {
        return None;
    }
    let name = &topic.name;
    let who = pending.join(", ");
    let have = if pending.len() == 1 {
        "has not confirmed its subscription"
    } else {
        "have not confirmed their subscriptions"
    };
    let message = if topic.delivery.unconfirmed.len() == topic.subscriptions.len() {
        format!("topic `{name}` notifies nobody: {who} {have}")
    } else {
        format!("{who} {have} to topic `{name}`")
    };
    let help = "open the link in the mail from AWS Notifications; SNS drops a subscription that stays unconfirmed, and the next apply \
                asks again";
    Some(Diagnostic::new(Code::SubscriptionPending, message).help(help))
}

/// Adds to the desired subscriptions the existing ones that stay. A topic is the only artifact that may have extra content, because people
/// subscribe by hand: tracewatch removes only what it subscribed, by the record in the topic's tags. A subscription that awaits
/// confirmation counts as existing, and cannot be removed.
fn keep_subscriptions(old: &Topic, new: &mut Topic) -> Vec<Diagnostic> {
    let wanted = std::mem::take(&mut new.subscriptions);
    let surplus = old
        .subscriptions
        .difference(&wanted)
        .filter(|subscription| !is_of_chat(subscription));
    let (ours, others): (Vec<_>, Vec<_>) =
        surplus.partition(|subscription| old.recorded.contains(subscription));
    let waiting = ours
        .into_iter()
        .filter(|subscription| old.delivery.unconfirmed.contains(subscription));
    let waiting: Vec<&Subscription> = waiting.collect();
    let kept = wanted.intersection(&old.subscriptions);
    let still_ours = kept
        .chain(waiting.iter().copied())
        .filter(|subscription| old.recorded.contains(subscription));
    let added = wanted.difference(&old.subscriptions);
    new.recorded = still_ours.chain(added).collect();
    let diagnostics = [
        left_alone(&old.name, others.len()),
        removed_while_waiting(&old.name, &waiting),
    ];
    let of_chats = old.subscriptions.iter().filter(|one| is_of_chat(one));
    let staying = others.into_iter().chain(waiting).chain(of_chats).cloned();
    new.subscriptions = wanted.iter().cloned().chain(staying).collect();
    diagnostics.into_iter().flatten().collect()
}

/// A chat configuration makes and removes its subscription itself.
fn is_of_chat(subscription: &Subscription) -> bool {
    is_subscription(&subscription.protocol, &subscription.endpoint)
}

fn left_alone(topic: &str, others: usize) -> Option<Diagnostic> {
    (others > 0).then(|| {
        let message = format!(
            "topic `{topic}` has subscriptions that the project does not ask for ({others}); they are left alone"
        );
        let help = "they were made by hand, or by a version of tracewatch that kept no record: remove by hand those that nobody needs";
        Diagnostic::new(Code::OtherSubscriptions, message).help(help)
    })
}

/// SNS deletes no subscription that awaits its confirmation (SNS developer guide, "Deleting an Amazon SNS topic and subscription").
fn removed_while_waiting(topic: &str, waiting: &[&Subscription]) -> Option<Diagnostic> {
    if waiting.is_empty() {
        return None;
    }
    let who: Vec<String> = waiting.iter().map(|one| one.shown()).collect();
    let message = format!(
        "{} cannot be unsubscribed from topic `{topic}` before the subscription is confirmed",
        who.join(", ")
    );
    let help =
        "SNS drops it after 48 hours; if it is confirmed first, the next apply unsubscribes it";
    Some(Diagnostic::new(Code::OtherSubscriptions, message).help(help))
}
