//! The file of `plan --out`, and its check before an apply.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic};
use crate::files;
use crate::plan::{Plan, SavedPlan};

/// Writes a plan to a file. Only a file that holds a saved plan is overwritten.
///
/// # Errors
/// When the file holds something else, or cannot be written.
pub(crate) fn write(path: &Path, plan: &Plan) -> Result<(), Diagnostic> {
    if path.exists() && !is_saved_plan(path) {
        let message = format!("`{}` exists and is not a saved plan", path.display());
        return Err(Diagnostic::new(Code::SavedPlanUnwritable, message)
            .help("name another file, or remove this one first"));
    }
    std::fs::write(path, SavedPlan::of(plan).text()).map_err(|error| {
        let message = format!("cannot write `{}`: {error}", path.display());
        Diagnostic::new(Code::SavedPlanUnwritable, message)
    })
}

fn is_saved_plan(path: &Path) -> bool {
    // A plan of another version may be replaced, too.
    let text = files::read(path).map(|source| source.text.clone());
    text.is_ok_and(|text| {
        !matches!(
            SavedPlan::parse(&text),
            Err(crate::plan::NotASavedPlan::Foreign)
        )
    })
}

/// Reads a saved plan.
///
/// # Errors
/// When the file is unreadable or not a saved plan of this version.
pub(crate) fn read(path: &Path) -> Result<SavedPlan, Diagnostic> {
    let source =
        files::read(path).map_err(|unreadable| unreadable.diagnostic(Code::SavedPlanUnreadable))?;
    SavedPlan::parse(&source.text).map_err(|reason| {
        let message = format!("`{}` cannot be applied: {reason}", path.display());
        Diagnostic::new(Code::SavedPlanUnreadable, message)
            .help("plan again: `tracewatch plan --out FILE`")
    })
}

/// Compares a saved plan with the plan of now.
///
/// # Errors
/// When they differ.
pub(crate) fn check(path: &Path, saved: &SavedPlan, now: &Plan) -> Result<(), Diagnostic> {
    let differences = saved.differences(now);
    if differences.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the plan in `{}` no longer holds:\n{}",
        path.display(),
        differences.join("\n")
    );
    Err(Diagnostic::new(Code::SavedPlanOutdated, message)
        .help("look at the new plan: `tracewatch plan --out FILE`"))
}
