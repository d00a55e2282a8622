//! Reads one file, up to a size. Devices and pipes that might never end are refused.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::limits::{MAX_BYTES, MAX_NEIGHBOURS};
use super::text::decode;
use crate::diagnostic::{Code, Diagnostic, Location, Source, nearest};

/// Folders of open files, where a shell puts the output of a command (`<(command)`).
const OPEN_FILES: [&str; 3] = ["/dev/fd", "/dev/stdin", "/proc/self/fd"];

/// A file that the user named: its text is shown wherever the file is.
pub fn read(path: &Path) -> Result<Arc<Source>, Unreadable> {
    text(path, Location::Project)
}

/// The files of a folder whose names have this ending, sorted. Empty for a folder that cannot be listed.
pub(crate) fn ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
}

pub(super) fn text(path: &Path, location: Location) -> Result<Arc<Source>, Unreadable> {
    let unreadable = |reason: String, help: Option<String>| Unreadable {
        path: path.to_owned(),
        missing: false,
        reason,
        help,
    };
    let is_open = OPEN_FILES.iter().any(|folder| path.starts_with(folder));
    let metadata = std::fs::metadata(path).map_err(|error| Unreadable::of(path, &error))?;
    if let Err((reason, help)) = check_kind(&metadata, is_open) {
        return Err(unreadable(reason.to_owned(), Some(help.to_owned())));
    }
    let bytes = bytes(path, &metadata).map_err(|error| Unreadable::of(path, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let reason = format!("it has more than {} megabytes", MAX_BYTES / 1024 / 1024);
        return Err(unreadable(reason, None));
    }
    let (text, encoding) = decode(bytes)
        .map_err(|reason| unreadable(reason, Some("save the file as UTF-8".to_owned())))?;
    Ok(Source::of_file(
        path.display().to_string(),
        text,
        encoding,
        location,
    ))
}

/// Refuses what is no file. Returns the reason and the remedy.
fn check_kind(metadata: &Metadata, is_open: bool) -> Result<(), (&'static str, &'static str)> {
    if metadata.is_dir() {
        Err(("it is a folder", "name a file in it"))
    } else if metadata.is_file() || is_open && is_pipe(metadata) {
        Ok(())
    } else {
        Err(("it is a device or a pipe", "name a file"))
    }
}

#[cfg(unix)]
fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

/// The file's bytes, and at least one more than is allowed of a file that is too large.
fn bytes(path: &Path, metadata: &Metadata) -> io::Result<Vec<u8>> {
    let size = usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(size);
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The reason why a file cannot be read, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    path: PathBuf,
    missing: bool,
    reason: String,
    help: Option<String>,
}

impl Unreadable {
    fn of(path: &Path, error: &io::Error) -> Self {
        let missing = error.kind() == io::ErrorKind::NotFound;
        Self {
            path: path.to_owned(),
            missing,
            reason: reason(error),
            help: missing.then(|| neighbour(path)).flatten(),
        }
    }

    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        self.missing
    }

    /// The diagnostic of the reader that needs the file.
    pub fn diagnostic(self, code: Code) -> Diagnostic {
        let message = format!("cannot read `{}`: {}", self.path.display(), self.reason);
        let mut diagnostic = Diagnostic::new(code, message);
        diagnostic.help = self.help;
        diagnostic
    }
}

/// The error in words, without its number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "there is no permission to read it".to_owned(),
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            text[..end].to_owned()
        }
    }
}

/// The file whose name is nearest to that of a missing one, in the same folder.
fn neighbour(path: &Path) -> Option<String> {
    let folder = path.parent()?;
    let name = path.file_name()?.to_str()?;
    let folder_name = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut names: Vec<String> = std::fs::read_dir(folder_name)
        .ok()?
        .take(MAX_NEIGHBOURS)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let near = nearest(name, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", folder.join(near).display()))
}
