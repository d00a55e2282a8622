//! What resources are called: the id that metrics use, what `Ref` and `Fn::GetAtt` give.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::evaluate::{Evaluator, Outcome, Reason};
use super::node::Node;
use super::parameters::url_suffix;
use super::recorder::ReferenceRecorder;
use super::template::Declared;
use super::{UnknownNames, functions, pattern};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{Identity, NameSource, TypeFacts};

/// What is known about the names of one resource.
#[derive(Debug)]
pub(crate) struct Named {
    pub id: Option<String>,
    /// What `Ref` gives; `None` while only the deployment knows.
    pub physical: Option<String>,
    pub source: NameSource,
}

/// Names found so far; `None` while one is being looked for.
pub(crate) type Names<'a> = HashMap<&'a str, Option<Rc<Named>>>;

/// Properties that are parts of names, by where their nodes are; `None` also while one is being worked out.
pub(crate) type Holes = HashMap<*const Node, Option<String>>;

impl<'a> Evaluator<'a> {
    pub(crate) fn physical_id(&mut self, resource: &'a Declared) -> Outcome {
        match &self.names_of(resource).physical {
            Some(id) => Outcome::Known(Json::from(id.as_str())),
            None => Outcome::Unknown(after_deployment(resource)),
        }
    }

    pub(crate) fn attribute_of(&mut self, resource: &'a Declared, attribute: &str) -> Outcome {
        let written = self
            .scope
            .ctx
            .types
            .get(&*resource.kind)
            .and_then(|facts| facts.attributes.get(attribute));
        let named = self.names_of(resource);
        let filled = match (written, &named.id) {
            (Some(pattern), Some(id)) => {
                pattern::fill(pattern, |hole| self.hole(resource, id, hole))
            }
            (Some(_) | None, _) => None,
        };
        match filled {
            Some(value) => Outcome::Known(value.into()),
            None => Outcome::Unknown(
                format!(
                    "`{attribute}` of `{}` is known only after deployment",
                    resource.id
                )
                .into(),
            ),
        }
    }

    pub(crate) fn names_of(&mut self, resource: &'a Declared) -> Rc<Named> {
        let key: &'a str = &resource.id;
        match self.names.get(key) {
            Some(Some(named)) => return Rc::clone(named),
            Some(None) => return Rc::new(self.name_cycle(resource)),
            None => {}
        }
        self.names.insert(key, None);
        let named = Rc::new(self.find_names(resource));
        self.names.insert(key, Some(Rc::clone(&named)));
        named
    }

    fn name_cycle(&mut self, resource: &Declared) -> Named {
        let place = crate::diagnostic::Place::new(self.scope.source, resource.span.range());
        self.diagnostics.push(
            Diagnostic::new(
                Code::TemplateCycle,
                format!("the name of `{}` depends on itself", resource.id),
            )
            .at(place),
        );
        unknown()
    }

    fn find_names(&mut self, resource: &'a Declared) -> Named {
        let none = TypeFacts::default();
        let facts = self.scope.ctx.types.get(&*resource.kind).unwrap_or(&none);
        let listed = self
            .scope
            .ctx
            .deployed
            .and_then(|stack| stack.resources.get(&*resource.id));
        if let Some(physical) = listed.and_then(|listed| listed.physical_id.as_deref()) {
            return deployed(facts, physical);
        }
        match self.written_name(resource, facts) {
            Some(id) => self.with_id(resource, facts, id, NameSource::Template),
            None => match self.scope.ctx.unknown_names {
                UnknownNames::LeaveUnknown => unknown(),
                UnknownNames::UsePlaceholders => {
                    let id = invented(self.scope.ctx.stack, &resource.id, &resource.kind);
                    self.with_id(resource, facts, id, NameSource::Placeholder)
                }
            },
        }
    }

    fn written_name(&mut self, resource: &'a Declared, facts: &TypeFacts) -> Option<String> {
        let property = resource
            .properties()?
            .get(facts.name_property.as_deref()?)?;
        match self.evaluate(property, &mut ReferenceRecorder::default()) {
            Outcome::Known(value) => functions::text(&value).filter(|name| !name.is_empty()),
            Outcome::Unknown(_) | Outcome::Nothing => None,
        }
    }

