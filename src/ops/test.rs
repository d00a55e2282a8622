//! Runs the tests of definitions.

use std::path::Path;

use anyhow::anyhow;

use super::error::{Collector, Error};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, LevelPolicy, Leveled, Strictness, WithDiagnostics};
use crate::project;
use crate::simulate::{self, TestResult};

/// The tests to run.
#[derive(Debug, Clone, Copy)]
pub struct Tests<'a> {
    /// The folder of a project; its `alarms/` are tested beside the built-in definitions.
    pub root: &'a Path,
    /// Restricts the run to one definition file, given by stem.
    pub file: Option<&'a str>,
    /// Only the tests whose name (`lambda.error-rate: recovers`) contains this text.
    pub filter: &'a str,
    pub strictness: Strictness,
}

/// Runs tests of definitions; needs no account. The diagnostics are those of the catalogue.
///
/// # Errors
/// When a definition has an error, or no test matches.
pub fn test(tests: &Tests<'_>) -> Result<(Vec<TestResult>, Leveled), Error> {
    let mut collector = Collector::default();
    collector.levels = collector.accept(levels(tests.root)?)?;
    collector.levels.strictness = tests.strictness;
    let catalog = collector.accept(Catalog::load_with_tests(Some(tests.root)))?;
    let mut results = simulate::run(&catalog, tests.filter);
    results.retain(|result| tests.file.is_none_or(|file| file == result.file));
    if results.is_empty() {
        let filter = tests.filter;
        let none = match tests.file {
            Some(file) => anyhow!("`{file}` has no test with `{filter}` in its name"),
            None => anyhow!("no test has `{filter}` in its name"),
        };
        return Err(none.into());
    }
    Ok((results, collector.into_leveled()))
}

/// The levels of the folder's project file, or the default levels.
fn levels(root: &Path) -> Result<WithDiagnostics<LevelPolicy>, Diagnostic> {
    match project::load_levels(&root.join(project::FILE)) {
        Ok(levels) => Ok(levels),
        Err(unreadable) if unreadable.is_missing() => Ok(WithDiagnostics {
            value: LevelPolicy::default(),
            diagnostics: Vec::new(),
        }),
        Err(unreadable) => Err(unreadable.diagnostic(Code::FileUnreadable)),
    }
}
