//! Loads the files of stacks.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::files::{self, ProjectFolder};

/// A template, or a state or plan of Terraform, that the user named.
pub fn load(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    files::read(path).map_err(|unreadable| unreadable.diagnostic(Code::TemplateUnreadable))
}

/// One that an input file names.
pub fn load_named_by_file(path: &Path, project: &ProjectFolder) -> Result<Arc<Source>, Diagnostic> {
    project
        .read(path)
        .map_err(|unreadable| unreadable.diagnostic(Code::TemplateUnreadable))
}
