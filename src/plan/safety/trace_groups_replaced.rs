//! Reports renamed trace groups: X-Ray replaces them.

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::{Artifact, TraceGroup};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::TraceGroupReplaced],
    needs: Needs::Account,
    run,
};

/// X-Ray cannot rename a group. A deleted and a created group with equal filters are a rename.
fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    let mut diagnostics = Vec::new();
    for old in plan.changes().filter_map(deleted_group) {
        for new in plan
            .changes()
            .filter_map(created_group)
            .filter(|new| new.filter == old.filter)
        {
            let message = format!(
                "trace group {} replaces {}: the metric's past stays under the old name, and Insights begin to learn from the start",
                new.name, old.name
            );
            let id = Artifact::TraceGroup(new.clone()).id();
            diagnostics.push(PlanDiagnostic::about(
                id,
                Diagnostic::new(Code::TraceGroupReplaced, message),
            ));
        }
    }
    diagnostics
}

fn deleted_group(change: &Change) -> Option<&TraceGroup> {
    match change {
        Change::Delete {
            old: Artifact::TraceGroup(group),
        } => Some(group),
        Change::Create { .. }
        | Change::Update { .. }
        | Change::Adopt { .. }
        | Change::Delete { .. } => None,
    }
}

fn created_group(change: &Change) -> Option<&TraceGroup> {
    match change {
        Change::Create {
            new: Artifact::TraceGroup(group),
        } => Some(group),
        Change::Create { .. }
        | Change::Update { .. }
        | Change::Adopt { .. }
        | Change::Delete { .. } => None,
    }
}
