//! The types of a project, with their defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::artifact::{AlarmScope, ChatChannel, Missing, Severity, Subscription};
use crate::diagnostic::{LevelPolicy, Place};
use crate::objective::Objective;
use crate::semantics::mute_rule::Windows;
use crate::spanned::Spanned;

/// The key of an override for every alarm of a file or of a resource (`[resources.Batch] enabled = false`).
pub const EVERY_ALARM: &str = "*";

/// A set of alarms in place of the built-in ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The alarms that AWS recommends.
    AwsRecommended,
}

impl Preset {
    /// The words of a project file.
    pub const WORDS: [(&'static str, Preset); 1] = [("aws-recommended", Preset::AwsRecommended)];

    pub fn name(self) -> &'static str {
        match self {
            Preset::AwsRecommended => "aws-recommended",
        }
    }
}

/// A checked project file with the defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The folder of the project file. Its `alarms/` and `dashboards/` extend the built-in catalogue.
    pub root: PathBuf,
    /// The system's name: the name of its only stack, or its own name. All generated names begin with it.
    pub name: String,
    /// At least one stack.
    pub stacks: Vec<StackSource>,
    /// `None`: the built-in alarms.
    pub preset: Option<Spanned<Preset>>,
    /// Tags of every created artifact, beside the owner tag.
    pub tags: BTreeMap<String, String>,
    /// Receivers by severity. A severity without an entry has no topic and no notifications.
    pub notify: BTreeMap<Severity, Notify>,
    /// Which alarms share a notification.
    pub grouping: Grouping,
    /// Overrides of definitions: file (`lambda`), then alarm (`error-rate`, or [`EVERY_ALARM`]).
    pub alarms: BTreeMap<String, BTreeMap<String, AlarmOverride>>,
    /// Overrides for one resource: logical id, then alarm (or [`EVERY_ALARM`]).
    pub resources: BTreeMap<String, BTreeMap<String, AlarmOverride>>,
    /// Composite alarms over resources, `[[composite]]`.
    pub composites: Vec<ProjectComposite>,
    /// Service-level objectives, `[[slo]]`.
    pub objectives: Vec<Objective>,
    pub tracing: Tracing,
    pub cost: CostSettings,
    pub account: AccountSettings,
    /// The tags of `[fleet]`: all resources of the project's stacks have them, and no others.
    pub fleet_tags: BTreeMap<String, String>,
    /// Times in which alarms do not notify.
    pub maintenance: Vec<MaintenanceWindow>,
    /// `[diagnostics]`: which diagnostics are silent, and which are errors.
    pub levels: LevelPolicy,
}

impl Project {
    /// The Regions that the metrics of its objectives name.
    pub fn objective_regions(&self) -> impl Iterator<Item = &str> {
        let metrics = self
            .objectives
            .iter()
            .flat_map(|objective| objective.metrics.values());
        metrics.filter_map(|own| own.region.as_ref().map(|region| region.value.as_str()))
    }

    /// The settings without a project file; paths are relative to the working folder.
    pub fn without_file(name: &str, from: StackFrom) -> Self {
        Self {
            root: PathBuf::new(),
            name: name.to_owned(),
            stacks: vec![StackSource {
                name: name.to_owned(),
                from,
                parameters: BTreeMap::new(),
            }],
            preset: None,
            tags: BTreeMap::new(),
            notify: BTreeMap::new(),
            grouping: Grouping::default(),
            alarms: BTreeMap::new(),
            resources: BTreeMap::new(),
            composites: Vec::new(),
            objectives: Vec::new(),
            tracing: Tracing::default(),
            cost: CostSettings::default(),
            account: AccountSettings::default(),
            fleet_tags: BTreeMap::new(),
            maintenance: Vec::new(),
            levels: LevelPolicy::default(),
        }
    }
}

