//! Renders test results: one timeline per failure, actual states above expected states.

use super::trial::{TrialOutcome, TrialResult};
use super::{Evaluation, Failure, TestOutcome, TestResult, time};
use crate::diagnostic::Colour;
use crate::semantics::state::AlarmState;

/// Evaluations that stand side by side.
const COLUMNS: usize = 12;

/// Messages that stand under a time line.
const MESSAGES: usize = 3;

/// Failed tests in full, a line for each trial, then how many passed.
pub fn text(tests: &[TestResult], trials: &[TrialResult], colour: Colour) -> String {
    let failures: String = tests.iter().map(|result| block(result, colour)).collect();
    let lines: String = trials.iter().map(|result| line(result, colour)).collect();
    let gap = if lines.is_empty() { "" } else { "\n" };
    let all = tests.len() + trials.len();
    let passed_tests = tests.iter().filter(|result| result.passed()).count();
    let passed_trials = trials.iter().filter(|result| result.passed()).count();
    let passed = passed_tests + passed_trials;
    format!(
        "{failures}{lines}{gap}{passed} passed, {} failed\n",
        all - passed
    )
}

/// One line with what the trial measured; more for a failed one.
fn line(result: &TrialResult, colour: Colour) -> String {
    let name = result.name();
    match &result.outcome {
        TrialOutcome::Passed(measured) => format!("ok   {name}: {measured}\n"),
        TrialOutcome::Failed(measured, unmet) => {
            format!("FAIL {name}: {measured}\n    {}\n", unmet.join("\n    "))
        }
        TrialOutcome::Broken(diagnostic) => {
            format!("FAIL {name}\n{}\n", diagnostic.render(colour))
        }
    }
}

/// Nothing for a test that passed.
fn block(result: &TestResult, colour: Colour) -> String {
    let what = match &result.outcome {
        TestOutcome::Passed => return String::new(),
        TestOutcome::Failed(failure) => shown(failure),
        TestOutcome::Broken(fault) => fault.render(colour) + "\n",
    };
    format!("FAIL {}\n{what}\n", result.name())
}

fn shown(failure: &Failure) -> String {
    if failure.timeline.is_empty() {
        return messages(failure);
    }
    let first = failure.timeline.iter().position(is_wrong).unwrap_or(0);
    // Show more evaluations before a mismatch than after it.
    let begin = first
        .saturating_sub(COLUMNS - 3)
        .min(failure.timeline.len().saturating_sub(COLUMNS));
    let ticks: Vec<&Evaluation> = failure.timeline.iter().skip(begin).take(COLUMNS).collect();
    let mut rows: Vec<(String, Vec<String>)> = vec![(
        "time".to_owned(),
        ticks.iter().map(|tick| time(tick.at)).collect(),
    )];
    let words = ticks
        .first()
        .map(|tick| {
            tick.inputs
                .iter()
                .map(|(word, _)| word.clone())
                .collect::<Vec<_>>()
        })
        .unwrap_or_default();
    for (at, word) in words.iter().enumerate() {
        rows.push((
            word.clone(),
            ticks
                .iter()
                .map(|tick| number(tick.inputs.get(at).and_then(|(_, point)| *point)))
                .collect(),
        ));
    }
    if ticks.iter().any(|tick| tick.value.is_some()) && words.len() > 1 {
        rows.push((
            "value".to_owned(),
            ticks.iter().map(|tick| number(tick.value)).collect(),
        ));
    }
    // Composites have no data points.
    if ticks.iter().any(|tick| tick.breaches.is_some()) {
        let mark =
            |tick: &&Evaluation| if tick.breaches == Some(true) { "x" } else { "" }.to_owned();
        rows.push(("breaches".to_owned(), ticks.iter().map(mark).collect()));
    }
    rows.push((
        "expected".to_owned(),
        ticks
            .iter()
            .map(|tick| tick.expected.map_or("", state).to_owned())
            .collect(),
    ));
    rows.push((
        "got".to_owned(),
        ticks
            .iter()
            .map(|tick| state(tick.state).to_owned())
            .collect(),
    ));
    rows.push((
        String::new(),
        ticks
            .iter()
            .map(|tick| if is_wrong(tick) { "^" } else { "" }.to_owned())
            .collect(),
    ));
    table(&rows) + &messages(failure)
}

/// First mismatch plus the number of others.
fn messages(failure: &Failure) -> String {
    let first = failure
        .messages
        .iter()
        .take(MESSAGES)
        .map(|message| format!("    {message}"));
    let more = failure.messages.len().saturating_sub(MESSAGES);
    let rest = (more > 0).then(|| format!("    … and {more} more"));
    first.chain(rest).map(|line| line + "\n").collect()
}

fn is_wrong(tick: &Evaluation) -> bool {
    tick.expected.is_some_and(|expected| expected != tick.state)
}

fn table(rows: &[(String, Vec<String>)]) -> String {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|(_, cells)| cells.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let head = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (name, cells) in rows {
        let cells: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let width = width(column);
                format!("{cell:>width$}")
            })
            .collect();
        text += format!("    {name:head$}  {}", cells.join("  ")).trim_end();
        text.push('\n');
    }
    text
}

fn state(state: AlarmState) -> &'static str {
    match state {
        AlarmState::Ok => "OK",
        AlarmState::Alarm => "ALARM",
        AlarmState::InsufficientData => "no data",
    }
}

/// At most three digits behind the point; `_` for a missing point, as series write it.
fn number(value: Option<f64>) -> String {
    let Some(value) = value else {
        return "_".to_owned();
    };
    let text = format!("{value:.3}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
