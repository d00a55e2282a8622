//! Faults and what is shown of them: a folder for each, the input with `expected.txt` beside it.

use std::fs;
use std::path::{Path, PathBuf};

use super::repository;

/// Shows every fault of a folder of this repository, and compares; with `BLESS=1` what is shown becomes what is expected.
#[track_caller]
pub(crate) fn assert_shown_as_expected(faults: &str, shown: impl Fn(&Path) -> String) {
    let entries = fs::read_dir(repository(faults)).expect("a folder of faults");
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a fault").path())
        .collect();
    folders.sort();
    let mut wrong = Vec::new();
    for folder in folders {
        let (expected, shown) = (folder.join("expected.txt"), shown(&folder));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &shown).expect("expected.txt can be written");
        }
        if shown.is_empty() {
            wrong.push(format!("{}: nothing was found", folder.display()));
        } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("{}\n{shown}", folder.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "BLESS=1 writes them as they are now:\n{}",
        wrong.join("\n")
    );
}
