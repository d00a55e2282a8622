//! Runs definition tests and trials against the CloudWatch evaluation model (`semantics::evaluation`). Pure: tests supply the time.

mod evaluation;
mod event_test;
mod log_metric_test;
pub mod render;
mod result;
mod sample_alarm;
mod test_run;
pub mod trial;

use crate::catalog::Catalog;
use crate::catalog::definition::ServiceDefinition;
use crate::catalog::testing::{DefinitionTest, Expect};
use crate::diagnostic::{Code, Diagnostic};
use crate::files::limits::{MAX_TEST_WORK, TEST_EVALUATION_WORK};
use crate::semantics::state::AlarmState;
pub use evaluation::{Evaluation, time};
use event_test::of_events;
use log_metric_test::of_log_metrics;
pub use result::{Failure, TestOutcome, TestResult};
use test_run::{RunTest, TestRun};

/// The most periods of a computed window: a week of hours.
const MOST_COMPUTED_PERIODS: u32 = 168;

/// Runs the tests of a catalogue whose full name holds `filter`.
pub fn run(catalog: &Catalog, filter: &str) -> Vec<TestResult> {
    let mut work = 0;
    catalog
        .definitions()
        .flat_map(|service| of_watch(catalog, service, filter, &mut work))
        .collect()
}

/// `work` is the work for the tests so far. Beyond its limit the next test is an error, and the others are not run.
fn of_watch(
    catalog: &Catalog,
    service: &ServiceDefinition,
    filter: &str,
    work: &mut usize,
) -> Vec<TestResult> {
    let of_alarms = service.alarms.iter().flat_map(|alarm| {
        let run_test: RunTest = TestRun::of_alarm;
        let periods = alarm
            .window
            .periods()
            .map_or(MOST_COMPUTED_PERIODS, |periods| periods.datapoints.1);
        let tests = alarm.tests.iter();
        tests.map(move |test| (alarm.name.as_str(), periods, test, run_test))
    });
    let of_composites = service.composites.iter().flat_map(|composite| {
        let run_test: RunTest = TestRun::of_composite;
        let tests = composite.tests.iter();
        tests.map(move |test| (composite.name.as_str(), 0, test, run_test))
    });
    let mut results = Vec::new();
    for (alarm, periods, test, run_test) in of_alarms.chain(of_composites) {
        let mut result = TestResult {
            file: service.file.clone(),
            alarm: alarm.to_owned(),
            test: test.name.value.clone(),
            outcome: TestOutcome::Passed,
        };
        if !result.name().contains(filter) {
            continue;
        }
        if *work > MAX_TEST_WORK {
            result.outcome = TestOutcome::Broken(too_much_work(test));
            results.push(result);
            break;
        }
        let test_run = run_test(catalog, service, alarm, test);
        let outcome = test_run.and_then(|test_run| {
            let evaluation = periods as usize + TEST_EVALUATION_WORK;
            *work += test_run.evaluations.len() * evaluation;
            judged(test_run, test)
        });
        result.outcome = outcome.unwrap_or_else(TestOutcome::Broken);
        results.push(result);
    }
    results.extend(of_events(catalog, service, filter));
    results.extend(of_log_metrics(catalog, service, filter));
    results
}

fn too_much_work(test: &DefinitionTest) -> Diagnostic {
    let message = "this test and the following ones are not run: the tests before them have too many evaluations";
    Diagnostic::new(Code::TestCannotRun, message)
        .at(test.name.place.clone())
        .help("shorten the series of the tests, or run a part of the tests with a filter")
}

/// Compares a test run with the expected states.
fn judged(test_run: TestRun, test: &DefinitionTest) -> Result<TestOutcome, Diagnostic> {
    let mut timeline = test_run.evaluations;
    let mut messages = Vec::new();
    match &test.expect {
        Expect::Throughout(state) => timeline
            .iter_mut()
            .for_each(|evaluation| evaluation.expected = Some(*state)),
        Expect::At(states) => {
            let (first, last) = (
                timeline.first().map_or(0, |evaluation| evaluation.at),
                timeline.last().map_or(0, |evaluation| evaluation.at),
            );
            for (at, state, place) in states {
                let Some(evaluation) = timeline
                    .iter_mut()
                    .rev()
                    .find(|evaluation| evaluation.at <= *at)
                    .filter(|_| *at <= last)
                else {
                    let message = format!(
                        "{} is outside the series: it is evaluated from {} to {}",
                        time(*at),
                        time(first),
                        time(last)
                    );
                    return Err(Diagnostic::new(Code::TestTime, message).at(place.clone()));
                };
                evaluation.expected = Some(*state);
            }
        }
    }
    let wrong = timeline.iter().filter(|evaluation| {
        evaluation
            .expected
            .is_some_and(|expected| expected != evaluation.state)
    });
    messages.extend(wrong.map(|evaluation| {
        let expected = evaluation.expected.map_or("", AlarmState::name);
        format!(
            "at {} it is {} where {expected} is expected: {}",
            time(evaluation.at),
            evaluation.state,
            evaluation.reason
        )
    }));
    if let Some(wanted) = &test.notified {
        let found = notified(test_run.initial, &timeline);
        if found != wanted.value {
            messages.push(format!(
                "people are told {} where {} is expected",
                times(found),
                times(wanted.value)
            ));
        }
    }
    Ok(if messages.is_empty() {
        TestOutcome::Passed
    } else {
        TestOutcome::Failed(Failure { messages, timeline })
    })
}

/// How often the alarm goes to ALARM.
fn notified(initial: AlarmState, timeline: &[Evaluation]) -> u32 {
    let before = std::iter::once(initial).chain(timeline.iter().map(|evaluation| evaluation.state));
    let changes = before.zip(timeline).filter(|(before, evaluation)| {
        evaluation.state == AlarmState::Alarm && *before != AlarmState::Alarm
    });
    u32::try_from(changes.count()).unwrap_or(u32::MAX)
}

fn times(count: u32) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        several => format!("{several} times"),
    }
}
