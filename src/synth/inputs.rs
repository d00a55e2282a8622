//! Inputs and results of synthesis.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::artifact::{ArtifactId, Metric, State};
use crate::catalog::Catalog;
use crate::catalog::definition::SamplingMode;
use crate::inventory::{Inventory, ResourceId, SortedMap, Target};
use crate::objective::{self, BurnRate};
use crate::project::Project;
use crate::semantics::math::Expr;

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
    pub objectives: Vec<PlannedObjective>,
    pub links: Vec<ConsoleLink>,
}

/// An entry point of traces, for the estimate of what tracing costs.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceEntry {
    /// The name of its node in X-Ray (`api/stage`).
    pub node: String,
    pub resource: ResourceId,
    pub sampling: SamplingMode,
    /// Where schedules alone start it.
    pub starts_per_second: Option<f64>,
}

/// An objective with what it counts, for its dashboard and its report.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedObjective {
    pub name: String,
    /// The resource as people call it, or the stack.
    pub subject: String,
    pub percent: f64,
    pub days: u32,
    pub min_failures: f64,
    /// The account and Region of its metrics.
    pub target: Target,
    pub series: ObjectiveSeries,
    pub burn_alarms: Vec<BurnAlarm>,
}

impl PlannedObjective {
    /// The fraction of requests or minutes that may fail.
    pub fn budget(&self) -> f64 {
        objective::budget(self.percent)
    }
}

/// What an objective counts.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectiveSeries {
    /// Metric math over metrics by word.
    Requests {
        bad: Expr,
        total: Expr,
        metrics: SortedMap<String, Metric>,
    },
    /// A minute is bad when the metric is at least this value.
    Minutes { metric: Metric, bad_from: f64 },
}

/// A burn rate, and the composite alarm that notifies about it.
#[derive(Debug, Clone, PartialEq)]
pub struct BurnAlarm {
    pub burn: BurnRate,
    pub notifies: String,
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
