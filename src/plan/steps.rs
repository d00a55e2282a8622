//! The steps from two states to a plan. Each step is a type, so the compiler enforces the ownership
//! step and the safety checks.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::cost::Cost;
use super::diagnostic::PlanDiagnostic;
use super::model::{Plan, PlanPart};
use super::owner::{self, OwnershipRules};
use super::safety::{self, SafetyContext};
use super::{diff, order};
use crate::artifact::{Artifact, ArtifactId, State, Tags};
use crate::diagnostic::{LevelPolicy, Leveled};
use crate::inventory::Target;

/// The desired and the actual state of one target.
#[derive(Debug)]
pub struct TargetStates {
    pub target: Target,
    pub actual: State,
    pub desired: State,
}

/// Step 1: compared states. The tags of existing artifacts are still unknown.
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

    /// The artifacts of each target whose tags decide about the plan. `apply` reads the owner of an artifact to create, right before
    /// the write.
    pub fn to_verify(&self, adopt: &BTreeSet<String>) -> Vec<(Target, ToVerify)> {
        let parts = self.parts.iter();
        parts
            .map(|part| (part.target.clone(), ToVerify::of(part, adopt)))
            .collect()
    }

    /// Removes changes to artifacts of other owners: a deletion is dropped, an update becomes a
    /// conflict unless `adopt` names the artifact. Adds changes of tags. A changed artifact without
    /// an entry in `found` counts as unmarked.
    pub fn with_tags(
        mut self,
        found: &BTreeMap<Target, BTreeMap<ArtifactId, Option<Tags>>>,
        project: OwnershipRules<'_>,
    ) -> OwnedChanges {
        self.diagnostics
            .extend(self.unmatched_adoptions(project.adopt));
        let unknown = BTreeMap::new();
        let mut other_tags: BTreeMap<String, usize> = BTreeMap::new();
        for part in &mut self.parts {
            let rules = owner::Rules {
                stack: &self.stack,
                project,
                found: found.get(&part.target).unwrap_or(&unknown),
            };
            let changes = std::mem::take(&mut part.changes);
            let unchanged = std::mem::take(&mut part.unchanged);
            let partition = owner::partition_by_owner(changes, unchanged, rules);
            part.unchanged = partition.unchanged;
            part.conflicts.extend(partition.conflicts);
            part.take_changes(partition.changes);
            self.diagnostics.extend(partition.diagnostics);
            for (key, count) in partition.other_tags {
                *other_tags.entry(key).or_default() += count;
            }
        }
        self.diagnostics.extend(owner::other_tags(&other_tags));
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

/// The existing artifacts of one target, by the use of their tags. Settings have no tags.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ToVerify {
    /// Artifacts to update or adopt.
    pub written: Vec<ArtifactId>,
    /// Artifacts with a name of ours that nobody wants: only those of the stack are deleted.
    pub surplus: Vec<ArtifactId>,
    pub unchanged: Vec<ArtifactId>,
}

impl ToVerify {
    fn of(part: &PlanPart, adopt: &BTreeSet<String>) -> Self {
        let mut ids = Self::default();
        for change in &part.changes {
            match change {
                Change::Create { .. } => {}
                Change::Update { old, .. } | Change::Adopt { old, .. } => {
                    ids.written.push(old.id());
                }
                Change::Delete { old } => ids.surplus.push(old.id()),
            }
        }
        for artifact in &part.unchanged {
            if adopt.contains(artifact.name()) {
                ids.written.push(artifact.id());
            } else {
                ids.unchanged.push(artifact.id());
            }
        }
        for list in [&mut ids.written, &mut ids.surplus, &mut ids.unchanged] {
            list.retain(|id| !id.kind.is_setting());
        }
        ids
    }
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
