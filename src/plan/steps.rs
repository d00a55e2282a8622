//! The steps from two states to a plan. Each step is a type, so the compiler enforces the ownership
//! step and the safety checks.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::cost::Cost;
use super::diagnostic::PlanDiagnostic;
use super::model::{Plan, PlanPart};
use super::owner::{self, Owner};
use super::safety::{self, SafetyContext};
use super::{diff, order};
use crate::artifact::{Artifact, ArtifactId, State};
use crate::diagnostic::{LevelPolicy, Leveled};
use crate::inventory::Target;

/// The desired and the actual state of one target.
#[derive(Debug)]
pub struct TargetStates {
    pub target: Target,
    pub actual: State,
    pub desired: State,
}

/// Step 1: compared states. The owners of existing artifacts are still unknown.
#[derive(Debug)]
pub struct Comparison {
    stack: String,
    parts: Vec<PlanPart>,
    diagnostics: Vec<PlanDiagnostic>,
}

/// Step 2: changes to the stack's own artifacts only.
#[derive(Debug)]
pub struct OwnedChanges(Comparison);

impl Comparison {
    /// Compares the canonical forms of the artifacts with `==`. The stack's own target comes first.
    pub fn between(stack: &str, targets: impl IntoIterator<Item = TargetStates>) -> Self {
        let mut comparison = Self {
            stack: stack.to_owned(),
            parts: Vec::new(),
            diagnostics: Vec::new(),
        };
        for states in targets {
            let (desired, origins) = states.desired.into_parts();
            let difference = diff::compare(states.actual, desired);
            comparison.diagnostics.extend(difference.diagnostics);
            comparison.parts.push(PlanPart {
                target: states.target,
                changes: order::sorted(difference.changes),
                unchanged: difference.unchanged,
                conflicts: Vec::new(),
                origins,
                unknown: BTreeMap::new(),
            });
        }
        comparison
    }

    /// The artifacts of each target whose owners must be read: artifacts to update, delete or adopt.
    /// `apply` reads the owner of an artifact to create, right before the write.
    pub fn ids_to_verify(&self, adopt: &BTreeSet<String>) -> Vec<(Target, Vec<ArtifactId>)> {
        let parts = self.parts.iter();
        parts
            .map(|part| (part.target.clone(), ids_to_verify(part, adopt)))
            .collect()
    }

    /// Removes changes to artifacts of other owners: a deletion is dropped, an update becomes a
    /// conflict unless `adopt` names the artifact. An artifact without an entry in `owners` counts
    /// as unmarked.
    pub fn with_owners(
        mut self,
        owners: &BTreeMap<Target, BTreeMap<ArtifactId, Owner>>,
        adopt: &BTreeSet<String>,
    ) -> OwnedChanges {
        self.diagnostics.extend(self.unmatched_adoptions(adopt));
        let unknown = BTreeMap::new();
        for part in &mut self.parts {
            let rules = owner::Rules {
                stack: &self.stack,
                owners: owners.get(&part.target).unwrap_or(&unknown),
                adopt,
            };
            let changes = std::mem::take(&mut part.changes);
            let partition = owner::partition_by_owner(changes, &mut part.unchanged, rules);
            part.changes = order::sorted(partition.changes);
            part.conflicts.extend(partition.conflicts);
            self.diagnostics.extend(partition.diagnostics);
        }
        OwnedChanges(self)
    }

    fn unmatched_adoptions(&self, adopt: &BTreeSet<String>) -> Vec<PlanDiagnostic> {
        let changed = self
            .parts
            .iter()
            .flat_map(|part| &part.changes)
            .map(Change::name);
        let unchanged = self
            .parts
            .iter()
            .flat_map(|part| &part.unchanged)
            .map(Artifact::name);
        let known: BTreeSet<&str> = changed.chain(unchanged).collect();
        let unmatched = adopt.iter().filter(|name| !known.contains(name.as_str()));
        unmatched.map(|name| owner::matches_nothing(name)).collect()
    }
}

fn ids_to_verify(part: &PlanPart, adopt: &BTreeSet<String>) -> Vec<ArtifactId> {
    let existing = part.changes.iter().filter_map(Change::before);
    let adopted = part
        .unchanged
        .iter()
        .filter(|artifact| adopt.contains(artifact.name()));
    let owned = existing
        .chain(adopted)
        .filter(|artifact| !artifact.kind().is_setting());
    owned.map(Artifact::id).collect()
}

impl OwnedChanges {
    /// Step 3: the plan with its cost, and the diagnostics of earlier stages and safety checks at
    /// the levels of the policy.
    pub fn into_plan(
        self,
        cost: Cost,
        earlier: Leveled,
        context: &SafetyContext,
        levels: &LevelPolicy,
    ) -> Plan {
        let OwnedChanges(comparison) = self;
        let mut plan = Plan {
            stack: comparison.stack,
            parts: comparison.parts,
            diagnostics: comparison.diagnostics,
            cost,
            diagnostics_allowed: earlier.allowed,
        };
        plan.diagnostics
            .extend(earlier.diagnostics.into_iter().map(Into::into));
        let dangers = safety::check(&plan, context);
        plan.diagnostics.extend(dangers);
        let before = plan.diagnostics.len();
        plan.diagnostics
            .retain_mut(|diagnostic| diagnostic.take_level(levels));
        plan.diagnostics_allowed += before - plan.diagnostics.len();
        plan
    }
}
