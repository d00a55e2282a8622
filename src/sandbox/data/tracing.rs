//! X-Ray: trace groups and sampling rules.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tags::Tags;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredTraceGroup {
    pub(crate) arn: String,
    pub(crate) filter_expression: String,
    #[serde(default)]
    pub(crate) insights: InsightsConfiguration,
    #[serde(default)]
    pub(crate) tags: Tags,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InsightsConfiguration {
    pub(crate) is_enabled: bool,
    pub(crate) notifies: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredSamplingRule {
    /// All members, under AWS's names.
    pub(crate) rule: Map<String, Value>,
    pub(crate) created: String,
    pub(crate) modified: String,
    #[serde(default)]
    pub(crate) tags: Tags,
}
