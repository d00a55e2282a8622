//! What an operation refuses with: AWS's name for it and AWS's words.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::protocol::model::Model;

pub type Answer = Result<Value, AwsError>;

/// A refusal. `name` is the error's shape in the service's model, or one of the errors that all services share.
#[derive(Debug, Clone, PartialEq)]
pub struct AwsError {
    pub name: Cow<'static, str>,
    pub message: String,
    /// Further members of the error's shape.
    pub details: Map<String, Value>,
}

/// A refusal as the protocols need it.
pub struct Reply {
    pub status: u16,
    pub name: String,
    /// The name in the query protocol, which some models spell differently.
    pub query_code: String,
    /// `Sender` or `Receiver`.
    pub fault: &'static str,
    pub members: Map<String, Value>,
}

/// HTTP statuses of errors that no model declares, by what their names contain; 400 otherwise.
const COMMON_STATUSES: &[(&str, u16)] = &[
    ("AccessDenied", 403),
    ("AuthorizationError", 403),
    ("UnrecognizedClient", 403),
    ("ExpiredToken", 403),
    ("InternalFailure", 500),
    ("InternalError", 500),
    ("InternalServiceError", 500),
    ("ServiceUnavailable", 503),
];

impl AwsError {
    pub fn new(name: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
            details: Map::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.details.insert(member.to_owned(), value);
        self
    }

    pub(super) fn in_terms_of(self, model: &Model) -> Reply {
        let shape = model.exception(&self.name);
        let declared = shape.and_then(|shape| shape.error.as_ref());
        let common = || {
            COMMON_STATUSES
                .iter()
                .find(|(part, _)| self.name.contains(part))
                .map_or(400, |(_, status)| *status)
        };
        let status = declared
            .and_then(|error| error.http_status_code)
            .unwrap_or_else(common);
        let query_code = declared
            .and_then(|error| error.code.clone())
            .unwrap_or_else(|| self.name.to_string());
        let spelled = shape.and_then(|shape| {
            shape
                .members
                .keys()
                .find(|member| member.eq_ignore_ascii_case("message"))
        });
        let mut members = self.details;
        members.insert(
            spelled.map_or("message", String::as_str).to_owned(),
            json!(self.message),
        );
        let fault = if status < 500 { "Sender" } else { "Receiver" };
        Reply {
            status,
            name: self.name.into_owned(),
            query_code,
            fault,
            members,
        }
    }
}
