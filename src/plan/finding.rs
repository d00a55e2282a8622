//! What is to be said about a plan, and what follows from it.

use serde::Serialize;

use crate::artifact::ArtifactId;
use crate::diagnostic::Diagnostic;

/// A diagnostic, and the artifact it is about where it is about one. An error refuses the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    pub subject: Option<ArtifactId>,
}

impl Finding {
    pub fn about(subject: ArtifactId, diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            subject: Some(subject),
        }
    }

    pub fn refuses(&self) -> bool {
        self.diagnostic.is_error()
    }
}

impl From<Diagnostic> for Finding {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            subject: None,
        }
    }
}

/// What may be done with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to change: exit code 0.
    Nothing,
    /// It may be applied: exit code 2 where the user asked for one, else 0.
    Changes,
    /// It must not be applied, for these reasons: exit code 3.
    Refused(Vec<Finding>),
}
