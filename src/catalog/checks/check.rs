//! The form of a check.

use crate::catalog::Catalog;
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Needs};

/// One rule that a catalogue keeps.
pub(super) struct CatalogCheck {
    /// Every code that the check reports.
    pub(super) codes: &'static [Code],
    pub(super) needs: Needs,
    pub(super) run: Run,
}

pub(super) enum Run {
    /// For each definition file.
    EachFile(fn(&ServiceDefinition) -> Vec<Diagnostic>),
    /// Once.
    Catalog(fn(&Catalog) -> Vec<Diagnostic>),
}
