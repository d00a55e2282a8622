//! Service-level objectives of Application Signals.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tags::Tags;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredObjective {
    /// The members of the creation and of later updates, except the name and the tags.
    pub(crate) configuration: Map<String, Value>,
    pub(crate) created: String,
    pub(crate) updated: String,
    #[serde(default)]
    pub(crate) tags: Tags,
}
