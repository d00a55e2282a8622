//! Alarm mute rules.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tags::Tags;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredMuteRule {
    /// All members of the last PutAlarmMuteRule except the name and the tags.
    pub(crate) configuration: Map<String, Value>,
    pub(crate) updated: String,
    #[serde(default)]
    pub(crate) tags: Tags,
}
