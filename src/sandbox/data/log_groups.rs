//! CloudWatch Logs: log groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tags::Tags;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LogGroup {
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    pub(crate) retention_in_days: Option<i64>,
    pub(crate) class: Option<String>,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) metric_filters: BTreeMap<String, Map<String, Value>>,
    pub(crate) tags: Tags,
}
