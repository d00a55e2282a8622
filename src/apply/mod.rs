//! Carries out a plan: in dependency order, with concurrent writes, only on artifacts whose owner is verified. It continues after
//! failures and may be stopped at any time. The next run makes the remaining changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt};

use crate::artifact::{ArtifactId, Kind};
use crate::inventory::Target;
use crate::plan::{Action, Change, Owner, Plan, TagChanges, Wave, Work, needs};
use crate::provider::{AccountError, Reader, Writer};

mod pace;
mod report;
#[cfg(test)]
mod tests;

use pace::{Batch, Pace};
pub use report::{ChangeResult, Counts, Report, ReportEntry, SkipReason};

/// The number of writes in flight. The adapter limits their rate.
const CONCURRENT: usize = 16;

/// Receives the progress of an apply.
pub trait Observer {
    fn on(&mut self, event: ApplyEvent<'_>);
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ApplyEvent<'a> {
    /// The changes of one kind begin.
    Started {
        work: Work,
        kind: Kind,
        count: usize,
    },
    /// A started or skipped change has its result.
    Finished {
        id: &'a ArtifactId,
        result: &'a ChangeResult,
    },
}

/// Applies `plan`, one target after the other, the stack's own last: its chat configurations name topics of all targets. A failure skips only the changes that depend on the failed artifact. Once `stop` is
/// set, writes in flight finish and no other starts.
pub async fn apply<A: Reader + Writer>(
    plan: Plan,
    accounts: &BTreeMap<Target, A>,
    observer: &mut impl Observer,
    stop: &AtomicBool,
) -> Report {
    let mut report = Report::new(&plan);
    let stack = plan.stack().to_owned();
    let mut is_account_lost = false;
    for part in plan.into_parts().into_iter().rev() {
        let Some(account) = accounts.get(&part.target) else {
            continue;
        };
        let conflicts = part.conflicts.iter();
        let mut execution = Execution {
            stack: &stack,
            account,
            observer,
            stop,
            is_account_lost,
            absent: conflicts.map(|conflict| conflict.id.clone()).collect(),
            in_use: BTreeMap::new(),
            results: BTreeMap::new(),
        };
        let region = part.target.region.clone();
        for wave in part.into_waves() {
            execution.wave(wave).await;
        }
        is_account_lost = execution.is_account_lost;
        report.fill_in(&region, execution.results);
    }
    report
}

struct Execution<'a, A, O> {
    stack: &'a str,
    account: &'a A,
    observer: &'a mut O,
    stop: &'a AtomicBool,
    /// Set once the credentials are refused or the endpoint is given up: every further call would fail too.
    is_account_lost: bool,
    /// Planned artifacts that do not exist or belong to somebody else.
    absent: BTreeSet<ArtifactId>,
    /// Artifacts that an unchanged artifact still refers to, with that artifact.
    in_use: BTreeMap<ArtifactId, ArtifactId>,
    results: BTreeMap<ArtifactId, ChangeResult>,
}

