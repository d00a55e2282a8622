//! Checks the Region's quota of trace groups.

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::Kind;
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;
use crate::semantics::limits::TRACE_GROUPS;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::TooManyTraceGroups, Code::TraceGroupsInTwoRuns],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, context: &SafetyContext) -> Vec<PlanDiagnostic> {
    let groups: Vec<&Change> = plan.changes().filter(|change| is_group(change)).collect();
    let created = groups
        .iter()
        .filter(|change| change.before().is_none())
        .count();
    let deleted = groups
        .iter()
        .filter(|change| change.after().is_none())
        .count();
    let kept = plan
        .unchanged()
        .filter(|artifact| artifact.kind() == Kind::TraceGroup)
        .count();
    let existing = context.other_trace_groups + kept + groups.len() - created;
    let (peak, after) = (existing + created, existing + created - deleted);
    if created == 0 || peak <= TRACE_GROUPS {
        return Vec::new();
    }
    let diagnostic = if after > TRACE_GROUPS {
        let message = format!(
            "the account would have {after} X-Ray groups in this Region, and AWS allows {TRACE_GROUPS}"
        );
        let help = "lower `group_budget` under `[tracing]` in the project file, or delete groups that nobody needs";
        Diagnostic::new(Code::TooManyTraceGroups, message).help(help)
    } else {
        let message = format!(
            "new X-Ray groups are made before old ones go, and {peak} at once are more than the {TRACE_GROUPS} AWS allows"
        );
        Diagnostic::new(Code::TraceGroupsInTwoRuns, message)
            .help("apply twice: the second run makes what did not fit in the first")
    };
    vec![diagnostic.into()]
}

fn is_group(change: &Change) -> bool {
    change.kind() == Kind::TraceGroup
}
