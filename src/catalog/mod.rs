//! The catalogue: alarm definitions, facts about types, and boards. A project's own files extend the built-in ones.

pub mod board;
mod builtin;
mod checks;
pub mod condition;
mod configuration_types;
mod contents;
pub mod dead_metric;
pub mod definition;
mod enabled;
pub mod event;
pub mod fleet;
mod known_properties;
mod lazy;
mod load;
pub mod log_metric;
pub mod metric_conditions;
mod metric_kinds;
mod overlay;
mod placeholders;
mod preset;
pub mod properties;
mod pseudo_type;
pub mod published;
mod quotas;
mod read;
pub(crate) mod readable_duration;
pub mod recommended;
mod source_text;
pub mod testing;
mod template_limits;
mod template_parts;
pub mod text;

pub use builtin::{built_in_text, is_in_built_in_file, preset_text};
pub use configuration_types::is_configuration;
pub use contents::{Catalog, ServiceEntry, ServiceOrigin};
pub use source_text::{WrittenTable, written_table};
