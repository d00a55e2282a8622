//! What tracewatch owns in an account, and the states made of it. Pure data in one canonical form, so that comparing is `==`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

mod alarm;

pub use alarm::{
    Actions, Alarm, AlarmQuery, CompositeAlarm, Condition, Dimensions, Metric, Missing,
};

/// The tag that marks what is ours; its value is the stack's name.
pub const OWNER_TAG: &str = "tracewatch:stack";

/// The rank of an alarm. It decides who is notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Critical,
    Warning,
    Info,
}

/// The kinds of artifacts and settings, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Topic,
    TraceGroup,
    SamplingRule,
    LogRetention,
    EventRule,
    Alarm,
    CompositeAlarm,
    Dashboard,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Topic => "topic",
            Kind::TraceGroup => "trace group",
            Kind::SamplingRule => "sampling rule",
            Kind::LogRetention => "log retention",
            Kind::EventRule => "event rule",
            Kind::Alarm => "alarm",
            Kind::CompositeAlarm => "composite alarm",
            Kind::Dashboard => "dashboard",
        })
    }
}

/// The key of every comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ArtifactId {
    pub kind: Kind,
    pub name: String,
}

impl fmt::Display for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// Something tracewatch owns or, for the last words of its kind, sets because it was asked to. The large kinds are boxed: a plan moves tens of
/// thousands of these.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Artifact {
    Topic(Topic),
    TraceGroup(TraceGroup),
    SamplingRule(Box<SamplingRule>),
    LogRetention(LogRetention),
    EventRule(EventRule),
    Alarm(Box<Alarm>),
    CompositeAlarm(Box<CompositeAlarm>),
    Dashboard(Dashboard),
}

impl From<SamplingRule> for Artifact {
    fn from(rule: SamplingRule) -> Self {
        Artifact::SamplingRule(Box::new(rule))
    }
}

impl From<Alarm> for Artifact {
    fn from(alarm: Alarm) -> Self {
        Artifact::Alarm(Box::new(alarm))
    }
}

impl From<CompositeAlarm> for Artifact {
    fn from(alarm: CompositeAlarm) -> Self {
        Artifact::CompositeAlarm(Box::new(alarm))
    }
}

impl Artifact {
    pub fn kind(&self) -> Kind {
        match self {
            Artifact::Topic(_) => Kind::Topic,
            Artifact::TraceGroup(_) => Kind::TraceGroup,
            Artifact::SamplingRule(_) => Kind::SamplingRule,
            Artifact::LogRetention(_) => Kind::LogRetention,
            Artifact::EventRule(_) => Kind::EventRule,
            Artifact::Alarm(_) => Kind::Alarm,
            Artifact::CompositeAlarm(_) => Kind::CompositeAlarm,
            Artifact::Dashboard(_) => Kind::Dashboard,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Artifact::Topic(topic) => &topic.name,
            Artifact::TraceGroup(group) => &group.name,
            Artifact::SamplingRule(rule) => &rule.name,
            Artifact::LogRetention(setting) => &setting.log_group,
            Artifact::EventRule(rule) => &rule.name,
            Artifact::Alarm(alarm) => &alarm.name,
            Artifact::CompositeAlarm(alarm) => &alarm.name,
            Artifact::Dashboard(dashboard) => &dashboard.name,
        }
    }

    pub fn id(&self) -> ArtifactId {
        ArtifactId {
            kind: self.kind(),
            name: self.name().to_owned(),
        }
    }
}

/// An SNS topic that people are told by, with the part of its access policy and subscriptions that we ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Topic {
    pub name: String,
    /// Policy statements by `Sid`. Of an actual topic, only those whose `Sid` is one of ours; others are kept and not shown.
    pub statements: BTreeMap<String, Value>,
    /// Of an actual topic all of them, those still waiting for confirmation included.
    pub subscriptions: BTreeSet<Subscription>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subscription {
    /// As SNS spells it: `email`, `https`, `sqs`, `lambda`, …
    pub protocol: String,
    pub endpoint: String,
}

