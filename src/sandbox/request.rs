//! A request as an operation sees it: its Region, its instant, and its typed and checked members.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::protocol::input::text_of;

/// The account that the sandbox is.
pub const ACCOUNT_ID: &str = "123456789012";

pub struct Request {
    pub region: String,
    pub now: Timestamp,
    pub input: Input,
}

impl Request {
    /// The instant of the request, as the account keeps it.
    pub fn instant(&self) -> String {
        text_of(self.now)
    }

    /// `arn:aws:{service}:{region}:{account}:{resource}`
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{ACCOUNT_ID}:{resource}", self.region)
    }
}

/// The members of a request or of a structure in it.
#[derive(Debug, Default)]
pub struct Input(pub Map<String, Value>);

impl Input {
    pub fn get(&self, member: &str) -> Option<&Value> {
        self.0.get(member)
    }

    pub fn text(&self, member: &str) -> Option<&str> {
        self.get(member)?.as_str()
    }

    /// A member that the model requires, so that requests without it were refused before.
    pub fn required(&self, member: &str) -> &str {
        self.text(member).unwrap_or_default()
    }

    pub fn list(&self, member: &str) -> &[Value] {
        self.get(member)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    pub fn texts(&self, member: &str) -> impl Iterator<Item = &str> {
        self.list(member).iter().filter_map(Value::as_str)
    }

    pub fn integer(&self, member: &str) -> Option<i64> {
        self.get(member)?.as_i64()
    }

    pub fn flag(&self, member: &str) -> bool {
        self.get(member).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The number of items that a page may have; models bound it from below.
    pub fn page_size(&self, member: &str, default: usize) -> usize {
        self.integer(member)
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(default)
    }
}
