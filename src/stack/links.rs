//! Links between resources: properties that name another resource, by reference or by a name that it has.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;

use super::evaluate::{Evaluator, Outcome};
use super::template::Declared;
use crate::inventory::{
    Link, LinkFact, LinkKind, Properties, Property, Resource, ResourceId, Resources, Types,
};

/// A resource as something mentions it: the stack where that is another one, and the logical id.
type Mentioned<'a> = (Option<&'a Arc<str>>, &'a Arc<str>);

/// All links among resources.
pub(crate) fn links(
    resources: &Resources,
    types: &dyn Types,
    called: &NameIndex,
) -> BTreeSet<Link> {
    let mut found = BTreeSet::new();
    for resource in resources.values() {
        let facts = types
            .get(&*resource.kind)
            .map(|facts| facts.links.as_slice())
            .unwrap_or_default();
        for fact in facts {
            for (from, to) in ends(resource, fact, called) {
                let id = |(stack, logical_id): Mentioned<'_>| ResourceId {
                    stack: Arc::clone(stack.unwrap_or(&resource.id.stack)),
                    logical_id: Arc::clone(logical_id),
                };
                let (from, to) = (id(from), id(to));
                if from != to && resources.contains_key(&from) && resources.contains_key(&to) {
                    found.insert(Link {
                        from,
                        to,
                        kind: fact.kind,
                    });
                }
            }
        }
    }
    found
}

fn ends<'a>(
    resource: &'a Resource,
    fact: &LinkFact,
    called: &'a NameIndex,
) -> Vec<(Mentioned<'a>, Mentioned<'a>)> {
    let side = |property: &Option<String>| match property {
        Some(path) => mentioned(resource, path, called),
        None => BTreeSet::from([(None, &resource.id.logical_id)]),
    };
    let to = side(&fact.to);
    side(&fact.from)
        .into_iter()
        .flat_map(|from| to.iter().map(move |to| (from, *to)))
        .collect()
}

/// The resources that a property names.
fn mentioned<'a>(
    resource: &'a Resource,
    path: &str,
    called: &'a NameIndex,
) -> BTreeSet<Mentioned<'a>> {
    let mut found: BTreeSet<Mentioned<'a>> = by_reference(resource, path).collect();
    if found.is_empty() {
        let steps: Vec<&str> = path.split('.').collect();
        let owners = texts(&resource.properties, &steps)
            .into_iter()
            .filter_map(|text| called.by(text, path));
        found.extend(owners.map(|owner| (Some(&owner.stack), &owner.logical_id)));
    }
    found
}

/// What a property mentions by `Ref`, `Fn::GetAtt` or `Fn::Sub`.
fn by_reference<'r>(resource: &'r Resource, path: &str) -> impl Iterator<Item = Mentioned<'r>> {
    let reaches = move |at: &str| {
        path.strip_prefix(at)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let references = resource
        .references
        .iter()
        .filter(move |reference| reaches(&reference.path));
    references.map(|reference| (reference.stack.as_ref(), &reference.to))
}

/// The texts at a path; lists on the way are taken item by item.
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

/// Whether any property names another resource by what it is called.
pub(crate) fn name_others(resources: &Resources, types: &dyn Types) -> bool {
    resources.values().any(|resource| {
        let facts = types
            .get(&*resource.kind)
            .map(|facts| facts.links.as_slice())
            .unwrap_or_default();
        facts
            .iter()
            .flat_map(|fact| [&fact.from, &fact.to])
            .flatten()
            .any(|path| {
                let steps: Vec<&str> = path.split('.').collect();
                by_reference(resource, path).next().is_none()
                    && !texts(&resource.properties, &steps).is_empty()
            })
    })
}

/// Which resource a name, an ARN or a URL belongs to.
#[derive(Debug, Default)]
pub(crate) struct NameIndex {
    /// All that have the name, each once.
    owners: HashMap<String, Vec<Owner>>,
}

#[derive(Debug)]
struct Owner {
    id: ResourceId,
    kind: Arc<str>,
}

