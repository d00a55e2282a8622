//! Tables as an author wrote them (TOML, or metadata in a template), with the place of every value. A reader takes the keys it knows;
//! each wrong value is reported with its place, reading goes on, and keys that no reader took are reported. It knows no key by name.

mod document;
mod node;
mod overlay;
mod table;
mod value;
mod values;

pub use document::{Item, SpannedDocument};
pub use overlay::Replaced;
pub use table::{ItemValue, Table};
pub use value::Spanned;
pub use values::{choice, duration, seconds};

#[cfg(test)]
mod tests;
