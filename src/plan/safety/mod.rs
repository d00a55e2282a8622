//! Safety checks: pure functions of a plan, one file per check. Errors refuse the plan.

use super::diagnostic::PlanDiagnostic;
use super::model::Plan;
use crate::diagnostic::Needs;

mod alarms_loosened;
mod alarms_silenced;
mod check;
mod cost_over_limit;
mod critical_alarms_removed;
mod many_deletions;
mod retention_shortened;
mod severity_before;
mod trace_group_filters_edited;
mod trace_groups_fit;
mod trace_groups_replaced;

use check::PlanCheck;
pub use check::{DeletionApproval, SafetyContext};

/// All checks, in report order.
const CHECKS: [PlanCheck; 9] = [
    many_deletions::CHECK,
    cost_over_limit::CHECK,
    trace_groups_fit::CHECK,
    alarms_silenced::CHECK,
    critical_alarms_removed::CHECK,
    alarms_loosened::CHECK,
    trace_group_filters_edited::CHECK,
    trace_groups_replaced::CHECK,
    retention_shortened::CHECK,
];

/// Runs every check that needs no more than the account's state.
pub(super) fn check(plan: &Plan, context: &SafetyContext) -> Vec<PlanDiagnostic> {
    CHECKS
        .iter()
        .filter(|check| check.needs <= Needs::Account)
        .flat_map(|check| reported(check, plan, context))
        .collect()
}

fn reported(check: &PlanCheck, plan: &Plan, context: &SafetyContext) -> Vec<PlanDiagnostic> {
    let diagnostics = (check.run)(plan, context);
    debug_assert!(
        diagnostics
            .iter()
            .all(|found| check.codes.contains(&found.diagnostic.code)),
        "a check reports only its codes"
    );
    diagnostics
}
