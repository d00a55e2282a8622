//! Partition, Region and account.

use serde::Serialize;

/// Whose account and which Region. Every part is known once an account was asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Identity {
    pub partition: String,
    pub region: String,
    pub account: String,
}

impl Identity {
    /// The same account in another Region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            ..self.clone()
        }
    }
}
