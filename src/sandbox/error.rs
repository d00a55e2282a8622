//! The error of an operation: AWS's name and AWS's message.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The result of an operation: the members of its output, or an error.
pub(super) type OperationResult = Result<Value, AwsError>;

/// `name` is the error's shape in the service's model, or one of the errors that all services share.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AwsError {
    pub(super) name: Cow<'static, str>,
    pub(super) message: String,
    /// Further members of the error's shape.
    pub(super) details: Map<String, Value>,
}

impl AwsError {
    pub(super) fn new(name: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
            details: Map::new(),
        }
    }

    #[must_use]
    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        self.details.insert(member.to_owned(), value);
        self
    }
}
