//! Why an operation stopped.

use crate::diagnostic::{Diagnostic, WithDiagnostics};
use crate::provider::AccountError;

/// Why an operation stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The project, its definitions or its stacks have errors. All diagnostics, the milder ones
    /// included.
    #[error("stopped by {} error(s)", errors(.0))]
    Diagnostics(Vec<Diagnostic>),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Error::Diagnostics(vec![diagnostic])
    }
}

fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count()
}

/// Collects the diagnostics of successive stages and stops at the first stage with an error.
#[derive(Debug, Default)]
pub struct Collector {
    diagnostics: Vec<Diagnostic>,
}

impl Collector {
    pub fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }

    /// The value of a stage, unless the stage found an error.
    ///
    /// # Errors
    /// [`Error::Diagnostics`] with everything that was collected so far.
    pub fn accept<T>(&mut self, found: WithDiagnostics<T>) -> Result<T, Error> {
        self.diagnostics.extend(found.diagnostics);
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return Err(Error::Diagnostics(std::mem::take(&mut self.diagnostics)));
        }
        Ok(found.value)
    }

    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}
