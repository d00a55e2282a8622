//! Desired against actual: the ordered changes, with what is to be said about their cost and safety.

use serde::Serialize;

use crate::artifact::{Artifact, ArtifactId};

/// What will be done to one artifact. Unchanged is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Change {
    Create { new: Artifact },
    Update { old: Artifact, new: Artifact },
    Delete { old: Artifact },
}

impl Change {
    pub fn id(&self) -> ArtifactId {
        match self {
            Change::Create { new } | Change::Update { new, .. } => new.id(),
            Change::Delete { old } => old.id(),
        }
    }
}
