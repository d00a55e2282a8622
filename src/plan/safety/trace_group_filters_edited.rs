//! Reports trace groups with a changed filter.

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::Artifact;
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::TraceGroupFilterEdited],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.changes().filter_map(filter_edited).collect()
}

fn filter_edited(change: &Change) -> Option<PlanDiagnostic> {
    let (Artifact::TraceGroup(old), Artifact::TraceGroup(new)) =
        (change.before()?, change.after()?)
    else {
        return None;
    };
    (old.filter != new.filter).then(|| {
        let message = format!(
            "{} gets another filter: its metric counts by it from now on, and graphs of a time that holds both mix the two",
            change.id()
        );
        PlanDiagnostic::about(change.id(), Diagnostic::new(Code::TraceGroupFilterEdited, message))
    })
}
