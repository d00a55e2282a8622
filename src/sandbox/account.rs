//! An AWS account and its JSON file. The sandbox reads and writes no other file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::data::{LogGroup, Region, Stack, StoredDashboard};
use super::id::Id;

/// An account, in a file or in memory. Dropping it saves its unsaved changes.
#[derive(Debug)]
pub struct Account {
    contents: AccountContents,
    file: Option<PathBuf>,
    is_saved: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct AccountContents {
    /// The number of identifiers that were made.
    serial: u64,
    dashboards: BTreeMap<String, StoredDashboard>,
    regions: BTreeMap<String, Region>,
}

/// The reason why an account cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot read the sandbox account {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is not a sandbox account")]
    Parse {
        path: PathBuf,
        source: serde_json::Error,
    },
}

impl Account {
    /// Opens the account in a file. A missing file is an empty account.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let path = path.into();
        let contents = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|source| OpenError::Parse {
                path: path.clone(),
                source,
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => AccountContents::default(),
            Err(source) => return Err(OpenError::Read { path, source }),
        };
        Ok(Self {
            contents,
            file: Some(path),
            is_saved: true,
        })
    }

    /// An empty account without a file.
    pub fn in_memory() -> Self {
        Self {
            contents: AccountContents::default(),
            file: None,
            is_saved: true,
        }
    }

    /// Writes unsaved changes to the file. A concurrent reader of the file sees the old account or the new one.
    pub fn save(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.as_deref().filter(|_| !self.is_saved) {
            replace(file, &self.contents)?;
        }
        self.is_saved = true;
        Ok(())
    }

    /// Marks the account as changed since it was last saved. Every change has to call this.
    pub(super) fn mark_changed(&mut self) {
        self.is_saved = false;
    }

    pub(super) fn is_saved(&self) -> bool {
        self.is_saved
    }

    /// The Regions that were used.
    pub(super) fn region_names(&self) -> Vec<String> {
        self.contents.regions.keys().cloned().collect()
    }

    pub(super) fn region(&mut self, name: &str) -> &mut Region {
        self.contents.regions.entry(name.to_owned()).or_default()
    }

    /// Dashboards are global.
    pub(super) fn dashboards(&mut self) -> &mut BTreeMap<String, StoredDashboard> {
        &mut self.contents.dashboards
    }

    /// A new identifier. AWS's identifiers are random; the sandbox's are the same in every run.
    pub(super) fn next_id(&mut self) -> Id {
        self.contents.serial += 1;
        Id::of(self.contents.serial)
    }

    /// Adds a stack as if CloudFormation had deployed it.
    pub fn seed_stack(&mut self, region: &str, stack: Stack) {
        self.region(region).stacks.insert(stack.name.clone(), stack);
        self.mark_changed();
    }

    /// Adds a log group as Lambda does at its first invocation, unless it exists.
    pub fn seed_log_group(&mut self, region: &str, name: &str) {
        if !self.region(region).log_groups.contains_key(name) {
            self.region(region)
                .log_groups
                .insert(name.to_owned(), LogGroup::default());
            self.mark_changed();
        }
    }

    /// The same account without its file: later changes are not saved.
    #[must_use]
    pub fn detached(mut self) -> Self {
        self.file = None;
        self
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // A failure cannot be reported from here; `serve` reports it at its own attempt.
        let _ = self.save();
    }
}

fn replace(path: &Path, contents: &AccountContents) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.tmp", std::process::id()));
    let mut writer = BufWriter::new(File::create(&draft)?);
    serde_json::to_writer_pretty(&mut writer, contents)?;
    writer.write_all(b"\n")?;
    writer.into_inner()?.sync_all()?;
    fs::rename(&draft, path)
}
