//! X-Ray: groups and sampling rules.

pub mod groups;
pub mod sampling;
pub mod tags;

use super::error::AwsError;
use super::tags::BadTags;

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message)
}

/// Duplicate keys make X-Ray fail rather than refuse.
fn bad_tags(bad: &BadTags) -> AwsError {
    match bad {
        BadTags::DuplicateKey(_) => AwsError::new("InternalFailure", "Internal failure"),
        BadTags::ReservedPrefix(key) => invalid(format!("The tag key {key} is reserved")),
        BadTags::TooMany => AwsError::new(
            "TooManyTagsException",
            "A resource can have at most 50 tags",
        ),
    }
}
