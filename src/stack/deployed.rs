//! Completes what was read of a deployed stack's template by the stack's listing: the listing decides which resources exist.

use super::deployed_stack::{DeployedResource, DeployedStack};
use super::reading::StackReading;
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{Inventory, NameSource, Resource, ResourceId};

/// Removes resources that the listing does not have, and adds those that only the listing has. `name` is the stack's name in the inventory.
pub(crate) fn apply_listing(reading: &mut StackReading, stack: &DeployedStack, name: &str) {
    let Inventory {
        resources, links, ..
    } = &mut reading.inventory;
    resources.retain(|id, _| *id.stack != *name || stack.resources.contains_key(&*id.logical_id));
    links.retain(|link| resources.contains_key(&link.from) && resources.contains_key(&link.to));
    for (logical_id, listed) in &stack.resources {
        let id = ResourceId::new(name, logical_id.as_str());
        resources
            .entry(id.clone())
            .or_insert_with(|| Box::new(listed_only(id, listed)));
    }
    reading.diagnostics.extend(unsettled(stack));
}

/// A deployed resource missing from the template.
fn listed_only(id: ResourceId, listed: &DeployedResource) -> Resource {
    Resource {
        physical_id: listed.physical_id.clone(),
        name_source: if listed.physical_id.is_some() {
            NameSource::Deployed
        } else {
            NameSource::Unknown
        },
        ..Resource::new(id, listed.kind.as_str())
    }
}

/// The diagnostic for a stack that is being changed, or whose last change failed.
fn unsettled(stack: &DeployedStack) -> Option<Diagnostic> {
    let (name, status) = (&stack.name, &stack.status);
    if status.ends_with("_IN_PROGRESS") {
        let message = format!(
            "the stack `{name}` is being changed ({status}): its resources may not exist yet"
        );
        return Some(
            Diagnostic::new(Code::StackInProgress, message)
                .help("run again when the deployment is done"),
        );
    }
    if status.contains("ROLLBACK") || status.ends_with("_FAILED") {
        let message = format!("the last change of the stack `{name}` failed ({status})");
        return Some(
            Diagnostic::new(Code::StackNotDeployed, message)
                .help("tracewatch reads the state to which CloudFormation went back"),
        );
    }
    None
}
