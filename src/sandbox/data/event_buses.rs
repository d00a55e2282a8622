//! EventBridge: buses with their rules and targets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tags::Tags;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StoredEventBus {
    pub(crate) created: String,
    pub(crate) rules: BTreeMap<String, StoredEventRule>,
    pub(crate) tags: Tags,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StoredEventRule {
    /// All members of the last PutRule except name, bus and tags.
    pub(crate) configuration: Map<String, Value>,
    pub(crate) targets: BTreeMap<String, Value>,
    pub(crate) tags: Tags,
}
