//! The plan: ordered changes for each target, with their cost and diagnostics. A plain value without
//! access to an account: `render` prints it, `safety` checks it, `apply` applies it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::change::{Action, Change};
use super::cost::Cost;
use super::diagnostic::{PlanDiagnostic, Verdict};
use super::order::{self, Wave};
use super::owner::Conflict;
use crate::artifact::{Artifact, ArtifactId, Origin};
use crate::inventory::Target;

/// The number of changes of each action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub adopt: usize,
    pub delete: usize,
    pub unchanged: usize,
}

/// The resources whose names an artifact needs and only a deployment gives, by artifact.
pub(super) type UnknownNames = BTreeMap<ArtifactId, BTreeSet<String>>;

/// The changes of one account and Region, in apply order.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanPart {
    pub target: Target,
    pub changes: Vec<Change>,
    pub unchanged: Vec<Artifact>,
    pub conflicts: Vec<Conflict>,
    /// The origins of the desired artifacts.
    pub origins: BTreeMap<ArtifactId, Origin>,
    pub(super) unknown: UnknownNames,
}

impl PlanPart {
    /// The origin of a desired artifact; `None` for any other.
    pub fn origin(&self, id: &ArtifactId) -> Option<&Origin> {
        self.origins.get(id)
    }

    /// Sets the changes, in the order of their dependencies. Composite alarms do without alternatives that are conflicts; one that then changes
    /// nothing is unchanged.
    pub(super) fn take_changes(&mut self, changes: Vec<Change>) {
        let missing = self.conflicts.iter().map(|conflict| conflict.id.clone());
        let missing: BTreeSet<ArtifactId> = missing.collect();
        let mut left = Vec::new();
        for change in changes {
            let change = change.without_alternatives(&missing);
            match change.unchanged() {
                Some(artifact) => self.unchanged.push(artifact.clone()),
                None => left.push(change),
            }
        }
        self.changes = order::sorted(left);
    }

    /// The artifacts of the target before the plan.
    pub(super) fn before(&self) -> impl Iterator<Item = &Artifact> {
        let changed = self.changes.iter().filter_map(Change::before);
        changed.chain(&self.unchanged)
    }

    /// The artifacts of the stack after the plan.
    pub(super) fn after(&self) -> impl Iterator<Item = &Artifact> {
        let changed = self.changes.iter().filter_map(Change::after);
        changed.chain(&self.unchanged)
    }

    /// The resources whose names an artifact needs and only a deployment gives.
    pub fn unknown_names(&self, id: &ArtifactId) -> Option<&BTreeSet<String>> {
        self.unknown.get(id)
    }

    /// Groups of independent changes; each group depends on the earlier groups.
    pub fn into_waves(self) -> Vec<Wave> {
        order::waves(self.changes)
    }
}

/// The changes that turn the actual state of a stack's targets into the desired state.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub(super) stack: String,
    /// The stack's own target first.
    pub(super) parts: Vec<PlanPart>,
    pub(super) diagnostics: Vec<PlanDiagnostic>,
    pub(super) cost: Cost,
    pub(super) diagnostics_allowed: usize,
}

impl Plan {
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// The stack's own account and Region.
    pub fn home(&self) -> Option<&Target> {
        self.parts.first().map(|part| &part.target)
    }

    pub fn parts(&self) -> &[PlanPart] {
        &self.parts
    }

    pub fn into_parts(self) -> Vec<PlanPart> {
        self.parts
    }

    /// The changes of all parts, each in apply order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.parts.iter().flat_map(|part| &part.changes)
    }

    pub fn has_changes(&self) -> bool {
        self.changes().next().is_some()
    }

    pub fn unchanged(&self) -> impl Iterator<Item = &Artifact> {
        self.parts.iter().flat_map(|part| &part.unchanged)
    }

    pub fn conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.parts.iter().flat_map(|part| &part.conflicts)
    }

    pub fn findings(&self) -> &[PlanDiagnostic] {
        &self.diagnostics
    }

    /// The number of diagnostics that the project allows.
    pub fn diagnostics_allowed(&self) -> usize {
        self.diagnostics_allowed
    }

    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// Decides whether the plan can be applied. A plan without changes is never refused.
    pub fn verdict(&self) -> Verdict {
        if !self.has_changes() {
            return Verdict::Nothing;
        }
        let errors = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.refuses());
        let errors: Vec<PlanDiagnostic> = errors.cloned().collect();
        if errors.is_empty() {
            Verdict::Changes
        } else {
            Verdict::Refused(errors)
        }
    }

    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            unchanged: self.unchanged().count(),
            ..Summary::default()
        };
        for change in self.changes() {
            *match change.action() {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Adopt => &mut summary.adopt,
                Action::Delete => &mut summary.delete,
            } += 1;
        }
        summary
    }
}
