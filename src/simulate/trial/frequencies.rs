//! What a trial measures, and how it compares with the expectation.

use std::fmt;

use super::run::IncidentRun;
use crate::trial::{Frequencies, IncidentExpectation};

/// The measured frequencies of a trial.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    PerWeek {
        /// Notifications a week on average.
        notified: f64,
    },
    PerRun(RunFrequencies),
}

/// The share of runs (fractions, 0 to 1) that meet each part of an expectation; `None` for a part without an expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFrequencies {
    pub expected: IncidentExpectation,
    pub notified_within: Option<f64>,
    pub notified: Option<f64>,
    pub recovers_within: Option<f64>,
    /// The share of runs that meet all parts.
    pub all: f64,
    /// Minutes until the first notification: the median of all runs. `None` if most runs have none.
    pub median_minutes: Option<u32>,
}

impl Measured {
    pub(super) fn per_week(weeks: &[u32]) -> Self {
        let total: u32 = weeks.iter().sum();
        Self::PerWeek {
            notified: f64::from(total) / weeks.len().max(1) as f64,
        }
    }

    /// The unmet expectations as sentences.
    pub(super) fn unmet(&self, expected: &Frequencies) -> Vec<String> {
        match (self, expected) {
            (Self::PerWeek { notified }, Frequencies::PerWeek { most }) if notified > most => {
                vec![format!(
                    "it notifies {notified:.1} times a week where at most {most} are expected"
                )]
            }
            (Self::PerRun(runs), Frequencies::PerRun(_)) => runs.unmet(),
            _ => Vec::new(),
        }
    }
}

impl RunFrequencies {
    pub(super) fn new(runs: &[IncidentRun], expected: IncidentExpectation) -> Self {
        let share = |meets: &dyn Fn(&IncidentRun) -> bool| {
            runs.iter().filter(|run| meets(run)).count() as f64 / runs.len().max(1) as f64
        };
        let within = |run: &IncidentRun| {
            expected
                .notified_within
                .is_none_or(|limit| run.notified_after.is_some_and(|minutes| minutes <= limit))
        };
        let notified =
            |run: &IncidentRun| expected.notified.is_none_or(|times| run.notified == times);
        let recovers = |run: &IncidentRun| {
            expected
                .recovers_within
                .is_none_or(|limit| run.recovered_after.is_some_and(|minutes| minutes <= limit))
        };
        Self {
            expected,
            notified_within: expected.notified_within.map(|_| share(&within)),
            notified: expected.notified.map(|_| share(&notified)),
            recovers_within: expected.recovers_within.map(|_| share(&recovers)),
            all: share(&|run| within(run) && notified(run) && recovers(run)),
            median_minutes: median(runs.iter().map(|run| run.notified_after)),
        }
    }

    fn unmet(&self) -> Vec<String> {
        let least = self.expected.share_of_runs;
        if self.all >= least {
            return Vec::new();
        }
        let mut unmet: Vec<String> = self
            .parts()
            .into_iter()
            .filter(|(_, share)| *share < least)
            .map(|(part, share)| {
                let (share, least) = (percent(share), percent(least));
                format!("it is {part} in {share} of the runs where {least} are expected")
            })
            .collect();
        if unmet.is_empty() {
            let (all, least) = (percent(self.all), percent(least));
            unmet.push(format!(
                "{all} of the runs meet all expectations where {least} are expected"
            ));
        }
        unmet
    }

    fn parts(&self) -> Vec<(String, f64)> {
        let expected = &self.expected;
        let within = expected.notified_within.zip(self.notified_within);
        let notified = expected.notified.zip(self.notified);
        let recovers = expected.recovers_within.zip(self.recovers_within);
        let parts = [
            within.map(|(limit, share)| (format!("notified within {limit} min"), share)),
            notified
                .map(|(times, share)| (format!("notified {}", super::super::times(times)), share)),
            recovers.map(|(limit, share)| (format!("recovered within {limit} min"), share)),
        ];
        parts.into_iter().flatten().collect()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerWeek { notified } => write!(f, "{notified:.1} notifications a week"),
            Self::PerRun(runs) => {
                let parts = runs.parts().into_iter();
                let parts: Vec<String> = parts
                    .map(|(part, share)| format!("{part} in {}", percent(share)))
                    .collect();
                f.write_str(&parts.join(", "))?;
                match runs.median_minutes {
                    Some(minutes) => write!(f, " (median {minutes} min)"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// The median, if at least half of the runs have a value.
pub(super) fn median(values: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    let mut values: Vec<Option<u32>> = values.collect();
    // Runs without a value come last.
    values.sort_by_key(|value| value.unwrap_or(u32::MAX));
    values.get(values.len() / 2).copied().flatten()
}

/// `97.5 %`; without decimals that are zero.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}
