//! An AWS account and its JSON file. The sandbox reads and writes no other file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account_file::{self, AccountFile, FileError};
use super::data::{Chats, LogGroup, Region, Stack, StoredDashboard};
use super::id::Id;

/// An account, in a file or in memory. Dropping it saves its unsaved changes.
#[derive(Debug)]
pub struct Account {
    contents: AccountContents,
    file: Option<AccountFile>,
    is_saved: bool,
}

/// The value of `format` in every account's file.
const FORMAT: &str = "tracewatch-sandbox";

/// The only version of the format that is read and written.
const VERSION: u64 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountContents {
    format: String,
    version: u64,
    /// The number of identifiers that were made.
    #[serde(default)]
    serial: u64,
    #[serde(default)]
    dashboards: BTreeMap<String, StoredDashboard>,
    #[serde(default, skip_serializing_if = "Chats::is_empty")]
    chats: Chats,
    #[serde(default)]
    regions: BTreeMap<String, Region>,
}

/// The members that say whether a JSON file is an account.
#[derive(Deserialize)]
struct Heading {
    format: Option<serde_json::Value>,
    version: Option<serde_json::Value>,
}

/// The reason why an account cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot open the sandbox account `{}`: {source}", path.display())]
    Unavailable { path: PathBuf, source: FileError },
    #[error("`{}` is not a sandbox account: it is not JSON ({source})", path.display())]
    NotJson {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("`{}` is not a sandbox account: it has no `\"format\": \"{FORMAT}\"`", path.display())]
    Foreign { path: PathBuf },
    #[error("`{}` has version {version} of the format of sandbox accounts; this tracewatch reads version {VERSION}", path.display())]
    OtherVersion { path: PathBuf, version: String },
    #[error("the sandbox account `{}` is damaged: {source}", path.display())]
    Damaged {
        path: PathBuf,
        source: serde_json::Error,
    },
}

/// The account's file could not be written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot save the sandbox account `{}`: {reason}", path.display())]
pub struct SaveError {
    path: PathBuf,
    reason: Arc<io::Error>,
}

impl SaveError {
    /// Whether too many files are open, which passes.
    pub(super) fn is_for_want_of_open_files(&self) -> bool {
        matches!(self.reason.raw_os_error(), Some(ENFILE | EMFILE))
    }
}

/// Too many files are open on the machine, and in the process: the same numbers on Linux and macOS.
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

impl Default for AccountContents {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            serial: 0,
            dashboards: BTreeMap::new(),
            chats: Chats::default(),
            regions: BTreeMap::new(),
        }
    }
}

impl AccountContents {
    /// An empty text is an empty account.
    fn parse(path: &Path, text: &[u8]) -> Result<Self, OpenError> {
        if text.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let path = || path.to_owned();
        let heading = match serde_json::from_slice::<Heading>(text) {
            Ok(heading)
                if heading
                    .format
                    .as_ref()
                    .is_some_and(|format| format == FORMAT) =>
            {
                heading
            }
            Err(source) if !source.is_data() => {
                return Err(OpenError::NotJson {
                    path: path(),
                    source,
                });
            }
            _ => return Err(OpenError::Foreign { path: path() }),
        };
        if heading.version != Some(VERSION.into()) {
            let version = heading.version.unwrap_or_default().to_string();
            return Err(OpenError::OtherVersion {
                path: path(),
                version,
            });
        }
        serde_json::from_slice(text).map_err(|source| OpenError::Damaged {
            path: path(),
            source,
        })
    }

    fn text(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }
}

impl Account {
    /// Opens the account in a file for this process alone. A missing or empty file is an empty account.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let failed = |source| OpenError::Unavailable {
            path: path.to_owned(),
            source,
        };
        let (mut file, text) = AccountFile::open(path).map_err(failed)?;
        let contents = AccountContents::parse(path, &text)?;
        // A disk that is full before the run takes no new account.
        let text = contents
            .text()
            .map_err(|error| failed(io::Error::from(error).into()))?;
        file.probe(&text).map_err(|error| failed(error.into()))?;
        Ok(Self {
            contents,
            file: Some(file),
            is_saved: true,
        })
    }

    /// Reads the account in a file, which may be open elsewhere. Changes are not saved.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let text = account_file::read(path).map_err(|source| OpenError::Unavailable {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            contents: AccountContents::parse(path, &text.unwrap_or_default())?,
            file: None,
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
    pub fn save(&mut self) -> Result<(), SaveError> {
        if let Some(file) = self.file.as_mut().filter(|_| !self.is_saved) {
            let saved = self.contents.text().map_err(io::Error::from);
            saved
                .and_then(|text| file.replace(&text))
                .map_err(|error| SaveError {
                    path: file.path().to_owned(),
                    reason: Arc::new(error),
                })?;
        }
        self.is_saved = true;
        Ok(())
    }

    /// Saves, and leaves the file to other processes: later changes are not saved.
    pub fn close(&mut self) -> Result<(), SaveError> {
        let saved = self.save();
        self.file = None;
        saved
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

    /// Chat configurations are global.
    pub(super) fn chats(&mut self) -> &mut Chats {
        &mut self.contents.chats
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

    /// Authorises a workspace of Slack, as somebody does in a browser.
    pub fn authorise_slack(&mut self, workspace: &str) {
        self.chats().slack_workspaces.insert(workspace.to_owned());
        self.mark_changed();
    }

    /// Authorises a team of Microsoft Teams, as somebody does in a browser.
    pub fn authorise_team(&mut self, tenant: &str, team: &str) {
        let teams = &mut self.chats().teams;
        teams.insert(team.to_owned(), tenant.to_owned());
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
}

impl Drop for Account {
    fn drop(&mut self) {
        // A failure cannot be reported from here; the server reports it at its own attempt.
        let _ = self.save();
    }
}
