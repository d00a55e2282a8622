//! Runs the tests and trials of definitions.

use std::path::Path;

use anyhow::anyhow;

use super::catalog::{self, of_project};
use super::error::{Collector, Error};
use crate::catalog::Catalog;
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Leveled, Strictness, nearest};
use crate::project;
use crate::simulate::trial::table::{OperatingTable, SHARES, TRAFFIC};
use crate::simulate::trial::{self, TrialResult};
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

/// The results of tests and trials.
#[derive(Debug)]
pub struct TestResults {
    pub tests: Vec<TestResult>,
    pub trials: Vec<TrialResult>,
}

impl TestResults {
    pub fn passed(&self) -> bool {
        self.tests.iter().all(TestResult::passed) && self.trials.iter().all(TrialResult::passed)
    }

    fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.trials.is_empty()
    }
}

/// Runs tests and trials of definitions; needs no account. The diagnostics are those of the catalogue.
///
/// # Errors
/// When a definition has an error, or no test matches.
pub fn test(tests: &Tests<'_>) -> Result<(TestResults, Leveled), Error> {
    let mut collector = Collector::default();
    let mut catalog = catalog::load(tests.root, tests.strictness, &mut collector)?;
    let mut objectives = collector.accept(of_project(tests.root, project::load_objectives)?)?;
    if let Some(file) = tests.file {
        catalog.keep_file(file);
        objectives.clear();
    }
    let results = TestResults {
        tests: simulate::run(&catalog, tests.filter),
        trials: trial::run(&catalog, &objectives, tests.filter),
    };
    if results.is_empty() {
        let filter = tests.filter;
        let none = match tests.file {
            Some(file) if filter.is_empty() => anyhow!("`{file}` has no tests"),
            Some(file) => anyhow!("`{file}` has no test with `{filter}` in its name"),
            None => anyhow!("no test has `{filter}` in its name"),
        };
        return Err(none.into());
    }
    Ok((results, collector.into_leveled()))
}

/// Computes the operating table of an alarm, named as `lambda.error-rate`.
///
/// # Errors
/// When a definition has an error, the alarm is unknown, or none of its trials has a share.
pub fn operating_table(
    root: &Path,
    alarm: &str,
    strictness: Strictness,
) -> Result<(OperatingTable, Leveled), Error> {
    let mut collector = Collector::default();
    let catalog = catalog::load(root, strictness, &mut collector)?;
    match OperatingTable::new(&catalog, alarm, &SHARES, &TRAFFIC)? {
        Some(table) => Ok((table, collector.into_leveled())),
        None => Err(no_table(&catalog, alarm).into()),
    }
}

fn no_table(catalog: &Catalog, alarm: &str) -> anyhow::Error {
    let names = catalog
        .definitions()
        .flat_map(ServiceDefinition::alarm_names);
    let names: Vec<String> = names.collect();
    if names.iter().any(|name| name == alarm) {
        return anyhow!(
            "`{alarm}` has no trial with a share of requests, so that no table shows it"
        );
    }
    match nearest(alarm, names.iter().map(String::as_str)) {
        Some(near) => anyhow!("there is no alarm `{alarm}`; did you mean `{near}`?"),
        None => anyhow!("there is no alarm `{alarm}`: write it as `lambda.error-rate`"),
    }
}
