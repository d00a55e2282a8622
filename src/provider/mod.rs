//! The ports to an account: [`Reader`], [`History`] and [`Writer`]. One adapter, [`aws`], serves both AWS and the sandbox.

pub mod aws;

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::{
    ArtifactId, ChatConfiguration, ChatWorkspace, Kind, Metric, MuteStatus, Scope, State, Tags,
};
use crate::inventory::{SortedMap, Target};
use crate::plan::Change;
pub use crate::plan::Owner;
use crate::semantics::math::{self, Expr};
use crate::stack::DeployedStack;

/// A failed call to an account, with the operation and AWS's message. `apply` decides by the variant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    #[error("{operation}: not found: {message}")]
    NotFound {
        operation: &'static str,
        message: String,
    },
    #[error("{operation}: access denied: {message}")]
    Denied {
        operation: &'static str,
        message: String,
    },
    #[error("{operation}: throttled: {message}")]
    Throttled {
        operation: &'static str,
        message: String,
    },
    #[error("{operation}: conflict: {message}")]
    Conflict {
        operation: &'static str,
        message: String,
    },
    #[error("{operation}: a limit is reached: {message}")]
    Limit {
        operation: &'static str,
        message: String,
    },
    #[error("no usable AWS credentials: {message}")]
    NoCredentials { message: String },
    #[error("{operation}: no answer: {message}")]
    NoAnswer {
        operation: &'static str,
        message: String,
    },
    /// The endpoint is given up. Further calls of this run fail at once.
    #[error("the account is out of reach: {message}")]
    Unreachable { message: String },
    #[error("{operation}: {message}")]
    Other {
        operation: &'static str,
        message: String,
    },
}

/// The actual artifacts of a stack.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Actual {
    pub state: State,
    /// The time of the last configuration of each alarm, in seconds since 1970.
    pub configured: BTreeMap<ArtifactId, i64>,
    /// What each mute rule does now.
    pub mute_status: BTreeMap<ArtifactId, MuteStatus>,
    /// Chat configurations under other names.
    pub other_chats: Vec<ChatConfiguration>,
    /// The number of other X-Ray groups in the Region, including the group `Default`.
    pub other_trace_groups: usize,
}

/// The artifacts that AWS's index of tags lists as one stack's, with their tags. The index lags by minutes: it is a hint, no proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagIndex(BTreeMap<ArtifactId, Tags>);

impl TagIndex {
    pub fn get(&self, id: &ArtifactId) -> Option<&Tags> {
        self.0.get(&listed_id(id.clone()))
    }

    /// Whether it lists any alarm whose name begins with a prefix.
    pub fn lists_alarms(&self, prefix: &str) -> bool {
        let mut alarms = self.0.keys().filter(|id| id.kind == Kind::Alarm);
        alarms.any(|id| id.name.starts_with(prefix))
    }

    /// Whether it lists any artifact of a kind.
    pub fn lists(&self, kind: Kind) -> bool {
        self.0.keys().any(|id| id.kind == kind)
    }
}

impl FromIterator<(ArtifactId, Tags)> for TagIndex {
    fn from_iter<I: IntoIterator<Item = (ArtifactId, Tags)>>(listed: I) -> Self {
        let listed = listed.into_iter();
        Self(listed.map(|(id, tags)| (listed_id(id), tags)).collect())
    }
}

/// The ARNs of alarms do not tell the types of alarms apart.
fn listed_id(id: ArtifactId) -> ArtifactId {
    match id.kind {
        Kind::CompositeAlarm => ArtifactId {
            kind: Kind::Alarm,
            ..id
        },
        _ => id,
    }
}

/// Read access to an account. `plan` and `drift` have only this.
#[allow(async_fn_in_trait, reason = "one adapter, used on one thread")]
pub trait Reader {
    /// The account id (STS `GetCallerIdentity`) and the Region.
    async fn identity(&self) -> Result<Target, AccountError>;

    /// All artifacts with names in `scope`, without their owners.
    async fn artifacts(&self, scope: &Scope) -> Result<Actual, AccountError>;

    /// The current values of those settings that exist.
    async fn settings(&self, ids: &BTreeSet<ArtifactId>) -> Result<State, AccountError>;

    /// The current tags of each artifact, read from its own service; `None` for a missing artifact. Settings have no tags and are
    /// left out.
    async fn tags(
        &self,
        ids: &[ArtifactId],
    ) -> Result<BTreeMap<ArtifactId, Option<Tags>>, AccountError>;

    /// What AWS's index of tags lists as this stack's. Empty where the index cannot be read.
    async fn tag_index(&self) -> Result<TagIndex, AccountError>;

    /// The current owner of each artifact, read from its own service.
    async fn owners(
        &self,
        ids: &[ArtifactId],
    ) -> Result<BTreeMap<ArtifactId, Owner>, AccountError> {
        let tags = self.tags(ids).await?.into_iter();
        Ok(tags
            .map(|(id, tags)| (id, Owner::of(tags.as_ref())))
            .collect())
    }

    /// The workspaces and teams of chats that somebody authorised for the account.
    async fn chat_workspaces(&self) -> Result<BTreeSet<ChatWorkspace>, AccountError>;

    /// Whether CloudWatch knows the tags of resources ("resource tags for telemetry").
    async fn telemetry_tags(&self) -> Result<bool, AccountError>;

    /// A deployed CloudFormation stack with its resources, processed template and nested stacks. `None` when no stack has this name.
    async fn deployed(&self, stack: &str) -> Result<Option<DeployedStack>, AccountError>;

    /// ARNs of all resources in the Region with all of these tags, without tracewatch's own artifacts.
    async fn tagged(
        &self,
        tags: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>, AccountError>;
}

/// Metric math over metrics by word, for a period.
#[derive(Debug, Clone)]
pub struct SeriesQuery<'a> {
    pub expression: Expr,
    pub metrics: &'a SortedMap<String, Metric>,
    /// Seconds.
    pub period: u32,
}

impl SeriesQuery<'_> {
    /// The expression with other ids for its words.
    pub fn expression_with(&self, id: impl Fn(&str) -> String) -> String {
        math::rename(&self.expression, &id).to_string()
    }
}

/// Values by the start of their period, in seconds since 1970.
pub type Points = Vec<(i64, f64)>;

/// Read access to what metrics were.
#[allow(async_fn_in_trait, reason = "one adapter, used on one thread")]
pub trait History {
    /// The points of each query between two times, in seconds since 1970, oldest first. Periods without data have no point.
    async fn series(
        &self,
        queries: &[SeriesQuery<'_>],
        from: i64,
        until: i64,
    ) -> Result<Vec<Points>, AccountError>;
}

/// Write access to an account. There is no dry run: a plan that is not applied changes nothing.
#[allow(async_fn_in_trait, reason = "one adapter, used on one thread")]
pub trait Writer {
    /// Carries out changes of one kind, with results in the same order. Takes several changes only if one service call
    /// supports them: up to 100 deletions of alarms or dashboards, but a single composite alarm.
    ///
    /// The caller has just read the owners. If a `Create` finds an artifact of this stack (an earlier response was lost), it
    /// overwrites that. An `Adopt` adds the owner tag and then writes the differences.
    async fn write(&self, changes: &[Change]) -> Vec<Result<(), AccountError>>;
}
