//! The artifacts of one target, desired or actual, and the listings that find them.

use std::collections::{BTreeMap, BTreeSet};

use super::id::{ArtifactId, Kind};
use super::origin::Origin;
use super::severity::Severity;
use super::variant::Artifact;

/// The tag that marks the artifacts of tracewatch; its value is the stack's name.
pub const OWNER_TAG: &str = "tracewatch:stack";

/// The tags of an artifact: values by key.
pub type Tags = BTreeMap<String, String>;

/// The artifacts of one target. The desired state knows where each comes from; the actual state,
/// read from an account, does not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    artifacts: BTreeMap<ArtifactId, Artifact>,
    origins: BTreeMap<ArtifactId, Origin>,
}

impl State {
    /// Adds an artifact; returns any replaced artifact.
    pub fn insert(&mut self, artifact: Artifact) -> Option<Artifact> {
        self.artifacts.insert(artifact.id(), artifact)
    }

    /// Adds an artifact with its origin; returns any replaced artifact.
    pub fn insert_from(&mut self, origin: Origin, artifact: Artifact) -> Option<Artifact> {
        self.origins.insert(artifact.id(), origin);
        self.insert(artifact)
    }

    pub fn get(&self, id: &ArtifactId) -> Option<&Artifact> {
        self.artifacts.get(id)
    }

    /// An artifact whose name stays.
    pub fn get_mut(&mut self, id: &ArtifactId) -> Option<&mut Artifact> {
        self.artifacts.get_mut(id)
    }

    pub fn remove(&mut self, id: &ArtifactId) -> Option<Artifact> {
        self.artifacts.remove(id)
    }

    pub fn origin(&self, id: &ArtifactId) -> Option<&Origin> {
        self.origins.get(id)
    }

    /// The severity of an alarm or composite alarm with this name.
    pub fn severity(&self, alarm: &str) -> Option<Severity> {
        let kinds = [Kind::Alarm, Kind::CompositeAlarm].into_iter();
        let mut origins = kinds.filter_map(|kind| {
            let name = alarm.to_owned();
            self.origin(&ArtifactId { kind, name })
        });
        origins.find_map(|origin| origin.severity)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ArtifactId, &Artifact)> {
        self.artifacts.iter()
    }

    /// Artifact names of one kind.
    pub fn names(&self, kind: Kind) -> BTreeSet<String> {
        let of_kind = self.artifacts.keys().filter(|id| id.kind == kind);
        of_kind.map(|id| id.name.clone()).collect()
    }

    pub fn len(&self) -> usize {
        self.artifacts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.artifacts.is_empty()
    }

    /// Artifacts and origins, sorted by id.
    pub fn into_parts(self) -> (BTreeMap<ArtifactId, Artifact>, BTreeMap<ArtifactId, Origin>) {
        (self.artifacts, self.origins)
    }

    /// Artifacts sorted by id.
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
    /// Of alarms on the account. Only a stack that watches the account looks for them.
    pub account_alarm_prefix: String,
    pub dashboard_prefix: String,
    pub group_prefix: String,
    pub sampling_rule_prefix: String,
    pub event_rule_prefix: String,
    /// Of metric filters. Only a stack with such a filter looks for them.
    pub metric_filter_prefix: String,
    pub mute_rule_prefix: String,
    /// Of service-level objectives. Only a stack with such an objective looks for them.
    pub objective_prefix: String,
    /// SNS cannot list by prefix: the exact names that a stack may use.
    pub topics: BTreeSet<String>,
    /// Empty outside the stack's own Region: chat configurations have no Region.
    pub chat_prefix: String,
    /// Whether the project has chat channels. Otherwise configurations are listed only if one of the topics has a subscription of a chat.
    pub has_chats: bool,
}
