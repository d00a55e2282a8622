//! The report of an apply: each change's result, counts and next steps.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::artifact::{ArtifactId, Kind};
use crate::diagnostic::counted;
use crate::plan::{Action, Change, Conflict, Owner, Plan, PlanPart};
use crate::provider::AccountError;

/// The maximum number of lines about failed, skipped and foreign changes.
const MAX_LINES: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum ChangeResult {
    Done,
    Failed {
        #[serde(serialize_with = "as_text")]
        error: AccountError,
    },
    Skipped {
        because: SkipReason,
    },
    /// The artifact belongs to somebody else; nothing was written.
    Conflict {
        owner: Owner,
    },
    /// The apply was stopped before.
    NotStarted,
}

fn as_text<S: Serializer>(error: &AccountError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// The reason for skipping a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum SkipReason {
    /// It depends on a missing or foreign artifact.
    Needs { id: ArtifactId },
    /// An unchanged artifact still refers to it.
    UsedBy { id: ArtifactId },
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::Needs { id } => write!(f, "it needs {id}"),
            SkipReason::UsedBy { id } => write!(f, "{id} still mentions it"),
        }
    }
}

/// One change of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportEntry {
    pub region: String,
    pub action: Action,
    #[serde(flatten)]
    pub id: ArtifactId,
    #[serde(flatten)]
    pub result: ChangeResult,
}

/// The number of changes with each result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub done: usize,
    pub failed: usize,
    pub skipped: usize,
    pub conflicts: usize,
    pub not_started: usize,
}

/// First the plan's conflicts, then all changes in the plan's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub stack: String,
    pub entries: Vec<ReportEntry>,
}

impl Report {
    /// A report before the first change.
    pub(super) fn new(plan: &Plan) -> Self {
        let mut conflicts = Vec::new();
        let mut changes = Vec::new();
        for part in plan.parts() {
            let of_part = part.conflicts.iter();
            conflicts.extend(of_part.map(|conflict| ReportEntry::of_conflict(part, conflict)));
            let of_part = part.changes.iter();
            changes.extend(of_part.map(|change| ReportEntry::of_change(part, change)));
        }
        conflicts.append(&mut changes);
        Self {
            stack: plan.stack().to_owned(),
            entries: conflicts,
        }
    }

    /// Sets the results of one Region's changes.
    pub(super) fn fill_in(
        &mut self,
        region: &str,
        mut results: BTreeMap<ArtifactId, ChangeResult>,
    ) {
        let entries = self.entries.iter_mut();
        for entry in entries.filter(|entry| entry.region == region) {
            if let Some(result) = results.remove(&entry.id) {
                entry.result = result;
            }
        }
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in &self.entries {
            *match entry.result {
                ChangeResult::Done => &mut counts.done,
                ChangeResult::Failed { .. } => &mut counts.failed,
                ChangeResult::Skipped { .. } => &mut counts.skipped,
                ChangeResult::Conflict { .. } => &mut counts.conflicts,
                ChangeResult::NotStarted => &mut counts.not_started,
            } += 1;
        }
        counts
    }

    /// Whether all changes were made. Otherwise the exit code is 1.
    pub fn is_complete(&self) -> bool {
        self.counts()
            == Counts {
                done: self.entries.len(),
                ..Counts::default()
            }
    }

    /// Terminal output: failed and skipped changes, counts, next steps. `command` makes the remaining changes.
    pub fn text(&self, command: &str) -> String {
        let mut lines: Vec<String> = self.entries.iter().filter_map(ReportEntry::line).collect();
        if lines.len() > MAX_LINES {
            let more = lines.len() - MAX_LINES;
            lines.truncate(MAX_LINES);
            lines.push(format!("… and {more} more"));
        }
        lines.push(self.summary());
        lines.extend(self.next_steps(command));
        lines.join("\n") + "\n"
    }

    fn summary(&self) -> String {
        let Counts {
            done,
            failed,
            skipped,
            conflicts,
            not_started,
        } = self.counts();
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
        let remaining = match counted_kinds(&self.not_started()).as_str() {
            "" => String::new(),
            counts => format!(" ({counts})"),
        };
        format!("{done} done{}{remaining}", others.collect::<String>())
    }

    /// The number of changes of each kind that did not start.
    fn not_started(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            if entry.result == ChangeResult::NotStarted {
                *counts.entry(entry.id.kind).or_default() += 1;
            }
        }
        counts
    }

    fn next_steps(&self, command: &str) -> Vec<String> {
        let counts = self.counts();
        let mut lines = Vec::new();
        let conflicts = self.entries.iter().filter(|entry| entry.is_conflict());
        let (left, taken): (Vec<_>, Vec<_>) =
            conflicts.partition(|entry| entry.action == Action::Delete);
        if !taken.is_empty() {
            lines.push(
                "What is not ours stays as it is: rename it, or take it over with `--adopt NAME`."
                    .to_owned(),
            );
        }
        if !left.is_empty() {
            lines.push(
                "What is not ours is left behind: delete it by hand if nobody needs it.".to_owned(),
            );
        }
        if counts.failed + counts.skipped > 0 {
            lines.push(format!(
                "Run `{command}` again once the cause is gone: it does only what is left."
            ));
        } else if counts.not_started > 0 {
            lines.push(format!(
                "Stopped. Run `{command}` again: it does only what is left."
            ));
        }
        lines
    }
}

/// As in `2 alarms, 1 dashboard`.
fn counted_kinds(counts: &BTreeMap<Kind, usize>) -> String {
    let texts: Vec<String> = counts
        .iter()
        .map(|(kind, count)| counted(*count, &kind.to_string(), &format!("{kind}s")))
        .collect();
    texts.join(", ")
}

impl ReportEntry {
    fn of_conflict(part: &PlanPart, conflict: &Conflict) -> Self {
        Self {
            region: part.target.region.clone(),
            action: conflict.wanted,
            id: conflict.id.clone(),
            result: ChangeResult::Conflict {
                owner: conflict.owner.clone(),
            },
        }
    }

    fn of_change(part: &PlanPart, change: &Change) -> Self {
        Self {
            region: part.target.region.clone(),
            action: change.action(),
            id: change.id(),
            result: ChangeResult::NotStarted,
        }
    }

    fn is_conflict(&self) -> bool {
        matches!(self.result, ChangeResult::Conflict { .. })
    }

    /// A line about a change that failed, was skipped or met a conflict.
    fn line(&self) -> Option<String> {
        let what = format!("{} {}", self.action.sign(), self.id);
        match &self.result {
            ChangeResult::Done | ChangeResult::NotStarted => None,
            ChangeResult::Failed { error } => Some(format!("failed    {what}: {error}")),
            ChangeResult::Skipped { because } => Some(format!("skipped   {what}: {because}")),
            ChangeResult::Conflict { owner } => {
                Some(format!("not ours  {what}: {}", owner.text(self.id.kind)))
            }
        }
    }
}
