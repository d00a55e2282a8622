//! Artifact kinds and ids.

use std::fmt;

use serde::Serialize;

/// Kinds of artifacts and settings, in creation order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Topic,
    ChatConfiguration,
    TraceGroup,
    SamplingRule,
    LogRetention,
    EventRule,
    MetricFilter,
    Alarm,
    CompositeAlarm,
    MuteRule,
    ServiceLevelObjective,
    Dashboard,
}

impl Kind {
    /// Whether this is a setting: a property of something that exists anyway (the retention of a
    /// log group). A setting has no owner and is never created or deleted.
    pub fn is_setting(self) -> bool {
        match self {
            Kind::LogRetention => true,
            Kind::Topic
            | Kind::ChatConfiguration
            | Kind::TraceGroup
            | Kind::SamplingRule
            | Kind::EventRule
            | Kind::MetricFilter
            | Kind::Alarm
            | Kind::CompositeAlarm
            | Kind::MuteRule
            | Kind::ServiceLevelObjective
            | Kind::Dashboard => false,
        }
    }

    /// Whether the service knows tags of this kind. Metric filters have none: the namespace of their metric names the owner.
    pub fn has_tags(self) -> bool {
        !self.is_setting() && self != Kind::MetricFilter
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Topic => "topic",
            Kind::ChatConfiguration => "chat configuration",
            Kind::TraceGroup => "trace group",
            Kind::SamplingRule => "sampling rule",
            Kind::LogRetention => "log retention",
            Kind::EventRule => "event rule",
            Kind::MetricFilter => "metric filter",
            Kind::Alarm => "alarm",
            Kind::CompositeAlarm => "composite alarm",
            Kind::MuteRule => "mute rule",
            Kind::ServiceLevelObjective => "service-level objective",
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
