//! Links between resources: a property names another resource, by reference or by one of its names.

use std::borrow::Cow;
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
            let [from, to] = [&fact.from, &fact.to]
                .map(|property| existing_end(resource, property.as_deref(), names, resources));
            let from = if from.is_empty() && fact.kind == LinkKind::DeadLetter {
                // A queue takes dead letters also where what fails is outside the stacks.
                BTreeSet::from([resource.id.clone()])
            } else {
                from
            };
            for from in from {
                links.extend(to.iter().filter(|to| from != **to).map(|to| Link {
                    from: from.clone(),
                    to: to.clone(),
                    kind: fact.kind,
                }));
            }
        }
    }
    links
}

fn existing_end(
    resource: &Resource,
    property: Option<&str>,
    names: &NameIndex,
    resources: &Resources,
) -> BTreeSet<ResourceId> {
    let mut ids = end(resource, property, names);
    ids.retain(|id| resources.contains_key(id));
    ids
}

pub(super) fn link_facts<'t>(types: &'t dyn Types, resource: &Resource) -> &'t [LinkFact] {
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

/// The resources at one end of a link; without a property, the resource alone.
pub(super) fn end(
    resource: &Resource,
    property: Option<&str>,
    names: &NameIndex,
) -> BTreeSet<ResourceId> {
    match property {
        Some(path) => targets(resource, path, names)
            .into_iter()
            .map(|named| id_of(named, resource))
            .collect(),
        None => BTreeSet::from([resource.id.clone()]),
    }
}

/// The resources that a property names.
fn targets<'a>(
    resource: &'a Resource,
    path: &str,
    names: &'a NameIndex,
) -> BTreeSet<NamedResource<'a>> {
    if let Some(root) = path.strip_suffix(EVERYTHING_BELOW) {
        return named_below(resource, root, names);
    }
    let referenced: BTreeSet<NamedResource<'a>> = referenced(resource, path).collect();
    if !referenced.is_empty() {
        return referenced;
    }
    texts(&resource.properties, path)
        .iter()
        .filter_map(|text| names.by(text, path))
        .map(|owner| (Some(&owner.stack), &owner.logical_id))
        .collect()
}

/// The end of a path that stands for all texts below a property, for example in the definition of a state machine.
const EVERYTHING_BELOW: &str = ".**";

/// The resources that are referred to, or named by their ARN, anywhere below a property. Short names do not count: they may be names of states.
fn named_below<'a>(
    resource: &'a Resource,
    root: &str,
    names: &'a NameIndex,
) -> BTreeSet<NamedResource<'a>> {
    let references = resource.references.iter();
    let referred = references
        .filter(|reference| is_at_or_below(&reference.path, root))
        .map(|reference| (reference.stack.as_ref(), &reference.to));
    let arns = arns_below(resource, root);
    let named = arns
        .iter()
        .filter_map(|arn| names.by(arn, root))
        .map(|owner| (Some(&owner.stack), &owner.logical_id));
    referred.chain(named).collect()
}

fn arns_below(resource: &Resource, root: &str) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(value) = property_at(&resource.properties, root) {
        all_texts(value, &mut texts);
    }
    texts.retain(|text| text.starts_with("arn:"));
    texts
}

fn is_at_or_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn property_at<'a>(properties: &'a Properties, path: &str) -> Option<&'a Property> {
    let mut steps = path.split('.');
    let first = properties.get(steps.next()?)?;
    steps.try_fold(first, |value, step| match value {
        Property::Map(map) => map.get(step),
        _ => None,
    })
}

/// All texts in a value; a text may be a JSON object.
fn all_texts(value: &Property, found: &mut Vec<String>) {
    match value {
        Property::Text(text) => match json_object(text) {
            Some(object) => all_texts(&object, found),
            None => found.push(text.to_string()),
        },
        Property::List(items) => items.iter().for_each(|item| all_texts(item, found)),
        Property::Map(map) => map.values().for_each(|value| all_texts(value, found)),
        Property::Null | Property::Bool(_) | Property::Number(_) => {}
    }
}

/// The resources that a property refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
pub(super) fn referenced<'r>(
    resource: &'r Resource,
    path: &str,
) -> impl Iterator<Item = NamedResource<'r>> {
    resource
        .references
        .iter()
        .filter(move |reference| is_at_or_below(path, &reference.path))
        .map(|reference| (reference.stack.as_ref(), &reference.to))
}

/// The texts at a path. Lists on the way are searched item by item; a text may hold the rest of the path as JSON.
pub(crate) fn texts<'a>(properties: &'a Properties, path: &str) -> Vec<Cow<'a, str>> {
    let steps: Vec<&str> = path.split('.').collect();
    let mut found = Vec::new();
    texts_in_map(properties, &steps, &mut found);
    found
}

fn texts_in_map<'a>(map: &'a Properties, steps: &[&str], found: &mut Vec<Cow<'a, str>>) {
    if let Some((first, rest)) = steps.split_first()
        && let Some(value) = map.get(*first)
    {
        texts_in(value, rest, found);
    }
}

fn texts_in<'a>(value: &'a Property, steps: &[&str], found: &mut Vec<Cow<'a, str>>) {
    match value {
        Property::Text(text) if steps.is_empty() => found.push(Cow::Borrowed(text)),
        Property::Text(text) => texts_in_json(text, steps, found),
        Property::List(items) => {
            for item in items {
                texts_in(item, steps, found);
            }
        }
        Property::Map(map) => texts_in_map(map, steps, found),
        Property::Null | Property::Bool(_) | Property::Number(_) => {}
    }
}

fn texts_in_json(text: &str, steps: &[&str], found: &mut Vec<Cow<'_, str>>) {
    let Some(value) = json_object(text) else {
        return;
    };
    let mut inside = Vec::new();
    texts_in(&value, steps, &mut inside);
    found.extend(inside.into_iter().map(|text| Cow::Owned(text.into_owned())));
}

fn json_object(text: &str) -> Option<Property> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let value = serde_json::from_str::<serde_json::Value>(text).ok()?;
    Some(Property::from(value))
}

/// Whether any property may name another resource without a reference.
pub(crate) fn needs_names(resources: &Resources, types: &dyn Types) -> bool {
    resources.values().any(|resource| {
        link_facts(types, resource)
            .iter()
            .flat_map(|fact| [&fact.from, &fact.to])
            .flatten()
            .any(|path| names_by_text(resource, path))
    })
}

/// Whether a property may name another resource without a reference.
fn names_by_text(resource: &Resource, path: &str) -> bool {
    match path.strip_suffix(EVERYTHING_BELOW) {
        Some(root) => !arns_below(resource, root).is_empty(),
        None => {
            referenced(resource, path).next().is_none()
                && !texts(&resource.properties, path).is_empty()
        }
    }
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
