//! Renders resources and links, for the inventory and for `--explain`.

use serde_json::{Value, json};

use crate::inventory::{LinkKind, Resource, Unresolved};

pub(super) fn resource_json(resource: &Resource) -> Value {
    json!({
        "logical_id": resource.id.logical_id,
        "type": resource.kind,
        "stack": resource.id.stack,
        "title": resource.title,
        "physical_id": resource.physical_id,
        "name_source": resource.name_source,
        "conditional": resource.conditional,
        "deployment_only": resource.deployment_only,
        "unresolved": resource.unresolved,
        "address": resource.terraform.as_ref().map(|origin| &origin.address),
        "tf_type": resource.terraform.as_ref().map(|origin| &origin.kind),
    })
}

pub(super) fn unresolved_text(unresolved: &Unresolved) -> String {
    let what = if unresolved.path.is_empty() {
        "its properties are"
    } else {
        &format!("{} is", unresolved.path)
    };
    format!("{what} not known: {}", unresolved.reason)
}

pub(super) fn link_text(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::DeadLetter => "dead letters to",
        LinkKind::Invokes => "invokes",
        LinkKind::LogsTo => "logs to",
        LinkKind::RoutesTo => "routes to",
        LinkKind::PartOf => "part of",
    }
}
