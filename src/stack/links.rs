//! Links between resources: a property names another resource, by reference or by one of its names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::name_index::NameIndex;
use crate::inventory::{
    Link, LinkFact, LinkKind, Properties, Property, Resource, ResourceId, Resources, Types,
};

/// The target of a property: logical id, and stack if it differs.
type NamedResource<'a> = (Option<&'a Arc<str>>, &'a Arc<str>);

/// All links among resources.
pub(crate) fn links(resources: &Resources, types: &dyn Types, names: &NameIndex) -> BTreeSet<Link> {
    let mut links = BTreeSet::new();
    for resource in resources.values() {
        for fact in link_facts(types, resource) {
            for (from, to) in ends(resource, fact, names) {
                let (from, to) = (id_of(from, resource), id_of(to, resource));
                if from != to && resources.contains_key(&from) && resources.contains_key(&to) {
                    links.insert(Link {
                        from,
                        to,
                        kind: fact.kind,
                    });
                }
            }
        }
    }
    links
}

fn link_facts<'t>(types: &'t dyn Types, resource: &Resource) -> &'t [LinkFact] {
    types
        .get(&resource.kind)
        .map(|facts| facts.links.as_slice())
        .unwrap_or_default()
}

fn id_of((stack, logical_id): NamedResource<'_>, resource: &Resource) -> ResourceId {
    ResourceId {
        stack: Arc::clone(stack.unwrap_or(&resource.id.stack)),
        logical_id: Arc::clone(logical_id),
    }
}

fn ends<'a>(
    resource: &'a Resource,
    fact: &LinkFact,
    names: &'a NameIndex,
) -> Vec<(NamedResource<'a>, NamedResource<'a>)> {
    let to = end(resource, fact.to.as_deref(), names);
    end(resource, fact.from.as_deref(), names)
        .into_iter()
        .flat_map(|from| to.iter().map(move |to| (from, *to)))
        .collect()
}

/// The resources at one end of a link; without a property, the resource alone.
fn end<'a>(
    resource: &'a Resource,
    property: Option<&str>,
    names: &'a NameIndex,
) -> BTreeSet<NamedResource<'a>> {
    match property {
        Some(path) => targets(resource, path, names),
        None => BTreeSet::from([(None, &resource.id.logical_id)]),
    }
}

/// The resources that a property names.
fn targets<'a>(
    resource: &'a Resource,
    path: &str,
    names: &'a NameIndex,
) -> BTreeSet<NamedResource<'a>> {
    let referenced: BTreeSet<NamedResource<'a>> = referenced(resource, path).collect();
    if !referenced.is_empty() {
        return referenced;
    }
    let steps: Vec<&str> = path.split('.').collect();
    texts(&resource.properties, &steps)
        .into_iter()
        .filter_map(|text| names.by(text, path))
        .map(|owner| (Some(&owner.stack), &owner.logical_id))
        .collect()
}

/// The resources that a property refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
fn referenced<'r>(resource: &'r Resource, path: &str) -> impl Iterator<Item = NamedResource<'r>> {
    resource
        .references
        .iter()
        .filter(move |reference| {
            path.strip_prefix(&*reference.path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
        .map(|reference| (reference.stack.as_ref(), &reference.to))
}

/// The texts at a path; lists on the way are searched item by item.
pub(crate) fn texts<'a>(map: &'a Properties, steps: &[&str]) -> Vec<&'a str> {
    let Some((first, rest)) = steps.split_first() else {
        return Vec::new();
    };
    map.get(*first)
        .map(|value| texts_in(value, rest))
        .unwrap_or_default()
}

fn texts_in<'a>(value: &'a Property, steps: &[&str]) -> Vec<&'a str> {
    match value {
        Property::Text(text) if steps.is_empty() => vec![text],
        Property::List(items) => items
            .iter()
            .flat_map(|item| texts_in(item, steps))
            .collect(),
        Property::Map(map) => texts(map, steps),
        Property::Null | Property::Bool(_) | Property::Number(_) | Property::Text(_) => Vec::new(),
    }
}

/// Whether any property may name another resource without a reference.
pub(crate) fn needs_names(resources: &Resources, types: &dyn Types) -> bool {
    resources.values().any(|resource| {
        link_facts(types, resource)
            .iter()
            .flat_map(|fact| [&fact.from, &fact.to])
            .flatten()
            .any(|path| {
                let steps: Vec<&str> = path.split('.').collect();
                referenced(resource, path).next().is_none()
                    && !texts(&resource.properties, &steps).is_empty()
            })
    })
}

/// Whether a type is that of log groups.
pub(crate) fn is_log_group(types: &dyn Types, kind: &str) -> bool {
    types.get(kind).is_some_and(|facts| facts.is_log_group)
}

/// Links from resources to the log groups, given by name, that each of them writes to.
pub(crate) fn logs_to(
    groups: &HashMap<String, ResourceId>,
    writers: impl Iterator<Item = (ResourceId, String)>,
) -> BTreeSet<Link> {
    writers
        .filter_map(|(from, name)| {
            Some(Link {
                from,
                to: groups.get(&name)?.clone(),
                kind: LinkKind::LogsTo,
            })
        })
        .collect()
}
