//! `tracewatch test`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::{GlobalOptions, nearest_project_folder};
use super::output;
use crate::diagnostic::Diagnostic;
use crate::ops::{self, TestResults, Tests};
use crate::simulate::trial::{TrialOutcome, TrialResult};
use crate::simulate::{Failure, TestOutcome, TestResult, render};

/// Run the tests and trials of alarm definitions on a model of CloudWatch's evaluation
///
/// Runs the built-in definitions' tests, and those in `alarms/` under PATH: `[[alarm.test]]` plays one series, `[[alarm.trial]]`
/// random traffic, `[[event.test]]` one event, `[[log_metric.test]]` lines of a log. Exits with 1 if one fails. Needs no account.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch test                              the built-in tests and those of the project here
  tracewatch test --filter lambda.error-rate
  tracewatch test alarms/lambda.toml
  tracewatch test services/orders --format junit > alarms.xml
  tracewatch test --table lambda.error-rate     how often and how soon it notifies, by traffic and share of failures

How to write one: docs/testing-alarms.md")]
pub(crate) struct TestArgs {
    /// A project folder with `alarms/`, or one file of `alarms/` [default: the folder of the nearest project file, else this folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Only tests whose name (`lambda.error-rate: recovers`) holds this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub filter: String,
    /// Print the operating table of an alarm: minutes until its first notification, and notifications a week, by traffic and share
    #[arg(long, value_name = "ALARM", conflicts_with_all = ["filter", "format"])]
    pub table: Option<String>,
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
    let (root, only) = folder_and_file(&args.path.clone().unwrap_or_else(nearest_project_folder))?;
    if let Some(alarm) = &args.table {
        return table(&root, alarm, global);
    }
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
        TestFormat::Text => output::result(&render::text(&results.tests, &results.trials, colour))?,
        TestFormat::Json => output::json(&as_json(&results))?,
        TestFormat::Junit => output::result(&junit(&results))?,
    }
    output::annotations(broken(&results), global);
    Ok(if results.passed() {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}

fn table(root: &Path, alarm: &str, global: &GlobalOptions) -> Result<ExitStatus> {
    let (table, accepted) = ops::operating_table(root, alarm, global.strictness())?;
    output::diagnostics(&accepted, global);
    output::result(&table.markdown())?;
    Ok(ExitStatus::Done)
}

/// The diagnostics of broken tests and trials.
fn broken(results: &TestResults) -> impl Iterator<Item = &Diagnostic> {
    let tests = results
        .tests
        .iter()
        .filter_map(|result| match &result.outcome {
            TestOutcome::Broken(diagnostic) => Some(diagnostic),
            TestOutcome::Passed | TestOutcome::Failed(_) => None,
        });
    let trials = results
        .trials
        .iter()
        .filter_map(|result| match &result.outcome {
            TrialOutcome::Broken(diagnostic) => Some(diagnostic),
            TrialOutcome::Passed(_) | TrialOutcome::Failed(..) => None,
        });
    tests.chain(trials)
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
            "`{}` is neither the folder of a project nor a file in a folder `alarms`",
            path.display()
        ),
    }
}

/// A test or trial as the machine-readable formats show it.
struct Case<'a> {
    file: &'a str,
    alarm: &'a str,
    /// `test` or `trial`.
    kind: &'static str,
    name: &'a str,
    /// What a trial measured.
    measured: Option<String>,
    /// The failure messages; empty for a passed one.
    messages: Vec<String>,
}

fn cases(results: &TestResults) -> Vec<Case<'_>> {
    let tests = results.tests.iter().map(test_case);
    tests.chain(results.trials.iter().map(trial_case)).collect()
}

fn test_case(result: &TestResult) -> Case<'_> {
    Case {
        file: &result.file,
        alarm: &result.alarm,
        kind: "test",
        name: &result.test,
        measured: None,
        messages: match &result.outcome {
            TestOutcome::Passed => Vec::new(),
            TestOutcome::Failed(Failure { messages, .. }) => messages.clone(),
            TestOutcome::Broken(diagnostic) => vec![diagnostic.message.clone()],
        },
    }
}

fn trial_case(result: &TrialResult) -> Case<'_> {
    let (measured, messages) = match &result.outcome {
        TrialOutcome::Passed(measured) => (Some(measured), Vec::new()),
        TrialOutcome::Failed(measured, unmet) => (Some(measured), unmet.clone()),
        TrialOutcome::Broken(diagnostic) => (None, vec![diagnostic.message.clone()]),
    };
    Case {
        file: &result.file,
        alarm: &result.alarm,
        kind: "trial",
        name: &result.trial,
        measured: measured.map(ToString::to_string),
        messages,
    }
}

fn as_json(results: &TestResults) -> Value {
    let (mut tests, mut failed) = (Vec::new(), 0);
    for case in cases(results) {
        let passed = case.messages.is_empty();
        failed += usize::from(!passed);
        let mut test = json!({
            "file": case.file,
            "alarm": case.alarm,
            "kind": case.kind,
            "test": case.name,
            "passed": passed,
            "messages": case.messages,
        });
        if let Some(measured) = case.measured {
            test["measured"] = measured.into();
        }
        tests.push(test);
    }
    json!({
        "format_version": 1,
        "passed": tests.len() - failed,
        "failed": failed,
        "tests": tests,
    })
}

/// The results in JUnit's XML format.
fn junit(results: &TestResults) -> String {
    let all = cases(results);
    let failed = all.iter().filter(|case| !case.messages.is_empty()).count();
    let cases: String = all.iter().map(junit_case).collect();
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    format!(
        "{head}<testsuite name=\"tracewatch\" tests=\"{}\" failures=\"{failed}\">\n{cases}</testsuite>\n",
        all.len()
    )
}

fn junit_case(case: &Case<'_>) -> String {
    let head = format!(
        "  <testcase classname=\"{}.{}\" name=\"{}\"",
        case.file,
        escaped(case.alarm),
        escaped(case.name)
    );
    let Some(first) = case.messages.first() else {
        return format!("{head}/>\n");
    };
    let (first, all) = (escaped(first), escaped(&case.messages.join("\n")));
    format!("{head}>\n    <failure message=\"{first}\">{all}</failure>\n  </testcase>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
