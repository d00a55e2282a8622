//! One artifact of any kind.

use serde::Serialize;
use serde_json::Value;

use super::alarm::{Actions, Alarm, CompositeAlarm};
use super::chat::ChatConfiguration;
use super::id::{ArtifactId, Kind};
use super::metric_filter::MetricFilter;
use super::mute_rule::MuteRule;
use super::notification::{EventRule, Topic};
use super::service_level_objective::ServiceLevelObjective;
use super::tracing::{SamplingRule, TraceGroup};

/// Something tracewatch owns or, for the last words of its kind, sets because it was asked to. The large kinds are boxed: a plan moves tens of
/// thousands of these.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Artifact {
    Topic(Topic),
    ChatConfiguration(ChatConfiguration),
    TraceGroup(TraceGroup),
    SamplingRule(Box<SamplingRule>),
    LogRetention(LogRetention),
    EventRule(EventRule),
    MetricFilter(MetricFilter),
    Alarm(Box<Alarm>),
    CompositeAlarm(Box<CompositeAlarm>),
    MuteRule(MuteRule),
    ServiceLevelObjective(Box<ServiceLevelObjective>),
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
            Artifact::ChatConfiguration(_) => Kind::ChatConfiguration,
            Artifact::TraceGroup(_) => Kind::TraceGroup,
            Artifact::SamplingRule(_) => Kind::SamplingRule,
            Artifact::LogRetention(_) => Kind::LogRetention,
            Artifact::EventRule(_) => Kind::EventRule,
            Artifact::MetricFilter(_) => Kind::MetricFilter,
            Artifact::Alarm(_) => Kind::Alarm,
            Artifact::CompositeAlarm(_) => Kind::CompositeAlarm,
            Artifact::MuteRule(_) => Kind::MuteRule,
            Artifact::ServiceLevelObjective(_) => Kind::ServiceLevelObjective,
            Artifact::Dashboard(_) => Kind::Dashboard,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Artifact::Topic(topic) => &topic.name,
            Artifact::ChatConfiguration(chat) => &chat.name,
            Artifact::TraceGroup(group) => &group.name,
            Artifact::SamplingRule(rule) => &rule.name,
            Artifact::LogRetention(setting) => &setting.log_group,
            Artifact::EventRule(rule) => &rule.name,
            Artifact::MetricFilter(filter) => &filter.name,
            Artifact::Alarm(alarm) => &alarm.name,
            Artifact::CompositeAlarm(alarm) => &alarm.name,
            Artifact::MuteRule(rule) => &rule.name,
            Artifact::ServiceLevelObjective(objective) => &objective.name,
            Artifact::Dashboard(dashboard) => &dashboard.name,
        }
    }

    pub fn as_topic(&self) -> Option<&Topic> {
        let Artifact::Topic(topic) = self else {
            return None;
        };
        Some(topic)
    }

    pub fn as_alarm(&self) -> Option<&Alarm> {
        let Artifact::Alarm(alarm) = self else {
            return None;
        };
        Some(alarm)
    }

    pub fn as_chat_configuration(&self) -> Option<&ChatConfiguration> {
        let Artifact::ChatConfiguration(chat) = self else {
            return None;
        };
        Some(chat)
    }

    pub fn as_composite_alarm(&self) -> Option<&CompositeAlarm> {
        let Artifact::CompositeAlarm(alarm) = self else {
            return None;
        };
        Some(alarm)
    }

    pub fn as_mute_rule(&self) -> Option<&MuteRule> {
        let Artifact::MuteRule(rule) = self else {
            return None;
        };
        Some(rule)
    }

    pub fn as_service_level_objective(&self) -> Option<&ServiceLevelObjective> {
        let Artifact::ServiceLevelObjective(objective) = self else {
            return None;
        };
        Some(objective)
    }

    /// The actions of an alarm or composite alarm.
    pub fn actions(&self) -> Option<&Actions> {
        match self {
            Artifact::Alarm(alarm) => Some(&alarm.actions),
            Artifact::CompositeAlarm(alarm) => Some(&alarm.actions),
            Artifact::Topic(_)
            | Artifact::ChatConfiguration(_)
            | Artifact::TraceGroup(_)
            | Artifact::SamplingRule(_)
            | Artifact::LogRetention(_)
            | Artifact::EventRule(_)
            | Artifact::MetricFilter(_)
            | Artifact::MuteRule(_)
            | Artifact::ServiceLevelObjective(_)
            | Artifact::Dashboard(_) => None,
        }
    }

    pub fn actions_mut(&mut self) -> Option<&mut Actions> {
        match self {
            Artifact::Alarm(alarm) => Some(&mut alarm.actions),
            Artifact::CompositeAlarm(alarm) => Some(&mut alarm.actions),
            Artifact::Topic(_)
            | Artifact::ChatConfiguration(_)
            | Artifact::TraceGroup(_)
            | Artifact::SamplingRule(_)
            | Artifact::LogRetention(_)
            | Artifact::EventRule(_)
            | Artifact::MetricFilter(_)
            | Artifact::MuteRule(_)
            | Artifact::ServiceLevelObjective(_)
            | Artifact::Dashboard(_) => None,
        }
    }

    pub fn id(&self) -> ArtifactId {
        ArtifactId {
            kind: self.kind(),
            name: self.name().to_owned(),
        }
    }
}

/// How long a log group keeps its events. A setting: the group is not ours, and deleting the setting does not undo it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogRetention {
    pub log_group: String,
    /// Days; `None` keeps events for ever.
    pub days: Option<u32>,
}

/// A CloudWatch dashboard; the body is JSON, compared by value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dashboard {
    pub name: String,
    pub body: Value,
}
