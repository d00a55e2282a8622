//! Reports alarms that lose their last receiver.

use super::check::{PlanCheck, SafetyContext};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::{Plan, PlanPart};
use crate::plan::notified::Notified;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::AlarmSilenced],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.parts().iter().flat_map(silenced_in).collect()
}

fn silenced_in(part: &PlanPart) -> Vec<PlanDiagnostic> {
    let (before, after) = (Notified::before(part), Notified::after(part));
    let changes = part.changes.iter();
    changes
        .filter_map(|change| silenced(part, change, &before, &after))
        .collect()
}

fn silenced<'p>(
    part: &'p PlanPart,
    change: &'p Change,
    before: &Notified<'p>,
    after: &Notified<'p>,
) -> Option<PlanDiagnostic> {
    let (old, new) = (change.before()?, change.after()?);
    let loses_receivers = !before.topics(old).is_empty() && after.topics(new).is_empty();
    if !loses_receivers || after.has_notifying_child(part, new) {
        return None;
    }
    let message = format!(
        "{} notifies people now and would notify nobody",
        change.id()
    );
    let help = "name receivers for its severity under `[notify]` in the project file";
    Some(PlanDiagnostic::about(
        change.id(),
        Diagnostic::new(Code::AlarmSilenced, message).help(help),
    ))
}
