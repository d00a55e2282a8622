//! Desired against actual: the ordered changes, with what is to be said about their cost and safety.
//! A value to be printed, judged, and applied by others: it knows no account, and never carries itself out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::artifact::{Artifact, ArtifactId, Kind, State};
use crate::diagnostic::LevelPolicy;
use crate::inventory::Identity;

mod cost;
mod depends;
mod diagnostic;
mod diff;
mod fields;
mod order;
mod owner;
mod render;
mod safety;
#[cfg(test)]
pub(crate) mod tests;

pub use cost::{Cost, CostLine};
pub use depends::needs;
pub use diagnostic::{PlanDiagnostic, Verdict};
pub use order::{Wave, Work};
pub use owner::{Conflict, Owner};
pub use render::Detail;
pub use safety::{Consent, SafetyContext};

/// What will be done to one artifact. Unchanged is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Change {
    Create {
        new: Artifact,
    },
    Update {
        old: Artifact,
        new: Artifact,
    },
    /// Marks what exists and is not this stack's as this stack's, and makes it `new`. Only where the user named it.
    Adopt {
        old: Artifact,
        new: Artifact,
    },
    Delete {
        old: Artifact,
    },
}

impl Change {
    pub fn id(&self) -> ArtifactId {
        self.artifact().id()
    }

    pub fn kind(&self) -> Kind {
        self.artifact().kind()
    }

    pub fn name(&self) -> &str {
        self.artifact().name()
    }

    pub fn action(&self) -> Action {
        match self {
            Change::Create { .. } => Action::Create,
            Change::Update { .. } => Action::Update,
            Change::Adopt { .. } => Action::Adopt,
            Change::Delete { .. } => Action::Delete,
        }
    }

    /// What there will be, or for a deletion what there was.
    pub fn artifact(&self) -> &Artifact {
        match self {
            Change::Create { new } | Change::Update { new, .. } | Change::Adopt { new, .. } => new,
            Change::Delete { old } => old,
        }
    }

    /// What is there before the change.
    pub fn before(&self) -> Option<&Artifact> {
        match self {
            Change::Create { .. } => None,
            Change::Update { old, .. } | Change::Adopt { old, .. } | Change::Delete { old } => {
                Some(old)
            }
        }
    }

    /// What is there after the change.
    pub fn after(&self) -> Option<&Artifact> {
        match self {
            Change::Create { new } | Change::Update { new, .. } | Change::Adopt { new, .. } => {
                Some(new)
            }
            Change::Delete { .. } => None,
        }
    }
}

/// The verb of a [`Change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    Update,
    Adopt,
    Delete,
}

impl Action {
    /// The sign that stands before a change in a list.
    pub fn sign(self) -> char {
        match self {
            Action::Create => '+',
            Action::Update | Action::Adopt => '~',
            Action::Delete => '-',
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Adopt => "adopt",
            Action::Delete => "delete",
        })
    }
}

/// Settings exist anyway: they are never made or deleted, and belong to nobody.
pub fn is_setting(kind: Kind) -> bool {
    match kind {
        Kind::LogRetention => true,
        Kind::Topic
        | Kind::TraceGroup
        | Kind::SamplingRule
        | Kind::EventRule
        | Kind::Alarm
        | Kind::CompositeAlarm
        | Kind::Dashboard => false,
    }
}

/// Which stack a plan is for, and in whose account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    pub stack: String,
    pub identity: Identity,
}

/// How many changes of each sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub adopt: usize,
    pub delete: usize,
    pub unchanged: usize,
}

/// The changes that make the actual state the desired one, in the order in which they are to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    target: Target,
    changes: Vec<Change>,
    unchanged: Vec<Artifact>,
    conflicts: Vec<Conflict>,
    findings: Vec<PlanDiagnostic>,
    diagnostics_allowed: usize,
    cost: Option<Cost>,
}

