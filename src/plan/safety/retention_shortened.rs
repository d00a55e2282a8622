//! Reports shortened retentions, which delete log events.

use std::collections::BTreeMap;

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::Artifact;
use crate::diagnostic::{Code, Diagnostic, Needs, counted};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::RetentionShortened],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    let mut by_days: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (days, group) in plan.changes().filter_map(shortened) {
        by_days.entry(days).or_default().push(group);
    }
    by_days
        .iter()
        .map(|(days, groups)| diagnostic(*days, groups))
        .collect()
}

/// The new retention and the log group of a change that shortens the retention.
fn shortened(change: &Change) -> Option<(u32, String)> {
    let (Artifact::LogRetention(old), Artifact::LogRetention(new)) =
        (change.before()?, change.after()?)
    else {
        return None;
    };
    let days = new
        .days
        .filter(|days| old.days.is_none_or(|before| *days < before))?;
    Some((days, format!("`{}`", new.log_group)))
}

fn diagnostic(days: u32, groups: &[String]) -> PlanDiagnostic {
    let message = format!(
        "events older than {} will be deleted for good in {}",
        counted(days as usize, "day", "days"),
        groups.join(", ")
    );
    let help = "raise `log_retention` under `[cost]` in the project file to keep them";
    Diagnostic::new(Code::RetentionShortened, message)
        .help(help)
        .into()
}
