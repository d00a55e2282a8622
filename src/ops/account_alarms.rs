//! The alarms of the account, which one stack of an account and Region can own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::Error;
use super::session::Session;
use super::workspace::Workspace;
use crate::artifact::{ArtifactId, OWNER_TAG};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Target;
use crate::plan::Owner;
use crate::project::{AccountSettings, Project};
use crate::provider::{AccountError, Actual, Reader, TagIndex};
use crate::synth;

/// A workspace that watches the account only if no other stack does.
pub(super) struct Claim {
    pub(super) workspace: Workspace,
    /// Names the owner, if that is another stack.
    pub(super) diagnostic: Option<Diagnostic>,
}

impl Claim {
    /// Reads who owns the alarms of the account. Only a project that watches the account asks. Alarms in `adopt` have no other
    /// owner.
    pub(super) async fn of(
        workspace: &Workspace,
        session: &Session,
        adopt: &BTreeSet<String>,
    ) -> Result<Self, Error> {
        let mut claim = Self {
            workspace: workspace.clone(),
            diagnostic: None,
        };
        if !workspace.project.account.watch {
            return Ok(claim);
        }
        let project = &workspace.project;
        let others = other_owners(&project.name, session, adopt).await?;
        if !others.is_empty() {
            claim.diagnostic = Some(owned_by_another(&others, project, session.home()));
            claim.workspace.project = Arc::new(without_account(project));
        }
        Ok(claim)
    }
}

/// The other stacks that own alarms of the account.
async fn other_owners(
    stack: &str,
    session: &Session,
    adopt: &BTreeSet<String>,
) -> Result<BTreeSet<String>, AccountError> {
    let account = session.home_account();
    let found = Box::pin(account.artifacts(&synth::account_scope())).await?;
    let ids = found.state.iter().map(|(id, _)| id.clone());
    let ids: Vec<ArtifactId> = ids.filter(|id| !adopt.contains(&id.name)).collect();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let index = account.tag_index().await?;
    let is_listed_as_ours = |id: &ArtifactId| {
        let tags = index.get(id);
        tags.is_some_and(|tags| tags.get(OWNER_TAG).is_some_and(|owner| owner == stack))
    };
    let others: Vec<ArtifactId> = ids
        .into_iter()
        .filter(|id| !is_listed_as_ours(id))
        .collect();
    let owners = account.owners(&others).await?.into_values();
    let others = owners.filter_map(|owner| match owner {
        Owner::Stack(owner) if owner != stack => Some(owner),
        Owner::Stack(_) | Owner::Nobody | Owner::Unmarked => None,
    });
    Ok(others.collect())
}

fn without_account(project: &Project) -> Project {
    Project {
        account: AccountSettings::default(),
        ..project.clone()
    }
}

fn owned_by_another(owners: &BTreeSet<String>, project: &Project, home: &Target) -> Diagnostic {
    let names: Vec<String> = owners.iter().map(|owner| format!("`{owner}`")).collect();
    let names = names.join(" and ");
    let message = format!(
        "the account {} in {} is watched by the stack {names}: `{}` makes no alarms of the account",
        home.account, home.region, project.name
    );
    let help = format!(
        "remove `[account] watch` here; or remove it from the project of {names} and apply that first"
    );
    let diagnostic = Diagnostic::new(Code::AccountWatchedByAnother, message).help(help);
    match &project.account.place {
        Some(place) => diagnostic.at(place.clone()),
        None => diagnostic,
    }
}

/// Adds the alarms of the account that the index of tags lists for a stack that does not watch the account any more. So a plan without them
/// makes no further call.
pub(super) async fn add_left(
    workspace: &Workspace,
    session: &Session,
    indices: &BTreeMap<Target, TagIndex>,
    actual: &mut BTreeMap<Target, Actual>,
) -> Result<(), AccountError> {
    let scope = synth::account_scope();
    let home = session.home();
    let is_listed = |index: &TagIndex| index.lists_alarms(&scope.account_alarm_prefix);
    if workspace.project.account.watch || !indices.get(home).is_some_and(is_listed) {
        return Ok(());
    }
    let found = Box::pin(session.home_account().artifacts(&scope)).await?;
    let index = &indices[home];
    let ours = found.state.into_artifacts();
    let ours = ours.filter(|artifact| index.get(&artifact.id()).is_some());
    let actual = actual.entry(home.clone()).or_default();
    actual.state.extend(ours);
    actual.configured.extend(found.configured);
    Ok(())
}
