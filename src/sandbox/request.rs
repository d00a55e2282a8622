//! A request as an operation sees it: its Region, its instant, and its checked input.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::instant::text_of;

/// The id of the sandbox's only account.
pub(super) const ACCOUNT_ID: &str = "123456789012";

pub(super) struct Request {
    pub(super) region: String,
    pub(super) now: Timestamp,
    pub(super) input: OperationInput,
}

impl Request {
    /// A request without members, for evaluations and actions that no client requests.
    pub(super) fn internal(region: &str, now: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            now,
            input: OperationInput::default(),
        }
    }

    /// The text of the request's instant.
    pub(super) fn instant(&self) -> String {
        text_of(self.now)
    }

    /// `arn:aws:{service}:{region}:{account}:{resource}`
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{ACCOUNT_ID}:{resource}", self.region)
    }
}

/// The members of a request.
#[derive(Debug, Default)]
pub(super) struct OperationInput(pub(super) Map<String, Value>);

impl OperationInput {
    pub(super) fn get(&self, member: &str) -> Option<&Value> {
        self.0.get(member)
    }

    pub(super) fn text(&self, member: &str) -> Option<&str> {
        self.get(member)?.as_str()
    }

    pub(super) fn owned_text(&self, member: &str) -> Option<String> {
        self.text(member).map(str::to_owned)
    }

    /// A member that the model requires. Requests without it are refused before the operation runs.
    pub(super) fn required(&self, member: &str) -> &str {
        self.text(member).unwrap_or_default()
    }

    pub(super) fn list(&self, member: &str) -> &[Value] {
        self.get(member)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    pub(super) fn texts(&self, member: &str) -> impl Iterator<Item = &str> {
        self.list(member).iter().filter_map(Value::as_str)
    }

    /// Whether a list member contains a text.
    pub(super) fn lists(&self, member: &str, text: &str) -> bool {
        self.texts(member).any(|item| item == text)
    }

    /// Whether a filter is absent or equals `value`.
    pub(super) fn allows(&self, filter: &str, value: &str) -> bool {
        self.text(filter).is_none_or(|wanted| wanted == value)
    }

    /// Whether a filter by prefix is absent or matches `value`.
    pub(super) fn allows_prefix_of(&self, filter: &str, value: &str) -> bool {
        self.text(filter)
            .is_none_or(|prefix| value.starts_with(prefix))
    }

    pub(super) fn integer(&self, member: &str) -> Option<i64> {
        self.get(member)?.as_i64()
    }

    pub(super) fn flag(&self, member: &str) -> bool {
        self.get(member).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The greatest number of items on a page. Models set the lower bound.
    pub(super) fn page_size(&self, member: &str, default: usize) -> usize {
        self.integer(member)
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(default)
    }
}
