//! A connected account: the stack's own Region, and the Region of services that publish metrics
//! only there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tracing::debug;

use super::error::Error;
use super::sandbox_account::{Access, sandbox_account};
use super::workspace::Workspace;
use crate::artifact::{ArtifactId, ChatWorkspace, Scope, State};
use crate::inventory::Target;
use crate::provider::aws::{self, Account, RateLimit, Settings};
use crate::provider::{AccountError, Actual, Reader};
use crate::sandbox::{Faults, Sandbox};

/// How to reach an account.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    pub place: AccountPlace,
    /// The profile of the AWS configuration; `None` for its default.
    pub profile: Option<String>,
    /// The stack's Region; `None` for the configuration's.
    pub region: Option<String>,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// Where the account is.
#[derive(Debug, Clone)]
pub enum AccountPlace {
    Aws,
    /// A sandbox served at an `http://` address.
    Served(String),
    /// A sandbox in a file, served in this process.
    InFile {
        path: String,
        access: Access,
    },
}

/// A connected account.
pub struct Session {
    home: Target,
    accounts: BTreeMap<Target, Account>,
    is_sandbox: bool,
    /// Whether the account is a sandbox in a file that did not exist.
    is_new: bool,
    /// The sandbox that this process serves.
    in_process: Option<Sandbox>,
    clock: fn() -> Timestamp,
}

/// The actual states by target.
#[derive(Debug, Default)]
pub(super) struct ActualStates {
    pub(super) states: BTreeMap<Target, Actual>,
    /// Targets without read permission.
    pub(super) denied: BTreeMap<Target, AccountError>,
}

impl Session {
    /// Connects to the account and reads its identity.
    ///
    /// # Errors
    /// When credentials are missing, the account does not answer, or the sandbox cannot be opened.
    pub async fn connect(workspace: &Workspace, options: &SessionOptions) -> Result<Self, Error> {
        let is_new = match &options.place {
            AccountPlace::InFile { path, .. } => !Path::new(path).exists(),
            AccountPlace::Aws | AccountPlace::Served(_) => false,
        };
        let (endpoint, in_process) = match &options.place {
            AccountPlace::Aws => (None, None),
            AccountPlace::Served(url) => (Some(url.clone()), None),
            AccountPlace::InFile { path, access } => {
                let (sandbox, endpoint) = serve(path, *access, options.now).await?;
                (Some(endpoint), Some(sandbox))
            }
        };
        let settings = Settings {
            profile: options.profile.clone(),
            region: options.region.clone(),
            endpoint,
            rate_limit: RateLimit::Documented,
        };
        let project = &workspace.project;
        let account = aws::connect(&settings, &project.name, &project.tags).await?;
        let home = account.identity().await?;
        debug!(
            account = home.account,
            region = home.region,
            "account reached"
        );
        let mut accounts = BTreeMap::new();
        let mut regions = workspace.catalog.fixed_regions(&home);
        regions.extend(project.objective_regions());
        regions.remove(home.region.as_str());
        for region in regions {
            let account = account.in_region(&home, region);
            accounts.insert(home.in_region(region), account);
        }
        accounts.insert(home.clone(), account);
        Ok(Self {
            home,
            accounts,
            is_sandbox: settings.endpoint.is_some(),
            is_new,
            in_process,
            clock: options.now,
        })
    }

    /// The stack's own account and Region.
    pub fn home(&self) -> &Target {
        &self.home
    }

    /// The account in the stack's own Region.
    ///
    /// # Panics
    /// Never: `connect` adds it.
    pub fn home_account(&self) -> &Account {
        &self.accounts[&self.home]
    }

    pub fn accounts(&self) -> &BTreeMap<Target, Account> {
        &self.accounts
    }

    /// The targets of the session, the stack's own first.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let others = self.accounts.keys().filter(|target| **target != self.home);
        std::iter::once(&self.home).chain(others)
    }

    /// The present time in seconds since 1970.
    pub fn now(&self) -> i64 {
        (self.clock)().as_second()
    }

    /// Whether the account is a sandbox, in this process or served elsewhere.
    pub fn is_sandbox(&self) -> bool {
        self.is_sandbox
    }

    /// Whether the account is a sandbox without anything in it.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Reads the artifacts of the scopes in all targets concurrently. A denied target outside the
    /// stack's Region is no error here: the caller checks whether the desired state needs it.
    pub(super) async fn artifacts(
        &self,
        scopes: &BTreeMap<Target, Scope>,
    ) -> Result<ActualStates, AccountError> {
        let reads = self.accounts.iter().filter_map(|(target, account)| {
            let scope = scopes.get(target)?;
            Some(async move { (target, account.artifacts(scope).await) })
        });
        let mut actual = ActualStates::default();
        for (target, result) in join_all(reads).await {
            match result {
                Ok(state) => drop(actual.states.insert(target.clone(), state)),
                Err(error @ AccountError::Denied { .. }) if *target != self.home => {
                    debug!(region = target.region, %error, "not read");
                    actual.denied.insert(target.clone(), error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(actual)
    }

    /// Reads settings of the stack's own target.
    pub(super) async fn settings(&self, ids: &BTreeSet<ArtifactId>) -> Result<State, AccountError> {
        self.home_account().settings(ids).await
    }

    /// Creates in a sandbox of this process the log groups that a deployment would have created.
    /// Returns whether there is such a sandbox.
    pub(super) fn seed_log_groups(&self, groups: &BTreeSet<String>) -> bool {
        let Some(sandbox) = &self.in_process else {
            return false;
        };
        for group in groups {
            sandbox.edit(|account| account.seed_log_group(&self.home.region, group));
        }
        true
    }

    /// Authorises chat workspaces in a sandbox of this process, which nobody opens in a browser.
    pub(super) fn authorise_chats(&self, workspaces: &BTreeSet<ChatWorkspace>) {
        let Some(sandbox) = self.in_process.as_ref().filter(|_| !workspaces.is_empty()) else {
            return;
        };
        sandbox.edit(|account| {
            for workspace in workspaces {
                match workspace {
                    ChatWorkspace::Slack(workspace) => account.authorise_slack(workspace),
                    ChatWorkspace::Team { tenant, team } => account.authorise_team(tenant, team),
                }
            }
        });
    }

    /// Ends the session: a sandbox in this process saves its file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn close(self) -> anyhow::Result<()> {
        match self.in_process {
            Some(sandbox) => Ok(sandbox.close()?),
            None => Ok(()),
        }
    }
}

/// Serves the sandbox of a file on a free port of this machine, for this process.
async fn serve(
    file: &str,
    access: Access,
    now: fn() -> Timestamp,
) -> Result<(Sandbox, String), Error> {
    let account = sandbox_account(Path::new(file), access)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.context("cannot listen on this machine")?;
    let address = listener
        .local_addr()
        .context("cannot listen on this machine")?;
    let endpoint = format!("http://{address}");
    let sandbox = Sandbox::new(account, Faults::default(), now);
    let served = sandbox.clone();
    tokio::spawn(async move { served.serve(listener).await });
    Ok((sandbox, endpoint))
}
