//! Names of resources: the id that metrics use, and the values of `Ref` and `Fn::GetAtt`.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::evaluated::{Evaluated, UnknownReason};
use super::evaluator::Evaluator;
use super::recorder::ReferenceRecorder;
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{NameSource, TypeFacts, unknown_name};
use crate::stack::context::UnknownNames;
use crate::stack::node::Node;
use crate::stack::placeholder_name::placeholder_name;
use crate::stack::template::Declared;
use crate::stack::{functions, pattern};

/// The names of one resource.
#[derive(Debug)]
pub(crate) struct ResourceNames {
    pub id: Option<String>,
    /// The value of `Ref`; `None` when it is known only after deployment.
    pub physical: Option<String>,
    pub source: NameSource,
}

impl ResourceNames {
    fn unknown() -> Self {
        Self {
            id: None,
            physical: None,
            source: NameSource::Unknown,
        }
    }

    /// The names of a deployed resource.
    fn of_deployed(facts: &TypeFacts, physical: &str) -> Self {
        let id = facts
            .physical_id
            .iter()
            .find_map(|pattern| Some((*pattern::read(pattern, physical)?.get("id")?).to_owned()));
        Self {
            id: Some(id.unwrap_or_else(|| physical.to_owned())),
            physical: Some(physical.to_owned()),
            source: NameSource::Deployed,
        }
    }
}

/// Names by logical id; `None` while they are being evaluated.
pub(crate) type NamesByResource<'a> = HashMap<&'a str, Option<Rc<ResourceNames>>>;

/// Values of properties that are placeholders in patterns, by node; `None` also while one is being evaluated.
pub(crate) type PlaceholderValues = HashMap<*const Node, Option<String>>;

impl<'a> Evaluator<'a> {
    pub(super) fn physical_id(&mut self, resource: &'a Declared) -> Evaluated {
        match &self.names_of(resource).physical {
            Some(id) => Evaluated::Known(Json::from(id.as_str())),
            None => Evaluated::Unknown(after_deployment(resource)),
        }
    }

    pub(crate) fn attribute_of(&mut self, resource: &'a Declared, attribute: &str) -> Evaluated {
        match self.attribute_value(resource, attribute) {
            Some(value) => Evaluated::Known(value.into()),
            None => Evaluated::Unknown(
                format!(
                    "`{attribute}` of `{}` is known only after deployment",
                    resource.id
                )
                .into(),
            ),
        }
    }

    fn attribute_value(&mut self, resource: &'a Declared, attribute: &str) -> Option<String> {
        // Evaluated first, so that a name that depends on itself is always reported.
        let names = self.names_of(resource);
        let types = self.scope.ctx.types;
        let pattern = types.get(&resource.kind)?.attributes.get(attribute)?;
        self.fill_pattern(resource, names.id.as_deref()?, pattern)
    }

    /// Further names by which other resources may name this one.
    pub(crate) fn other_names(&mut self, resource: &'a Declared) -> Vec<String> {
        let names = self.names_of(resource);
        let facts = self.scope.ctx.types.get(&resource.kind);
        let (Some(facts), Some(id)) = (facts, names.id.as_deref()) else {
            return Vec::new();
        };
        let patterns = facts.other_names.iter();
        patterns
            .filter_map(|pattern| self.fill_pattern(resource, id, pattern))
            .collect()
    }

    pub(crate) fn names_of(&mut self, resource: &'a Declared) -> Rc<ResourceNames> {
        let key: &'a str = &resource.id;
        match self.names.get(key) {
            Some(Some(names)) => return Rc::clone(names),
            Some(None) => return Rc::new(self.report_name_cycle(resource)),
            None => {}
        }
        self.names.insert(key, None);
        let names = Rc::new(self.find_names(resource));
        self.names.insert(key, Some(Rc::clone(&names)));
        names
    }

    fn report_name_cycle(&mut self, resource: &Declared) -> ResourceNames {
        let message = format!("the name of `{}` depends on itself", resource.id);
        let diagnostic = Diagnostic::new(Code::TemplateCycle, message);
        self.diagnostics
            .push(diagnostic.at(self.scope.place_of(resource)));
        ResourceNames::unknown()
    }

