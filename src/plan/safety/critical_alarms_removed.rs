//! Reports critical alarms that are deleted.

use super::check::{PlanCheck, SafetyContext};
use super::severity_before::severity_before;
use crate::artifact::{Kind, Severity};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::{Action, Change};
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::{Plan, PlanPart};

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::CriticalAlarmRemoved],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.changes_in_parts()
        .filter_map(|(part, change)| removed(part, change))
        .collect()
}

fn removed(part: &PlanPart, change: &Change) -> Option<PlanDiagnostic> {
    let is_alarm = matches!(change.kind(), Kind::Alarm | Kind::CompositeAlarm);
    if change.action() != Action::Delete || !is_alarm {
        return None;
    }
    if severity_before(part, change.before()?) != Some(Severity::Critical) {
        return None;
    }
    let message = format!("{} is critical and would be deleted", change.id());
    let diagnostic = Diagnostic::new(Code::CriticalAlarmRemoved, message);
    Some(PlanDiagnostic::about(change.id(), diagnostic))
}
