//! Links between resources: properties that name another resource, by reference or by a name that it has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value as Json};

use super::evaluate::{Evaluator, Outcome};
use super::template::Declared;
use crate::inventory::{Link, LinkFact, LinkKind, Resource, ResourceId, Types};

/// A resource as something mentions it: the stack where that is another one, and the logical id.
type Mentioned<'a> = (Option<&'a str>, &'a str);

/// All links among resources.
pub(crate) fn links(resources: &BTreeMap<ResourceId, Resource>, types: &Types, called: &Called) -> BTreeSet<Link> {
    let mut found = BTreeSet::new();
    for resource in resources.values() {
        let facts = types.get(&resource.kind).map(|facts| facts.links.as_slice()).unwrap_or_default();
        for fact in facts {
            for (from, to) in ends(resource, fact, called) {
                let id = |(stack, logical_id): Mentioned<'_>| ResourceId {
                    stack: stack.unwrap_or(&resource.id.stack).to_owned(),
                    logical_id: logical_id.to_owned(),
                };
                let (from, to) = (id(from), id(to));
                if from != to && resources.contains_key(&from) && resources.contains_key(&to) {
                    found.insert(Link { from, to, kind: fact.kind });
                }
            }
        }
    }
    found
}

fn ends<'a>(resource: &'a Resource, fact: &LinkFact, called: &'a Called) -> Vec<(Mentioned<'a>, Mentioned<'a>)> {
    let side = |property: &Option<String>| match property {
        Some(path) => mentioned(resource, path, called),
        None => BTreeSet::from([(None, resource.id.logical_id.as_str())]),
    };
    let to = side(&fact.to);
    side(&fact.from).into_iter().flat_map(|from| to.iter().map(move |to| (from, *to))).collect()
}

/// The resources that a property names.
fn mentioned<'a>(resource: &'a Resource, path: &str, called: &'a Called) -> BTreeSet<Mentioned<'a>> {
    let mut found: BTreeSet<Mentioned<'a>> = by_reference(resource, path).collect();
    if found.is_empty() {
        let steps: Vec<&str> = path.split('.').collect();
        let owners = texts(&resource.properties, &steps).into_iter().filter_map(|text| called.by(text));
        found.extend(owners.map(|owner| (Some(owner.stack.as_str()), owner.logical_id.as_str())));
    }
    found
}

/// What a property mentions by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
fn by_reference<'r>(resource: &'r Resource, path: &str) -> impl Iterator<Item = Mentioned<'r>> {
    let reaches = move |at: &str| path.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let references = resource.references.iter().filter(move |reference| reaches(&reference.path));
    references.map(|reference| (reference.stack.as_deref(), reference.to.as_str()))
}

/// The texts at a path; lists on the way are taken item by item.
fn texts<'a>(map: &'a Map<String, Json>, steps: &[&str]) -> Vec<&'a str> {
    let Some((first, rest)) = steps.split_first() else { return Vec::new() };
    map.get(*first).map(|value| texts_in(value, rest)).unwrap_or_default()
}

fn texts_in<'a>(value: &'a Json, steps: &[&str]) -> Vec<&'a str> {
    match value {
        Json::String(text) if steps.is_empty() => vec![text],
        Json::Array(items) => items.iter().flat_map(|item| texts_in(item, steps)).collect(),
        Json::Object(map) => texts(map, steps),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    }
}

/// Whether any property names another resource by what it is called.
pub(crate) fn name_others(resources: &BTreeMap<ResourceId, Resource>, types: &Types) -> bool {
    resources.values().any(|resource| {
        let facts = types.get(&resource.kind).map(|facts| facts.links.as_slice()).unwrap_or_default();
        facts.iter().flat_map(|fact| [&fact.from, &fact.to]).flatten().any(|path| {
            let steps: Vec<&str> = path.split('.').collect();
            by_reference(resource, path).next().is_none() && !texts(&resource.properties, &steps).is_empty()
        })
    })
}

/// Which resource a name, an ARN or a URL belongs to.
#[derive(Debug, Default)]
pub(crate) struct Called {
    /// `None` for a name that several resources have.
    owners: HashMap<String, Option<ResourceId>>,
}

impl Called {
    /// Every name of every resource.
    pub(crate) fn all<'a>(evaluator: &mut Evaluator<'a>, resources: &[&'a Declared]) -> Self {
        let mut called = Self::default();
        for resource in resources.iter().copied() {
            let named = evaluator.names_of(resource);
            let owner = ResourceId { stack: evaluator.scope.ctx.stack.to_owned(), logical_id: resource.id.to_string() };
            called.add(named.id.as_deref(), &owner);
            called.add(named.physical.as_deref().ok(), &owner);
            let facts = evaluator.scope.ctx.types.get(&*resource.kind);
            for attribute in facts.into_iter().flat_map(|facts| facts.attributes.keys()) {
                if let Outcome::Known(Json::String(value)) = evaluator.attribute_of(resource, attribute) {
                    called.add(Some(&value), &owner);
                }
            }
        }
        called
    }

    fn add(&mut self, name: Option<&str>, id: &ResourceId) {
        let Some(name) = name else { return };
        let owner = self.owners.entry(name.to_owned()).or_insert_with(|| Some(id.clone()));
        if owner.as_ref().is_some_and(|owner| owner != id) {
            *owner = None;
        }
    }

    pub(crate) fn join(&mut self, other: Called) {
        for (name, owner) in other.owners {
            let known = self.owners.entry(name).or_insert_with(|| owner.clone());
            if *known != owner {
                *known = None;
            }
        }
    }

    /// The owner of a name; of an ARN also with a qualifier, and of the one inside an API's invocation URI.
    fn by(&self, text: &str) -> Option<&ResourceId> {
        let exact = |name: &str| self.owners.get(name).and_then(Option::as_ref);
        if !text.starts_with("arn:") {
            return exact(text);
        }
        let inner = text.split_once("/functions/").and_then(|(_, rest)| rest.strip_suffix("/invocations")).unwrap_or(text);
        exact(inner).or_else(|| exact(inner.rsplit_once(':')?.0))
    }
}

/// Log groups of the stack that bear the name of the group which a service makes for a resource.
pub(crate) fn log_links<'a>(evaluator: &mut Evaluator<'a>, resources: &[&'a Declared], stack: &str) -> BTreeSet<Link> {
    let mut groups: HashMap<String, &str> = HashMap::new();
    for group in resources.iter().filter(|resource| &*resource.kind == "AWS::Logs::LogGroup") {
        if let Some(name) = &evaluator.names_of(group).id {
            groups.insert(name.clone(), &group.id);
        }
    }
    let id = |logical_id: &str| ResourceId { stack: stack.to_owned(), logical_id: logical_id.to_owned() };
    let writers = resources.iter().filter_map(|resource| Some((&*resource.id, *groups.get(&evaluator.log_group(resource)?)?)));
    writers.map(|(writer, group)| Link { from: id(writer), to: id(group), kind: LinkKind::LogsTo }).collect()
}
