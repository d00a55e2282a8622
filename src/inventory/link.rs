//! Links between resources.

use serde::{Deserialize, Serialize};

use super::resource::ResourceId;

/// How two resources belong together. Links point from the one that acts to the one acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// `to` is the dead-letter queue of `from`.
    DeadLetter,
    /// `from` calls, triggers or feeds `to` (an API its function, a rule its target, a queue its consumer).
    Invokes,
    /// `to` is the log group of `from`.
    LogsTo,
    /// `from` is a part of `to` (a stage of its API, a rule of its bus, an alias of its function).
    PartOf,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link {
    pub from: ResourceId,
    pub to: ResourceId,
    pub kind: LinkKind,
}
