//! The ports to an account: what is there ([`Reader`]) and change it ([`Writer`]). One adapter, [`aws`], serves both AWS and the sandbox.

pub mod aws;

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::{ArtifactId, Scope, State};
use crate::inventory::Identity;
use crate::plan::Change;
pub use crate::plan::Owner;
use crate::stack::DeployedStack;

/// The account's faults. `apply` branches on them; each carries the operation and AWS's own words.
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
    #[error("{operation}: throttled after several tries: {message}")]
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
    #[error("{operation}: {message}")]
    Other {
        operation: &'static str,
        message: String,
    },
}

/// What an account holds, as far as a stack is concerned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Actual {
    pub state: State,
    /// X-Ray groups in the Region whose names are not this stack's, the group `Default` among them.
    pub other_trace_groups: usize,
}

/// What is there. Everything that only looks (`plan`, `drift`) holds no more than this.
#[allow(async_fn_in_trait, reason = "one adapter, used on one thread")]
pub trait Reader {
    /// Whose account this is (STS `GetCallerIdentity`) and its Region.
    async fn identity(&self) -> Result<Identity, AccountError>;

    /// All artifacts that may be the stack's own, by name. Ownership is not read here.
    async fn artifacts(&self, scope: &Scope) -> Result<Actual, AccountError>;

    /// The current values of settings. A setting of something that does not exist is absent.
    async fn settings(&self, ids: &BTreeSet<ArtifactId>) -> Result<State, AccountError>;

    /// The owner of each artifact, asked of its own service now. Settings are not asked about.
    async fn owners(&self, ids: &[ArtifactId])
    -> Result<BTreeMap<ArtifactId, Owner>, AccountError>;

    /// A deployed CloudFormation stack: its resources and processed template. `None` when there is no such stack.
    /// Nested stacks come with it.
    async fn deployed(&self, stack: &str) -> Result<Option<DeployedStack>, AccountError>;

    /// ARNs of everything in the Region that bears all of these tags, what is marked as tracewatch's own left out.
    async fn tagged(
        &self,
        tags: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>, AccountError>;
}

/// Changes what is there. It always writes: a dry run is a plan that nobody applies.
#[allow(async_fn_in_trait, reason = "one adapter, used on one thread")]
pub trait Writer {
    /// Carries out changes of one kind; results in the order of the changes. More than one change only where the
    /// service takes many at once (deletes of alarms and dashboards, up to 100; of composite alarms one).
    ///
    /// Whoever calls has just read the owners. A `Create` may still meet what is this stack's already (an answer was lost):
    /// it is then written over. An `Adopt` marks what exists with the owner tag, and writes what differs.
    async fn write(&self, changes: &[Change]) -> Vec<Result<(), AccountError>>;
}
