//! The definition of a safety check and its context.

use crate::diagnostic::{Code, Needs};
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

/// A check for one danger of a plan.
pub(super) struct PlanCheck {
    /// Every code that the check reports.
    pub(super) codes: &'static [Code],
    pub(super) needs: Needs,
    pub(super) run: fn(&Plan, &SafetyContext) -> Vec<PlanDiagnostic>,
}

/// Input of the checks beside the plan: facts about the run and the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyContext {
    /// Whether the user agreed to many deletions.
    pub deletions: DeletionApproval,
    /// X-Ray groups of other owners in the account and Region, including the group `Default`.
    pub other_trace_groups: usize,
}

/// The user's consent to many deletions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeletionApproval {
    #[default]
    NotGiven,
    Given,
    /// The command is `destroy`.
    AskedFor,
}
