//! Amazon Q Developer in chat applications (the service `chatbot`): configurations of channels, and authorised workspaces.

mod configurations;
mod subscriptions;
mod tags;
mod workspaces;

use super::error::AwsError;
use super::operation::Operations;

pub(super) const OPERATIONS: &[Operations] = &[
    configurations::OPERATIONS,
    tags::OPERATIONS,
    workspaces::OPERATIONS,
];

fn not_found(arn: &str) -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        format!("The configuration {arn} does not exist"),
    )
}