impl Subscription {
    /// The endpoint as it may be shown: the paths and queries of web hooks are keys.
    pub fn shown(&self) -> String {
        let Some((scheme, rest)) = self.endpoint.split_once("://") else {
            return self.endpoint.clone();
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        if host.len() == rest.len() {
            self.endpoint.clone()
        } else {
            format!("{scheme}://{host}/…")
        }
    }
}

impl Serialize for Subscription {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([
            ("protocol", self.protocol.clone()),
            ("endpoint", self.shown()),
        ])
    }
}

/// An X-Ray group: a stored filter expression that publishes one metric, `ApproximateTraceCount`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceGroup {
    pub name: String,
    pub filter: String,
    pub insights: bool,
    /// Insights events on the account's default event bus; only with `insights`.
    pub notifications: bool,
}

/// An X-Ray sampling rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SamplingRule {
    pub name: String,
    /// 1 to 9999; the lowest number that matches decides.
    pub priority: u16,
    /// Requests per second that are always traced.
    pub reservoir: u32,
    /// Share of the rest, 0 to 1.
    pub rate: f64,
    pub service_name: String,
    pub service_type: String,
    pub host: String,
    pub method: String,
    pub path: String,
    pub resource_arn: String,
    pub attributes: BTreeMap<String, String>,
}

/// How long a log group keeps its events. A setting: the group is not ours, and deleting the setting does not undo it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogRetention {
    pub log_group: String,
    /// Days; `None` keeps events for ever.
    pub days: Option<u32>,
}

/// An EventBridge rule on the default bus that sends matching events to topics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventRule {
    pub name: String,
    pub description: String,
    pub pattern: Value,
    /// Topic ARNs.
    pub targets: BTreeSet<String>,
}

/// A CloudWatch dashboard; the body is JSON, compared by value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dashboard {
    pub name: String,
    pub body: Value,
}

/// Everything that is, or shall be, in an account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    artifacts: BTreeMap<ArtifactId, Artifact>,
}

impl State {
    /// Adds an artifact; gives back the one that had the same id.
    pub fn insert(&mut self, artifact: Artifact) -> Option<Artifact> {
        self.artifacts.insert(artifact.id(), artifact)
    }

    pub fn get(&self, id: &ArtifactId) -> Option<&Artifact> {
        self.artifacts.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ArtifactId, &Artifact)> {
        self.artifacts.iter()
    }

    pub fn len(&self) -> usize {
        self.artifacts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.artifacts.is_empty()
    }

    /// Artifacts by value, in the order of their ids.
    pub fn into_artifacts(self) -> impl Iterator<Item = Artifact> {
        self.artifacts.into_values()
    }
}

impl Extend<Artifact> for State {
    fn extend<I: IntoIterator<Item = Artifact>>(&mut self, artifacts: I) {
        for artifact in artifacts {
            self.insert(artifact);
        }
    }
}

impl FromIterator<Artifact> for State {
    fn from_iter<I: IntoIterator<Item = Artifact>>(artifacts: I) -> Self {
        let mut state = State::default();
        state.extend(artifacts);
        state
    }
}

/// Where to look for what may be ours: one listing by prefix (or by exact name) per kind, never the whole account. An empty prefix asks for
/// nothing of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub alarm_prefix: String,
    pub dashboard_prefix: String,
    pub group_prefix: String,
    pub sampling_rule_prefix: String,
    pub event_rule_prefix: String,
    /// SNS cannot list by prefix: the exact names that a stack may use.
    pub topics: BTreeSet<String>,
}

/// `Sid`s of the statements that tracewatch adds to the policy of its topics; statements with other `Sid`s are never touched.
pub const STATEMENT_SIDS: [&str; 2] = ["TracewatchCloudWatchAlarms", "TracewatchEventBridge"];
