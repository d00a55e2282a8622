//! SNS: topics, subscriptions, and the messages that topics delivered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tags::Tags;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredTopic {
    /// The attributes that were set. Those that AWS adds are computed.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredSubscription {
    pub(crate) topic: String,
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    pub(crate) is_confirmed: bool,
}

/// One message to one topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    pub(crate) topic: String,
    pub(crate) at: String,
    pub(crate) subject: Option<String>,
    pub(crate) message: String,
    /// Endpoints of the confirmed subscriptions.
    pub(crate) to: Vec<String>,
}
