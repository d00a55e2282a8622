//! `tracewatch.toml`: which stack, who is told, what is overridden, what tracing and logs may cost. The types with their defaults;
//! `parse` reads them, `init` writes the file. It knows no definition: whether an override names one is asked later.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::artifact::Severity;
use crate::diagnostic::{LevelPolicy, Place, Source, WithDiagnostics};

mod init;
mod levels;
mod overrides;
mod parse;
mod receivers;
mod stacks;

pub use init::{InitFacts, init};
pub use levels::unknown_code;
pub use overrides::{METADATA_KEY, metadata_overrides};
pub use parse::parse;

/// Reads a project file. The only function here that touches a disk.
pub fn load(path: &Path) -> io::Result<WithDiagnostics<Option<Project>>> {
    let source = Source::new(path.display().to_string(), std::fs::read_to_string(path)?);
    Ok(parse(&source, path.parent().unwrap_or(Path::new(""))))
}

/// A project file, checked. Every field has the value that is in force: defaults are filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The folder of the project file: `alarms/` and `dashboards/` beside it lie over the built-in ones.
    pub root: PathBuf,
    /// The system's name, with which all our names begin: that of its only stack, or one of its own.
    pub name: String,
    /// The stacks that it is made of; at least one.
    pub stacks: Vec<StackSource>,
    /// Tags that every artifact gets at its creation, beside the owner tag.
    pub tags: BTreeMap<String, String>,
    /// Who is told, by severity. A severity without an entry makes no topic and tells nobody.
    pub notify: BTreeMap<Severity, Notify>,
    /// Overrides of definitions: file (`lambda`), then alarm (`error-rate`, or [`EVERY_ALARM`]).
    pub alarms: BTreeMap<String, BTreeMap<String, Override>>,
    /// Overrides for one resource: logical id, then alarm (or [`EVERY_ALARM`]).
    pub resources: BTreeMap<String, BTreeMap<String, Override>>,
    pub tracing: Tracing,
    pub cost: Cost,
    /// `[diagnostics]`: which diagnostics are silent, and which are errors.
    pub levels: LevelPolicy,
}

impl Project {
    /// What is in force without a project file; paths are relative to the working folder.
    pub fn without_file(name: &str, from: StackFrom) -> Self {
        Self {
            root: PathBuf::new(),
            name: name.to_owned(),
            stacks: vec![StackSource {
                name: name.to_owned(),
                from,
                parameters: BTreeMap::new(),
            }],
            tags: BTreeMap::new(),
            notify: BTreeMap::new(),
            alarms: BTreeMap::new(),
            resources: BTreeMap::new(),
            tracing: Tracing::default(),
            cost: Cost::default(),
            levels: LevelPolicy::default(),
        }
    }
}

/// How a stack is read.
#[derive(Debug, Clone, PartialEq)]
pub struct StackSource {
    /// The stack's name. The stacks of an assembly have names of their own.
    pub name: String,
    pub from: StackFrom,
    /// Values for the template's parameters.
    pub parameters: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackFrom {
    /// A CloudFormation or SAM template, relative to the project's folder.
    Template(PathBuf),
    /// A deployed stack of that name.
    Deployed,
    /// A cloud assembly of the CDK, `cdk.out`, relative to the project's folder.
    Assembly(PathBuf),
    /// What `terraform show -json` says of a state or a plan, relative to the project's folder.
    Terraform(PathBuf),
    /// Whatever in the account bears all of these tags.
    Tagged(BTreeMap<String, String>),
}

/// Receivers for one severity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notify {
    /// A topic that exists already and is not ours; none: a topic of our own is made.
    pub topic: Option<String>,
    /// `email:`, `https:`, `sqs:`, `lambda:` … receivers of our own topic.
    pub subscriptions: Vec<crate::artifact::Subscription>,
    /// Whether recovery is told too. On by default.
    pub ok: bool,
}

/// The key of an override that says something of every alarm of a file or of a resource (`[resources.Batch] enabled = false`).
pub const EVERY_ALARM: &str = "*";

/// What an author changes of a definition, for a whole type or for one resource.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Override {
    pub enabled: Option<bool>,
    pub severity: Option<Severity>,
    /// As in a definition: `"> 5"`.
    pub when: Option<String>,
    /// The floor's minimum.
    pub floor: Option<f64>,
    /// Seconds.
    pub period: Option<u32>,
    /// M of N.
    pub datapoints: Option<(u32, u32)>,
    pub missing: Option<crate::artifact::Missing>,
    /// Where the override stands, for a diagnostic when it matches nothing or is wrong.
    pub place: Option<Place>,
    /// Where each key's value stands, by key.
    pub places: BTreeMap<&'static str, Place>,
}

impl Default for Tracing {
    /// Eight groups, so that three stacks share the 24 that a Region leaves (25, and whether `Default` counts is unverified).
    fn default() -> Self {
        Self {
            enabled: true,
            group_budget: 8,
            insights: true,
            insights_severity: Some(Severity::Warning),
            slow_seconds: 2.0,
            groups: Vec::new(),
            sampling: Sampling::default(),
        }
    }
}

/// `[tracing]`
#[derive(Debug, Clone, PartialEq)]
pub struct Tracing {
    pub enabled: bool,
    /// X-Ray groups that this stack may have; the account has 25 in a Region.
    pub group_budget: usize,
    pub insights: bool,
    /// Insights events are sent to the topic of this severity; `None`: to nobody.
    pub insights_severity: Option<Severity>,
    /// Seconds beyond which a trace is slow, for the percentile alarm.
    pub slow_seconds: f64,
    /// Groups that the user defines: name and filter expression.
    pub groups: Vec<UserGroup>,
    pub sampling: Sampling,
}

#[derive(Debug, Clone, PartialEq)]
pub struct UserGroup {
    pub name: String,
    pub filter: String,
    /// `[tracing]`'s `insights`, unless the group says otherwise.
    pub insights: bool,
    /// Where the filter expression is written.
    pub place: Option<Place>,
}

/// `[tracing.sampling]`: the stack's own rule, and rules by path before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    pub enabled: bool,
    /// Requests per second that are always traced.
    pub reservoir: u32,
    /// Share of the rest, 0 to 1.
    pub rate: f64,
    pub priority: u16,
    pub paths: Vec<PathSampling>,
}

impl Default for Sampling {
    /// X-Ray's own default rule, in a rule of the stack's own, so that the next one who edits the account's default changes nothing here.
    fn default() -> Self {
        Self {
            enabled: true,
            reservoir: 1,
            rate: 0.05,
            priority: 9000,
            paths: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct PathSampling {
    pub name: String,
    /// With the wildcards `*` and `?`.
    pub path: String,
    pub method: String,
    pub reservoir: u32,
    pub rate: f64,
    /// Share of the requests that takes this path, 0 to 1; only for the estimate of what tracing costs.
    pub share: Option<f64>,
    pub place: Option<Place>,
}

/// `[cost]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cost {
    /// Days that the stack's log groups keep their events; `None`: tracewatch leaves them as they are.
    pub log_retention: Option<u32>,
    /// US dollars per month above which a plan is refused.
    pub monthly_limit: Option<f64>,
    /// Requests per second at each entry point, for the estimate of what tracing costs.
    pub requests_per_second: Option<f64>,
}

#[cfg(test)]
mod tests;
