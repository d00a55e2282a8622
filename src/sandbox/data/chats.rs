//! Configurations of chat channels, and the workspaces that somebody authorised. Both are global.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::tags::Tags;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Chats {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) slack_workspaces: BTreeSet<String>,
    /// The tenants of teams, by the ids of the teams.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) teams: BTreeMap<String, String>,
    /// By ARN.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) configurations: BTreeMap<String, StoredChat>,
}

impl Chats {
    pub(crate) fn is_empty(&self) -> bool {
        self.slack_workspaces.is_empty() && self.teams.is_empty() && self.configurations.is_empty()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredChat {
    /// All members except the tags.
    pub(crate) configuration: Map<String, Value>,
    #[serde(default)]
    pub(crate) tags: Tags,
}
