//! Definitions tried out: their tests, run on the model of CloudWatch's evaluation (`semantics::evaluation`). Pure: the time is the test's own.

mod course;
pub mod render;

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::definition::ServiceDefinition;
use crate::catalog::testing::{DefinitionTest, Expect};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::semantics::state::AlarmState;
use course::{Follow, TestRun};

/// What came of one test.
#[derive(Debug)]
pub struct Verdict {
    /// The definition file's name without its ending.
    pub file: String,
    pub alarm: String,
    pub test: String,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    Passed,
    Failed(Failure),
    /// The test itself is wrong.
    Broken(Diagnostic),
}

/// An alarm that said something else than was expected.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong, in words; the first is the first in time.
    pub messages: Vec<String>,
    pub timeline: Vec<Evaluation>,
}

/// One evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Seconds after the test's time zero.
    pub at: u32,
    /// The newest period's point of each metric.
    pub inputs: Vec<(String, Option<f64>)>,
    /// The newest period's value of the alarm; of a composite there is none.
    pub value: Option<f64>,
    pub breaches: Option<bool>,
    pub state: AlarmState,
    pub reason: String,
    pub expected: Option<AlarmState>,
}

/// Runs the tests of a catalogue whose full name holds `filter`.
pub fn run(catalog: &Catalog, filter: &str) -> Vec<Verdict> {
    catalog
        .definitions()
        .flat_map(|service| of_watch(catalog, service, filter))
        .collect()
}

impl Verdict {
    /// `lambda.error-rate: recovers`
    pub fn name(&self) -> String {
        format!("{}.{}: {}", self.file, self.alarm, self.test)
    }

    pub fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::Passed)
    }
}

fn of_watch(catalog: &Catalog, service: &ServiceDefinition, filter: &str) -> Vec<Verdict> {
    let of_alarms = service.alarms.iter().flat_map(|alarm| {
        let follow: Follow = TestRun::of_alarm;
        alarm
            .tests
            .iter()
            .map(move |test| (alarm.name.as_str(), test, follow))
    });
    let of_composites = service.composites.iter().flat_map(|composite| {
        let follow: Follow = TestRun::of_composite;
        composite
            .tests
            .iter()
            .map(move |test| (composite.name.as_str(), test, follow))
    });
    let mut verdicts = Vec::new();
    for (alarm, test, follow) in of_alarms.chain(of_composites) {
        let outcome = follow(catalog, service, alarm, test).and_then(|course| judged(course, test));
        let outcome = outcome.unwrap_or_else(Outcome::Broken);
        verdicts.push(Verdict {
            file: service.file.clone(),
            alarm: alarm.to_owned(),
            test: test.name.value.clone(),
            outcome,
        });
    }
    verdicts.retain(|verdict| verdict.name().contains(filter));
    verdicts
}

/// Holds a course against what a test expects.
fn judged(course: TestRun, test: &DefinitionTest) -> Result<Outcome, Diagnostic> {
    let mut timeline = course.ticks;
    let mut messages = Vec::new();
    match &test.expect {
        Expect::Throughout(state) => timeline
            .iter_mut()
            .for_each(|tick| tick.expected = Some(*state)),
        Expect::At(states) => {
            let (first, last) = (
                timeline.first().map_or(0, |tick| tick.at),
                timeline.last().map_or(0, |tick| tick.at),
            );
            for (at, state, place) in states {
                let Some(tick) = timeline
                    .iter_mut()
                    .rev()
                    .find(|tick| tick.at <= *at)
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
                tick.expected = Some(*state);
            }
        }
    }
    let wrong = timeline
        .iter()
        .filter(|tick| tick.expected.is_some_and(|expected| expected != tick.state));
    messages.extend(wrong.map(|tick| {
        let expected = tick.expected.map_or("", AlarmState::name);
        format!(
            "at {} it is {} where {expected} is expected: {}",
            time(tick.at),
            tick.state,
            tick.reason
        )
    }));
    if let Some(wanted) = &test.notified {
        let found = notified(course.initial, &timeline);
        if found != wanted.value {
            messages.push(format!(
                "people are told {} where {} is expected",
                times(found),
                times(wanted.value)
            ));
        }
    }
    Ok(if messages.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Failed(Failure { messages, timeline })
    })
}

/// How often the alarm goes to ALARM.
fn notified(initial: AlarmState, timeline: &[Evaluation]) -> u32 {
    let before = std::iter::once(initial).chain(timeline.iter().map(|tick| tick.state));
    let changes = before
        .zip(timeline)
        .filter(|(before, tick)| tick.state == AlarmState::Alarm && *before != AlarmState::Alarm);
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

/// A time as tests write it.
pub fn time(seconds: u32) -> String {
    match (seconds % 3600, seconds % 60) {
        (0, _) if seconds > 0 => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// The fault of a word that a test gives points to, and the alarm does not look at.
fn unused_words(test: &DefinitionTest, used: &BTreeSet<String>) -> Option<Diagnostic> {
    let (word, series) = test
        .input
        .iter()
        .chain(&test.before)
        .find(|(word, _)| !used.contains(*word))?;
    let fault = Diagnostic::new(
        Code::TestUnknownMetric,
        format!("the alarm does not look at `{word}`"),
    )
    .at(series.place.clone());
    Some(match nearest(word, used.iter().map(String::as_str)) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!(
            "it looks at {}",
            used.iter().cloned().collect::<Vec<_>>().join(", ")
        )),
    })
}
