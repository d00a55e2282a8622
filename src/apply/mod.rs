//! Carries out a plan through the ports: in order, many writes at a time, never on what is not ours, past failures, and safe to
//! stop. What it could not do a second run does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt};

use crate::artifact::{ArtifactId, Kind};
use crate::inventory::Identity;
use crate::plan::{Action, Change, Owner, Plan, Wave, Work, needs};
use crate::provider::{AccountError, Reader, Writer};

mod report;
#[cfg(test)]
mod tests;

pub use report::{Entry, Numbers, Outcome, Reason, Report};

/// Writes in flight at a time. How fast they go is the adapter's concern: it knows the quotas.
const CONCURRENT: usize = 16;

/// Changes whose owners are read together, right before they are written: one `DescribeAlarms` takes 100 names, as do
/// `DeleteAlarms` and `DeleteDashboards`.
const BATCH: usize = 100;

/// Is told how far the work has come.
pub trait Observer {
    fn on(&mut self, event: Event<'_>);
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// So many artifacts of one kind are about to be made or removed.
    Started {
        work: Work,
        kind: Kind,
        count: usize,
    },
    /// What became of one change. Comes once for each that was begun or skipped.
    Finished {
        id: &'a ArtifactId,
        outcome: &'a Outcome,
    },
}

/// Applies `plan`, one target after the other. A failure stops only the changes that need the failed
/// artifact. Once `stop` is set, the writes in flight are finished and no other is started.
pub async fn apply<A: Reader + Writer>(
    plan: Plan,
    accounts: &BTreeMap<Identity, A>,
    observer: &mut impl Observer,
    stop: &AtomicBool,
) -> Report {
    let mut report = Report::of(&plan);
    let stack = plan.stack().to_owned();
    let mut locked_out = false;
    for part in plan.into_parts() {
        let Some(account) = accounts.get(&part.target) else {
            continue;
        };
        let mut run = Run {
            stack: &stack,
            account,
            observer,
            stop,
            locked_out,
            absent: part
                .conflicts
                .iter()
                .map(|conflict| conflict.id.clone())
                .collect(),
            in_use: BTreeMap::new(),
            outcomes: BTreeMap::new(),
        };
        let region = part.target.region.clone();
        for wave in part.into_waves() {
            run.wave(wave).await;
        }
        locked_out = run.locked_out;
        report.fill_in(&region, run.outcomes);
    }
    report
}

struct Run<'a, A, O> {
    stack: &'a str,
    account: &'a A,
    observer: &'a mut O,
    stop: &'a AtomicBool,
    /// Without credentials every further call would fail alike.
    locked_out: bool,
    /// What is not there, or not ours, though the plan counted on it.
    absent: BTreeSet<ArtifactId>,
    /// What something still mentions that was to stop mentioning it, and that something.
    in_use: BTreeMap<ArtifactId, ArtifactId>,
    outcomes: BTreeMap<ArtifactId, Outcome>,
}

