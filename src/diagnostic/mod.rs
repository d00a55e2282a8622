//! Diagnostics: the registry of codes, their levels, and their output forms. Independent of all other
//! modules.

mod code;
mod counted;
mod github;
mod level;
mod message;
mod nearest;
mod needs;
mod place;
mod policy;
mod render;
mod repeated;
mod stage;
mod visible;

pub use code::Code;
pub use counted::counted;
pub use github::annotation;
pub use level::Level;
pub use message::{Diagnostic, WithDiagnostics};
pub use nearest::nearest;
pub use needs::Needs;
pub use place::{Encoding, Location, Place, Source};
pub use policy::{LevelPolicy, Leveled, Strictness};
pub use render::Colour;
pub(crate) use repeated::without_repetitions;
pub use stage::Stage;
pub use visible::visible;
