//! Links between resources and what the stacks name and do not have: the source of a consumer, a shared log group.

use std::collections::BTreeSet;

use super::language::NESTED_STACK;
use super::links;
use super::name_index::NameIndex;
use super::pattern;
use crate::inventory::{
    LinkFact, LinkKind, OutsideLink, OutsideResource, Property, PropertyTest, Resource, ResourceId,
    Resources, Types,
};

/// All links to resources outside the stacks.
pub(super) fn outside_links(
    resources: &Resources,
    types: &dyn Types,
    names: &NameIndex,
) -> BTreeSet<OutsideLink> {
    let reader = OutsideReader {
        resources,
        types,
        names,
    };
    let mut found = BTreeSet::new();
    for resource in resources.values() {
        for fact in links::link_facts(types, resource) {
            match (fact.kind, &fact.from, &fact.to) {
                (LinkKind::Invokes, Some(from), _) => {
                    found.extend(reader.callers(resource, fact, from));
                }
                (LinkKind::LogsTo, None, Some(to)) => found.extend(reader.log_group(resource, to)),
                (LinkKind::DeadLetter, Some(from), None) => {
                    found.extend(reader.dead_letters(resource, from));
                }
                (
                    LinkKind::Invokes
                    | LinkKind::LogsTo
                    | LinkKind::DeadLetter
                    | LinkKind::RoutesTo
                    | LinkKind::PartOf,
                    ..,
                ) => {}
            }
        }
    }
    found
}

struct OutsideReader<'a> {
    resources: &'a Resources,
    types: &'a dyn Types,
    names: &'a NameIndex,
}

impl OutsideReader<'_> {
    /// Links from callers outside the stacks, as far as their type is known.
    fn callers(&self, resource: &Resource, fact: &LinkFact, from: &str) -> Vec<OutsideLink> {
        if !self.is_outside(resource, from) {
            return Vec::new();
        }
        let kinds = self.caller_kinds(resource, fact, from);
        let called = links::end(resource, fact.to.as_deref(), self.names);
        let called = called.iter().filter(|id| self.resources.contains_key(*id));
        called
            .flat_map(|id| kinds.iter().map(|kind| invoked_by(id, kind)))
            .collect()
    }

    fn caller_kinds(&self, resource: &Resource, fact: &LinkFact, from: &str) -> BTreeSet<String> {
        let texts = links::texts(&resource.properties, from);
        let by_arn: BTreeSet<String> = texts
            .iter()
            .filter_map(|text| self.kind_of_arn(text))
            .map(str::to_owned)
            .collect();
        if !by_arn.is_empty() {
            return by_arn;
        }
        let mut declared = fact.outside.iter();
        let declared = declared.find(|outside| {
            let mut tests = outside.tests.iter();
            tests.all(|(property, test)| holds(resource, property, test))
        });
        declared
            .map(|outside| outside.kind.clone())
            .into_iter()
            .collect()
    }

    /// The type whose ARNs have the form of a text.
    fn kind_of_arn(&self, text: &str) -> Option<&str> {
        if !text.starts_with("arn:") {
            return None;
        }
        self.types.kinds().into_iter().find(|kind| {
            let facts = self.types.get(kind);
            let mut patterns = facts.into_iter().flat_map(|facts| &facts.arn);
            patterns.any(|pattern| pattern::read(pattern, text).is_some())
        })
    }

    /// The link from what sends its dead letters to a resource, named by the resource itself.
    fn dead_letters(&self, resource: &Resource, from: &str) -> Option<OutsideLink> {
        let is_named = is_written(resource, from) && self.is_outside(resource, from);
        is_named.then(|| OutsideLink {
            resource: resource.id.clone(),
            kind: LinkKind::DeadLetter,
            other: OutsideResource {
                kind: None,
                id: None,
            },
        })
    }

    /// The link to a log group outside the stacks; without an id when its name is not known.
    fn log_group(&self, resource: &Resource, to: &str) -> Option<OutsideLink> {
        if !is_written(resource, to) || !self.is_outside(resource, to) {
            return None;
        }
        let texts = links::texts(&resource.properties, to);
        let id = match texts.first() {
            Some(text) => Some(self.log_group_name(text)?),
            None => None,
        };
        Some(OutsideLink {
            resource: resource.id.clone(),
            kind: LinkKind::LogsTo,
            other: OutsideResource { kind: None, id },
        })
    }

    /// The name of a log group, given by name or ARN. `None` for the ARN of anything else.
    fn log_group_name(&self, text: &str) -> Option<String> {
        if !text.starts_with("arn:") {
            return Some(text.to_owned());
        }
        let kinds = self.types.kinds().into_iter();
        let facts = kinds.filter_map(|kind| self.types.get(kind));
        let mut patterns = facts
            .filter(|facts| facts.is_log_group)
            .flat_map(|facts| &facts.arn);
        let name = patterns.find_map(|pattern| pattern::read(pattern, text)?.remove("id"))?;
        // `:*` or `:log-stream:…` may follow.
        Some(name.split(':').next().unwrap_or(name).to_owned())
    }

    /// Whether a property names no resource of the stacks. A nested stack is the reference of an output that is not known.
    fn is_outside(&self, resource: &Resource, path: &str) -> bool {
        links::end(resource, Some(path), self.names)
            .iter()
            .all(|id| {
                self.resources
                    .get(id)
                    .is_some_and(|named| &*named.kind == NESTED_STACK)
            })
    }
}

fn invoked_by(id: &ResourceId, kind: &str) -> OutsideLink {
    OutsideLink {
        resource: id.clone(),
        kind: LinkKind::Invokes,
        other: OutsideResource {
            kind: Some(kind.into()),
            id: None,
        },
    }
}

fn holds(resource: &Resource, property: &str, test: &PropertyTest) -> bool {
    match test {
        PropertyTest::Written(expected) => is_written(resource, property) == *expected,
        PropertyTest::Matches(shape) => links::texts(&resource.properties, property)
            .iter()
            .any(|text| pattern::read(shape, text).is_some()),
    }
}

/// Whether a property is written, even with a value that is not known. An empty list counts as none.
fn is_written(resource: &Resource, path: &str) -> bool {
    let is_part = |unknown: &str| {
        let rest = unknown.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let mut unresolved = resource.unresolved.iter();
    let is_known = match path.split_once('.') {
        None => resource.properties.get(path).is_some_and(has_content),
        Some(_) => !links::texts(&resource.properties, path).is_empty(),
    };
    is_known || unresolved.any(|unresolved| is_part(&unresolved.path))
}

fn has_content(value: &Property) -> bool {
    match value {
        Property::Null => false,
        Property::Bool(_) | Property::Number(_) | Property::Text(_) => true,
        Property::List(items) => !items.is_empty(),
        Property::Map(map) => !map.is_empty(),
    }
}
