//! Ownership: a plan changes only artifacts of its own stack, and artifacts adopted by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::artifact::{Artifact, ArtifactId, Kind, OWNER_TAG, SubscriptionRecord, Tags};
use crate::diagnostic::{Code, Diagnostic};

use super::change::{Action, Change, TagChange, TagChanges};
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
    /// The owner that the tags of an artifact name; without tags the artifact does not exist.
    pub fn of(tags: Option<&Tags>) -> Self {
        match tags {
            None => Owner::Nobody,
            Some(tags) => match tags.get(OWNER_TAG) {
                Some(stack) => Owner::Stack(stack.clone()),
                None => Owner::Unmarked,
            },
        }
    }

    pub fn is_stack(&self, name: &str) -> bool {
        match self {
            Owner::Stack(stack) => stack == name,
            Owner::Nobody | Owner::Unmarked => false,
        }
    }
}

impl Owner {
    /// The owner of an artifact of a kind, after its name.
    pub fn text(&self, kind: Kind) -> String {
        match self {
            Owner::Nobody => "does not exist".to_owned(),
            Owner::Stack(stack) => format!("belongs to stack `{stack}`"),
            Owner::Unmarked if kind.has_tags() => format!("exists without the tag `{OWNER_TAG}`"),
            Owner::Unmarked => "exists with a metric of another namespace".to_owned(),
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
        let Self { id, wanted, owner } = self;
        let owner = owner.text(id.kind);
        match wanted {
            Action::Delete => write!(f, "{id} {owner}; delete it by hand if nobody needs it"),
            Action::Create | Action::Update | Action::Adopt => {
                write!(f, "{id} {owner}; `--adopt {}` takes it over", id.name)
            }
        }
    }
}

/// What a plan does about a surplus artifact of another owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignDeletions {
    /// Leaves it alone with a note.
    Note,
    /// Reports a conflict: the caller wants to remove everything.
    Conflict,
}

/// The project's rules about owners and tags.
#[derive(Debug, Clone, Copy)]
pub struct OwnershipRules<'a> {
    /// The tags of every artifact beside the owner tag.
    pub tags: &'a Tags,
    /// Names of existing artifacts that the stack takes over.
    pub adopt: &'a BTreeSet<String>,
    pub foreign_deletions: ForeignDeletions,
}

/// The inputs of the ownership decision for one target.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) stack: &'a str,
    pub(super) project: OwnershipRules<'a>,
    /// The tags of existing artifacts; `None` for an artifact that is gone.
    pub(super) found: &'a BTreeMap<ArtifactId, Option<Tags>>,
}

/// Permitted changes, conflicts, and diagnostics about dropped changes.
#[derive(Default)]
pub(super) struct Partition {
    pub(super) changes: Vec<Change>,
    pub(super) unchanged: Vec<Artifact>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) diagnostics: Vec<PlanDiagnostic>,
    /// Tags of our artifacts that the project does not set, with the number of artifacts.
    pub(super) other_tags: BTreeMap<String, usize>,
}

/// Decides about all artifacts of one target.
pub(super) fn partition_by_owner(
    changes: Vec<Change>,
    unchanged: Vec<Artifact>,
    rules: Rules<'_>,
) -> Partition {
    let mut out = Partition::default();
    for change in changes {
        out.decide(change, rules);
    }
    for artifact in unchanged {
        out.keep(artifact, rules);
    }
    out
}

/// Tags that the project does not set. Nobody knows whether they were in the project file once.
pub(super) fn other_tags(counts: &BTreeMap<String, usize>) -> Option<PlanDiagnostic> {
    if counts.is_empty() {
        return None;
    }
    let keys: Vec<String> = counts
        .iter()
        .map(|(key, count)| format!("`{key}` ({count})"))
        .collect();
    let message = format!(
        "artifacts of this stack have tags that the project does not set: {}; they are left alone",
        keys.join(", ")
    );
    let help = "if one of them came from `[tags]` and was removed there, remove it by hand";
    Some(Diagnostic::new(Code::OtherTags, message).help(help).into())
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
        self.found
            .get(id)
            .map_or(Owner::Unmarked, |tags| Owner::of(tags.as_ref()))
    }

    fn takes_over(&self, id: &ArtifactId) -> bool {
        let foreign = match self.owner(id) {
            Owner::Nobody => false,
            Owner::Unmarked => true,
            Owner::Stack(stack) => stack != self.stack,
        };
        foreign && !id.kind.is_setting() && self.project.adopt.contains(&id.name)
    }

    /// The project's tags that an artifact lacks or has with another value.
    fn tag_changes(&self, id: &ArtifactId) -> TagChanges {
        let Some(Some(actual)) = self.found.get(id).filter(|_| id.kind.has_tags()) else {
            return TagChanges::new();
        };
        let wanted = self.project.tags.iter();
        let differing = wanted.filter(|(key, value)| actual.get(*key) != Some(*value));
        differing
            .map(|(key, value)| {
                let change = TagChange {
                    old: actual.get(key).cloned(),
                    new: value.clone(),
                };
                (key.clone(), change)
            })
            .collect()
    }
}

