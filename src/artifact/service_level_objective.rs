//! Service-level objectives of CloudWatch Application Signals.

use std::collections::BTreeSet;

use serde::Serialize;

use super::alarm::Metric;
use crate::inventory::SortedMap;

/// A service-level objective over a rolling window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceLevelObjective {
    pub name: String,
    pub description: String,
    pub indicator: Sli,
    /// The required share of good requests or periods, in percent.
    pub goal: f64,
    /// The length of the rolling window in days.
    pub days: u32,
    /// The share of the budget below which the console shows a warning, in percent.
    pub warning_threshold: f64,
    /// The windows whose burn rates become metrics, in minutes.
    pub burn_windows: BTreeSet<u32>,
}

/// What an objective counts (service-level indicator).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sli {
    Requests {
        total: SliSeries,
        bad: SliSeries,
    },
    /// A minute is good while the metric is below the value.
    Minutes {
        metric: Metric,
        bad_from: f64,
    },
}

/// Metric math over metrics by id.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SliSeries {
    pub expression: String,
    pub metrics: SortedMap<String, Metric>,
}

impl Sli {
    /// Whether both count the same: the type of an objective cannot change.
    pub fn has_type_of(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}
