//! Resources that AWS makes with others and that no template declares: the stage of a deployment.

use std::sync::Arc;

use super::context::UnknownNames;
use crate::inventory::{
    MadeResource, NameSource, Properties, Property, Reference, Resource, ResourceId, Resources,
    Types, Unresolved, unknown_name,
};

/// Adds the resources that others make.
pub(super) fn add_made(resources: &mut Resources, types: &dyn Types, unknown_names: UnknownNames) {
    let mut made = Vec::new();
    for maker in resources.values() {
        let facts = types.get(&maker.kind);
        if let Some(fact) = facts.and_then(|facts| facts.makes.as_ref())
            && !is_leftover(maker, fact, resources)
        {
            made.extend(made_by(maker, fact, resources, unknown_names));
        }
    }
    for resource in made {
        resources
            .entry(resource.id.clone())
            .or_insert_with(|| Box::new(resource));
    }
}

/// Whether a resource of the made type is declared for the maker: then that one is used.
fn is_leftover(maker: &Resource, fact: &MadeResource, resources: &Resources) -> bool {
    resources.values().any(|declared| {
        let mut references = declared.references.iter();
        *declared.kind == *fact.kind
            && declared.id.stack == maker.id.stack
            && references.any(|reference| {
                *reference.path == *fact.declared_by && reference.to == maker.id.logical_id
            })
    })
}

fn made_by(
    maker: &Resource,
    fact: &MadeResource,
    resources: &Resources,
    unknown_names: UnknownNames,
) -> Option<Resource> {
    let name = at(&maker.properties, &fact.name).and_then(Property::as_text);
    let unknown = maker
        .unresolved
        .iter()
        .find(|unresolved| unresolved.path == fact.name);
    if name.is_none() && unknown.is_none() {
        return None;
    }
    let properties = fact.properties.iter();
    let properties = properties
        .filter_map(|(property, path)| {
            Some((
                property.as_str().into(),
                at(&maker.properties, path)?.clone(),
            ))
        })
        .collect::<Vec<(Arc<str>, Property)>>();
    // The maker's own id changes with every deployment of some frameworks; what it belongs to stays.
    let whole = whole(maker, fact, resources).unwrap_or(&maker.id.logical_id);
    let id = format!("{whole}.{}", name.unwrap_or(&fact.name));
    let (physical_id, name_source) = match (name, unknown_names) {
        (Some(name), _) => (Some(name.to_owned()), NameSource::Template),
        (None, UnknownNames::MarkUnknown) => {
            let name = unknown_name(&maker.id.stack, &id);
            (Some(name), NameSource::AfterDeployment)
        }
        (None, UnknownNames::UsePlaceholders | UnknownNames::LeaveUnknown) => {
            (None, NameSource::Unknown)
        }
    };
    Some(Resource {
        title: id.as_str().into(),
        physical_id,
        name_source,
        properties: properties.into(),
        references: moved(fact, &maker.references, |reference| &reference.path)
            .map(|(path, reference)| Reference {
                path: path.into(),
                ..reference.clone()
            })
            .collect(),
        unresolved: moved(fact, &maker.unresolved, |unresolved| &unresolved.path)
            .map(|(path, unresolved)| Unresolved {
                path,
                reason: unresolved.reason.clone(),
            })
            .collect(),
        conditional: maker.conditional,
        place: maker.place.clone(),
        ..Resource::new(
            ResourceId::new(Arc::clone(&maker.id.stack), id),
            fact.kind.as_str(),
        )
    })
}

/// The logical id of what the made resource is a part of, if the stack has it.
fn whole<'r>(
    maker: &'r Resource,
    fact: &MadeResource,
    resources: &Resources,
) -> Option<&'r Arc<str>> {
    let mut references = maker.references.iter();
    let reference = references
        .find(|reference| *reference.path == *fact.part_of && reference.stack.is_none())?;
    let id = ResourceId::new(Arc::clone(&maker.id.stack), Arc::clone(&reference.to));
    resources.contains_key(&id).then_some(&reference.to)
}

/// The maker's items at paths that the made resource has, with the path there.
fn moved<'r, T>(
    fact: &'r MadeResource,
    items: &'r [T],
    path: impl Fn(&T) -> &str + Copy + 'r,
) -> impl Iterator<Item = (String, &'r T)> {
    items.iter().flat_map(move |item| {
        let properties = fact.properties.iter();
        properties.filter_map(move |(property, source)| {
            let rest = path(item).strip_prefix(source.as_str())?;
            (rest.is_empty() || rest.starts_with('.')).then(|| (format!("{property}{rest}"), item))
        })
    })
}

fn at<'p>(properties: &'p Properties, path: &str) -> Option<&'p Property> {
    match path.split_once('.') {
        None => properties.get(path),
        Some((first, rest)) => match properties.get(first)? {
            Property::Map(inner) => at(inner, rest),
            Property::Null
            | Property::Bool(_)
            | Property::Number(_)
            | Property::Text(_)
            | Property::List(_) => None,
        },
    }
}