impl Partition {
    fn decide(&mut self, change: Change, rules: Rules<'_>) {
        if change.kind().is_setting() {
            return self.changes.push(change);
        }
        match change {
            Change::Create { new } => self.create(new, rules),
            Change::Update { old, new, .. } | Change::Adopt { old, new } => {
                self.update(old, new, rules);
            }
            Change::Delete { old } => self.delete(old, rules),
        }
    }

    /// An artifact without an entry does not exist.
    fn create(&mut self, new: Artifact, rules: Rules<'_>) {
        let id = new.id();
        match rules.found.get(&id).map(|tags| Owner::of(tags.as_ref())) {
            None | Some(Owner::Nobody) => self.changes.push(Change::Create { new }),
            Some(owner) if owner.is_stack(rules.stack) => self.changes.push(Change::Create { new }),
            Some(owner) => self.conflict(id, Action::Create, owner),
        }
    }

    fn update(&mut self, old: Artifact, new: Artifact, rules: Rules<'_>) {
        let id = new.id();
        match rules.owner(&id) {
            Owner::Nobody => self.changes.push(Change::Create { new }),
            owner if owner.is_stack(rules.stack) => {
                self.count_other_tags(&id, rules);
                let tags = rules.tag_changes(&id);
                if old == new && tags.is_empty() {
                    self.unchanged.push(new);
                } else {
                    self.changes.push(Change::Update { old, new, tags });
                }
            }
            Owner::Stack(_) | Owner::Unmarked if rules.takes_over(&id) => {
                self.changes.push(Change::Adopt { old, new });
            }
            owner @ (Owner::Stack(_) | Owner::Unmarked) => {
                self.conflict(id, Action::Update, owner);
            }
        }
    }

    /// An unchanged artifact without an entry was not verified and stays unchanged.
    fn keep(&mut self, artifact: Artifact, rules: Rules<'_>) {
        let id = artifact.id();
        if id.kind.is_setting() || !rules.found.contains_key(&id) && !rules.takes_over(&id) {
            self.unchanged.push(artifact);
        } else {
            self.update(artifact.clone(), artifact, rules);
        }
    }

    fn delete(&mut self, old: Artifact, rules: Rules<'_>) {
        let id = old.id();
        match (rules.owner(&id), rules.project.foreign_deletions) {
            (Owner::Nobody, _) => {}
            (owner, _) if owner.is_stack(rules.stack) => self.changes.push(Change::Delete { old }),
            (owner, ForeignDeletions::Conflict) => self.conflict(id, Action::Delete, owner),
            (Owner::Unmarked, ForeignDeletions::Note) => {
                self.diagnostics.push(looks_like_ours(&id));
            }
            (Owner::Stack(_), ForeignDeletions::Note) => {}
        }
    }

    fn conflict(&mut self, id: ArtifactId, wanted: Action, owner: Owner) {
        self.conflicts.push(Conflict { id, wanted, owner });
    }

    /// AWS sets tags that begin with `aws:` itself.
    fn count_other_tags(&mut self, id: &ArtifactId, rules: Rules<'_>) {
        let Some(Some(actual)) = rules.found.get(id) else {
            return;
        };
        let others = actual.keys().filter(|key| {
            *key != OWNER_TAG
                && !SubscriptionRecord::is_key(key)
                && !key.starts_with("aws:")
                && !rules.project.tags.contains_key(*key)
        });
        for key in others {
            *self.other_tags.entry(key.clone()).or_default() += 1;
        }
    }
}

fn looks_like_ours(id: &ArtifactId) -> PlanDiagnostic {
    let lacks = if id.kind.has_tags() {
        format!("does not carry the tag `{OWNER_TAG}`")
    } else {
        "has a metric of another namespace".to_owned()
    };
    let message = format!("{id} is named like the stack's own but {lacks}; it is left alone");
    let help = "delete it by hand if nobody needs it";
    PlanDiagnostic::about(
        id.clone(),
        Diagnostic::new(Code::Unmarked, message).help(help),
    )
}
