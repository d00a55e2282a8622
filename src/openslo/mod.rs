//! Reads OpenSLO v1 files (<https://github.com/OpenSLO/OpenSLO>) in the folder `slo/` beside the project file, as objectives.

mod document;
mod known_keys;
mod metric_source;
mod slo;

use std::path::Path;

use crate::diagnostic::WithDiagnostics;
use crate::files::in_folder;
use crate::objective::Objective;

/// The objectives of all files in `slo/`. Files of other kinds (`Service`, `DataSource`) have none.
pub fn objectives(root: &Path) -> WithDiagnostics<Vec<Objective>> {
    let mut diagnostics = Vec::new();
    let mut objectives = Vec::new();
    for file in in_folder(root, "slo", &["yaml", "yml"], &mut diagnostics) {
        let read = slo::objective(&file.source);
        objectives.extend(read.value);
        diagnostics.extend(read.diagnostics);
    }
    WithDiagnostics {
        value: objectives,
        diagnostics,
    }
}
