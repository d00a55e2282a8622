//! Whether the stacks that templates describe are deployed in the account and Region of the run.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use tracing::debug;

use super::session::Session;
use super::wrong_place;
use crate::diagnostic::Diagnostic;
use crate::inventory::Target;
use crate::provider::AccountError;
use crate::stack::DeployedStack;

/// The account's answer about the stack of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Deployed,
    Absent,
    /// The role may not read the stack.
    Denied,
    /// The template gives all names, so the account was not asked.
    NotRead,
}

/// The statuses of a stack without resources: one with a change set alone, one whose creation failed, a deleted one.
const WITHOUT_RESOURCES: &[&str] = &["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"];

impl Presence {
    pub(super) fn of(stack: Option<&DeployedStack>) -> Self {
        Self::of_status(stack.map(|stack| stack.status.as_str()))
    }

    fn of_status(status: Option<&str>) -> Self {
        match status {
            Some(status) if !WITHOUT_RESOURCES.contains(&status) => Self::Deployed,
            _ => Self::Absent,
        }
    }
}

/// The diagnostics about stacks that are not deployed. A role without permission gets none, and neither does a sandbox or an emulator
/// without stacks, where templates are tried before any deployment.
pub(super) async fn absent(
    session: &Session,
    stacks: &BTreeMap<String, Presence>,
) -> Vec<Diagnostic> {
    let asked = stacks.iter().map(|(name, known)| async move {
        let presence = match known {
            Presence::NotRead => ask(session, name).await,
            Presence::Deployed | Presence::Absent | Presence::Denied => *known,
        };
        (name, presence)
    });
    let absent: Vec<&String> = join_all(asked)
        .await
        .into_iter()
        .filter(|(_, presence)| *presence == Presence::Absent)
        .map(|(name, _)| name)
        .collect();
    if absent.is_empty() || session.is_new() {
        return Vec::new();
    }
    let deployed = stack_names(session).await;
    let has_stacks = deployed.values().any(|names| !names.is_empty());
    if !has_stacks && session.home_account().has_configured_endpoint() {
        return Vec::new();
    }
    absent
        .into_iter()
        .map(|name| wrong_place::not_deployed(name, &deployed, session.home()))
        .collect()
}

async fn ask(session: &Session, name: &str) -> Presence {
    match session.home_account().stack_status(name).await {
        Ok(status) => Presence::of_status(status.as_deref()),
        Err(AccountError::Denied { .. }) => Presence::Denied,
        Err(error) => {
            debug!(stack = name, %error, "not read");
            Presence::NotRead
        }
    }
}

/// The names of the deployed stacks by target. They are only a help: a role may not be permitted to list stacks.
async fn stack_names(session: &Session) -> BTreeMap<&Target, BTreeSet<String>> {
    let asked = session
        .accounts()
        .iter()
        .map(|(target, account)| async move {
            (target, account.stack_names().await.unwrap_or_default())
        });
    join_all(asked).await.into_iter().collect()
}
