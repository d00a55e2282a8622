//! `tracewatch.toml`: the stacks, receivers of notifications, overrides of alarms, and limits for the cost of traces and logs.
//! This module knows no definition: `synth` checks whether an override names one.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{LevelPolicy, Source, WithDiagnostics};
use crate::files::{ProjectFolder, Unreadable};
use crate::objective::Objective;

mod chats;
mod composites;
mod environment;
mod init;
mod levels;
mod maintenance;
mod model;
mod names;
mod overrides;
mod parse;
mod receivers;
mod stacks;

pub use environment::Environment;
pub use init::{InitEnvironment, InitFacts, init, toml_key};
pub use levels::unknown_code;
pub use model::{
    AccountSettings, AlarmOverride, ChatReceiver, CostSettings, EVERY_ALARM, Grouping,
    MaintenanceWindow, Notify, PathSampling, Preset, Project, ProjectComposite, Recovery, Sampling,
    StackFrom, StackSource, SuppressedBy, Tracing, UserGroup,
};
pub use overrides::{METADATA_KEY, metadata_overrides};
pub use parse::{parse, parse_levels, parse_objectives, parse_preset, parse_with};

/// The project file's name.
pub const FILE: &str = "tracewatch.toml";

/// Reads a project file, as one environment has it.
pub fn load(
    path: &Path,
    environment: &Environment,
) -> Result<WithDiagnostics<Option<Project>>, Unreadable> {
    Ok(parse_with(&read(path)?, folder_of(path), environment))
}

/// The names of the environments in a project file, in its order. A text that is not TOML has none.
pub fn environment_names(path: &Path) -> Result<Vec<String>, Unreadable> {
    Ok(environment::names(&read(path)?))
}

/// Reads only `[diagnostics]` of a project file.
pub fn load_levels(path: &Path) -> Result<WithDiagnostics<LevelPolicy>, Unreadable> {
    Ok(parse_levels(&read(path)?))
}

/// Reads only `preset` of a project file.
pub fn load_preset(path: &Path) -> Result<WithDiagnostics<Option<Preset>>, Unreadable> {
    Ok(parse_preset(&read(path)?))
}

/// Reads only `[[slo]]` of a project file.
pub fn load_objectives(path: &Path) -> Result<WithDiagnostics<Vec<Objective>>, Unreadable> {
    Ok(parse_objectives(&read(path)?))
}

fn read(path: &Path) -> Result<Arc<Source>, Unreadable> {
    ProjectFolder::new(folder_of(path)).read(path)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests;
