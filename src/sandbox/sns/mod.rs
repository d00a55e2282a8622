//! SNS: topics, subscriptions, and what was published.

pub mod deliveries;
pub mod subscriptions;
pub mod topics;

use super::account::Region;
use super::error::AwsError;
pub use deliveries::{Delivery, notify};
pub use subscriptions::Subscription;
pub use topics::Topic;

fn invalid(message: impl std::fmt::Display) -> AwsError {
    AwsError::new(
        "InvalidParameterException",
        format!("Invalid parameter: {message}"),
    )
}

fn check_arn(arn: &str) -> Result<(), AwsError> {
    match arn.split(':').count() {
        6.. => Ok(()),
        elements => Err(invalid(format!(
            "TopicArn Reason: An ARN must have at least 6 elements, not {elements}"
        ))),
    }
}

fn topic<'a>(region: &'a mut Region, arn: &str) -> Result<&'a mut Topic, AwsError> {
    check_arn(arn)?;
    region
        .topics
        .get_mut(arn)
        .ok_or_else(|| AwsError::new("NotFoundException", "Topic does not exist"))
}
