//! Where the account differs from the desired state.

use std::collections::BTreeSet;

use super::error::Error;
use super::mutes::OldMutes;
use super::plan::{Approvals, Planned, plan_with};
use super::session::Session;
use super::workspace::Workspace;
use crate::plan::DeletionApproval;

/// Computes a plan for inspection only, without approvals.
///
/// # Errors
/// As [`super::plan`].
pub async fn drift(workspace: &Workspace, session: &Session) -> Result<Planned, Error> {
    let approvals = Approvals {
        deletions: DeletionApproval::Given,
        adopt: BTreeSet::new(),
    };
    Box::pin(plan_with(workspace, session, &approvals, OldMutes::Ignore)).await
}
