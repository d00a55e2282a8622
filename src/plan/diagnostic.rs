//! Diagnostics of a plan, and the verdict that follows from them.

use serde::Serialize;

use crate::artifact::ArtifactId;
use crate::diagnostic::{Diagnostic, LevelPolicy};

/// A diagnostic, and the artifact it is about where it is about one. An error refuses the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanDiagnostic {
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    pub subject: Option<ArtifactId>,
}

impl PlanDiagnostic {
    pub fn about(subject: ArtifactId, diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            subject: Some(subject),
        }
    }

    /// Sets the level under a policy; `false` when the policy allows the diagnostic.
    pub(super) fn take_level(&mut self, levels: &LevelPolicy) -> bool {
        match levels.level(&self.diagnostic) {
            Some(level) => {
                self.diagnostic.severity = level;
                true
            }
            None => false,
        }
    }

    pub fn refuses(&self) -> bool {
        self.diagnostic.is_error()
    }
}

impl From<Diagnostic> for PlanDiagnostic {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            subject: None,
        }
    }
}

/// Whether a plan may be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to change: exit code 0.
    Nothing,
    /// It may be applied: exit code 2 where the user asked for one, else 0.
    Changes,
    /// It must not be applied, for these reasons: exit code 3.
    Refused(Vec<PlanDiagnostic>),
}
