//! Runs the tests of log metrics: whether the pattern for the test's resource matches the test's events.

use super::result::{Failure, TestOutcome, TestResult};
use crate::catalog::Catalog;
use crate::catalog::definition::ServiceDefinition;
use crate::catalog::log_metric::{LogMetricDefinition, LogMetricTest};
use crate::diagnostic::{Code, Diagnostic};
use crate::semantics::log_pattern::LogPattern;
use crate::spanned::Spanned;
use crate::synth::sample_resource;

/// The results of the tests whose full name holds `filter`.
pub(super) fn of_log_metrics(
    catalog: &Catalog,
    service: &ServiceDefinition,
    filter: &str,
) -> Vec<TestResult> {
    let mut results = Vec::new();
    for log_metric in &service.log_metrics {
        for test in &log_metric.tests {
            let name = (&*service.file, &*log_metric.name, &*test.name.value);
            results.extend(TestResult::of_test(name, filter, || {
                outcome(catalog, service, log_metric, test)
            }));
        }
    }
    results
}

fn outcome(
    catalog: &Catalog,
    service: &ServiceDefinition,
    log_metric: &LogMetricDefinition,
    test: &LogMetricTest,
) -> Result<TestOutcome, Diagnostic> {
    if test.matches.is_empty() && test.ignores.is_empty() {
        let message = "this test has no messages of events";
        let diagnostic = test.name.diagnostic(Code::TestCannotRun, message);
        return Err(diagnostic.help("list them under `matches` or `ignores`"));
    }
    let pattern = sample_resource::log_pattern(catalog, service, log_metric, &test.given)?;
    let parsed = log_metric.check(&pattern).map_err(first)?;
    let mut messages = Vec::new();
    for (expected, lines) in [(true, &test.matches), (false, &test.ignores)] {
        for line in lines {
            messages.extend(difference(&parsed, line, expected)?);
        }
    }
    if messages.is_empty() {
        return Ok(TestOutcome::Passed);
    }
    messages.push(format!("the pattern: {pattern}"));
    Ok(TestOutcome::Failed(Failure {
        messages,
        timeline: Vec::new(),
    }))
}

fn difference(
    pattern: &LogPattern,
    line: &Spanned<String>,
    expected: bool,
) -> Result<Option<String>, Diagnostic> {
    let Some(matches) = pattern.matches(&line.value) else {
        let message = "AWS documents no answer for this message and the pattern";
        let diagnostic = line.diagnostic(Code::TestCannotRun, message);
        return Err(diagnostic.help(
            "a comparison of a missing property, of another type, or of several fields at once; write the pattern so that it does not matter",
        ));
    };
    let found = if matches {
        "the pattern matches a message that it should ignore"
    } else {
        "the pattern ignores a message that it should match"
    };
    Ok((matches != expected).then(|| format!("{found}: {}", line.value)))
}

/// The first of several diagnostics about one pattern.
fn first(diagnostics: Vec<Diagnostic>) -> Diagnostic {
    let message = "the pattern is not valid";
    let first = diagnostics.into_iter().next();
    first.unwrap_or_else(|| Diagnostic::new(Code::BadLogPattern, message))
}
