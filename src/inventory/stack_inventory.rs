//! Inventory of a stack: resources and links.

use std::collections::{BTreeMap, BTreeSet};

use super::link::{Link, LinkKind, OutsideLink, OutsideResource};
use super::resource::{Resource, ResourceId};

/// Resources by id, in boxes: of a map's own memory a good part is empty.
pub type Resources = BTreeMap<ResourceId, Box<Resource>>;

/// Resources and links of one stack.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    pub resources: Resources,
    pub links: BTreeSet<Link>,
    /// Links to what the stacks name and do not have.
    pub outside: BTreeSet<OutsideLink>,
}

impl Inventory {
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(id).map(Box::as_ref)
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .values()
            .map(Box::as_ref)
            .filter(move |resource| &*resource.kind == kind)
    }

    /// Resources that `id` points at by links of one kind.
    pub fn linked<'a>(
        &'a self,
        id: &'a ResourceId,
        kind: LinkKind,
    ) -> impl Iterator<Item = &'a Resource> {
        let first = Link {
            from: id.clone(),
            to: ResourceId::new("", ""),
            kind,
        };
        self.links
            .range(first..)
            .take_while(move |link| &link.from == id)
            .filter(move |link| link.kind == kind)
            .filter_map(|link| self.resource(&link.to))
    }

    /// What a resource is linked with outside the stacks, by links of one kind.
    pub fn outside<'a>(
        &'a self,
        id: &'a ResourceId,
        kind: LinkKind,
    ) -> impl Iterator<Item = &'a OutsideResource> {
        self.outside
            .iter()
            .filter(move |link| link.kind == kind && &link.resource == id)
            .map(|link| &link.other)
    }

    /// Resources that point at `id` by links of one kind. Reads every link: for a few questions, not for one per resource.
    pub fn linking<'a>(
        &'a self,
        id: &'a ResourceId,
        kind: LinkKind,
    ) -> impl Iterator<Item = &'a Resource> {
        self.links
            .iter()
            .filter(move |link| link.kind == kind && &link.to == id)
            .filter_map(|link| self.resource(&link.from))
    }
}
