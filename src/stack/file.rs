//! Reads the text of a file. No other file of this module opens one.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Source};

/// Largest file that is read; CloudFormation accepts templates of one megabyte.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// The text of a template's file.
pub fn load(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    let name = path.display().to_string();
    match read_text(path) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(unreadable) => Err(unreadable.diagnostic(&name)),
    }
}

/// The files of a folder whose names have this ending, sorted. Empty for a folder that cannot be listed.
pub(super) fn files_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
}

/// The reason why reading a file failed, and the remedy.
struct Unreadable {
    reason: String,
    help: Option<&'static str>,
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Self {
            reason: error.to_string(),
            help: None,
        }
    }
}

impl From<FromUtf8Error> for Unreadable {
    fn from(error: FromUtf8Error) -> Self {
        let reason = match error.as_bytes() {
            // The byte order marks of UTF-16.
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is written in UTF-16".to_owned(),
            _ => format!("byte {} is not UTF-8", error.utf8_error().valid_up_to()),
        };
        Self {
            reason,
            help: Some("save the file as UTF-8"),
        }
    }
}

impl Unreadable {
    fn diagnostic(self, name: &str) -> Diagnostic {
        let message = format!("cannot read `{name}`: {}", self.reason);
        let mut diagnostic = Diagnostic::new(Code::TemplateUnreadable, message);
        diagnostic.help = self.help.map(str::to_owned);
        diagnostic
    }
}

fn read_text(path: &Path) -> Result<String, Unreadable> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(Unreadable {
            reason: "it is a folder".to_owned(),
            help: Some("name the template's file"),
        });
    }
    let size = usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(size);
    std::fs::File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Unreadable {
            reason: format!("it has more than {} megabytes", MAX_BYTES / 1024 / 1024),
            help: None,
        });
    }
    let text = String::from_utf8(bytes)?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(after_mark) => after_mark.to_owned(),
        None => text,
    })
}
