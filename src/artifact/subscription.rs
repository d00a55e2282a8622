//! Subscriptions of topics.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subscription {
    /// As SNS spells it: `email`, `https`, `sqs`, `lambda`, …
    pub protocol: String,
    pub endpoint: String,
}

impl Subscription {
    /// The endpoint as it may be shown: the paths and queries of web hooks are keys.
    pub fn shown(&self) -> String {
        let Some((scheme, rest)) = self.endpoint.split_once("://") else {
            return self.endpoint.clone();
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        if host.len() == rest.len() {
            self.endpoint.clone()
        } else {
            format!("{scheme}://{host}/…")
        }
    }
}

impl Serialize for Subscription {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([
            ("protocol", self.protocol.clone()),
            ("endpoint", self.shown()),
        ])
    }
}
