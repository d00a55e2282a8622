//! The catalogue of a project's folder: the built-in definitions with the project's preset and its own.

use std::path::Path;

use super::error::{Collector, Error};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, Leveled, Strictness, WithDiagnostics};
use crate::files::Unreadable;
use crate::project;

/// Reads the whole catalogue with tests and trials; needs no account. The diagnostics are those of the catalogue.
///
/// # Errors
/// When a definition has an error.
pub fn catalog(root: &Path, strictness: Strictness) -> Result<(Catalog, Leveled), Error> {
    let mut collector = Collector::default();
    let catalog = load(root, strictness, &mut collector)?;
    Ok((catalog, collector.into_leveled()))
}

pub(super) fn load(
    root: &Path,
    strictness: Strictness,
    collector: &mut Collector,
) -> Result<Catalog, Error> {
    collector.levels = collector.accept(of_project(root, project::load_levels)?)?;
    collector.levels.strictness = strictness;
    let preset = collector.accept(of_project(root, project::load_preset)?)?;
    collector.accept(Catalog::load_with_tests(Some(root), preset))
}

/// A part of the folder's project file; the default without a file.
pub(super) fn of_project<T: Default>(
    root: &Path,
    load: fn(&Path) -> Result<WithDiagnostics<T>, Unreadable>,
) -> Result<WithDiagnostics<T>, Diagnostic> {
    match load(&root.join(project::FILE)) {
        Ok(part) => Ok(part),
        Err(unreadable) if unreadable.is_missing() => Ok(WithDiagnostics {
            value: T::default(),
            diagnostics: Vec::new(),
        }),
        Err(unreadable) => Err(unreadable.diagnostic(Code::FileUnreadable)),
    }
}
