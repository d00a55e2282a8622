//! What a plan costs, as the cost stage worked it out. Prices and formulas are not known here.

use serde::Serialize;

/// US dollars per month for all that tracewatch makes for the stack.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cost {
    /// As the account is now.
    pub before: f64,
    /// Once the plan is applied.
    pub after: f64,
    /// The project's ceiling; `None`: there is none.
    pub limit: Option<f64>,
    pub lines: Vec<CostLine>,
    /// What the figures take for granted, and what they leave out.
    pub notes: Vec<String>,
}

/// One part of the cost after the plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostLine {
    /// As people call it: `metric alarms`.
    pub what: String,
    /// With its unit: `212 metrics`.
    pub quantity: String,
    pub monthly: f64,
}
