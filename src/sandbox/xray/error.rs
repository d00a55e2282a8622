//! Errors of X-Ray.

use crate::sandbox::error::AwsError;
use crate::sandbox::tags::InvalidTags;

pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message)
}

pub(super) fn invalid_tags(invalid_tags: &InvalidTags) -> AwsError {
    match invalid_tags {
        // X-Ray itself fails on them with 500, which clients take for an outage and repeat.
        InvalidTags::DuplicateKey(key) => invalid(format!("Duplicate tag key: {key}")),
        InvalidTags::ReservedPrefix(key) => invalid(format!("The tag key {key} is reserved")),
        InvalidTags::TooMany => AwsError::new(
            "TooManyTagsException",
            "A resource can have at most 50 tags",
        ),
    }
}
