//! `tracewatch.toml`: the stacks, receivers of notifications, overrides of alarms, and limits for the cost of traces and logs.
//! This module knows no definition: `synth` checks whether an override names one.

use std::io;
use std::path::Path;

use crate::diagnostic::{Source, WithDiagnostics};

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

/// Reads a project file. The only function here that touches a disk.
pub fn load(path: &Path) -> io::Result<WithDiagnostics<Option<Project>>> {
    let source = Source::new(path.display().to_string(), std::fs::read_to_string(path)?);
    Ok(parse(&source, path.parent().unwrap_or(Path::new(""))))
}

#[cfg(test)]
mod tests;
