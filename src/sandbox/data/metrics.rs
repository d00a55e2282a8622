//! Metrics with their published samples.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A metric with its samples in order of publication.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishedMetric {
    #[serde(rename = "metric")]
    pub(crate) key: MetricKey,
    pub(crate) samples: Vec<Sample>,
}

/// The identity of a metric: its name and its exact set of dimensions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricKey {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) dimensions: BTreeMap<String, String>,
}

/// A published value or a published statistic set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    /// Seconds since 1970.
    pub(crate) at: i64,
    pub(crate) count: f64,
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
}

impl MetricKey {
    /// The key of a `Metric` or `MetricDatum` structure.
    pub(crate) fn read(namespace: &str, metric: &Value) -> Self {
        Self::new(
            namespace,
            metric
                .get("MetricName")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            metric.get("Dimensions"),
        )
    }

    /// The key with a name and a list of `Dimension` structures.
    pub(crate) fn new(namespace: &str, name: &str, dimensions: Option<&Value>) -> Self {
        let dimensions = dimensions.and_then(Value::as_array).into_iter().flatten();
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions
                .map(|dimension| (member(dimension, "Name"), member(dimension, "Value")))
                .collect(),
        }
    }
}

fn member(structure: &Value, name: &str) -> String {
    structure
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

impl Sample {
    /// The unit's name in AWS; `None` for a sample without a unit.
    pub(crate) fn unit(&self) -> &str {
        self.unit.as_deref().unwrap_or("None")
    }
}
