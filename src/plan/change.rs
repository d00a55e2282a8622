//! One change of a plan.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::artifact::{Artifact, ArtifactId, Kind};

/// The change of one artifact.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Change {
    Create {
        new: Artifact,
    },
    /// `tags` are the differences of its tags. `old` and `new` are equal if only tags differ.
    Update {
        old: Artifact,
        new: Artifact,
        tags: TagChanges,
    },
    /// Tags an existing artifact and updates it to `new`. Only for names given with `--adopt`.
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

    /// The new artifact; for a `Delete`, the old one.
    pub fn artifact(&self) -> &Artifact {
        match self {
            Change::Create { new } | Change::Update { new, .. } | Change::Adopt { new, .. } => new,
            Change::Delete { old } => old,
        }
    }

    /// The same change with another new artifact of the same name.
    #[must_use]
    pub(super) fn map_new(self, map: impl FnOnce(Artifact) -> Artifact) -> Self {
        match self {
            Change::Create { new } => Change::Create { new: map(new) },
            Change::Update { old, new, tags } => Change::Update {
                old,
                new: map(new),
                tags,
            },
            Change::Adopt { old, new } => Change::Adopt { old, new: map(new) },
            Change::Delete { old } => Change::Delete { old },
        }
    }

    /// The artifact of an update that changes nothing.
    pub(super) fn unchanged(&self) -> Option<&Artifact> {
        match self {
            Change::Update { old, new, tags } if old == new && tags.is_empty() => Some(new),
            _ => None,
        }
    }

    /// The artifact before the change.
    pub fn before(&self) -> Option<&Artifact> {
        match self {
            Change::Create { .. } => None,
            Change::Update { old, .. } | Change::Adopt { old, .. } | Change::Delete { old } => {
                Some(old)
            }
        }
    }

    /// The tags that an update sets.
    pub fn tags(&self) -> Option<&TagChanges> {
        match self {
            Change::Update { tags, .. } => Some(tags),
            Change::Create { .. } | Change::Adopt { .. } | Change::Delete { .. } => None,
        }
    }

    /// The artifact after the change.
    pub fn after(&self) -> Option<&Artifact> {
        match self {
            Change::Create { new } | Change::Update { new, .. } | Change::Adopt { new, .. } => {
                Some(new)
            }
            Change::Delete { .. } => None,
        }
    }
}

/// Tags to set, by key.
pub type TagChanges = BTreeMap<String, TagChange>;

/// The change of one tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagChange {
    /// `None` for a missing tag.
    pub old: Option<String>,
    pub new: String,
}

/// The kind of a [`Change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    Update,
    Adopt,
    Delete,
}

impl Action {
    /// The sign before a listed change.
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
