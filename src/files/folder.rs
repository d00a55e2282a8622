//! The folders whose text may be shown. An input file can name any other file of the machine; a log of a build must not show its lines.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::read::{Unreadable, text};
use crate::diagnostic::{Location, Source};

/// The folder of the project, and the paths that the user named.
#[derive(Debug, Clone, Default)]
pub struct ProjectFolder {
    parts: Vec<Part>,
}

/// A file, or a folder with all that is in it.
#[derive(Debug, Clone)]
struct Part {
    /// The path as it is written, but absolute.
    written: PathBuf,
    /// The same without symbolic links.
    resolved: PathBuf,
}

impl ProjectFolder {
    pub fn new(folder: &Path) -> Self {
        Self::default().with(folder)
    }

    /// Adds a folder that the user named, or a file with its folder.
    #[must_use]
    pub fn with_named(self, path: &Path) -> Self {
        if path.is_dir() {
            return self.with(path);
        }
        self.with(path.parent().unwrap_or(path)).with(path)
    }

    fn with(mut self, path: &Path) -> Self {
        // A missing path has no files.
        if let (Ok(written), Ok(resolved)) = (written(path), resolved(path)) {
            self.parts.push(Part { written, resolved });
        }
        self
    }

    /// A file that an input file names. Its text is hidden when it is outside these folders.
    pub fn read(&self, path: &Path) -> Result<Arc<Source>, Unreadable> {
        text(path, self.location(path))
    }

    fn location(&self, path: &Path) -> Location {
        let (Ok(written), Ok(resolved)) = (written(path), resolved(path)) else {
            return Location::Outside;
        };
        if self
            .parts
            .iter()
            .any(|part| resolved.starts_with(&part.resolved))
        {
            Location::Project
        } else if self
            .parts
            .iter()
            .any(|part| written.starts_with(&part.written))
        {
            Location::LinkedOutside(resolved)
        } else {
            Location::Outside
        }
    }
}

fn written(path: &Path) -> io::Result<PathBuf> {
    Ok(normalized(&std::path::absolute(or_working_folder(path))?))
}

fn resolved(path: &Path) -> io::Result<PathBuf> {
    or_working_folder(path).canonicalize()
}

fn or_working_folder(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}

/// The path without `.` and `..`, so that equal files have equal paths.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if normalized.file_name().is_some() => drop(normalized.pop()),
            Component::ParentDir
            | Component::Normal(_)
            | Component::RootDir
            | Component::Prefix(_) => normalized.push(part),
        }
    }
    normalized
}
