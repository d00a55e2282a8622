//! Runs trials: alarms over random traffic, judged by frequencies. Seeded, so a trial always gives the same result.

mod frequencies;
mod latencies;
mod levels;
mod model;
mod points;
mod prepare;
mod random;
mod requests;
mod run;
pub mod table;

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub use frequencies::{Measured, RunFrequencies};
use prepare::Prepared;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::objective::Objective;
use crate::trial::Frequencies;

/// Minutes that all runs of one trial with an incident may have. Objectives look back for days, and then fewer runs than [`RUNS`] are played.
const MOST_MINUTES: u32 = 400_000;
/// The fewest runs of a trial with an incident.
const FEWEST_RUNS: u32 = 40;
/// Weeks of a trial without an incident.
const WEEKS: u32 = 20;
/// Runs of a trial with an incident.
const RUNS: u32 = 200;
/// Minutes after an incident that a run without `recovers_within` has.
const AFTER: u32 = 60;

/// The result of one trial.
#[derive(Debug)]
pub struct TrialResult {
    /// The definition file's name without its ending.
    pub file: String,
    pub alarm: String,
    pub trial: String,
    pub outcome: TrialOutcome,
}

#[derive(Debug)]
pub enum TrialOutcome {
    Passed(Measured),
    /// The frequencies, and the unmet expectations.
    Failed(Measured, Vec<String>),
    /// The trial itself is wrong.
    Broken(Diagnostic),
}

impl TrialResult {
    /// `lambda.error-rate: three in a hundred fail`
    pub fn name(&self) -> String {
        format!("{}.{}: {}", self.file, self.alarm, self.trial)
    }

    pub fn passed(&self) -> bool {
        matches!(self.outcome, TrialOutcome::Passed(_))
    }
}

/// Runs the trials of a catalogue and of a project's objectives whose full name contains `filter`, on all processors.
pub fn run(catalog: &Catalog, objectives: &[Objective], filter: &str) -> Vec<TrialResult> {
    let prepared = prepare::all(catalog, objectives, filter);
    let outcomes = concurrently(&prepared, |prepared| match &prepared.subject {
        Ok(subject) => outcome(prepared, subject),
        Err(diagnostic) => TrialOutcome::Broken(diagnostic.clone()),
    });
    let results = prepared.iter().zip(outcomes);
    results
        .map(|(prepared, outcome)| TrialResult {
            file: prepared.file.to_owned(),
            alarm: prepared.alarm.to_owned(),
            trial: prepared.trial.name.value.clone(),
            outcome,
        })
        .collect()
}

fn outcome(prepared: &Prepared<'_>, subject: &run::Subject) -> TrialOutcome {
    let trial = prepared.trial;
    let measured = match &trial.expect {
        Frequencies::PerWeek { .. } => {
            Measured::per_week(&subject.weeks(trial, WEEKS, prepared.seed))
        }
        Frequencies::PerRun(expected) => {
            let after = expected.recovers_within.unwrap_or(AFTER) + 1;
            let affordable = MOST_MINUTES / subject.minutes_of_incident(trial, after).max(1);
            let runs = affordable.clamp(FEWEST_RUNS, RUNS);
            let runs = subject.incidents(trial, runs, after, prepared.seed);
            Measured::PerRun(RunFrequencies::new(&runs, *expected))
        }
    };
    let unmet = measured.unmet(&trial.expect);
    if unmet.is_empty() {
        TrialOutcome::Passed(measured)
    } else {
        TrialOutcome::Failed(measured, unmet)
    }
}

/// Applies `work` to all items, on as many threads as there are processors. The results have the order of the items.
fn concurrently<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return results;
            };
            results.push((index, work(item)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(items.len()))
            .map(|_| scope.spawn(worker))
            .collect();
        let results = workers.into_iter().map(|worker| match worker.join() {
            Ok(results) => results,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.flatten().collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
