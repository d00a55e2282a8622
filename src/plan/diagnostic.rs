//! Diagnostics of a plan, and its verdict.

use serde::Serialize;

use crate::artifact::ArtifactId;
use crate::diagnostic::{Diagnostic, LevelPolicy};

/// A diagnostic with the artifact that it concerns, if any. An error refuses the plan.
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
    /// No changes: exit code 0.
    Nothing,
    /// Changes without errors: exit code 2 with `--exit-code`, otherwise 0.
    Changes,
    /// Refused because of these errors: exit code 3.
    Refused(Vec<PlanDiagnostic>),
}
