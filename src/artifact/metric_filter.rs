//! Metric filters of log groups.

use serde::Serialize;

/// What the namespaces of our filters' metrics begin with.
const NAMESPACE: &str = "tracewatch/";

/// A metric filter of CloudWatch Logs: it publishes a value for each event of a log group that its pattern matches. Logs knows no tags of
/// filters: the namespace of the metric names the stack that owns the filter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricFilter {
    pub name: String,
    pub log_group: String,
    pub pattern: String,
    pub namespace: String,
    pub metric: String,
    /// A number, or the part of an event that holds one.
    pub value: String,
    /// The value for minutes with events of which none matches; `None` publishes nothing then.
    pub default_value: Option<f64>,
    pub unit: Option<String>,
}

impl MetricFilter {
    /// The namespace of a stack's metrics.
    pub fn namespace_of(stack: &str) -> String {
        format!("{NAMESPACE}{stack}")
    }

    /// The stack that owns the metrics of a namespace.
    pub fn owner_of(namespace: &str) -> Option<&str> {
        namespace.strip_prefix(NAMESPACE)
    }
}
