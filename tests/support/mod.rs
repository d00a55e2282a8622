//! What the tests need beside cargo: Python with AWS's own clients, servers that stand in for AWS, and the program itself.
//! Knows nothing of what is tested.
#![allow(dead_code, reason = "every test binary uses its own part")]

pub(crate) mod ask;
pub(crate) mod faults;
pub(crate) mod mentioned;
pub(crate) mod program;
pub(crate) mod project;
pub(crate) mod python;
pub(crate) mod server;

use std::path::PathBuf;

/// Where the tests keep what they make: in cargo's target folder, wherever that is.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// A file of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}
