//! Metric filters: what an earlier plan made, and which log groups exist.

use std::collections::{BTreeMap, BTreeSet};

use super::session::Session;
use super::workspace::Workspace;
use crate::artifact::{Artifact, ArtifactId, Kind, LogRetention, MetricFilter, State};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{Target, unknown_names_in};
use crate::provider::{AccountError, Actual, Reader};
use crate::synth;

/// Adds the filters of the account. A plan of a stack that has and had none makes no call, and needs no permission: an earlier plan's
/// filter has an alarm on its metric, which is deleted after the filter.
pub(super) async fn add_actual(
    workspace: &Workspace,
    session: &Session,
    desired: &BTreeMap<Target, State>,
    actual: &mut BTreeMap<Target, Actual>,
) -> Result<(), AccountError> {
    let home = session.home();
    let project = &workspace.project;
    let is_wanted = desired
        .get(home)
        .is_some_and(|desired| filters(desired).next().is_some());
    let found = actual.entry(home.clone()).or_default();
    if !is_wanted
        && !synth::has_own_log_metrics(&workspace.catalog)
        && !has_alarm_on_filter(&found.state, &project.name)
    {
        return Ok(());
    }
    let scope = synth::metric_filter_scope(project, home);
    let listed = session.home_account().artifacts(&scope).await?;
    found.state.extend(listed.state.into_artifacts());
    Ok(())
}

fn filters(state: &State) -> impl Iterator<Item = &MetricFilter> {
    state.iter().filter_map(|(_, artifact)| match artifact {
        Artifact::MetricFilter(filter) => Some(filter),
        _ => None,
    })
}

fn has_alarm_on_filter(state: &State, stack: &str) -> bool {
    let alarms = state.iter().filter_map(|(_, artifact)| match artifact {
        Artifact::Alarm(alarm) => Some(alarm),
        _ => None,
    });
    let mut metrics = alarms.flat_map(|alarm| alarm.query.metrics());
    metrics.any(|metric| MetricFilter::owner_of(&metric.namespace) == Some(stack))
}

/// Removes the filters on log groups that do not exist: a service makes its group with the first event. Returns a note for each group.
pub(super) async fn remove_without_group(
    session: &Session,
    desired: &mut BTreeMap<Target, State>,
) -> Result<Vec<Diagnostic>, AccountError> {
    let Some(state) = desired.get_mut(session.home()) else {
        return Ok(Vec::new());
    };
    let groups = filters(state).map(|filter| &filter.log_group);
    let groups: BTreeSet<String> = groups
        .filter(|group| unknown_names_in(group).is_empty())
        .cloned()
        .collect();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    session.seed_log_groups(&groups);
    let ids: BTreeSet<ArtifactId> = groups.iter().map(|group| retention_id(group)).collect();
    let existing = session.settings(&ids).await?;
    let missing = groups
        .iter()
        .filter(|group| existing.get(&retention_id(group)).is_none());
    let missing: BTreeSet<&String> = missing.collect();
    let without_group: Vec<ArtifactId> = filters(state)
        .filter(|filter| missing.contains(&filter.log_group))
        .map(|filter| ArtifactId {
            kind: Kind::MetricFilter,
            name: filter.name.clone(),
        })
        .collect();
    for id in &without_group {
        state.remove(id);
    }
    Ok(missing
        .into_iter()
        .map(|group| not_there_yet(group))
        .collect())
}

fn retention_id(group: &str) -> ArtifactId {
    let log_group = group.to_owned();
    let days = None;
    Artifact::LogRetention(LogRetention { log_group, days }).id()
}

fn not_there_yet(group: &str) -> Diagnostic {
    let message = format!(
        "log group `{group}` does not exist yet; its metric filters will be made by the first apply after it does, and their alarms have no data until then"
    );
    Diagnostic::new(Code::LogGroupMissing, message)
}
