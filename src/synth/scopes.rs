//! Where to look in an account, known before the desired state is.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::Inputs;
use super::naming::Names;
use super::settings;
use super::view::Views;
use crate::artifact::Scope;
use crate::inventory::Target;
use crate::project::Project;

/// Where to look for a project's artifacts in each target, of which the stack's own comes first.
/// Settings are looked up by name.
pub fn scopes<'t>(
    project: &Project,
    targets: impl IntoIterator<Item = &'t Target>,
) -> BTreeMap<Target, Scope> {
    let mut scopes = BTreeMap::new();
    for (index, target) in targets.into_iter().enumerate() {
        let names = Names::new(&project.name, &target.region);
        let scope = if index == 0 {
            let mut chats = project.notify.values().flat_map(|notify| &notify.chats);
            Scope {
                has_chats: chats.next().is_some(),
                ..names.scope()
            }
        } else {
            names.scope_elsewhere()
        };
        scopes.insert(target.clone(), scope);
    }
    scopes
}

/// Where to look for a project's alarms and mute rules alone.
pub fn alarm_scopes<'t>(
    project: &Project,
    targets: impl IntoIterator<Item = &'t Target>,
) -> BTreeMap<Target, Scope> {
    let scopes = scopes(project, targets).into_iter();
    scopes
        .map(|(target, scope)| {
            let scope = Scope {
                alarm_prefix: scope.alarm_prefix,
                mute_rule_prefix: scope.mute_rule_prefix,
                ..Scope::default()
            };
            (target, scope)
        })
        .collect()
}

/// The log groups whose retention the project sets; none without `cost.log_retention`.
pub fn retention_log_groups(inputs: &Inputs<'_>) -> BTreeSet<String> {
    if inputs.project.cost.log_retention.is_none() {
        return BTreeSet::new();
    }
    let views = Views::new(
        inputs.inventory,
        inputs.catalog,
        inputs.identity,
        inputs.project,
    );
    settings::log_groups(inputs.inventory, &views)
}
