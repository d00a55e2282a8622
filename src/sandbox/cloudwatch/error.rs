//! Errors of CloudWatch.

use crate::sandbox::error::AwsError;
use crate::sandbox::tags::InvalidTags;

/// The error for a request that the model allows and CloudWatch does not: `ValidationError` in the query protocol.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// The texts are unverified.
pub(super) fn invalid_tags(invalid_tags: &InvalidTags) -> AwsError {
    invalid(match invalid_tags {
        InvalidTags::DuplicateKey(key) => format!("Duplicate tag key: {key}"),
        InvalidTags::ReservedPrefix(key) => {
            format!("The tag key {key} begins with aws:, which is reserved for system use")
        }
        InvalidTags::TooMany => "The maximum number of tags of a resource is 50".to_owned(),
    })
}

pub(super) fn invalid_next_token() -> AwsError {
    AwsError::new("InvalidNextToken", "The next token is not valid")
}

/// The error of the listings that declare no `InvalidNextToken`.
pub(super) fn invalid_token_value() -> AwsError {
    AwsError::new(
        "InvalidParameterValueException",
        "The next token is not valid",
    )
}
