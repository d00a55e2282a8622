//! The form of a check, and what it knows beside the plan.

use crate::diagnostic::{Code, Needs};
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

/// One danger that a plan may have.
pub(super) struct Check {
    /// Every code that the check reports.
    pub(super) codes: &'static [Code],
    pub(super) needs: Needs,
    pub(super) run: fn(&Plan, &SafetyContext) -> Vec<PlanDiagnostic>,
}

/// Facts about the run and the account that a plan does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyContext {
    /// Whether the user agreed to many deletions.
    pub deletions: DeletionApproval,
    /// X-Ray groups in the account and Region that are not this stack's, the group `Default` among them.
    pub other_trace_groups: usize,
}

/// The user's answer to a danger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeletionApproval {
    #[default]
    NotGiven,
    Given,
    /// The command only deletes.
    AskedFor,
}
