//! The steps from two states to a plan. Each step is a type, so that none can be left out: a
//! comparison has no plan before its owners are known, and no plan is without its safety checks.

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
use crate::inventory::Identity;

/// The desired and the actual state of one target.
#[derive(Debug)]
pub struct TargetStates {
    pub target: Identity,
    pub actual: State,
    pub desired: State,
}

/// Step 1: the states are compared. The owners of the existing artifacts are not known yet.
#[derive(Debug)]
pub struct Comparison {
    stack: String,
    parts: Vec<PlanPart>,
    findings: Vec<PlanDiagnostic>,
}

/// Step 2: only the stack's own artifacts are changed.
#[derive(Debug)]
pub struct OwnedChanges(Comparison);

impl Comparison {
    /// Compares the canonical forms of the artifacts with `==`. The stack's own target comes first.
    pub fn between(stack: &str, targets: impl IntoIterator<Item = TargetStates>) -> Self {
        let mut comparison = Self {
            stack: stack.to_owned(),
            parts: Vec::new(),
            findings: Vec::new(),
        };
        for states in targets {
            let (desired, origins) = states.desired.into_parts();
            let found = diff::compare(states.actual, desired);
            comparison.findings.extend(found.findings);
            comparison.parts.push(PlanPart {
                target: states.target,
                changes: order::sorted(found.changes),
                unchanged: found.unchanged,
                conflicts: Vec::new(),
                origins,
            });
        }
        comparison
    }

    /// The artifacts of each target whose owner decides about a change: those to update or delete,
    /// and those that the user wants to adopt. The owner of an artifact to create is read right
    /// before the write.
    pub fn ids_to_verify(&self, adopt: &BTreeSet<String>) -> Vec<(Identity, Vec<ArtifactId>)> {
        let parts = self.parts.iter();
        parts
            .map(|part| (part.target.clone(), ids_to_verify(part, adopt)))
            .collect()
    }

    /// Removes the changes of artifacts that belong to others: such a deletion is dropped, such an
    /// update becomes a conflict unless `adopt` names it. An artifact without an entry in `owners`
    /// counts as unmarked.
    pub fn with_owners(
        mut self,
        owners: &BTreeMap<Identity, BTreeMap<ArtifactId, Owner>>,
        adopt: &BTreeSet<String>,
    ) -> OwnedChanges {
        self.findings.extend(self.unmatched_adoptions(adopt));
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
            self.findings.extend(partition.findings);
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
    /// Step 3: the plan, with its cost, the diagnostics of the earlier stages and the result of the
    /// safety checks, all at the levels of the policy.
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
            findings: comparison.findings,
            cost,
            diagnostics_allowed: earlier.allowed,
        };
        plan.findings
            .extend(earlier.diagnostics.into_iter().map(Into::into));
        let dangers = safety::check(&plan, context);
        plan.findings.extend(dangers);
        let found = plan.findings.len();
        plan.findings
            .retain_mut(|finding| finding.take_level(levels));
        plan.diagnostics_allowed += found - plan.findings.len();
        plan
    }
}
