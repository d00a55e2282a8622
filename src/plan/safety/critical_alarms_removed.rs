//! Reports critical alarms that are deleted.

use super::check::{PlanCheck, SafetyContext};
use super::severity_before::severity_before;
use crate::artifact::{Kind, Severity};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::{Action, Change};
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::{Plan, PlanPart};
use crate::plan::notified::Notified;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::CriticalAlarmRemoved],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.parts().iter().flat_map(removed_in).collect()
}

fn removed_in(part: &PlanPart) -> Vec<PlanDiagnostic> {
    let (before, after) = (Notified::before(part), Notified::after(part));
    let changes = part.changes.iter();
    changes
        .filter_map(|change| removed(part, &before, &after, change))
        .collect()
}

fn removed<'p>(
    part: &'p PlanPart,
    before: &Notified<'p>,
    after: &Notified<'p>,
    change: &'p Change,
) -> Option<PlanDiagnostic> {
    let is_alarm = matches!(change.kind(), Kind::Alarm | Kind::CompositeAlarm);
    if change.action() != Action::Delete || !is_alarm {
        return None;
    }
    let alarm = change.before()?;
    if severity_before(part, before, alarm) != Some(Severity::Critical) {
        return None;
    }
    if after.has_notifying_child(part, alarm) {
        return None;
    }
    let message = format!("{} is critical and would be deleted", change.id());
    let diagnostic = Diagnostic::new(Code::CriticalAlarmRemoved, message);
    Some(PlanDiagnostic::about(change.id(), diagnostic))
}
