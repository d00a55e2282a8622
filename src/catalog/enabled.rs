//! Whether a definition is on.

use crate::project::Preset;

/// Whether a definition is on where the project has no `enabled` for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    Yes,
    No,
    /// Off: the definitions of a preset replace it.
    NotInPreset(Preset),
}

impl Enabled {
    pub fn is_on(self) -> bool {
        self == Enabled::Yes
    }
}
