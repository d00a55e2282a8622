//! The contents of an account as its file has them. Plain data: operations and rules are in the services' own modules.

mod alarm_history;
mod alarms;
mod chats;
mod dashboards;
mod event_buses;
mod log_groups;
mod metrics;
mod mute_rules;
mod notifications;
mod region;
mod service_level_objectives;
mod stacks;
mod tags;
mod tracing;

pub(super) use alarm_history::{HistoryItem, HistoryItemType};
pub(super) use alarms::{ACTION_LISTS, AlarmType, MutedActions, StoredAlarm, StoredState};
pub(super) use chats::{Chats, StoredChat};
pub(super) use dashboards::StoredDashboard;
pub(super) use event_buses::{StoredEventBus, StoredEventRule};
pub(super) use log_groups::LogGroup;
pub(super) use metrics::{MetricKey, PublishedMetric, Sample};
pub(super) use mute_rules::StoredMuteRule;
pub(super) use notifications::{Delivery, StoredSubscription, StoredTopic};
pub(super) use region::Region;
pub(super) use service_level_objectives::StoredObjective;
pub use stacks::{Stack, StackResource, Status};
pub(super) use tags::Tags;
pub(super) use tracing::{InsightsConfiguration, StoredSamplingRule, StoredTraceGroup};
