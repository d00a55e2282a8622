//! Topics by ARN.

use super::error::invalid;
use crate::sandbox::data::{Region, StoredTopic};
use crate::sandbox::error::AwsError;

/// Checks the form of an ARN in `member` of a request.
pub(super) fn check_arn(member: &str, arn: &str) -> Result<(), AwsError> {
    match arn.split(':').count() {
        6.. => Ok(()),
        elements => Err(invalid(format!(
            "{member} Reason: An ARN must have at least 6 elements, not {elements}"
        ))),
    }
}

pub(super) fn topic<'a>(
    region: &'a mut Region,
    arn: &str,
) -> Result<&'a mut StoredTopic, AwsError> {
    check_arn("TopicArn", arn)?;
    region
        .topics
        .get_mut(arn)
        .ok_or_else(|| AwsError::new("NotFoundException", "Topic does not exist"))
}
