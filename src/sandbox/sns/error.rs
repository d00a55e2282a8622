//! Errors of SNS.

use crate::sandbox::error::AwsError;

pub(super) fn invalid(message: impl std::fmt::Display) -> AwsError {
    AwsError::new(
        "InvalidParameterException",
        format!("Invalid parameter: {message}"),
    )
}
