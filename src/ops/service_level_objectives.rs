//! Service-level objectives of Application Signals that the project had once.

use std::collections::BTreeMap;

use super::session::Session;
use super::workspace::Workspace;
use crate::artifact::Kind;
use crate::inventory::Target;
use crate::provider::{AccountError, Actual, Reader, TagIndex};
use crate::synth;

/// Adds the objectives that the index of tags lists for a stack without objectives of this engine. So a plan without them makes no call
/// to Application Signals, and needs no permission for it.
pub(super) async fn add_left(
    workspace: &Workspace,
    session: &Session,
    indices: &BTreeMap<Target, TagIndex>,
    actual: &mut BTreeMap<Target, Actual>,
) -> Result<(), AccountError> {
    let project = &workspace.project;
    if synth::uses_application_signals(project, &workspace.catalog) {
        return Ok(());
    }
    let with_objectives = indices
        .iter()
        .filter(|(_, index)| index.lists(Kind::ServiceLevelObjective));
    for (target, _) in with_objectives {
        let (Some(account), Some(actual)) =
            (session.accounts().get(target), actual.get_mut(target))
        else {
            continue;
        };
        let left = account
            .artifacts(&synth::objective_scope(project, target))
            .await?;
        actual.state.extend(left.state.into_artifacts());
    }
    Ok(())
}
