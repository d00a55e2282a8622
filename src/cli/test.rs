//! `tracewatch test`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::{GlobalOptions, nearest_project_file};
use super::output;
use crate::diagnostic::Diagnostic;
use crate::ops::{self, Tests};
use crate::simulate::{self, Failure, TestResult, render};

/// Run the tests of alarm definitions on a model of CloudWatch's evaluation
///
/// Runs the built-in definitions' tests, and the tests in `alarms/` under PATH (`[[alarm.test]]` of an alarm). Exits with 1
/// if a test fails. Needs no account.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch test                              the built-in tests and those of the project here
  tracewatch test --filter lambda.error-rate
  tracewatch test alarms/lambda.toml
  tracewatch test services/orders --format junit > alarms.xml

How to write one: docs/testing-alarms.md")]
pub(crate) struct TestArgs {
    /// A project folder with `alarms/`, or one file of `alarms/` [default: the folder of the nearest project file, else this folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
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

pub(crate) fn run(args: &TestArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let colour = global.colour();
    let (root, only) = folder_and_file(&args.path.clone().unwrap_or_else(folder))?;
    let tests = Tests {
        root: &root,
        file: only.as_deref(),
        filter: &args.filter,
        strictness: global.strictness(),
    };
    let (results, accepted) = ops::test(&tests)?;
    output::diagnostics(&accepted, global);
    output::annotations(&accepted.diagnostics, global);
    match args.format {
        TestFormat::Text => output::result(&render::text(&results, colour))?,
        TestFormat::Json => output::json(&as_json(&results))?,
        TestFormat::Junit => output::result(&junit(&results))?,
    }
    output::annotations(results.iter().filter_map(broken), global);
    Ok(if results.iter().all(TestResult::passed) {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}

/// The diagnostic of a broken test.
fn broken(result: &TestResult) -> Option<&Diagnostic> {
    match &result.outcome {
        simulate::TestOutcome::Broken(diagnostic) => Some(diagnostic),
        simulate::TestOutcome::Passed | simulate::TestOutcome::Failed(_) => None,
    }
}

/// The folder of the nearest project file.
fn folder() -> PathBuf {
    let file = nearest_project_file().unwrap_or_default();
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// The project folder, and the stem of the definition file if the path names one.
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

/// The failure messages; empty for a passed test.
fn messages(result: &TestResult) -> Vec<String> {
    match &result.outcome {
        simulate::TestOutcome::Passed => Vec::new(),
        simulate::TestOutcome::Failed(Failure { messages, .. }) => messages.clone(),
        simulate::TestOutcome::Broken(diagnostic) => vec![diagnostic.message.clone()],
    }
}

fn as_json(results: &[TestResult]) -> Value {
    let mut tests = Vec::new();
    for result in results {
        tests.push(json!({
            "file": result.file,
            "alarm": result.alarm,
            "test": result.test,
            "passed": result.passed(),
            "messages": messages(result),
        }));
    }
    let failed = results.iter().filter(|result| !result.passed()).count();
    json!({
        "format_version": 1,
        "tests": tests,
        "passed": results.len() - failed,
        "failed": failed,
    })
}

/// The results in JUnit's XML format.
fn junit(results: &[TestResult]) -> String {
    let failed = results.iter().filter(|result| !result.passed()).count();
    let cases: String = results.iter().map(junit_case).collect();
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    format!(
        "{head}<testsuite name=\"tracewatch\" tests=\"{}\" failures=\"{failed}\">\n{cases}</testsuite>\n",
        results.len()
    )
}

fn junit_case(result: &TestResult) -> String {
    let head = format!(
        "  <testcase classname=\"{}.{}\" name=\"{}\"",
        result.file,
        escaped(&result.alarm),
        escaped(&result.test)
    );
    let messages = messages(result);
    let Some(first) = messages.first() else {
        return format!("{head}/>\n");
    };
    let (first, all) = (escaped(first), escaped(&messages.join("\n")));
    format!("{head}>\n    <failure message=\"{first}\">{all}</failure>\n  </testcase>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
