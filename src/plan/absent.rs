//! Stacks that are not deployed where the plan was made: a note of a plan, which refuses an apply.

use super::diagnostic::PlanDiagnostic;
use super::model::Plan;
use crate::diagnostic::{Code, Diagnostic, Level, LevelPolicy};

impl Plan {
    /// Adds diagnostics about stacks that are not deployed.
    pub fn add_absent_stacks(&mut self, diagnostics: Vec<Diagnostic>, levels: &LevelPolicy) {
        for diagnostic in diagnostics {
            let mut diagnostic = PlanDiagnostic::from(diagnostic);
            if diagnostic.take_level(levels) {
                self.diagnostics.push(diagnostic);
            } else {
                self.diagnostics_allowed += 1;
            }
        }
    }

    /// The same plan for an apply: an absent stack is an error.
    #[must_use]
    pub fn refusing_absent_stacks(mut self) -> Self {
        for of_plan in &mut self.diagnostics {
            if of_plan.diagnostic.code == Code::StackNotInRegion {
                of_plan.diagnostic.severity = Level::Error;
            }
        }
        self
    }
}