impl<A: Reader + Writer, O: Observer> Run<'_, A, O> {
    async fn wave(&mut self, wave: Wave) {
        if self.is_stopped() {
            return;
        }
        self.observer.on(Event::Started {
            work: wave.work,
            kind: wave.kind,
            count: wave.changes.len(),
        });
        let mut left = wave.changes.into_iter();
        while !left.as_slice().is_empty() && !self.is_stopped() {
            let possible = self.possible(left.by_ref().take(BATCH));
            let ours = self.ours(possible).await;
            self.write(ours).await;
        }
    }

    fn is_stopped(&self) -> bool {
        self.locked_out || self.stop.load(Ordering::Relaxed)
    }

    /// Skips what needs something that is not there.
    fn possible(&mut self, changes: impl Iterator<Item = Change>) -> Vec<Change> {
        let mut possible = Vec::new();
        for change in changes {
            match self.obstacle(&change) {
                Some(because) => self.settle(&change, Outcome::Skipped { because }),
                None => possible.push(change),
            }
        }
        possible
    }

    fn obstacle(&self, change: &Change) -> Option<Reason> {
        if let Some(new) = change.after() {
            let missing = needs(new)
                .into_iter()
                .find(|id| self.absent.contains(id) && *id != change.id());
            return missing.map(|id| Reason::Needs { id });
        }
        self.in_use
            .get(&change.id())
            .map(|id| Reason::UsedBy { id: id.clone() })
    }

    /// Reads whose the artifacts are now, and keeps the changes that may be made.
    async fn ours(&mut self, changes: Vec<Change>) -> Vec<Change> {
        let ids: Vec<ArtifactId> = changes
            .iter()
            .map(Change::id)
            .filter(|id| !id.kind.is_setting())
            .collect();
        let owners = if ids.is_empty() {
            Ok(BTreeMap::new())
        } else {
            self.account.owners(&ids).await
        };
        match owners {
            Ok(owners) => changes
                .into_iter()
                .filter_map(|change| self.allowed(change, &owners))
                .collect(),
            Err(error) => {
                self.locked_out |= is_lockout(&error);
                for change in changes {
                    self.settle(
                        &change,
                        Outcome::Failed {
                            error: error.clone(),
                        },
                    );
                }
                Vec::new()
            }
        }
    }

    /// The change as it has to be made now; what is not to be made is settled.
    fn allowed(&mut self, change: Change, owners: &BTreeMap<ArtifactId, Owner>) -> Option<Change> {
        if change.kind().is_setting() {
            return Some(change);
        }
        match judge(change, owners, self.stack) {
            Judgement::Write(change) => Some(change),
            Judgement::Settle(change, outcome) => {
                self.settle(&change, outcome);
                None
            }
        }
    }

    async fn write(&mut self, changes: Vec<Change>) {
        let (account, stop) = (self.account, self.stop);
        let calls = stream::iter(calls(changes)).map(async |call: Vec<Change>| {
            if stop.load(Ordering::Relaxed) {
                return (call, None);
            }
            let results = account.write(&call).await;
            (call, Some(results))
        });
        let mut answers = calls.buffer_unordered(CONCURRENT);
        while let Some((call, results)) = answers.next().await {
            self.answered(&call, results);
        }
    }

    /// Without results the call was never begun.
    fn answered(&mut self, call: &[Change], results: Option<Vec<Result<(), AccountError>>>) {
        let Some(results) = results else { return };
        let mut results = results.into_iter();
        for change in call {
            let outcome = match results.next() {
                Some(Ok(())) => Outcome::Done,
                Some(Err(error)) => Outcome::Failed { error },
                None => Outcome::Failed { error: no_result() },
            };
            self.settle(change, outcome);
        }
    }

    fn settle(&mut self, change: &Change, outcome: Outcome) {
        let id = change.id();
        self.observer.on(Event::Finished {
            id: &id,
            outcome: &outcome,
        });
        self.remember(change, &id, &outcome);
        self.outcomes.insert(id, outcome);
    }

    /// What a change that was not made means for those that come after it.
    fn remember(&mut self, change: &Change, id: &ArtifactId, outcome: &Outcome) {
        let foreign = match outcome {
            Outcome::Done => return,
            Outcome::Conflict { .. } => true,
            Outcome::Failed { error } => {
                self.locked_out |= is_lockout(error);
                false
            }
            Outcome::Skipped { .. } | Outcome::NotStarted => false,
        };
        let not_ours_yet = match change.action() {
            Action::Create | Action::Adopt => true,
            Action::Update | Action::Delete => false,
        };
        if foreign || not_ours_yet {
            self.absent.insert(id.clone());
        }
        if let Some(old) = change.before() {
            self.in_use
                .extend(needs(old).into_iter().map(|needed| (needed, id.clone())));
        }
    }
}

/// What the owner, read right before the write, makes of a change.
enum Judgement {
    Write(Change),
    Settle(Change, Outcome),
}

fn judge(change: Change, owners: &BTreeMap<ArtifactId, Owner>, stack: &str) -> Judgement {
    let owner = owners.get(&change.id()).cloned().unwrap_or(Owner::Unmarked);
    let ours = owner.is_stack(stack);
    match (change, owner) {
        (Change::Delete { old }, Owner::Nobody) => {
            Judgement::Settle(Change::Delete { old }, Outcome::Done)
        }
        (
            Change::Create { new } | Change::Update { new, .. } | Change::Adopt { new, .. },
            Owner::Nobody,
        ) => Judgement::Write(Change::Create { new }),
        (Change::Adopt { old, new }, Owner::Stack(_)) if ours => {
            Judgement::Write(Change::Update { old, new })
        }
        (change, Owner::Stack(_)) if ours => Judgement::Write(change),
        (change @ Change::Adopt { .. }, Owner::Stack(_) | Owner::Unmarked) => {
            Judgement::Write(change)
        }
        (change, owner @ (Owner::Stack(_) | Owner::Unmarked)) => {
            Judgement::Settle(change, Outcome::Conflict { owner })
        }
    }
}

/// The changes of one batch as the service takes them.
fn calls(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let takes_many = changes
        .first()
        .is_some_and(|change| takes_many(change.kind(), change.action()));
    if takes_many {
        vec![changes]
    } else {
        changes.into_iter().map(|change| vec![change]).collect()
    }
}

/// Services take many names at once only for deletions of these kinds; of composite alarms `DeleteAlarms` takes one.
fn takes_many(kind: Kind, action: Action) -> bool {
    let by_names = match kind {
        Kind::Alarm | Kind::Dashboard => true,
        Kind::Topic
        | Kind::TraceGroup
        | Kind::SamplingRule
        | Kind::LogRetention
        | Kind::EventRule
        | Kind::CompositeAlarm => false,
    };
    by_names && action == Action::Delete
}

fn is_lockout(error: &AccountError) -> bool {
    match error {
        AccountError::NoCredentials { .. } => true,
        AccountError::NotFound { .. }
        | AccountError::Denied { .. }
        | AccountError::Throttled { .. }
        | AccountError::Conflict { .. }
        | AccountError::Limit { .. }
        | AccountError::NoAnswer { .. }
        | AccountError::Other { .. } => false,
    }
}

fn no_result() -> AccountError {
    AccountError::Other {
        operation: "write",
        message: "the account said nothing about this change".to_owned(),
    }
}
