//! Dashboards.

use serde::{Deserialize, Serialize};

use super::tags::Tags;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredDashboard {
    /// Byte for byte as it was put.
    pub(crate) body: String,
    pub(crate) modified: String,
    #[serde(default)]
    pub(crate) tags: Tags,
}
