//! Where to look in an account, known before the desired state is.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::Inputs;
use super::naming::{ACCOUNT_ALARMS, Names};
use super::settings;
use super::view::Views;
use crate::artifact::Scope;
use crate::catalog::{Catalog, ServiceEntry, ServiceOrigin};
use crate::inventory::Target;
use crate::objective::Engine;
use crate::project::Project;

/// Where to look for a project's artifacts in each target, of which the stack's own comes first. Settings are looked up by name.
/// Service-level objectives are looked for only where an objective of the project or of the catalogue makes one, alarms of the account only
/// in the stack's own target and where the project watches the account.
pub fn scopes<'t>(
    project: &Project,
    catalog: &Catalog,
    targets: impl IntoIterator<Item = &'t Target>,
) -> BTreeMap<Target, Scope> {
    let mut scopes = BTreeMap::new();
    for (index, target) in targets.into_iter().enumerate() {
        let names = Names::new(&project.name, &target.region);
        let mut scope = if index == 0 {
            let mut chats = project.notify.values().flat_map(|notify| &notify.chats);
            Scope {
                has_chats: chats.next().is_some(),
                ..names.scope()
            }
        } else {
            names.scope_elsewhere()
        };
        if !uses_application_signals(project, catalog) {
            scope.objective_prefix.clear();
        }
        if !project.account.watch {
            scope.account_alarm_prefix.clear();
        }
        scopes.insert(target.clone(), scope);
    }
    scopes
}

/// Whether any objective makes a service-level objective of Application Signals.
pub fn uses_application_signals(project: &Project, catalog: &Catalog) -> bool {
    let of_files = catalog.services().iter().flat_map(ServiceEntry::objectives);
    let mut objectives = project.objectives.iter().chain(of_files);
    objectives.any(|objective| objective.engine == Engine::ApplicationSignals)
}

/// The scope of a project's service-level objectives alone.
pub fn objective_scope(project: &Project, target: &Target) -> Scope {
    let scope = Names::new(&project.name, &target.region).scope();
    Scope {
        objective_prefix: scope.objective_prefix,
        ..Scope::default()
    }
}

/// The scope of a project's metric filters alone.
pub fn metric_filter_scope(project: &Project, target: &Target) -> Scope {
    Scope {
        metric_filter_prefix: Names::new(&project.name, &target.region).metric_filter_prefix(),
        ..Scope::default()
    }
}

/// The scope of the account's alarms alone, whichever stack owns them.
pub fn account_scope() -> Scope {
    Scope {
        account_alarm_prefix: ACCOUNT_ALARMS.to_owned(),
        ..Scope::default()
    }
}

/// Whether a file of the project has log metrics.
pub fn has_own_log_metrics(catalog: &Catalog) -> bool {
    let services = catalog.services().iter();
    let mut own = services.filter(|service| service.origin != ServiceOrigin::BuiltIn);
    own.any(|service| !service.definition().log_metrics.is_empty())
}

/// Where to look for a project's alarms and mute rules alone.
pub fn alarm_scopes<'t>(
    project: &Project,
    catalog: &Catalog,
    targets: impl IntoIterator<Item = &'t Target>,
) -> BTreeMap<Target, Scope> {
    let scopes = scopes(project, catalog, targets).into_iter();
    scopes
        .map(|(target, scope)| {
            let scope = Scope {
                alarm_prefix: scope.alarm_prefix,
                account_alarm_prefix: scope.account_alarm_prefix,
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
