//! Ownership: a plan changes only artifacts of its own stack, and artifacts adopted by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::artifact::{Artifact, ArtifactId, OWNER_TAG};
use crate::diagnostic::{Code, Diagnostic};

use super::change::{Action, Change};
use super::diagnostic::PlanDiagnostic;

/// The owner of an artifact, read from its service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The artifact does not exist.
    Nobody,
    /// The artifact carries the tag `tracewatch:stack` with this value.
    Stack(String),
    /// The artifact exists without that tag.
    Unmarked,
}

impl Owner {
    pub fn is_stack(&self, name: &str) -> bool {
        match self {
            Owner::Stack(stack) => stack == name,
            Owner::Nobody | Owner::Unmarked => false,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Nobody => f.write_str("does not exist"),
            Owner::Stack(stack) => write!(f, "belongs to stack `{stack}`"),
            Owner::Unmarked => write!(f, "exists without the tag `{OWNER_TAG}`"),
        }
    }
}

/// A change dropped because another owner has the artifact's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub id: ArtifactId,
    /// The dropped action.
    pub wanted: Action,
    pub owner: Owner,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}; `--adopt {}` takes it over",
            self.id, self.owner, self.id.name
        )
    }
}

/// The inputs of the ownership decision.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) stack: &'a str,
    pub(super) owners: &'a BTreeMap<ArtifactId, Owner>,
    pub(super) adopt: &'a BTreeSet<String>,
}

/// Permitted changes, conflicts, and diagnostics about dropped changes.
#[derive(Default)]
pub(super) struct Partition {
    pub(super) changes: Vec<Change>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) diagnostics: Vec<PlanDiagnostic>,
}

/// Moves adopted artifacts from `unchanged` to the changes, because tagging is a change.
pub(super) fn partition_by_owner(
    changes: Vec<Change>,
    unchanged: &mut Vec<Artifact>,
    rules: Rules<'_>,
) -> Partition {
    let mut out = Partition::default();
    for change in changes {
        out.decide(change, rules);
    }
    for same in unchanged.extract_if(.., |artifact| rules.takes_over(&artifact.id())) {
        out.changes.push(Change::Adopt {
            old: same.clone(),
            new: same,
        });
    }
    out
}

pub(super) fn matches_nothing(name: &str) -> PlanDiagnostic {
    Diagnostic::new(
        Code::AdoptMatchesNothing,
        format!("`--adopt {name}` names nothing that is there and wanted"),
    )
    .into()
}

impl Rules<'_> {
    /// An artifact without an entry counts as unmarked.
    fn owner(&self, id: &ArtifactId) -> Owner {
        self.owners.get(id).cloned().unwrap_or(Owner::Unmarked)
    }

    fn takes_over(&self, id: &ArtifactId) -> bool {
        let foreign = match self.owner(id) {
            Owner::Nobody => false,
            Owner::Unmarked => true,
            Owner::Stack(stack) => stack != self.stack,
        };
        foreign && !id.kind.is_setting() && self.adopt.contains(&id.name)
    }
}

impl Partition {
    fn decide(&mut self, change: Change, rules: Rules<'_>) {
        if change.kind().is_setting() {
            return self.changes.push(change);
        }
        match change {
            Change::Create { new } => self.create(new, rules),
            Change::Update { old, new } | Change::Adopt { old, new } => {
                self.update(old, new, rules);
            }
            Change::Delete { old } => self.delete(old, rules),
        }
    }

    /// An artifact without an entry does not exist.
    fn create(&mut self, new: Artifact, rules: Rules<'_>) {
        let id = new.id();
        match rules.owners.get(&id) {
            None | Some(Owner::Nobody) => self.changes.push(Change::Create { new }),
            Some(owner) if owner.is_stack(rules.stack) => self.changes.push(Change::Create { new }),
            Some(owner) => self.conflicts.push(Conflict {
                id,
                wanted: Action::Create,
                owner: owner.clone(),
            }),
        }
    }

    fn update(&mut self, old: Artifact, new: Artifact, rules: Rules<'_>) {
        let id = new.id();
        match rules.owner(&id) {
            Owner::Nobody => self.changes.push(Change::Create { new }),
            owner if owner.is_stack(rules.stack) => self.changes.push(Change::Update { old, new }),
            Owner::Stack(_) | Owner::Unmarked if rules.takes_over(&id) => {
                self.changes.push(Change::Adopt { old, new });
            }
            owner @ (Owner::Stack(_) | Owner::Unmarked) => self.conflicts.push(Conflict {
                id,
                wanted: Action::Update,
                owner,
            }),
        }
    }

    fn delete(&mut self, old: Artifact, rules: Rules<'_>) {
        match rules.owner(&old.id()) {
            Owner::Stack(stack) if stack == rules.stack => {
                self.changes.push(Change::Delete { old });
            }
            Owner::Unmarked => self.diagnostics.push(looks_like_ours(&old.id())),
            Owner::Nobody | Owner::Stack(_) => {}
        }
    }
}

fn looks_like_ours(id: &ArtifactId) -> PlanDiagnostic {
    let message = format!(
        "{id} is named like the stack's own but does not carry the tag `{OWNER_TAG}`; it is left alone"
    );
    let help = "delete it by hand if nobody needs it";
    PlanDiagnostic::about(
        id.clone(),
        Diagnostic::new(Code::Unmarked, message).help(help),
    )
}
