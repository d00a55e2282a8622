//! Reads definition files: from TOML to checked definitions. All mistakes are collected with their places.

mod alarms;
mod events;
mod log_metrics;
mod metrics;
mod reader;
mod service;
mod types;

pub(super) use reader::FileRole;
pub(super) use service::{DefinitionFile, built_in_service, definition_file};
pub(super) use types::built_in_type;
