//! The cost of a plan. The `cost` module knows prices and formulas; this file only carries results.

use serde::Serialize;

/// US dollars per month for the artifacts of the stack.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cost {
    /// The cost of the actual state.
    pub before: f64,
    /// The cost after the plan is applied.
    pub after: f64,
    /// The project's limit, if set.
    pub limit: Option<f64>,
    /// What drives the cost, and what would save most of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    pub lines: Vec<CostLine>,
    /// Assumptions and excluded costs.
    pub notes: Vec<String>,
}

/// One item of the cost after the plan is applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostLine {
    /// The billed item: `metric alarms`.
    pub what: String,
    /// The quantity with its unit: `212 metrics`.
    pub quantity: String,
    pub monthly: f64,
}
