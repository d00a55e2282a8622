//! What was published, and to whom it went. Nothing leaves the sandbox: the account keeps it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::account::{Account, Region};
use super::super::cloudwatch::alarms::{Alarm, Condition, arn};
use super::super::error::{Answer, AwsError};
use super::super::request::{ACCOUNT_ID, Request};
use super::super::service::Operations;
use super::topic;

pub const OPERATIONS: Operations = &[("Publish", publish)];

/// One message to one topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delivery {
    pub topic: String,
    pub at: String,
    pub subject: Option<String>,
    pub message: String,
    /// Endpoints that were subscribed and confirmed.
    pub to: Vec<String>,
}

fn publish(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let Some(arn) = input.text("TopicArn").or(input.text("TargetArn")) else {
        return Err(AwsError::new(
            "InvalidParameterException",
            "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter",
        ));
    };
    let region = account.region(&request.region);
    topic(region, arn)?;
    if input.required("Message").is_empty() {
        return Err(AwsError::new(
            "InvalidParameterException",
            "Invalid parameter: Empty message",
        ));
    }
    deliver(
        region,
        request,
        arn,
        input.text("Subject"),
        input.required("Message").to_owned(),
    );
    Ok(json!({ "MessageId": account.next_id().uuid() }))
}

fn deliver(
    region: &mut Region,
    request: &Request,
    topic: &str,
    subject: Option<&str>,
    message: String,
) {
    let subscribers = region
        .subscriptions
        .values()
        .filter(|one| one.topic == topic && one.is_confirmed);
    let to = subscribers.map(|one| one.endpoint.clone()).collect();
    let subject = subject.map(str::to_owned);
    region.deliveries.push(Delivery {
        topic: topic.to_owned(),
        at: request.instant(),
        subject,
        message,
        to,
    });
}

/// Runs the actions of an alarm that changed its state: messages to the topics that there are. Other actions are left undone.
pub fn notify(region: &mut Region, request: &Request, alarm: &Alarm, old: &Condition) {
    if alarm.configuration.get("ActionsEnabled") == Some(&Value::Bool(false)) {
        return;
    }
    let subject = format!(
        "{}: \"{}\" in {}",
        alarm.state.value,
        alarm.name(),
        request.region
    );
    for topic in alarm
        .actions()
        .filter(|action| action.starts_with("arn:aws:sns:"))
    {
        if region.topics.contains_key(topic) {
            deliver(
                region,
                request,
                topic,
                Some(&subject),
                message(request, alarm, old),
            );
        }
    }
}

/// The head of the message that CloudWatch sends; `Trigger` is the configuration as it was put.
fn message(request: &Request, alarm: &Alarm, old: &Condition) -> String {
    json!({
        "AlarmName": alarm.name(),
        "AlarmDescription": alarm.configuration.get("AlarmDescription"),
        "AWSAccountId": ACCOUNT_ID,
        "AlarmConfigurationUpdatedTimestamp": alarm.configured,
        "NewStateValue": alarm.state.value,
        "NewStateReason": alarm.state.reason,
        "StateChangeTime": alarm.state.updated,
        "Region": request.region,
        "AlarmArn": arn(request, alarm.name()),
        "OldStateValue": old.value,
        "Trigger": alarm.configuration,
    })
    .to_string()
}