    fn with_id(
        &mut self,
        resource: &'a Declared,
        facts: &TypeFacts,
        id: String,
        source: NameSource,
    ) -> Named {
        let physical =
            if facts.physical_id.is_empty() {
                Some(id.clone())
            } else {
                // A pattern that asks for a property which is written but not known decides that nothing is known.
                let fits = |pattern: &&String| {
                    pattern::placeholders(pattern)
                        .all(|hole| is_general(hole) || is_written(resource, hole))
                };
                facts.physical_id.iter().find(fits).and_then(|pattern| {
                    pattern::fill(pattern, |hole| self.hole(resource, &id, hole))
                })
            };
        Named {
            id: Some(id),
            physical,
            source,
        }
    }

    /// The value of a placeholder in a pattern of the resource's type.
    fn hole(&mut self, resource: &'a Declared, id: &str, hole: &str) -> Option<String> {
        if is_general(hole) {
            return self::hole(self.scope.ctx.identity, id, hole);
        }
        self.property_hole(resource.properties()?.get(hole)?)
    }

    /// Worked out once: properties that ask for each other's names would do so again and again.
    fn property_hole(&mut self, node: &'a Node) -> Option<String> {
        if let Some(known) = self.holes.get(&std::ptr::from_ref(node)) {
            return known.clone();
        }
        self.holes.insert(node, None);
        let found = match self.evaluate(node, &mut ReferenceRecorder::default()) {
            Outcome::Known(value) => functions::text(&value),
            Outcome::Unknown(_) | Outcome::Nothing => None,
        };
        self.holes.insert(node, found.clone());
        found
    }

    /// The log group that the service makes for the resource by itself.
    pub(crate) fn log_group(&mut self, resource: &'a Declared) -> Option<String> {
        let pattern = self
            .scope
            .ctx
            .types
            .get(&*resource.kind)?
            .log_group
            .as_ref()?;
        let id = self.names_of(resource).id.clone()?;
        pattern::fill(pattern, |hole| self.hole(resource, &id, hole))
    }
}

/// The value of a placeholder that every pattern may have.
pub(crate) fn hole(identity: Option<&Identity>, id: &str, hole: &str) -> Option<String> {
    match hole {
        "id" => Some(id.to_owned()),
        "partition" => identity.map(|identity| identity.partition.clone()),
        "region" => identity.map(|identity| identity.region.clone()),
        "account" => identity.map(|identity| identity.account.clone()),
        "url_suffix" => identity.map(|identity| url_suffix(&identity.partition).to_owned()),
        _ => None,
    }
}

fn is_general(hole: &str) -> bool {
    matches!(
        hole,
        "id" | "partition" | "region" | "account" | "url_suffix"
    )
}

fn is_written(resource: &Declared, property: &str) -> bool {
    resource
        .properties()
        .is_some_and(|properties| properties.get(property).is_some())
}

fn after_deployment(resource: &Declared) -> Reason {
    format!(
        "the name of `{}` is known only after deployment",
        resource.id
    )
    .into()
}

fn unknown() -> Named {
    Named {
        id: None,
        physical: None,
        source: NameSource::Unknown,
    }
}

fn deployed(facts: &TypeFacts, physical: &str) -> Named {
    let read = |pattern: &String| {
        pattern::read(pattern, physical)?
            .get("id")
            .map(|id| (*id).to_owned())
    };
    let id = facts
        .physical_id
        .iter()
        .find_map(read)
        .unwrap_or_else(|| physical.to_owned());
    Named {
        id: Some(id),
        physical: Some(physical.to_owned()),
        source: NameSource::Deployed,
    }
}

/// What CloudFormation makes the ends of names of (observed).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A name like those that CloudFormation makes, the same for the same stack and logical id.
pub(crate) fn invented(stack: &str, logical_id: &str, kind: &str) -> String {
    let stack = stack.replace('/', "-");
    let digest = Sha256::digest(format!("{stack}/{logical_id}"));
    let suffix: String = digest
        .iter()
        .take(12)
        .map(|byte| char::from(BASE32[usize::from(byte % 32)]))
        .collect();
    // A Terraform address has characters that no name may have.
    let words = logical_id
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let name = format!(
        "{stack}-{}-{suffix}",
        words.collect::<Vec<&str>>().join("-")
    );
    if kind.starts_with("AWS::S3::") {
        name.to_lowercase()
    } else {
        name
    }
}

/// The name of a nested stack, from its place (`Parent/Nested`).
pub(crate) fn invented_stack(place: &str) -> String {
    let (parent, logical_id) = place.rsplit_once('/').unwrap_or(("", place));
    invented(parent, logical_id, "")
}