impl Plan {
    /// Compares by `==` on the artifacts' canonical form. Whose the existing ones are is not known yet:
    /// ask for the owners of [`Plan::ids_to_verify`] and give them to [`Plan::with_owners`].
    pub fn between(target: Target, actual: State, desired: State) -> Self {
        let found = diff::compare(actual, desired);
        let (changes, unchanged) = (order::sorted(found.changes), found.unchanged);
        Self {
            target,
            changes,
            unchanged,
            conflicts: Vec::new(),
            findings: found.findings,
            diagnostics_allowed: 0,
            cost: None,
        }
    }

    /// What has to be proved ours before this plan may be shown as true: all that is to be updated or deleted, and what the
    /// user wants to adopt. What is to be created is proved right before it is written.
    pub fn ids_to_verify(&self, adopt: &BTreeSet<String>) -> Vec<ArtifactId> {
        let existing = self.changes.iter().filter_map(Change::before);
        let adopted = self
            .unchanged
            .iter()
            .filter(|artifact| adopt.contains(artifact.name()));
        existing
            .chain(adopted)
            .filter(|artifact| !is_setting(artifact.kind()))
            .map(Artifact::id)
            .collect()
    }

    /// Takes out what is not this stack's: deletions of it vanish, updates of it become conflicts unless `adopt` names them.
    /// What `owners` is silent about counts as not ours.
    #[must_use]
    pub fn with_owners(
        mut self,
        owners: &BTreeMap<ArtifactId, Owner>,
        adopt: &BTreeSet<String>,
    ) -> Self {
        let partition = owner::partition_by_owner(
            self.changes,
            &mut self.unchanged,
            owner::Rules {
                stack: &self.target.stack,
                owners,
                adopt,
            },
        );
        self.changes = order::sorted(partition.changes);
        self.conflicts.extend(partition.conflicts);
        self.findings.extend(partition.findings);
        self
    }

    #[must_use]
    pub fn with_cost(mut self, cost: Cost) -> Self {
        self.cost = Some(cost);
        self
    }

    /// Adds what other stages found (a `Diagnostic` becomes a `PlanDiagnostic` as it is).
    #[must_use]
    pub fn with_findings(
        mut self,
        findings: impl IntoIterator<Item = impl Into<PlanDiagnostic>>,
    ) -> Self {
        self.findings.extend(findings.into_iter().map(Into::into));
        self
    }

    /// Adds what is dangerous about the plan. To be asked last: it looks at changes, conflicts and cost as they then are.
    #[must_use]
    pub fn with_safety_checks(mut self, context: &SafetyContext) -> Self {
        let findings = safety::judge(&self, context);
        self.findings.extend(findings);
        self
    }

    /// Gives every diagnostic its level under the project's policy. To be called after the safety checks; `allowed` counts the
    /// diagnostics of earlier stages that the policy left out.
    #[must_use]
    pub fn with_levels(mut self, levels: &LevelPolicy, allowed: usize) -> Self {
        let found = self.findings.len();
        self.findings
            .retain_mut(|finding| finding.take_level(levels));
        self.diagnostics_allowed = allowed + found - self.findings.len();
        self
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    /// In the order in which they are to be made.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    pub fn findings(&self) -> &[PlanDiagnostic] {
        &self.findings
    }

    /// The number of diagnostics that the project allows.
    pub fn diagnostics_allowed(&self) -> usize {
        self.diagnostics_allowed
    }

    pub fn cost(&self) -> Option<&Cost> {
        self.cost.as_ref()
    }

    /// What may be done with the plan. Where nothing is to be done, nothing is refused.
    pub fn verdict(&self) -> Verdict {
        if self.changes.is_empty() {
            return Verdict::Nothing;
        }
        let refusals: Vec<PlanDiagnostic> = self
            .findings
            .iter()
            .filter(|finding| finding.refuses())
            .cloned()
            .collect();
        if refusals.is_empty() {
            Verdict::Changes
        } else {
            Verdict::Refused(refusals)
        }
    }

    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            unchanged: self.unchanged.len(),
            ..Summary::default()
        };
        for change in &self.changes {
            *match change.action() {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Adopt => &mut summary.adopt,
                Action::Delete => &mut summary.delete,
            } += 1;
        }
        summary
    }

    /// The changes in groups whose members do not depend on each other; every group needs those before it.
    pub fn into_waves(self) -> Vec<Wave> {
        order::waves(self.changes)
    }
}
