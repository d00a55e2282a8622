//! Runs the tests of events: whether the pattern for the test's resource matches the test's event.

use super::result::{Failure, TestOutcome, TestResult};
use super::sample_alarm::GIVEN_HELP;
use crate::catalog::Catalog;
use crate::catalog::definition::ServiceDefinition;
use crate::catalog::event::{EventDefinition, EventTest};
use crate::diagnostic::{Code, Diagnostic};
use crate::semantics::event_pattern;
use crate::synth::sample_resource;

/// The results of the tests whose full name holds `filter`.
pub(super) fn of_events(
    catalog: &Catalog,
    service: &ServiceDefinition,
    filter: &str,
) -> Vec<TestResult> {
    let mut results = Vec::new();
    for event in &service.events {
        for test in &event.tests {
            let name = (&*service.file, &*event.name, &*test.name.value);
            results.extend(TestResult::of_test(name, filter, || {
                outcome(catalog, service, event, test)
            }));
        }
    }
    results
}

fn outcome(
    catalog: &Catalog,
    service: &ServiceDefinition,
    event: &EventDefinition,
    test: &EventTest,
) -> Result<TestOutcome, Diagnostic> {
    let pattern = sample_resource::event_pattern(catalog, service, event, &test.given)?;
    let Some(pattern) = pattern else {
        let message = "this test cannot be run: the event does not apply to the test's resource";
        let diagnostic = Diagnostic::new(Code::TestCannotRun, message);
        return Err(diagnostic.at(test.name.place.clone()).help(GIVEN_HELP));
    };
    let matches = event_pattern::matches(&pattern, &test.event);
    if matches == test.expect {
        return Ok(TestOutcome::Passed);
    }
    let (found, expected) = if matches {
        ("matches the event", "no match")
    } else {
        ("does not match the event", "a match")
    };
    let message = format!("the pattern {found} where {expected} is expected: {pattern}");
    Ok(TestOutcome::Failed(Failure {
        messages: vec![message],
        timeline: Vec::new(),
    }))
}
