//! Configurations of chat channels.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// A configuration of Amazon Q Developer in chat applications: it subscribes a channel to topics. Other settings (guardrails, logging) keep
/// what somebody gave them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatConfiguration {
    pub name: String,
    pub channel: ChatChannel,
    /// The ARN of the role that the service assumes, to draw graphs for example.
    pub role: String,
    /// Topic ARNs, of any Region.
    pub topics: BTreeSet<String>,
}

/// A channel. An account has at most one configuration for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatChannel {
    Slack {
        workspace: String,
        channel: String,
    },
    Teams {
        tenant: String,
        team: String,
        channel: String,
    },
}

/// What somebody authorises in a browser before a channel can be configured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChatWorkspace {
    Slack(String),
    Team { tenant: String, team: String },
}

impl ChatChannel {
    pub fn workspace(&self) -> ChatWorkspace {
        match self {
            ChatChannel::Slack { workspace, .. } => ChatWorkspace::Slack(workspace.clone()),
            ChatChannel::Teams { tenant, team, .. } => ChatWorkspace::Team {
                tenant: tenant.clone(),
                team: team.clone(),
            },
        }
    }
}

/// `slack:C0123ABCD`, as a plan lists a receiver.
impl fmt::Display for ChatChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChatChannel::Slack { channel, .. } => write!(f, "slack:{channel}"),
            ChatChannel::Teams { channel, .. } => write!(f, "teams:{channel}"),
        }
    }
}

impl fmt::Display for ChatWorkspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChatWorkspace::Slack(workspace) => write!(f, "the Slack workspace `{workspace}`"),
            ChatWorkspace::Team { team, .. } => write!(f, "the Microsoft Teams team `{team}`"),
        }
    }
}
