//! The contents of one Region.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::alarm_history::HistoryItem;
use super::alarms::StoredAlarm;
use super::event_buses::StoredEventBus;
use super::log_groups::LogGroup;
use super::metrics::PublishedMetric;
use super::mute_rules::StoredMuteRule;
use super::notifications::{Delivery, StoredSubscription, StoredTopic};
use super::service_level_objectives::StoredObjective;
use super::stacks::Stack;
use super::tags::Tags;
use super::tracing::{StoredSamplingRule, StoredTraceGroup};

/// Keys are names, or ARNs where a resource has no other name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Region {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) alarms: BTreeMap<String, StoredAlarm>,
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    pub(crate) alarm_history: VecDeque<HistoryItem>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) mute_rules: BTreeMap<String, StoredMuteRule>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) service_level_objectives: BTreeMap<String, StoredObjective>,
    /// Whether CloudWatch knows the tags of resources; `None` where nobody ever switched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) telemetry_tags: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) metrics: Vec<PublishedMetric>,
    /// The latest publication of metrics since the last evaluation of alarms, in seconds since 1970.
    #[serde(skip)]
    pub(crate) unseen_since: Option<i64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) trace_groups: BTreeMap<String, StoredTraceGroup>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sampling_rules: BTreeMap<String, StoredSamplingRule>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) topics: BTreeMap<String, StoredTopic>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) subscriptions: BTreeMap<String, StoredSubscription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) deliveries: Vec<Delivery>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) log_groups: BTreeMap<String, LogGroup>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) event_buses: BTreeMap<String, StoredEventBus>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) stacks: BTreeMap<String, Stack>,
    /// Tags of resources of other services than the sandbox serves, by ARN.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tagged_elsewhere: BTreeMap<String, Tags>,
}
