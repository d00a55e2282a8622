//! The operating table of an alarm: how often it notifies, and how soon, by traffic and by share.

use std::fmt::Write as _;

use super::frequencies::{median, percent};
use super::{concurrently, prepare};
use crate::catalog::Catalog;
use crate::catalog::trial::{Behaviour, DefinitionTrial, Frequencies, Incident};
use crate::diagnostic::Diagnostic;
use crate::semantics::traffic::Traffic;

/// Requests a minute.
const TRAFFIC: [f64; 5] = [1.0, 3.0, 12.0, 60.0, 1000.0];
/// Fractions of the requests.
const SHARES: [f64; 9] = [0.001, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0];
const WEEKS: u32 = 10;
const RUNS: u32 = 100;
/// The longest time until the first notification that is looked at.
const INCIDENT_MINUTES: u32 = 6 * 60;

/// Notifications of one alarm by traffic and share.
#[derive(Debug)]
pub struct OperatingTable {
    /// `lambda.error-rate`
    pub alarm: String,
    /// The metric whose share varies.
    pub share_of: String,
    pub rows: Vec<OperatingRow>,
}

#[derive(Debug)]
pub struct OperatingRow {
    /// A fraction.
    pub share: f64,
    pub cells: Vec<OperatingCell>,
}

#[derive(Debug)]
pub struct OperatingCell {
    /// Requests a minute.
    pub traffic: f64,
    /// Notifications a week while the share is constant.
    pub per_week: f64,
    /// Minutes from the first failing minute to the notification: the median. `None` if most runs have none within six hours.
    pub minutes: Option<u32>,
}

/// One traffic and one share.
struct Case {
    traffic: f64,
    share: f64,
}

impl OperatingTable {
    /// Plays an alarm over all combinations of traffic and share. `alarm` is a name such as `lambda.error-rate`. `None` for an unknown alarm, and
    /// for one without a trial that has a share.
    ///
    /// # Errors
    /// When the trial cannot run.
    pub fn new(catalog: &Catalog, alarm: &str) -> Result<Option<Self>, Diagnostic> {
        let all = prepare::all(catalog, "");
        let with_share = all.into_iter().find(|prepared| {
            format!("{}.{}", prepared.file, prepared.alarm) == alarm
                && prepared.trial.normal.shares.len() == 1
        });
        let Some(prepared) = with_share else {
            return Ok(None);
        };
        let subject = prepared.subject?;
        let trial = prepared.trial;
        let cases: Vec<Case> = SHARES
            .into_iter()
            .flat_map(|share| {
                TRAFFIC
                    .into_iter()
                    .map(move |traffic| Case { traffic, share })
            })
            .collect();
        let seed = prepare::seed(alarm);
        let mut cells = concurrently(&cases, |case| case.cell(&subject, trial, seed)).into_iter();
        let rows = SHARES.into_iter().map(|share| OperatingRow {
            share,
            cells: cells.by_ref().take(TRAFFIC.len()).collect(),
        });
        Ok(Some(Self {
            alarm: alarm.to_owned(),
            share_of: trial.normal.shares.keys().cloned().collect(),
            rows: rows.collect(),
        }))
    }

    /// The table in Markdown, readable as plain text: each cell has the notifications a week and the minutes until the first.
    pub fn markdown(&self) -> String {
        let mut text = format!("| `{}` ", self.share_of);
        for traffic in TRAFFIC {
            write!(text, "| {traffic}/min ").unwrap_or_default();
        }
        text.push_str("|\n|---|");
        text.push_str(&"---|".repeat(TRAFFIC.len()));
        text.push('\n');
        for row in &self.rows {
            write!(text, "| {} ", percent(row.share)).unwrap_or_default();
            for cell in &row.cells {
                write!(text, "| {cell} ").unwrap_or_default();
            }
            text.push_str("|\n");
        }
        text
    }
}

impl std::fmt::Display for OperatingCell {
    /// `0.3 a week, 12 min`; a dash for what does not happen.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.minutes {
            Some(minutes) => write!(f, "{minutes} min, {:.1}", self.per_week),
            None => write!(f, "–, {:.1}", self.per_week),
        }
    }
}

impl Case {
    fn cell(
        &self,
        subject: &super::run::Subject,
        trial: &DefinitionTrial,
        seed: u64,
    ) -> OperatingCell {
        let weeks = subject.weeks(&self.constant(trial), WEEKS, seed);
        let runs = subject.incidents(&self.incident(trial), RUNS, 1, seed);
        OperatingCell {
            traffic: self.traffic,
            per_week: f64::from(weeks.iter().sum::<u32>()) / f64::from(WEEKS),
            minutes: median(runs.iter().map(|run| run.notified_after)),
        }
    }

    /// The share lasts for weeks.
    fn constant(&self, trial: &DefinitionTrial) -> DefinitionTrial {
        DefinitionTrial {
            normal: self.behaviour(trial, self.share),
            incident: None,
            expect: Frequencies::PerWeek { most: 0.0 },
            ..trial.clone()
        }
    }

    /// The share begins after a time in which nothing fails.
    fn incident(&self, trial: &DefinitionTrial) -> DefinitionTrial {
        DefinitionTrial {
            normal: self.behaviour(trial, 0.0),
            incident: Some(Incident {
                starts: 0,
                minutes: INCIDENT_MINUTES,
                behaviour: self.behaviour(trial, self.share),
            }),
            ..trial.clone()
        }
    }

    fn behaviour(&self, trial: &DefinitionTrial, share: f64) -> Behaviour {
        let mut behaviour = trial.normal.clone();
        behaviour.traffic = Traffic::steady(self.traffic);
        for value in behaviour.shares.values_mut() {
            value.value = share;
        }
        behaviour
    }
}
