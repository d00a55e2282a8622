//! Why an operation stopped.

use crate::diagnostic::{Diagnostic, LevelPolicy, Leveled, WithDiagnostics, without_repetitions};
use crate::provider::AccountError;

/// Why an operation stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The project, its definitions or its stacks have errors. Includes warnings and notes.
    #[error("stopped by an error in the project's files")]
    Diagnostics(Leveled),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Error::Diagnostics(Leveled {
            diagnostics: vec![diagnostic],
            allowed: 0,
        })
    }
}

/// Collects the diagnostics of successive stages, at the levels of a policy, and stops at the first
/// stage with an error.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) levels: LevelPolicy,
    collected: Leveled,
}

impl Collector {
    /// Continues after the stages that collected `earlier`.
    pub(super) fn new(levels: &LevelPolicy, earlier: &Leveled) -> Self {
        Self {
            levels: levels.clone(),
            collected: earlier.clone(),
        }
    }

    /// Returns the value of a stage without errors.
    pub(super) fn accept<T>(&mut self, stage: WithDiagnostics<T>) -> Result<T, Error> {
        self.extend(stage.diagnostics)?;
        Ok(stage.value)
    }

    /// Adds diagnostics of a stage whose result is shown in spite of errors.
    pub(super) fn tolerate(&mut self, diagnostics: Vec<Diagnostic>) {
        self.collected
            .extend(self.levels.apply(without_repetitions(diagnostics)));
    }

    /// Adds diagnostics; fails on an error.
    pub(super) fn extend(&mut self, diagnostics: Vec<Diagnostic>) -> Result<(), Error> {
        self.tolerate(diagnostics);
        if self.collected.has_errors() {
            return Err(Error::Diagnostics(std::mem::take(&mut self.collected)));
        }
        Ok(())
    }

    pub(super) fn into_leveled(self) -> Leveled {
        self.collected
    }
}