    fn find_names(&mut self, resource: &'a Declared) -> ResourceNames {
        let ctx = self.scope.ctx;
        let no_facts = TypeFacts::default();
        let facts = ctx.types.get(&resource.kind).unwrap_or(&no_facts);
        let listed = ctx
            .deployed
            .and_then(|stack| stack.resources.get(&*resource.id));
        if let Some(physical) = listed.and_then(|listed| listed.physical_id.as_deref()) {
            return ResourceNames::of_deployed(facts, physical);
        }
        match (self.written_name(resource, facts), ctx.unknown_names) {
            (Some(id), _) => self.names_with_id(resource, facts, id, NameSource::Template),
            (None, UnknownNames::LeaveUnknown) => ResourceNames::unknown(),
            (None, UnknownNames::UsePlaceholders) => {
                let name = placeholder_name(ctx.stack, &resource.id, facts);
                let id = self.placeholder_id(resource, facts, name);
                self.names_with_id(resource, facts, id, NameSource::Placeholder)
            }
            (None, UnknownNames::MarkUnknown) => {
                let id = unknown_name(ctx.stack, &resource.id);
                self.names_with_id(resource, facts, id, NameSource::AfterDeployment)
            }
        }
    }

    /// The placeholder of an id that has a form of its own.
    fn placeholder_id(
        &mut self,
        resource: &'a Declared,
        facts: &TypeFacts,
        name: String,
    ) -> String {
        let mut patterns = facts.placeholder.iter();
        let pattern = patterns.find(|pattern| has_properties(resource, pattern));
        pattern
            .and_then(|pattern| self.fill_pattern(resource, &name, pattern))
            .unwrap_or(name)
    }

    fn written_name(&mut self, resource: &'a Declared, facts: &TypeFacts) -> Option<String> {
        let property = resource
            .properties()?
            .get(facts.name_property.as_deref()?)?;
        let name = self.text_of(property).filter(|name| !name.is_empty())?;
        Some(if facts.lowercase_name {
            name.to_ascii_lowercase()
        } else {
            name
        })
    }

    fn names_with_id(
        &mut self,
        resource: &'a Declared,
        facts: &TypeFacts,
        id: String,
        source: NameSource,
    ) -> ResourceNames {
        let physical = if facts.physical_id.is_empty() {
            Some(id.clone())
        } else {
            // The first pattern whose properties are written decides, also when the value of one is unknown.
            facts
                .physical_id
                .iter()
                .find(|pattern| has_properties(resource, pattern))
                .and_then(|pattern| self.fill_pattern(resource, &id, pattern))
        };
        ResourceNames {
            id: Some(id),
            physical,
            source,
        }
    }

    /// A pattern of the resource's type with the values of its placeholders.
    fn fill_pattern(&mut self, resource: &'a Declared, id: &str, pattern: &str) -> Option<String> {
        pattern::fill(pattern, |placeholder| {
            if pattern::is_general(placeholder) {
                pattern::general_value(self.scope.ctx.identity, id, placeholder)
            } else {
                self.property_value(resource.properties()?.get(placeholder)?)
            }
        })
    }

    /// The value of a property in a pattern. Kept, because properties that refer to each other's names would evaluate it many times.
    fn property_value(&mut self, node: &'a Node) -> Option<String> {
        if let Some(known) = self.placeholders.get(&std::ptr::from_ref(node)) {
            return known.clone();
        }
        self.placeholders.insert(node, None);
        let value = self.text_of(node);
        self.placeholders.insert(node, value.clone());
        value
    }

    fn text_of(&mut self, node: &'a Node) -> Option<String> {
        match self.evaluate(node, &mut ReferenceRecorder::default()) {
            Evaluated::Known(value) => functions::text(&value),
            Evaluated::Unknown(_) | Evaluated::NoValue => None,
        }
    }

    /// The name of the log group that the service creates for the resource.
    pub(crate) fn log_group(&mut self, resource: &'a Declared) -> Option<String> {
        let types = self.scope.ctx.types;
        let pattern = types.get(&resource.kind)?.log_group.as_ref()?;
        let id = self.names_of(resource).id.clone()?;
        self.fill_pattern(resource, &id, pattern)
    }
}

/// Whether every property in a pattern is written.
fn has_properties(resource: &Declared, pattern: &str) -> bool {
    pattern::placeholders(pattern)
        .filter(|placeholder| !pattern::is_general(placeholder))
        .all(|property| {
            resource
                .properties()
                .is_some_and(|properties| properties.get(property).is_some())
        })
}

fn after_deployment(resource: &Declared) -> UnknownReason {
    format!(
        "the name of `{}` is known only after deployment",
        resource.id
    )
    .into()
}
