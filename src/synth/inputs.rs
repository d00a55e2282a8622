//! Inputs and results of synthesis.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::artifact::{ArtifactId, State};
use crate::catalog::Catalog;
use crate::catalog::definition::SamplingMode;
use crate::inventory::{Inventory, ResourceId, Target};
use crate::project::Project;

/// Everything that the desired state depends on.
pub struct Inputs<'a> {
    pub inventory: &'a Inventory,
    pub catalog: &'a Catalog,
    pub project: &'a Project,
    /// The account and Region of the stack.
    pub identity: &'a Target,
    /// Seconds since 1970.
    pub now: i64,
}

/// The desired state of every target, with the entry points and the console links.
#[derive(Debug, Default)]
pub struct Synthesis {
    /// By target. The stack's own target is present unless the alarms are too many.
    pub states: BTreeMap<Target, State>,
    pub entries: Vec<TraceEntry>,
    pub links: Vec<ConsoleLink>,
}

/// An entry point of traces, for the estimate of what tracing costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceEntry {
    /// The name of its node in X-Ray (`api/stage`).
    pub node: String,
    pub resource: ResourceId,
    pub sampling: SamplingMode,
}

/// A page of the AWS console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsoleLink {
    /// The artifact that the page shows, where it shows a single one.
    #[serde(skip)]
    pub artifact: Option<ArtifactId>,
    pub title: String,
    pub url: String,
}
