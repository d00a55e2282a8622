//! The plan that removes everything.

use std::collections::BTreeSet;

use super::account_alarms::{self, Claim};
use super::error::{Collector, Error};
use super::metric_filters;
use super::plan::{Approvals, Desired, compare};
use super::service_level_objectives;
use super::session::Session;
use super::tags;
use super::workspace::Workspace;
use crate::plan::{DeletionApproval, Plan};
use crate::synth;

/// Computes the plan that deletes every artifact of the stack, in all its targets.
///
/// # Errors
/// When the account cannot be read.
pub async fn plan_to_destroy(workspace: &Workspace, session: &Session) -> Result<Plan, Error> {
    let approvals = Approvals {
        deletions: DeletionApproval::AskedFor,
        adopt: BTreeSet::new(),
    };
    let claim = Box::pin(Claim::of(workspace, session, &approvals.adopt)).await?;
    let workspace = &claim.workspace;
    let scopes = synth::scopes(&workspace.project, &workspace.catalog, session.targets());
    let mut actual = session.artifacts(&scopes).await?.states;
    let indices = tags::indices(session, &actual).await?;
    service_level_objectives::add_left(workspace, session, &indices, &mut actual).await?;
    account_alarms::add_left(workspace, session, &indices, &mut actual).await?;
    let desired = Desired::default();
    metric_filters::add_actual(workspace, session, &desired.states, &mut actual).await?;
    let collector = Collector::new(&workspace.project.levels, &workspace.diagnostics);
    compare(
        workspace, session, actual, &indices, desired, &approvals, collector,
    )
    .await
}
