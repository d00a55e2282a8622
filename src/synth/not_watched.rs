//! The resources that no definition file watches.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::Inputs;
use super::view::Views;
use crate::catalog::is_configuration;
use crate::diagnostic::{Code, Diagnostic, counted};
use crate::inventory::{LinkKind, Resource, ResourceId, Types as _};

/// Which resources definitions watch.
pub(super) struct Watched<'w> {
    pub(super) inputs: &'w Inputs<'w>,
    pub(super) views: &'w Views<'w>,
    /// The resources for which definitions made something, or would have without an error.
    pub(super) made: BTreeSet<&'w ResourceId>,
}

impl Watched<'_> {
    /// One diagnostic about all resources without definitions, by type. Parts of watched resources, wholes with watched parts, and configuration do not count.
    pub(super) fn not_watched(&self) -> Option<Diagnostic> {
        let mut by_type: BTreeMap<&str, usize> = BTreeMap::new();
        for resource in self.inputs.inventory.resources.values() {
            if !self.covers(resource) {
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
        let (resources, types) = (
            counted(all, "resource has", "resources have"),
            types.join(", "),
        );
        let (message, help) = match &self.inputs.project.preset {
            None => (
                format!("{resources} no definitions: {types}"),
                "tracewatch makes nothing for them; a file in `alarms/` can: docs/definitions.md".to_owned(),
            ),
            Some(preset) => (
                format!("{resources} no definitions in the preset `{}`: {types}", preset.value.name()),
                "`tracewatch catalog` lists the built-in files, and `[alarms.FILE] enabled = true` switches one on; a file in `alarms/` can have others: docs/presets.md".to_owned(),
            ),
        };
        Some(Diagnostic::new(Code::NotWatched, message).help(help))
    }

    /// Whether definitions watch a resource, a part of it or its whole, or it has nothing to watch.
    pub(super) fn covers(&self, resource: &Resource) -> bool {
        let mut wholes = self.inputs.inventory.linked(&resource.id, LinkKind::PartOf);
        let mut parts = self.views.parts(&resource.id).iter();
        resource.deployment_only
            || is_configuration(&resource.kind)
            || self.is_watched(resource)
            || wholes.any(|whole| self.is_watched(whole))
            || parts.any(|part| self.is_watched(part))
    }

    /// Whether a file has definitions for the resource. A preset may switch off all of a file; those that a project switches on again count.
    pub(super) fn is_watched(&self, resource: &Resource) -> bool {
        let catalog = self.inputs.catalog;
        let mut services = catalog.services_for(catalog.watched_as(&resource.kind));
        services.any(|service| !service.is_off || self.made.contains(&resource.id))
    }
}