impl NameIndex {
    /// Every name of every resource.
    pub(crate) fn all<'a>(evaluator: &mut Evaluator<'a>, resources: &[&'a Declared]) -> Self {
        let mut called = Self::default();
        for resource in resources.iter().copied() {
            let named = evaluator.names_of(resource);
            let facts = evaluator.scope.ctx.types.get(&*resource.kind);
            let attributes = facts.into_iter().flat_map(|facts| facts.attributes.keys());
            let values = attributes.filter_map(|attribute| {
                match evaluator.attribute_of(resource, attribute) {
                    Outcome::Known(Json::String(value)) => Some(value),
                    Outcome::Known(_) | Outcome::Unknown(_) | Outcome::Nothing => None,
                }
            });
            let values: Vec<String> = values.collect();
            let id = evaluator.id_of(resource);
            for name in named.id.iter().chain(&named.physical).chain(&values) {
                called.add(name, &id, &resource.kind);
            }
        }
        called
    }

    /// Notes a name of a resource.
    pub(crate) fn add(&mut self, name: &str, id: &ResourceId, kind: &Arc<str>) {
        let owners = self.owners.entry(name.to_owned()).or_default();
        if !owners.iter().any(|owner| owner.id == *id) {
            owners.push(Owner {
                id: id.clone(),
                kind: Arc::clone(kind),
            });
        }
    }

    /// Takes in the names of another stack's resources.
    pub(crate) fn join(&mut self, other: NameIndex) {
        for (name, owners) in other.owners {
            self.owners.entry(name).or_default().extend(owners);
        }
    }

    /// The owner of a name that a property has; of an ARN also with a qualifier or a part behind it, and of the one inside an API's
    /// invocation URI.
    pub(crate) fn by(&self, text: &str, property: &str) -> Option<&ResourceId> {
        if !text.starts_with("arn:") {
            return one(self.owners.get(text)?, property);
        }
        let inner = text
            .split_once("/functions/")
            .and_then(|(_, rest)| rest.strip_suffix("/invocations"))
            .unwrap_or(text);
        let owners =
            std::iter::successors(Some(inner), shorter).find_map(|name| self.owners.get(name))?;
        one(owners, property)
    }

    /// The only owner of a name among the resources of one type.
    pub(crate) fn of_kind(&self, name: &str, kind: &str) -> Option<&ResourceId> {
        only(
            self.owners
                .get(name)?
                .iter()
                .filter(|owner| *owner.kind == *kind),
        )
    }
}

/// An ARN without its last part.
fn shorter<'t>(arn: &&'t str) -> Option<&'t str> {
    arn.get(..arn.rfind([':', '/'])?)
}

/// The one of several owners that a property can mean: `EventBusName` names an `EventBus`.
fn one<'o>(owners: &'o [Owner], property: &str) -> Option<&'o ResourceId> {
    let word = property
        .rsplit('.')
        .next()
        .unwrap_or(property)
        .to_lowercase();
    let is_meant = |owner: &&Owner| {
        owner
            .kind
            .rsplit("::")
            .next()
            .is_some_and(|kind| word.contains(&kind.to_lowercase()))
    };
    only(owners.iter()).or_else(|| only(owners.iter().filter(is_meant)))
}

fn only<'o>(mut owners: impl Iterator<Item = &'o Owner>) -> Option<&'o ResourceId> {
    let first = owners.next()?;
    owners.next().is_none().then_some(&first.id)
}

/// The type of log groups.
pub(crate) const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// Log groups of the stack that bear the name of the group which a service makes for a resource.
pub(crate) fn log_links<'a>(
    evaluator: &mut Evaluator<'a>,
    resources: &[&'a Declared],
) -> BTreeSet<Link> {
    let mut groups = HashMap::new();
    for group in resources
        .iter()
        .filter(|resource| &*resource.kind == LOG_GROUP)
    {
        if let Some(name) = &evaluator.names_of(group).id {
            groups.insert(name.clone(), evaluator.id_of(group));
        }
    }
    logs_to(
        &groups,
        resources.iter().filter_map(|resource| {
            Some((evaluator.id_of(resource), evaluator.log_group(resource)?))
        }),
    )
}

/// Links from resources to the log groups, given by name, that have the name each of them writes to.
pub(crate) fn logs_to(
    groups: &HashMap<String, ResourceId>,
    writers: impl Iterator<Item = (ResourceId, String)>,
) -> BTreeSet<Link> {
    let link = |(from, name)| {
        Some(Link {
            from,
            to: groups.get(&name)?.clone(),
            kind: LinkKind::LogsTo,
        })
    };
    writers.filter_map(link).collect()
}
