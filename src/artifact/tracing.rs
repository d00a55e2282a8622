//! X-Ray groups and sampling rules.

use std::collections::BTreeMap;

use serde::Serialize;

/// An X-Ray group: a stored filter expression that publishes one metric, `ApproximateTraceCount`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceGroup {
    pub name: String,
    pub filter: String,
    pub insights: bool,
    /// Insights events on the account's default event bus; only with `insights`.
    pub notifications: bool,
}

/// An X-Ray sampling rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SamplingRule {
    pub name: String,
    /// 1 to 9999; the lowest number that matches decides.
    pub priority: u16,
    /// Requests per second that are always traced.
    pub reservoir: u32,
    /// Share of the rest, 0 to 1.
    pub rate: f64,
    pub service_name: String,
    pub service_type: String,
    pub host: String,
    pub method: String,
    pub path: String,
    pub resource_arn: String,
    pub attributes: BTreeMap<String, String>,
}
