//! The catalogue of a project's folder: the built-in definitions with the project's own.

use std::path::Path;

use super::error::{Collector, Error};
use super::test::of_project;
use crate::catalog::Catalog;
use crate::diagnostic::{Leveled, Strictness};
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
    collector.accept(Catalog::load_with_tests(Some(root)))
}
