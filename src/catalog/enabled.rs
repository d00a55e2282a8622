//! Whether a definition is on.

use crate::project::Preset;

/// Whether a definition is on without a word of the project about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    Yes,
    No,
    /// The definitions of a preset are on in its place.
    NotInPreset(Preset),
}

impl Enabled {
    pub fn is_on(self) -> bool {
        self == Enabled::Yes
    }
}
