//! Items of the alarm history.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryItem {
    /// The number of the item in its Region.
    pub(crate) sequence: u64,
    pub(crate) alarm_name: String,
    pub(crate) alarm_type: String,
    pub(crate) timestamp: String,
    #[serde(rename = "kind")]
    pub(crate) item_type: HistoryItemType,
    pub(crate) summary: String,
    pub(crate) data: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum HistoryItemType {
    ConfigurationUpdate,
    StateUpdate,
    Action,
}

impl HistoryItemType {
    /// AWS's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ConfigurationUpdate => "ConfigurationUpdate",
            Self::StateUpdate => "StateUpdate",
            Self::Action => "Action",
        }
    }
}
