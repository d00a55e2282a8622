//! Diagnostics about what an author wrote: the registry of their codes, their levels, and how they are shown.
//! It knows no stage of the tool.

mod code;
mod github;
mod level;
mod message;
mod nearest;
mod needs;
mod place;
mod policy;
mod render;
mod stage;

pub use code::Code;
pub use github::annotation;
pub use level::Level;
pub use message::{Diagnostic, WithDiagnostics};
pub use nearest::nearest;
pub use needs::Needs;
pub use place::{Place, Source};
pub use policy::{LevelPolicy, Leveled, Strictness};
pub use render::Colour;
pub use stage::Stage;