/// A stack and its source.
#[derive(Debug, Clone, PartialEq)]
pub struct StackSource {
    /// The stack's name. An assembly names its stacks itself.
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
    /// The output of `terraform show -json` for a state or a plan, relative to the project's folder.
    Terraform(PathBuf),
    /// All resources of the account with all of these tags.
    Tagged(BTreeMap<String, String>),
}

/// A channel of a chat.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatReceiver {
    pub channel: ChatChannel,
    /// The ARN of the role that the chat service assumes.
    pub role: String,
    pub place: Place,
}

/// Receivers for one severity.
#[derive(Debug, Clone, PartialEq)]
pub struct Notify {
    /// An existing topic, which tracewatch does not own; `None`: tracewatch creates a topic.
    pub topic: Option<String>,
    /// The place of `topic`.
    pub topic_place: Option<Place>,
    /// Subscriptions (`email`, `https`, `sqs`, `lambda`, …) of the created topic.
    pub subscriptions: Vec<Subscription>,
    /// Channels of chats that are subscribed to the created topic.
    pub chats: Vec<ChatReceiver>,
    /// ARNs of functions, response plans and investigation groups that alarms call beside the topic.
    pub actions: Vec<Spanned<String>>,
    /// The severity, 1 to 4, of the OpsItem that an alarm makes in Systems Manager.
    pub opsitem: Option<u32>,
    pub recovery: Recovery,
    /// The page with instructions for whoever is notified.
    pub runbook: Option<String>,
}

/// Which alarms share a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// Composite alarms over the whole stack notify.
    #[default]
    Stack,
    /// For each resource, a composite alarm of each severity notifies.
    Resource,
    /// Every alarm notifies.
    None,
}

/// A composite alarm over alarms of any resources of the stack.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectComposite {
    pub name: Spanned<String>,
    pub severity: Severity,
    pub summary: String,
    /// The instruction in the alarm's description.
    pub fix: Option<String>,
    pub runbook: Option<String>,
    /// CloudWatch's language over references such as `OrdersApiStage.fault-rate`.
    pub rule: Spanned<String>,
    pub suppressed_by: Option<SuppressedBy>,
    pub enabled: bool,
}

/// An alarm during which a composite alarm does not notify.
#[derive(Debug, Clone, PartialEq)]
pub struct SuppressedBy {
    /// A reference such as `OrdersApiStage.fault-rate`.
    pub alarm: Spanned<String>,
    /// Seconds that the composite waits for the alarm to go into ALARM.
    pub wait: u32,
    /// Seconds of silence after the alarm has left ALARM.
    pub extension: u32,
}

/// How people learn that an alarm is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// An EventBridge rule sends a message when an alarm goes from ALARM to OK.
    Event,
    /// CloudWatch runs the alarm's OK actions. They also run for a new alarm.
    Action,
    /// Nobody is notified.
    None,
}

impl Recovery {
    /// Without a word of the project, only recoveries of critical alarms are notified: EventBridge also sends the events of a group of
    /// warnings that a critical group silenced, so that a recovery could follow no alarm.
    pub(super) fn default_of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Recovery::Event,
            Severity::Warning | Severity::Info => Recovery::None,
        }
    }
}

/// An author's changes to an alarm definition, for a whole type or for one resource.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlarmOverride {
    pub enabled: Option<bool>,
    pub severity: Option<Severity>,
    /// As in a definition: `"> 5"`.
    pub when: Option<String>,
    /// The floor's minimum.
    pub floor: Option<f64>,
    /// The number of events of each period that do not count.
    pub tolerate: Option<f64>,
    /// Seconds.
    pub period: Option<u32>,
    /// M of N.
    pub datapoints: Option<(u32, u32)>,
    pub missing: Option<Missing>,
    /// In `[alarms]` only.
    pub scope: Option<AlarmScope>,
    /// A page with instructions, in place of the definition's.
    pub runbook: Option<String>,
    /// Seconds without traffic that are an outage. For all alarms of a resource or a file.
    pub expect_traffic: Option<u32>,
    /// Seconds after which a trace counts as slow. For all alarms of a resource or a file.
    pub slow: Option<f64>,
    /// The override's table, for diagnostics.
    pub place: Option<Place>,
    /// The place of each value, by key.
    pub places: BTreeMap<&'static str, Place>,
}

