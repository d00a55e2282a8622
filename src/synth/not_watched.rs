//! The resources that no definition file watches.

use std::collections::BTreeMap;

use super::view::Views;
use crate::catalog::{Catalog, is_configuration};
use crate::diagnostic::{Code, Diagnostic, counted};
use crate::inventory::{Inventory, LinkKind, Resource, Types as _};

/// One diagnostic about all resources without definitions, by type. Parts of watched resources, wholes with watched parts, and configuration do not count.
pub(super) fn not_watched(
    inventory: &Inventory,
    catalog: &Catalog,
    views: &Views<'_>,
) -> Option<Diagnostic> {
    let mut by_type: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in inventory.resources.values() {
        if !is_covered(resource, inventory, catalog, views) {
            *by_type.entry(&*resource.kind).or_default() += 1;
        }
    }
    let all: usize = by_type.values().sum();
    if all == 0 {
        return None;
    }
    let types = by_type.iter();
    let types: Vec<String> = types
        .map(|(kind, count)| format!("{kind} ({count})"))
        .collect();
    let message = format!(
        "{} definitions: {}",
        counted(all, "resource has no", "resources have no"),
        types.join(", ")
    );
    Some(
        Diagnostic::new(Code::NotWatched, message).help(
            "tracewatch makes nothing for them; a file in `alarms/` can: docs/definitions.md",
        ),
    )
}

/// Whether definitions watch a resource, a part of it or its whole, or it has nothing to watch.
pub(super) fn is_covered(
    resource: &Resource,
    inventory: &Inventory,
    catalog: &Catalog,
    views: &Views<'_>,
) -> bool {
    let is_watched = |resource: &Resource| is_watched(resource, catalog);
    let mut wholes = inventory.linked(&resource.id, LinkKind::PartOf);
    resource.deployment_only
        || is_configuration(&resource.kind)
        || is_watched(resource)
        || wholes.any(is_watched)
        || views
            .parts(&resource.id)
            .iter()
            .any(|part| is_watched(part))
}

fn is_watched(resource: &Resource, catalog: &Catalog) -> bool {
    let kind = catalog.watched_as(&resource.kind);
    catalog.services_for(kind).next().is_some()
}
