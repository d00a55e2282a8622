//! Links between resources.

use std::sync::Arc;

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
    /// `from` sends requests on to `to` (a listener of a load balancer to its target group).
    RoutesTo,
    /// `from` is a part of `to` (a stage of its API, a rule of its bus, an alias of its function).
    PartOf,
}

impl LinkKind {
    /// The words of definition files, and of `linked(…)` in expressions.
    pub const WORDS: [(&str, LinkKind); 5] = [
        ("dead-letter", LinkKind::DeadLetter),
        ("invokes", LinkKind::Invokes),
        ("logs-to", LinkKind::LogsTo),
        ("part-of", LinkKind::PartOf),
        ("routes-to", LinkKind::RoutesTo),
    ];
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link {
    pub from: ResourceId,
    pub to: ResourceId,
    pub kind: LinkKind,
}

/// A link between a resource and something outside the stacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutsideLink {
    pub resource: ResourceId,
    pub kind: LinkKind,
    /// For [`LinkKind::Invokes`] and [`LinkKind::DeadLetter`] the acting side, for [`LinkKind::LogsTo`] the side acted on.
    pub other: OutsideResource,
}

/// Something outside the stacks, as far as the stacks show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutsideResource {
    /// The CloudFormation type.
    pub kind: Option<Arc<str>>,
    /// What metrics call it.
    pub id: Option<String>,
}
