//! Drops the properties that no definition, fact, board or override reads: the larger part of a large stack.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::settings::RETENTION_PROPERTY;
use crate::catalog::Catalog;
use crate::catalog::definition::When;
use crate::catalog::properties::UsedProperties;
use crate::inventory::{Inventory, Properties, Resource};
use crate::project::{AlarmOverride, METADATA_KEY, Project, metadata_overrides};
use crate::spanned::Spanned;

/// The inventory with only the used properties. Resources are copied, so that the reader's memory is free for the state.
pub fn retain_used_properties(
    inventory: Inventory,
    catalog: &Catalog,
    project: &Project,
) -> Inventory {
    let used = used_properties(&inventory, catalog, project);
    let resources = inventory
        .resources
        .iter()
        .map(|(id, resource)| (id.clone(), Box::new(with_used_properties(resource, &used))))
        .collect();
    Inventory {
        resources,
        links: inventory.links,
        outside: inventory.outside,
    }
}

fn with_used_properties(resource: &Resource, used: &UsedProperties) -> Resource {
    Resource {
        id: resource.id.clone(),
        kind: resource.kind.clone(),
        title: resource.title.clone(),
        physical_id: resource.physical_id.clone(),
        name_source: resource.name_source,
        properties: retain(&resource.properties, |name| used.contains(name)),
        metadata: retain(&resource.metadata, |name| name == METADATA_KEY),
        references: Vec::new(),
        unresolved: resource.unresolved.clone(),
        conditional: resource.conditional,
        deployment_only: resource.deployment_only,
        terraform: resource.terraform.clone(),
        place: resource.place.clone(),
    }
}

fn retain(properties: &Properties, is_used: impl Fn(&str) -> bool) -> Properties {
    properties
        .iter()
        .filter(|(name, _)| is_used(name))
        .map(|(name, value)| (Arc::clone(name), value.clone()))
        .collect()
}

fn used_properties(inventory: &Inventory, catalog: &Catalog, project: &Project) -> UsedProperties {
    let kinds: BTreeSet<&str> = inventory
        .resources
        .values()
        .map(|resource| &*resource.kind)
        .collect();
    let mut used = catalog.used_properties(&kinds);
    used.insert(RETENTION_PROPERTY);
    let of_project = project.alarms.values().chain(project.resources.values());
    for over in of_project.flat_map(|alarms| alarms.values()) {
        add_override(over, &mut used);
    }
    for resource in inventory.resources.values() {
        for over in metadata_overrides(resource).value.values() {
            add_override(over, &mut used);
        }
    }
    used
}

/// Adds the properties in an override's threshold. One that cannot be parsed is reported when the override is applied.
fn add_override(over: &AlarmOverride, used: &mut UsedProperties) {
    let (Some(text), Some(place)) = (&over.when, over.places.get("when")) else {
        return;
    };
    let written = Spanned {
        value: text.clone(),
        place: place.clone(),
    };
    if let Ok(when) = When::parse(&written) {
        used.extend(&when.used_properties());
    }
}
