//! The resources behind the entry points for which somebody waits.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::inventory::{Inventory, LinkKind, ResourceId};

/// The resources for whose answers somebody waits, and everything that those invoke. Parts belong to their whole: a stage to
/// its API, an alias to its function.
pub(super) fn awaited<'a>(inventory: &'a Inventory, catalog: &Catalog) -> BTreeSet<&'a ResourceId> {
    let mut next: BTreeMap<&ResourceId, Vec<&ResourceId>> = BTreeMap::new();
    for link in &inventory.links {
        match link.kind {
            LinkKind::Invokes | LinkKind::RoutesTo => {
                next.entry(&link.from).or_default().push(&link.to);
            }
            LinkKind::PartOf => {
                next.entry(&link.from).or_default().push(&link.to);
                next.entry(&link.to).or_default().push(&link.from);
            }
            LinkKind::DeadLetter | LinkKind::LogsTo => {}
        }
    }
    let begins = inventory.resources.values().filter(|resource| {
        let entry = catalog.type_entry(&resource.kind);
        entry.is_some_and(|entry| entry.awaited)
    });
    let mut waiting: Vec<&ResourceId> = begins.map(|resource| &resource.id).collect();
    let mut awaited = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if awaited.insert(id) {
            waiting.extend(next.get(id).into_iter().flatten());
        }
    }
    awaited
}
