//! Finds the resource that has a name, an ARN or a URL.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::pattern;
use crate::inventory::{ResourceId, Types};

/// Resources by their names.
#[derive(Debug, Default)]
pub(crate) struct NameIndex {
    /// Resources with this name, without duplicates.
    owners: HashMap<String, Vec<NameOwner>>,
    /// Patterns of URIs that contain an ARN.
    arn_uris: BTreeSet<String>,
}

#[derive(Debug)]
struct NameOwner {
    id: ResourceId,
    kind: Arc<str>,
}

impl NameIndex {
    pub(crate) fn new(types: &dyn Types) -> Self {
        Self {
            owners: HashMap::new(),
            arn_uris: types.arn_uris(),
        }
    }

    /// Adds a name of a resource.
    pub(crate) fn add(&mut self, name: &str, id: &ResourceId, kind: &Arc<str>) {
        let owners = self.owners.entry(name.to_owned()).or_default();
        if !owners.iter().any(|owner| owner.id == *id) {
            owners.push(NameOwner {
                id: id.clone(),
                kind: Arc::clone(kind),
            });
        }
    }

    /// Adds the names of another stack's resources.
    pub(crate) fn join(&mut self, other: NameIndex) {
        for (name, owners) in other.owners {
            self.owners.entry(name).or_default().extend(owners);
        }
        self.arn_uris.extend(other.arn_uris);
    }

    /// Finds the owner of a property value. A name may end in a qualifier; an ARN may end in a qualifier or subresource, and may be part
    /// of a URI.
    pub(crate) fn by(&self, text: &str, property: &str) -> Option<&ResourceId> {
        let owners = if text.starts_with("arn:") {
            let arn = self.arn_in_uri(text).unwrap_or(text);
            std::iter::successors(Some(arn), without_last_part)
                .find_map(|name| self.owners.get(name))
        } else {
            std::iter::successors(Some(text), without_qualifier)
                .find_map(|name| self.owners.get(name))
        };
        owner_for(owners?, property)
    }

    /// The unique owner of a name among resources of one type.
    pub(crate) fn of_kind(&self, name: &str, kind: &str) -> Option<&ResourceId> {
        let owners = self.owners.get(name)?.iter();
        only(owners.filter(|owner| *owner.kind == *kind))
    }

    fn arn_in_uri<'t>(&self, uri: &'t str) -> Option<&'t str> {
        self.arn_uris
            .iter()
            .find_map(|pattern| pattern::read(pattern, uri)?.get("arn").copied())
    }
}

/// An ARN without its last part.
fn without_last_part<'t>(arn: &&'t str) -> Option<&'t str> {
    arn.get(..arn.rfind([':', '/'])?)
}

/// A name without the qualifier at its end.
fn without_qualifier<'t>(name: &&'t str) -> Option<&'t str> {
    name.get(..name.rfind(':')?)
}

/// Selects the owner of a property value: the only candidate, or the only one whose type is part of the property name
/// (`EventBusName` and `EventBus`).
fn owner_for<'o>(owners: &'o [NameOwner], property: &str) -> Option<&'o ResourceId> {
    only(owners.iter()).or_else(|| {
        let word = property
            .rsplit('.')
            .next()
            .unwrap_or(property)
            .to_lowercase();
        only(owners.iter().filter(|owner| {
            let kind = owner.kind.rsplit("::").next();
            kind.is_some_and(|kind| word.contains(&kind.to_lowercase()))
        }))
    })
}

fn only<'o>(mut owners: impl Iterator<Item = &'o NameOwner>) -> Option<&'o ResourceId> {
    let first = owners.next()?;
    owners.next().is_none().then_some(&first.id)
}
