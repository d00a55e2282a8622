//! The cost stays below the project's limit.

use super::check::{PlanCheck, SafetyContext};
use crate::diagnostic::{Code, Diagnostic, Level, Needs};
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::CostOverLimit],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    let cost = plan.cost();
    let Some(limit) = cost.limit.filter(|limit| cost.after > *limit) else {
        return Vec::new();
    };
    // Without changes nothing can be refused: the cost is that of today.
    let (verb, level) = if plan.has_changes() {
        ("would cost", Level::Error)
    } else {
        ("costs", Level::Warning)
    };
    let message = format!(
        "the stack's monitoring {verb} ${:.2} per month, more than the limit of ${limit:.2}",
        cost.after
    );
    let help = "raise `monthly_limit` under `[cost]` in the project file, or turn alarms off there";
    let mut diagnostic = Diagnostic::new(Code::CostOverLimit, message).help(help);
    diagnostic.severity = level;
    vec![diagnostic.into()]
}
