//! Reads a deployed stack: its listing says what exists and what it is called, its processed template all else.

use crate::diagnostic::{Code, Diagnostic, Source, WithDiagnostics};
use crate::inventory::{Inventory, NameSource, Resource, ResourceId};

use super::read::Read;
use super::{DeployedResource, DeployedStack, ReadContext, read};

/// The resources that the stack's listing names.
pub fn read_deployed(stack: &DeployedStack, ctx: &ReadContext) -> WithDiagnostics<Inventory> {
    read(
        stack,
        &ReadContext {
            stack: &stack.name,
            ..*ctx
        },
    )
    .linked(ctx.types)
}

pub(crate) fn read(stack: &DeployedStack, ctx: &ReadContext) -> Read {
    let source = Source::new(
        format!("the deployed template of {}", stack.name),
        stack.template.as_str(),
    );
    let mut found = read::read(
        &source,
        &ReadContext {
            deployed: Some(stack),
            ..*ctx
        },
    );
    let is_own = |id: &ResourceId| *id.stack == *ctx.stack;
    found
        .inventory
        .resources
        .retain(|id, _| !is_own(id) || stack.resources.contains_key(&*id.logical_id));
    let Inventory { resources, links } = &mut found.inventory;
    links.retain(|link| resources.contains_key(&link.from) && resources.contains_key(&link.to));
    found.diagnostics.extend(unsettled(stack));
    for (logical_id, listed) in &stack.resources {
        let id = ResourceId::new(ctx.stack, logical_id.as_str());
        found
            .inventory
            .resources
            .entry(id.clone())
            .or_insert_with(|| Box::new(listed_only(id, listed)));
    }
    found
}

/// A resource of the listing that the template does not show.
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

/// A stack that changes while it is read, or whose last change did not go through.
fn unsettled(stack: &DeployedStack) -> Option<Diagnostic> {
    let (name, status) = (&stack.name, &stack.status);
    if status.ends_with("_IN_PROGRESS") {
        let found = Diagnostic::new(
            Code::StackInProgress,
            format!(
                "the stack `{name}` is being changed ({status}): its resources may not be there yet"
            ),
        );
        return Some(found.help("run again when the deployment is done"));
    }
    if status.contains("ROLLBACK") || status.ends_with("_FAILED") {
        let found = Diagnostic::new(
            Code::StackNotDeployed,
            format!("the last change of the stack `{name}` did not go through ({status})"),
        );
        return Some(found.help("what is read is the state to which CloudFormation went back"));
    }
    None
}
