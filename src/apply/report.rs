//! What became of each change of a plan, and what to do next.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::artifact::ArtifactId;
use crate::plan::{Action, Owner, Plan};
use crate::provider::AccountError;

/// Lines for what was not done: where everything is denied, the first ones tell all.
const TOLD: usize = 40;

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    Done,
    Failed {
        #[serde(serialize_with = "as_text")]
        error: AccountError,
    },
    Skipped {
        because: Reason,
    },
    /// The name is someone else's; nothing was written.
    Conflict {
        owner: Owner,
    },
    /// The run was stopped before.
    NotStarted,
}

fn as_text<S: Serializer>(error: &AccountError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// Why a change was not tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// It needs what could not be made, or is not ours.
    Needs { id: ArtifactId },
    /// What could not be changed still mentions it.
    UsedBy { id: ArtifactId },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Needs { id } => write!(f, "it needs {id}"),
            Reason::UsedBy { id } => write!(f, "{id} still mentions it"),
        }
    }
}

/// One change of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub region: String,
    pub action: Action,
    #[serde(flatten)]
    pub id: ArtifactId,
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// How many changes came to each end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Numbers {
    pub done: usize,
    pub failed: usize,
    pub skipped: usize,
    pub conflicts: usize,
    pub not_started: usize,
}

/// All changes in the plan's order, after the conflicts that the plan had from the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub stack: String,
    pub entries: Vec<Entry>,
}

impl Report {
    /// Nothing done yet.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut conflicts = Vec::new();
        let mut changes = Vec::new();
        for part in plan.parts() {
            let region = &part.target.region;
            conflicts.extend(part.conflicts.iter().map(|conflict| Entry {
                region: region.clone(),
                action: conflict.wanted,
                id: conflict.id.clone(),
                outcome: Outcome::Conflict {
                    owner: conflict.owner.clone(),
                },
            }));
            changes.extend(part.changes.iter().map(|change| Entry {
                region: region.clone(),
                action: change.action(),
                id: change.id(),
                outcome: Outcome::NotStarted,
            }));
        }
        conflicts.append(&mut changes);
        Self {
            stack: plan.stack().to_owned(),
            entries: conflicts,
        }
    }

    /// Sets the outcomes of one Region's changes.
    pub(super) fn fill_in(&mut self, region: &str, mut outcomes: BTreeMap<ArtifactId, Outcome>) {
        let entries = self
            .entries
            .iter_mut()
            .filter(|entry| entry.region == region);
        for entry in entries {
            if let Some(outcome) = outcomes.remove(&entry.id) {
                entry.outcome = outcome;
            }
        }
    }

    pub fn numbers(&self) -> Numbers {
        let mut numbers = Numbers::default();
        for entry in &self.entries {
            *match entry.outcome {
                Outcome::Done => &mut numbers.done,
                Outcome::Failed { .. } => &mut numbers.failed,
                Outcome::Skipped { .. } => &mut numbers.skipped,
                Outcome::Conflict { .. } => &mut numbers.conflicts,
                Outcome::NotStarted => &mut numbers.not_started,
            } += 1;
        }
        numbers
    }

    /// Whether everything that was planned is done. Anything else ends in exit code 1.
    pub fn is_complete(&self) -> bool {
        self.numbers()
            == Numbers {
                done: self.entries.len(),
                ..Numbers::default()
            }
    }

    /// For a terminal: what was not done and why, the numbers, and the way on.
    pub fn text(&self) -> String {
        let mut lines: Vec<String> = self.entries.iter().filter_map(Entry::told).collect();
        if lines.len() > TOLD {
            let more = lines.len() - TOLD;
            lines.truncate(TOLD);
            lines.push(format!("… and {more} more"));
        }
        lines.push(self.sum());
        lines.extend(self.way_on());
        lines.join("\n") + "\n"
    }

    fn sum(&self) -> String {
        let Numbers {
            done,
            failed,
            skipped,
            conflicts,
            not_started,
        } = self.numbers();
        let others = [
            (failed, "failed"),
            (skipped, "skipped"),
            (conflicts, "not ours"),
            (not_started, "not started"),
        ];
        let others = others
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!(", {count} {word}"));
        format!("{done} done{}", others.collect::<String>())
    }

    fn way_on(&self) -> Vec<String> {
        let numbers = self.numbers();
        let mut lines = Vec::new();
        if numbers.conflicts > 0 {
            lines.push(
                "What is not ours stays as it is: rename it, or take it over with `--adopt NAME`."
                    .to_owned(),
            );
        }
        if numbers.failed + numbers.skipped > 0 {
            lines.push(
                "Run `tracewatch apply` again once the cause is gone: it does only what is left."
                    .to_owned(),
            );
        } else if numbers.not_started > 0 {
            lines.push(
                "Stopped. Run `tracewatch apply` again: it does only what is left.".to_owned(),
            );
        }
        lines
    }
}

impl Entry {
    /// A line for what is worth one: neither what is done nor each of what was never begun.
    fn told(&self) -> Option<String> {
        let what = format!("{} {}", self.action.sign(), self.id);
        match &self.outcome {
            Outcome::Done | Outcome::NotStarted => None,
            Outcome::Failed { error } => Some(format!("failed    {what}: {error}")),
            Outcome::Skipped { because } => Some(format!("skipped   {what}: {because}")),
            Outcome::Conflict { owner } => Some(format!("not ours  {what}: {owner}")),
        }
    }
}
