//! Runs the tests of definitions.

use std::path::Path;

use anyhow::anyhow;

use super::error::{Collector, Error};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, LevelPolicy, Leveled, Strictness};
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
    let levels = levels(tests.root)?.with_strictness(tests.strictness);
    let mut collector = Collector::new(&levels, &Leveled::default());
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
fn levels(root: &Path) -> Result<LevelPolicy, Diagnostic> {
    let path = root.join("tracewatch.toml");
    match project::load(&path) {
        Ok(loaded) => Ok(loaded
            .value
            .map(|project| project.levels)
            .unwrap_or_default()),
        Err(unreadable) if unreadable.is_missing() => Ok(LevelPolicy::default()),
        Err(unreadable) => Err(unreadable.diagnostic(Code::FileUnreadable)),
    }
}
