//! Publish.

use serde_json::json;

use super::delivery::deliver;
use super::error::invalid;
use super::topic::topic;
use crate::sandbox::account::Account;
use crate::sandbox::error::OperationResult;
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;

pub(super) const OPERATIONS: Operations = &[("Publish", publish)];

fn publish(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let Some(arn) = input.text("TopicArn").or(input.text("TargetArn")) else {
        return Err(invalid(
            "TopicArn or TargetArn Reason: no value for required parameter",
        ));
    };
    let region = account.region(&request.region);
    topic(region, arn)?;
    let message = input.required("Message");
    if message.is_empty() {
        return Err(invalid("Empty message"));
    }
    deliver(
        region,
        request,
        arn,
        input.text("Subject"),
        message.to_owned(),
    );
    Ok(json!({ "MessageId": account.next_id().uuid() }))
}
