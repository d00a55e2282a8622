//! An AWS account: what it holds, and the one JSON file it is kept in. The only file of the sandbox that reads or writes files.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cloudformation::Stack;
use super::cloudwatch::alarms::Alarm;
use super::cloudwatch::dashboards::Dashboard;
use super::cloudwatch::history::HistoryItem;
use super::cloudwatch::metrics::Metric;
use super::events::Bus;
use super::logs::LogGroup;
use super::sns::{Delivery, Subscription, Topic};
use super::tags::Tags;
use super::xray::groups::Group;
use super::xray::sampling::SamplingRule;

/// An account, and where it is kept. What was not saved when it is dropped is saved then.
#[derive(Debug)]
pub struct Account {
    contents: Contents,
    file: Option<PathBuf>,
    is_saved: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Contents {
    /// How many identifiers were made so far.
    serial: u64,
    dashboards: BTreeMap<String, Dashboard>,
    regions: BTreeMap<String, Region>,
}

/// What an account holds in one Region. Keys are names, or ARNs where a thing has no other name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Region {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub alarms: BTreeMap<String, Alarm>,
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    pub alarm_history: VecDeque<HistoryItem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// When metrics were last published that alarms did not look at yet, in seconds since 1970.
    #[serde(skip)]
    pub unseen_since: Option<i64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub trace_groups: BTreeMap<String, Group>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sampling_rules: BTreeMap<String, SamplingRule>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub topics: BTreeMap<String, Topic>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub subscriptions: BTreeMap<String, Subscription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub log_groups: BTreeMap<String, LogGroup>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub event_buses: BTreeMap<String, Bus>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stacks: BTreeMap<String, Stack>,
    /// What services that the sandbox does not serve have, by ARN: nothing of it is known but its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tagged_elsewhere: BTreeMap<String, Tags>,
}

/// Why an account cannot be opened.
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
    /// The account kept in a file; an empty one when there is no such file yet.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let path = path.into();
        let contents = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|source| OpenError::Parse {
                path: path.clone(),
                source,
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Contents::default(),
            Err(source) => return Err(OpenError::Read { path, source }),
        };
        Ok(Self {
            contents,
            file: Some(path),
            is_saved: true,
        })
    }

    /// An empty account that is kept nowhere.
    pub fn in_memory() -> Self {
        Self {
            contents: Contents::default(),
            file: None,
            is_saved: true,
        }
    }

    /// Writes the account to its file if it changed since. A reader sees the old account or the new one, never a part.
    pub fn save(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.as_deref().filter(|_| !self.is_saved) {
            replace(file, &self.contents)?;
        }
        self.is_saved = true;
        Ok(())
    }

    /// To be called by whoever changes the account.
    pub fn mark_changed(&mut self) {
        self.is_saved = false;
    }

    pub fn is_saved(&self) -> bool {
        self.is_saved
    }

    /// The Regions that anything was asked of.
    pub fn region_names(&self) -> Vec<String> {
        self.contents.regions.keys().cloned().collect()
    }

    pub fn region(&mut self, name: &str) -> &mut Region {
        self.contents.regions.entry(name.to_owned()).or_default()
    }

    /// Dashboards are global.
    pub fn dashboards(&mut self) -> &mut BTreeMap<String, Dashboard> {
        &mut self.contents.dashboards
    }

    /// An identifier that this account never gave before. Digits and letters as AWS's own random ones have, yet the same in
    /// every run.
    pub fn next_id(&mut self) -> Id {
        self.contents.serial += 1;
        Id(Sha256::digest(self.contents.serial.to_be_bytes()).into())
    }

    /// Puts a stack, as CloudFormation would have deployed it, into the account.
    pub fn seed_stack(&mut self, region: &str, stack: Stack) {
        self.region(region).stacks.insert(stack.name.clone(), stack);
        self.mark_changed();
    }

    /// Puts a log group, as Lambda makes one at its first invocation, into the account, unless it is there.
    pub fn seed_log_group(&mut self, region: &str, name: &str) {
        if !self.region(region).log_groups.contains_key(name) {
            self.region(region)
                .log_groups
                .insert(name.to_owned(), LogGroup::default());
            self.mark_changed();
        }
    }

    /// The same account, no longer kept in a file: what is done to it is forgotten.
    #[must_use]
    pub fn detached(mut self) -> Self {
        self.file = None;
        self
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // Nobody is left to tell; `serve` reports a file that cannot be written as soon as it tries.
        let _ = self.save();
    }
}

fn replace(path: &Path, contents: &Contents) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.tmp", std::process::id()));
    let mut writer = BufWriter::new(File::create(&draft)?);
    serde_json::to_writer_pretty(&mut writer, contents)?;
    writer.write_all(b"\n")?;
    writer.into_inner()?.sync_all()?;
    fs::rename(&draft, path)
}

/// Bytes for an identifier, to be shown in one of AWS's forms.
#[derive(Debug, Clone, Copy)]
pub struct Id([u8; 32]);

impl Id {
    /// `xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx`
    pub fn uuid(self) -> String {
        let hex = self.0.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        format!(
            "{}-{}-4{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..15],
            &hex[15..18],
            &hex[18..30]
        )
    }

    /// 52 characters of base 32, as X-Ray puts at the end of a group's ARN.
    pub fn base32(self) -> String {
        const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bit = |at: usize| {
            self.0
                .get(at / 8)
                .map_or(0, |byte| byte >> (7 - at % 8) & 1)
        };
        let letter = |at: usize| (at * 5..at * 5 + 5).fold(0, |value, at| value << 1 | bit(at));
        (0..52)
            .map(|at| char::from(LETTERS[usize::from(letter(at))]))
            .collect()
    }
}
