//! `tracewatch test`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::options::GlobalOptions;
use super::{Outcome, output};
use crate::diagnostic::Diagnostic;
use crate::ops::{self, Tests};
use crate::simulate::{self, Failure, TestResult, render};

/// Run the tests of alarm definitions on a model of CloudWatch's evaluation
///
/// The built-in definitions' tests, and those in the folder `alarms/` under PATH, which stand with the alarms as `[[alarm.test]]`. Ends with 1
/// when one fails. Needs no account.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch test                              the built-in tests and those of the project here
  tracewatch test --filter lambda.error-rate
  tracewatch test alarms/lambda.toml
  tracewatch test services/orders --format junit > alarms.xml

How to write one: docs/testing-alarms.md")]
pub(crate) struct TestArgs {
    /// The folder of a project, with `alarms/` in it; or one file of that folder, for its tests alone
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Only tests whose name (`lambda.error-rate: recovers`) holds this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub filter: String,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    Text,
    Json,
    Junit,
}

pub(crate) fn run(args: &TestArgs, global: &GlobalOptions) -> Result<Outcome> {
    let colour = global.colour();
    let (root, only) = folder_and_file(&args.path)?;
    let tests = Tests {
        root: &root,
        file: only.as_deref(),
        filter: &args.filter,
        strictness: global.strictness(),
    };
    let (verdicts, accepted) = ops::test(&tests)?;
    output::diagnostics(&accepted, colour);
    output::annotations(&accepted.diagnostics, global);
    match args.format {
        TestFormat::Text => output::result(&render::text(&verdicts, colour))?,
        TestFormat::Json => output::json(&as_json(&verdicts))?,
        TestFormat::Junit => output::result(&junit(&verdicts))?,
    }
    output::annotations(verdicts.iter().filter_map(broken), global);
    Ok(if verdicts.iter().all(TestResult::passed) {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

/// The mistake in a test that cannot run.
fn broken(verdict: &TestResult) -> Option<&Diagnostic> {
    match &verdict.outcome {
        simulate::TestOutcome::Broken(diagnostic) => Some(diagnostic),
        simulate::TestOutcome::Passed | simulate::TestOutcome::Failed(_) => None,
    }
}

/// The folder of a project, and the definition file that alone is meant, if the path is one.
fn folder_and_file(path: &Path) -> Result<(PathBuf, Option<String>)> {
    let full = path
        .canonicalize()
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    let alarms = if full.is_dir() {
        full.as_path()
    } else {
        full.parent().unwrap_or(&full)
    };
    let is_alarms = alarms.file_name().is_some_and(|name| name == "alarms");
    match (full.is_dir(), is_alarms) {
        (true, false) => Ok((path.to_owned(), None)),
        (true, true) => Ok((alarms.parent().unwrap_or(alarms).to_owned(), None)),
        (false, true) => {
            let file = full
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            Ok((alarms.parent().unwrap_or(alarms).to_owned(), file))
        }
        (false, false) => bail!(
            "`{}` is no project's folder, and no file in a folder `alarms`",
            path.display()
        ),
    }
}

/// What went wrong, in words; nothing for a test that passed.
fn messages(verdict: &TestResult) -> Vec<String> {
    match &verdict.outcome {
        simulate::TestOutcome::Passed => Vec::new(),
        simulate::TestOutcome::Failed(Failure { messages, .. }) => messages.clone(),
        simulate::TestOutcome::Broken(fault) => vec![fault.message.clone()],
    }
}

fn as_json(verdicts: &[TestResult]) -> Value {
    let test = |verdict: &TestResult| {
        json!({
            "file": verdict.file, "alarm": verdict.alarm, "test": verdict.test, "passed": verdict.passed(), "messages": messages(verdict),
        })
    };
    let failed = verdicts.iter().filter(|verdict| !verdict.passed()).count();
    json!({ "format_version": 1, "tests": verdicts.iter().map(test).collect::<Vec<_>>(), "passed": verdicts.len() - failed, "failed": failed })
}

/// JUnit's XML, as pipelines read it.
fn junit(verdicts: &[TestResult]) -> String {
    let failed = verdicts.iter().filter(|verdict| !verdict.passed()).count();
    let case = |verdict: &TestResult| {
        let head = format!(
            "  <testcase classname=\"{}.{}\" name=\"{}\"",
            verdict.file,
            escaped(&verdict.alarm),
            escaped(&verdict.test)
        );
        match messages(verdict).as_slice() {
            [] => format!("{head}/>\n"),
            [first, ..] => {
                let all = escaped(&messages(verdict).join("\n"));
                format!(
                    "{head}>\n    <failure message=\"{}\">{all}</failure>\n  </testcase>\n",
                    escaped(first)
                )
            }
        }
    };
    let cases: String = verdicts.iter().map(case).collect();
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    format!(
        "{head}<testsuite name=\"tracewatch\" tests=\"{}\" failures=\"{failed}\">\n{cases}</testsuite>\n",
        verdicts.len()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
