//! The operating table of an alarm: how often it notifies, and how soon, by traffic and by share.

use std::fmt::Write as _;

use super::frequencies::{median, percent};
use super::{concurrently, prepare};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::semantics::traffic::Traffic;
use crate::trial::{Behaviour, Frequencies, Incident, Trial};

/// The columns of a table: requests a minute.
pub const TRAFFIC: [f64; 5] = [1.0, 3.0, 12.0, 60.0, 1000.0];
/// The rows of a table: fractions of the requests.
pub const SHARES: [f64; 9] = [0.001, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0];
const WEEKS: u32 = 10;
const RUNS: u32 = 100;
/// The longest time until the first notification that is looked at.
const INCIDENT_MINUTES: u32 = 6 * 60;

/// Notifications of one alarm by traffic and share.
#[derive(Debug)]
pub struct OperatingTable {
    /// The metric whose share varies.
    pub share_of: String,
    /// Requests a minute of each column.
    pub traffic: Vec<f64>,
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

/// The names of the alarms that have a table: those with a trial that has one share.
pub fn alarms(catalog: &Catalog) -> Vec<String> {
    let with_share = prepare::all(catalog, &[], "").into_iter().filter(has_share);
    let mut names: Vec<String> = with_share.map(|prepared| prepared.full_name()).collect();
    names.dedup();
    names
}

fn has_share(prepared: &prepare::Prepared<'_>) -> bool {
    prepared.trial.normal.shares.len() == 1
}

impl OperatingTable {
    /// Plays an alarm over all combinations of traffic and share. `alarm` is a name such as `lambda.error-rate`. `None` for an unknown alarm, and
    /// for one without a trial that has a share.
    ///
    /// # Errors
    /// When the trial cannot run.
    pub fn new(
        catalog: &Catalog,
        alarm: &str,
        shares: &[f64],
        traffic: &[f64],
    ) -> Result<Option<Self>, Diagnostic> {
        let mut all = prepare::all(catalog, &[], alarm).into_iter();
        let Some(prepared) =
            all.find(|prepared| prepared.full_name() == alarm && has_share(prepared))
        else {
            return Ok(None);
        };
        let subject = prepared.subject?;
        let trial = prepared.trial;
        let cases: Vec<Case> = shares
            .iter()
            .flat_map(|share| {
                let cases = traffic.iter();
                cases.map(|traffic| Case {
                    traffic: *traffic,
                    share: *share,
                })
            })
            .collect();
        let seed = prepare::seed(alarm);
        let mut cells = concurrently(&cases, |case| case.cell(&subject, trial, seed)).into_iter();
        let rows = shares.iter().map(|share| OperatingRow {
            share: *share,
            cells: cells.by_ref().take(traffic.len()).collect(),
        });
        Ok(Some(Self {
            share_of: trial.normal.shares.keys().cloned().collect(),
            traffic: traffic.to_vec(),
            rows: rows.collect(),
        }))
    }

    /// The table in Markdown, readable as plain text: each cell has the notifications a week and the minutes until the first.
    pub fn markdown(&self) -> String {
        let mut text = format!("| `{}` ", self.share_of);
        for traffic in &self.traffic {
            write!(text, "| {traffic}/min ").unwrap_or_default();
        }
        text.push_str("|\n|---|");
        text.push_str(&"---|".repeat(self.traffic.len()));
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
    /// `12 min, 0.3`: minutes until the first notification, and notifications a week.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.minutes {
            Some(minutes) => write!(f, "{minutes} min, {:.1}", self.per_week),
            None => write!(f, "–, {:.1}", self.per_week),
        }
    }
}

impl Case {
    fn cell(&self, subject: &super::run::Subject, trial: &Trial, seed: u64) -> OperatingCell {
        let weeks = subject.weeks(&self.constant(trial), WEEKS, seed);
        let runs = subject.incidents(&self.incident(trial), RUNS, 1, seed);
        OperatingCell {
            per_week: f64::from(weeks.iter().sum::<u32>()) / f64::from(WEEKS),
            minutes: median(runs.iter().map(|run| run.notified_after)),
        }
    }

    /// The share lasts for weeks.
    fn constant(&self, trial: &Trial) -> Trial {
        Trial {
            normal: self.behaviour(trial, self.share),
            incident: None,
            expect: Frequencies::PerWeek { most: 0.0 },
            ..trial.clone()
        }
    }

    /// The share begins after a time in which nothing fails.
    fn incident(&self, trial: &Trial) -> Trial {
        Trial {
            normal: self.behaviour(trial, 0.0),
            incident: Some(Incident {
                starts: 0,
                minutes: INCIDENT_MINUTES,
                behaviour: self.behaviour(trial, self.share),
            }),
            ..trial.clone()
        }
    }

    fn behaviour(&self, trial: &Trial, share: f64) -> Behaviour {
        let mut behaviour = trial.normal.clone();
        behaviour.traffic = Traffic::steady(self.traffic);
        for value in behaviour.shares.values_mut() {
            value.value = share;
        }
        behaviour
    }
}
