//! `tracewatch.toml`: the stacks, receivers of notifications, overrides of alarms, and limits for the cost of traces and logs.
//! This module knows no definition: `synth` checks whether an override names one.

use std::path::Path;

use crate::diagnostic::WithDiagnostics;
use crate::files::{ProjectFolder, Unreadable};

mod init;
mod levels;
mod model;
mod overrides;
mod parse;
mod receivers;
mod stacks;

pub use init::{InitFacts, init};
pub use levels::unknown_code;
pub use model::{
    AlarmOverride, CostSettings, EVERY_ALARM, Notify, PathSampling, Project, Sampling, StackFrom,
    StackSource, Tracing, UserGroup,
};
pub use overrides::{METADATA_KEY, metadata_overrides};
pub use parse::parse;

/// Reads a project file.
pub fn load(path: &Path) -> Result<WithDiagnostics<Option<Project>>, Unreadable> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let source = ProjectFolder::new(folder).read(path)?;
    Ok(parse(&source, folder))
}

#[cfg(test)]
mod tests;
