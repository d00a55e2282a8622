//! Settings: how long the stack's log groups keep their events, where the project asks for it.

use std::collections::BTreeSet;

use super::view::Views;
use crate::artifact::{Artifact, LogRetention};
use crate::inventory::Inventory;
use crate::project::Project;

/// The property with which a template decides a group's retention itself; such a group is left to the template.
pub(super) const RETENTION_PROPERTY: &str = "RetentionInDays";

/// One setting per log group of the stack, those that services make by themselves included.
pub fn log_retention(project: &Project, inventory: &Inventory, views: &Views<'_>) -> Vec<Artifact> {
    let Some(days) = project.cost.log_retention else {
        return Vec::new();
    };
    let mut asked = BTreeSet::new();
    let mut decided = BTreeSet::new();
    for resource in inventory.resources.values() {
        if &*resource.kind == "AWS::Logs::LogGroup" {
            let Ok(view) = views.view(resource) else {
                continue;
            };
            // A retention that is written but not known is a decision all the same.
            let unknown = resource
                .unresolved
                .iter()
                .any(|unresolved| unresolved.path == RETENTION_PROPERTY);
            let written = unknown || resource.properties.contains_key(RETENTION_PROPERTY);
            let found = if written { &mut decided } else { &mut asked };
            found.insert(view.id);
        } else if let Some(group) = views.log_group(resource) {
            asked.insert(group);
        }
    }
    asked
        .difference(&decided)
        .map(|group| {
            Artifact::LogRetention(LogRetention {
                log_group: group.clone(),
                days: Some(days),
            })
        })
        .collect()
}
