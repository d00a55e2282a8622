//! The files of a project's folder: `alarms/`, `dashboards/`, `slo/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::ProjectFolder;
use super::notes::notes;
use crate::diagnostic::{Code, Diagnostic, Source};

/// A file of a project's folder.
pub(crate) struct FileInFolder {
    /// The file's name without its ending.
    pub(crate) stem: String,
    pub(crate) source: Arc<Source>,
}

/// A folder's files with one of the endings, sorted by name. A missing folder has none.
pub(crate) fn in_folder(
    root: &Path,
    folder: &str,
    endings: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<FileInFolder> {
    let project = ProjectFolder::new(root);
    let mut read = Vec::new();
    for path in paths(&root.join(folder), endings) {
        match project.read(&path) {
            Ok(source) => {
                diagnostics.extend(notes(&source));
                let stem = path.file_stem().unwrap_or_default();
                read.push(FileInFolder {
                    stem: stem.to_string_lossy().into_owned(),
                    source,
                });
            }
            Err(unreadable) => diagnostics.push(unreadable.diagnostic(Code::FileUnreadable)),
        }
    }
    read
}

fn paths(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let has_ending = |path: &PathBuf| {
        let ending = path.extension();
        ending.is_some_and(|ending| endings.iter().any(|known| ending == *known))
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(has_ending)
        .collect();
    paths.sort();
    paths
}