impl Default for Tracing {
    /// Eight groups: three stacks fit into the 24 groups of a Region (the limit is 25; whether `Default` counts is unverified).
    fn default() -> Self {
        Self {
            enabled: true,
            group_budget: 8,
            insights: true,
            insights_severity: Some(Severity::Warning),
            slow_seconds: None,
            groups: Vec::new(),
            sampling: Sampling::default(),
        }
    }
}

/// `[tracing]`
#[derive(Debug, Clone, PartialEq)]
pub struct Tracing {
    pub enabled: bool,
    /// The maximum of X-Ray groups for this stack; an account has 25 in a Region.
    pub group_budget: usize,
    pub insights: bool,
    /// The severity whose topic receives Insights events; `None`: no topic.
    pub insights_severity: Option<Severity>,
    /// A longer trace counts as slow, in seconds. `None`: two seconds, where somebody waits for the answer.
    pub slow_seconds: Option<f64>,
    /// The user's own groups.
    pub groups: Vec<UserGroup>,
    pub sampling: Sampling,
}

#[derive(Debug, Clone, PartialEq)]
pub struct UserGroup {
    pub name: String,
    pub filter: String,
    /// Whether Insights watch the group; off by default, because its traces are usually in the groups of an entry point too.
    pub insights: bool,
    /// The filter expression's place.
    pub place: Option<Place>,
}

/// `[tracing.sampling]`: the stack's rule, and rules by path with higher priority.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    pub enabled: bool,
    /// Traced requests per second before the rate applies.
    pub reservoir: u32,
    /// The traced share of the remaining requests, 0 to 1.
    pub rate: f64,
    pub priority: u16,
    pub paths: Vec<PathSampling>,
}

impl Default for Sampling {
    /// The values of X-Ray's default rule. A rule of the stack keeps them when somebody edits the account's default rule.
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
    /// This path's share of all requests, 0 to 1; used only by the cost estimate.
    pub share: Option<f64>,
    pub place: Option<Place>,
}

/// `[[maintenance]]`: times in which alarms do not notify.
#[derive(Debug, Clone, PartialEq)]
pub struct MaintenanceWindow {
    pub name: Spanned<String>,
    /// `cron(…)` or `at(…)`.
    pub schedule: Spanned<String>,
    /// The IANA name of the time zone.
    pub timezone: String,
    /// The schedule, the time zone, the length and the end, as they are computed with.
    pub windows: Windows,
    /// Patterns of resources; every alarm if there are none.
    pub resources: Vec<Spanned<String>>,
}

impl MaintenanceWindow {
    pub fn recurs_without_end(&self) -> bool {
        self.windows.schedule.recurs() && self.windows.expires.is_none()
    }
}

/// `[account]`: the account and Region of the stack.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountSettings {
    /// Whether the project has the alarms of the account. Of all projects in an account and Region, one can.
    pub watch: bool,
    /// The place of `watch`.
    pub place: Option<Place>,
}

/// `[cost]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CostSettings {
    /// Retention of the stack's log groups in days; `None`: tracewatch does not change it.
    pub log_retention: Option<u32>,
    /// A plan with a higher monthly cost in US dollars is refused.
    pub monthly_limit: Option<f64>,
    /// Requests per second at each entry point; used only by the cost estimate.
    pub requests_per_second: Option<f64>,
    /// GB of logs per month that the dashboards' log widgets scan; used only by the cost estimate.
    pub scanned_gb: Option<f64>,
    /// Requests per second at one entry point, by its logical id.
    pub traffic: BTreeMap<String, Spanned<f64>>,
}
