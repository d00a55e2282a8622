//! Reports plans that delete a large share of the existing artifacts.

use super::check::{DeletionApproval, PlanCheck, SafetyContext};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

/// The share of the existing artifacts that a plan may delete without consent.
const DELETABLE_SHARE: f64 = 0.3;

/// The check needs at least this number of existing artifacts.
const ENOUGH_FOR_A_SHARE: usize = 10;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::ManyDeletions, Code::ManyDeletionsAllowed],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, context: &SafetyContext) -> Vec<PlanDiagnostic> {
    let changed = plan.changes().filter_map(Change::before);
    let existing = plan
        .unchanged()
        .chain(changed)
        .filter(|artifact| !artifact.kind().is_setting())
        .count();
    let deleted = plan
        .changes()
        .filter(|change| matches!(change, Change::Delete { .. }))
        .count();
    let share = deleted as f64 / existing.max(1) as f64;
    if existing < ENOUGH_FOR_A_SHARE || share <= DELETABLE_SHARE {
        return Vec::new();
    }
    let (percent, limit) = (share * 100.0, DELETABLE_SHARE * 100.0);
    let message = format!(
        "{deleted} of {existing} existing artifacts would be deleted: {percent:.0} %, more than the {limit:.0} % that go unasked"
    );
    let diagnostic = match context.deletions {
        DeletionApproval::AskedFor => return Vec::new(),
        DeletionApproval::Given => Diagnostic::new(Code::ManyDeletionsAllowed, message),
        DeletionApproval::NotGiven => Diagnostic::new(Code::ManyDeletions, message)
            .help("if they are meant to go, say so with `--allow-deletes`; if not, see whether the stack was read as you expect"),
    };
    vec![diagnostic.into()]
}
