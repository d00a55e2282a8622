//! Opens the sandbox account in a file, with a diagnostic for a file that cannot be one.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic};
use crate::sandbox::{Account, FileError, OpenError};

/// Whether a sandbox in a file may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Opens the account in a file. An absent file is a new account.
///
/// # Errors
/// When the file is not an account, cannot be read or written, or is in use.
pub fn sandbox_account(file: &Path, access: Access) -> Result<Account, Diagnostic> {
    let account = match access {
        Access::Read => Account::read(file),
        Access::Write => Account::open(file),
    };
    account.map_err(|error| {
        let diagnostic = Diagnostic::new(code(&error), error.to_string());
        match help(&error) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    })
}

fn code(error: &OpenError) -> Code {
    match error {
        OpenError::Unavailable {
            source: FileError::InUse,
            ..
        } => Code::SandboxInUse,
        OpenError::Unavailable { .. }
        | OpenError::NotJson { .. }
        | OpenError::Foreign { .. }
        | OpenError::OtherVersion { .. }
        | OpenError::Damaged { .. } => Code::SandboxFile,
    }
}

fn help(error: &OpenError) -> Option<&'static str> {
    match error {
        OpenError::Unavailable { source, .. } => match source {
            FileError::FolderMissing => Some("create the folder, or correct the path"),
            FileError::NotAFile => Some("name a file, which need not exist"),
            FileError::InUse => Some("wait until the other run has ended, or name another file"),
            FileError::Io(_) => None,
        },
        OpenError::NotJson { .. } | OpenError::Foreign { .. } => Some(
            "name a file that does not exist, or delete an account of an earlier version of tracewatch",
        ),
        OpenError::OtherVersion { .. } => {
            Some("use the tracewatch that wrote it, or name another file")
        }
        OpenError::Damaged { .. } => Some("correct the file, or delete it"),
    }
}
