//! The retention of the stack's log groups, where the project sets one.

use std::collections::BTreeSet;

use super::view::Views;
use crate::artifact::{Artifact, LogRetention, Origin};
use crate::inventory::{Inventory, Resource};
use crate::project::Project;

/// The property of a log group with which the template sets the retention itself.
pub(super) const RETENTION_PROPERTY: &str = "RetentionInDays";

/// One setting for each log group of the stack whose retention the project sets.
pub(super) fn log_retention(
    project: &Project,
    inventory: &Inventory,
    views: &Views<'_>,
) -> Vec<(Origin, Artifact)> {
    let Some(days) = project.cost.log_retention else {
        return Vec::new();
    };
    let groups = log_groups(inventory, views);
    let settings = groups.into_iter().map(|log_group| {
        let retention = LogRetention {
            log_group,
            days: Some(days),
        };
        (
            Origin::of_stack("cost", "log_retention"),
            Artifact::LogRetention(retention),
        )
    });
    settings.collect()
}

/// The log groups whose retention the project sets: those of the stack and those that its services
/// create, without the ones whose template sets a retention.
pub(super) fn log_groups(inventory: &Inventory, views: &Views<'_>) -> BTreeSet<String> {
    let mut groups = BTreeSet::new();
    let mut decided = BTreeSet::new();
    for resource in inventory.resources.values() {
        let entry = views.entry(&resource.kind);
        if entry.is_some_and(|entry| entry.facts.is_log_group) {
            let Ok(view) = views.view(resource) else {
                continue;
            };
            if sets_retention(resource) {
                decided.insert(view.id);
            } else {
                groups.insert(view.id);
            }
        } else if let Some(group) = views.own_log_group(resource) {
            groups.insert(group);
        }
    }
    groups.retain(|group| !decided.contains(group));
    groups
}

/// Whether the template sets the retention, even to a value that is not known.
fn sets_retention(group: &Resource) -> bool {
    let is_unknown = group
        .unresolved
        .iter()
        .any(|unresolved| unresolved.path == RETENTION_PROPERTY);
    is_unknown || group.properties.contains_key(RETENTION_PROPERTY)
}