impl<A: Reader + Writer, O: Observer> Execution<'_, A, O> {
    async fn wave(&mut self, wave: Wave) {
        if self.is_stopped() {
            return;
        }
        self.observer.on(ApplyEvent::Started {
            work: wave.work,
            kind: wave.kind,
            count: wave.changes.len(),
        });
        let mut pace = Pace::new(wave.work);
        let mut left = wave.changes.into_iter();
        while !left.as_slice().is_empty() && !self.is_stopped() {
            let unblocked = self.skip_blocked(left.by_ref().take(pace.size()));
            let batch = Batch::begin(unblocked.len());
            let verified = self.verify_owners(unblocked).await;
            self.write(verified).await;
            pace.end(&batch);
        }
    }

    fn is_stopped(&self) -> bool {
        self.is_account_lost || self.stop.load(Ordering::Relaxed)
    }

    /// Skips changes that an earlier failure blocks, and returns the others.
    fn skip_blocked(&mut self, changes: impl Iterator<Item = Change>) -> Vec<Change> {
        let mut unblocked = Vec::new();
        for change in changes {
            let change = change.without_alternatives(&self.absent);
            match self.skip_reason(&change) {
                Some(because) => self.finish(&change, ChangeResult::Skipped { because }),
                None => unblocked.push(change),
            }
        }
        unblocked
    }

    fn skip_reason(&self, change: &Change) -> Option<SkipReason> {
        if let Some(new) = change.after() {
            let missing = needs(new)
                .into_iter()
                .find(|id| self.absent.contains(id) && *id != change.id());
            return missing.map(|id| SkipReason::Needs { id });
        }
        self.in_use
            .get(&change.id())
            .map(|id| SkipReason::UsedBy { id: id.clone() })
    }

    /// Reads the current owners and returns the permitted changes.
    async fn verify_owners(&mut self, changes: Vec<Change>) -> Vec<Change> {
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
                .filter_map(|change| self.permitted(change, &owners))
                .collect(),
            Err(error) => {
                self.is_account_lost |= loses_account(&error);
                for change in changes {
                    self.finish(
                        &change,
                        ChangeResult::Failed {
                            error: error.clone(),
                        },
                    );
                }
                Vec::new()
            }
        }
    }

    /// The change to make in view of the current owner, or `None` if the change is finished.
    fn permitted(
        &mut self,
        change: Change,
        owners: &BTreeMap<ArtifactId, Owner>,
    ) -> Option<Change> {
        if change.kind().is_setting() {
            return Some(change);
        }
        match decide(change, owners, self.stack) {
            WriteDecision::Write(change) => Some(change),
            WriteDecision::Finish(change, result) => {
                self.finish(&change, result);
                None
            }
        }
    }

    async fn write(&mut self, changes: Vec<Change>) {
        let (account, stop) = (self.account, self.stop);
        let is_lost = AtomicBool::new(false);
        let calls = stream::iter(calls(changes)).map(async |call: Vec<Change>| {
            if stop.load(Ordering::Relaxed) || is_lost.load(Ordering::Relaxed) {
                return (call, None);
            }
            let results = account.write(&call).await;
            (call, Some(results))
        });
        let mut completed = calls.buffer_unordered(CONCURRENT);
        while let Some((call, results)) = completed.next().await {
            self.record(&call, results);
            is_lost.store(self.is_account_lost, Ordering::Relaxed);
        }
    }

    /// Without results the call did not start.
    fn record(&mut self, call: &[Change], results: Option<Vec<Result<(), AccountError>>>) {
        let Some(results) = results else { return };
        let mut results = results.into_iter();
        for change in call {
            let result = match results.next() {
                Some(Ok(())) => ChangeResult::Done,
                Some(Err(error)) => ChangeResult::Failed { error },
                None => ChangeResult::Failed { error: no_result() },
            };
            self.finish(change, result);
        }
    }

    fn finish(&mut self, change: &Change, result: ChangeResult) {
        let id = change.id();
        self.observer.on(ApplyEvent::Finished {
            id: &id,
            result: &result,
        });
        self.block_dependents(change, &id, &result);
        self.results.insert(id, result);
    }

    /// Records the artifacts that later changes cannot rely on after a change that was not made.
    fn block_dependents(&mut self, change: &Change, id: &ArtifactId, result: &ChangeResult) {
        let is_foreign = match result {
            ChangeResult::Done => return,
            ChangeResult::Conflict { .. } => true,
            ChangeResult::Failed { error } => {
                self.is_account_lost |= loses_account(error);
                false
            }
            ChangeResult::Skipped { .. } | ChangeResult::NotStarted => false,
        };
        let was_absent = match change.action() {
            Action::Create | Action::Adopt => true,
            Action::Update | Action::Delete => false,
        };
        if is_foreign || was_absent {
            self.absent.insert(id.clone());
        }
        if let Some(old) = change.before() {
            self.in_use
                .extend(needs(old).into_iter().map(|needed| (needed, id.clone())));
        }
    }
}

/// The decision about a change after reading the current owner.
enum WriteDecision {
    Write(Change),
    Finish(Change, ChangeResult),
}

fn decide(change: Change, owners: &BTreeMap<ArtifactId, Owner>, stack: &str) -> WriteDecision {
    let owner = owners.get(&change.id()).cloned().unwrap_or(Owner::Unmarked);
    let ours = owner.is_stack(stack);
    match (change, owner) {
        (Change::Delete { old }, Owner::Nobody) => {
            WriteDecision::Finish(Change::Delete { old }, ChangeResult::Done)
        }
        (
            Change::Create { new } | Change::Update { new, .. } | Change::Adopt { new, .. },
            Owner::Nobody,
        ) => WriteDecision::Write(Change::Create { new }),
        (Change::Adopt { old, new }, Owner::Stack(_)) if ours => {
            let tags = TagChanges::new();
            WriteDecision::Write(Change::Update { old, new, tags })
        }
        (change, Owner::Stack(_)) if ours => WriteDecision::Write(change),
        (change @ Change::Adopt { .. }, Owner::Stack(_) | Owner::Unmarked) => {
            WriteDecision::Write(change)
        }
        (change, owner @ (Owner::Stack(_) | Owner::Unmarked)) => {
            WriteDecision::Finish(change, ChangeResult::Conflict { owner })
        }
    }
}

/// The changes of one batch, grouped into calls.
fn calls(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let is_one_call = changes
        .first()
        .is_some_and(|change| is_batched(change.kind(), change.action()));
    if is_one_call {
        vec![changes]
    } else {
        changes.into_iter().map(|change| vec![change]).collect()
    }
}

/// Whether one call makes several changes: only for deletions, and `DeleteAlarms` takes only one composite alarm.
fn is_batched(kind: Kind, action: Action) -> bool {
    let has_batch_deletion = match kind {
        Kind::Alarm | Kind::Dashboard => true,
        Kind::Topic
        | Kind::ChatConfiguration
        | Kind::TraceGroup
        | Kind::SamplingRule
        | Kind::LogRetention
        | Kind::EventRule
        | Kind::MetricFilter
        | Kind::CompositeAlarm
        | Kind::MuteRule
        | Kind::ServiceLevelObjective => false,
    };
    has_batch_deletion && action == Action::Delete
}

fn loses_account(error: &AccountError) -> bool {
    match error {
        AccountError::NoCredentials { .. } | AccountError::Unreachable { .. } => true,
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
        message: "the account returned no result for this change".to_owned(),
    }
}
