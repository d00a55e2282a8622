//! Maps the attributes of a resource to CloudFormation's properties.

use serde_json::{Map, Value as Json};

use super::document::Instance;
use super::secret::is_marked;
use super::table::{Attribute, AttributePath, PathStep, TypeMapping};
use crate::inventory::Unresolved;
use crate::stack::node::{Node, Value};

/// The mapped properties of a resource.
#[derive(Debug, Clone, Default)]
pub(super) struct MappedProperties {
    pub known: Map<String, Json>,
    pub unresolved: Vec<Unresolved>,
}

/// Maps the properties in the table. `expressions` is the configuration of the resource, if the file has it.
/// An attribute that is absent from it and known only after apply is a service default, and counts as absent.
pub(super) fn properties(
    entry: &TypeMapping,
    instance: &Instance<'_>,
    expressions: Option<&Node>,
) -> MappedProperties {
    let mut properties = MappedProperties::default();
    for (path, attribute) in &entry.properties {
        let found = AttributeFinder {
            attribute,
            expressions,
            found: Vec::new(),
        }
        .find(instance);
        for (positions, found) in found {
            properties.set(path, &positions, found);
        }
    }
    properties
}

impl MappedProperties {
    fn set(&mut self, path: &AttributePath, positions: &[usize], found: AttributeValue) {
        match found {
            AttributeValue::Known(value) => put(&mut self.known, &path.0, positions, Some(value)),
            AttributeValue::Unknown(reason) => {
                put(&mut self.known, &path.0, positions, None);
                self.miss(path.keys(), reason);
            }
            AttributeValue::BlockUnknown(reason) => self.miss(path.first().to_owned(), reason),
        }
    }

    fn miss(&mut self, path: String, reason: Reason) {
        let reason = match reason {
            Reason::AfterApply => "known after apply",
            Reason::Sensitive => "Terraform marks it as sensitive",
        };
        let unresolved = Unresolved {
            path,
            reason: reason.to_owned(),
        };
        if !self.unresolved.contains(&unresolved) {
            self.unresolved.push(unresolved);
        }
    }
}

/// The value of an attribute.
#[derive(Debug)]
enum AttributeValue {
    Known(Json),
    Unknown(Reason),
    /// The block around the attribute is unknown.
    BlockUnknown(Reason),
}

/// Why a value is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    AfterApply,
    Sensitive,
}

/// A node of the values, and the nodes of the marks at the same path.
#[derive(Clone, Copy)]
struct Marked<'n> {
    value: Option<&'n Node>,
    unknown: Option<&'n Node>,
    sensitive: Option<&'n Node>,
}

impl<'n> Marked<'n> {
    fn of(instance: &Instance<'n>) -> Self {
        Self {
            value: instance.values,
            unknown: instance.unknown,
            sensitive: instance.sensitive.marks,
        }
    }

    fn under(self, key: &str) -> Self {
        Self {
            value: self.value.and_then(|node| node.get(key)),
            unknown: self.unknown.and_then(|node| node.get(key)),
            sensitive: self.sensitive.and_then(|node| node.get(key)),
        }
    }

    fn item(self, index: usize) -> Self {
        Self {
            value: self.value.and_then(|node| node.items().get(index)),
            unknown: self.unknown.and_then(|node| node.items().get(index)),
            sensitive: self.sensitive.and_then(|node| node.items().get(index)),
        }
    }

    fn items(self) -> usize {
        let length = |node: Option<&Node>| node.map_or(0, |node| node.items().len());
        length(self.value).max(length(self.unknown))
    }

    fn reason(self) -> Option<Reason> {
        if self.unknown.is_some_and(is_marked) {
            return Some(Reason::AfterApply);
        }
        let is_set = self
            .value
            .is_some_and(|node| !matches!(node.value, Value::Null));
        let is_sensitive = is_set && self.sensitive.is_some_and(is_marked);
        is_sensitive.then_some(Reason::Sensitive)
    }
}

/// Collects the values of one attribute.
struct AttributeFinder<'a> {
    attribute: &'a Attribute,
    expressions: Option<&'a Node>,
    /// Values, each with list positions along the path.
    found: Vec<(Vec<usize>, AttributeValue)>,
}

impl<'a> AttributeFinder<'a> {
    fn find(mut self, instance: &Instance<'_>) -> Vec<(Vec<usize>, AttributeValue)> {
        let steps = &self.attribute.path.0;
        let first = self.attribute.path.first();
        let is_set = instance
            .values
            .is_some_and(|values| values.get(first).is_some());
        if is_set && instance.sensitive.is_listed(first) {
            let value = AttributeValue::BlockUnknown(Reason::Sensitive);
            return vec![(Vec::new(), value)];
        }
        self.walk(steps, Marked::of(instance), &mut Vec::new());
        self.found
    }

    fn walk(&mut self, steps: &'a [PathStep], node: Marked<'_>, positions: &mut Vec<usize>) {
        let reason = node.reason();
        let Some((step, rest)) = steps.split_first() else {
            let found = match reason {
                Some(reason) => Some(AttributeValue::Unknown(reason)),
                None => node.value.and_then(|value| self.known(value)),
            };
            self.note(steps, positions, found);
            return;
        };
        if let Some(reason) = reason {
            return self.note(steps, positions, Some(AttributeValue::BlockUnknown(reason)));
        }
        match step {
            PathStep::Key(key) => self.walk(rest, node.under(key), positions),
            PathStep::At(index) => self.walk(rest, node.item(*index), positions),
            PathStep::Each => {
                for index in 0..node.items() {
                    positions.push(index);
                    self.walk(rest, node.item(index), positions);
                    positions.pop();
                }
            }
        }
    }

    fn note(&mut self, left: &[PathStep], positions: &[usize], found: Option<AttributeValue>) {
        let Some(found) = found else { return };
        let is_whole = self.attribute.path.0.len() - left.len() == 1;
        let is_after_apply = matches!(
            found,
            AttributeValue::Unknown(Reason::AfterApply)
                | AttributeValue::BlockUnknown(Reason::AfterApply)
        );
        let is_written = self
            .expressions
            .is_none_or(|expressions| expressions.get(self.attribute.path.first()).is_some());
        if !(is_after_apply && is_whole && !is_written) {
            self.found.push((positions.to_vec(), found));
        }
    }

    fn known(&self, value: &Node) -> Option<AttributeValue> {
        let json = match &value.value {
            Value::Null => return None,
            Value::Text(text) if text.is_empty() => return None,
            Value::Text(text) if self.attribute.json => serde_json::from_str(text).ok()?,
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
                value.to_json()
            }
        };
        (self.attribute.absent.as_ref() != Some(&json)).then_some(AttributeValue::Known(json))
    }
}

/// Sets a value at a path; `positions` selects the list items. `None` creates only the containers.
fn put(map: &mut Map<String, Json>, path: &[PathStep], positions: &[usize], value: Option<Json>) {
    match path {
        [PathStep::Key(key)] => {
            if let Some(value) = value {
                map.insert(key.clone(), value);
            }
        }
        [PathStep::Key(key), PathStep::Each, rest @ ..] => {
            let Some((index, positions)) = positions.split_first() else {
                return;
            };
            let list = map
                .entry(key.clone())
                .or_insert_with(|| Json::Array(Vec::new()));
            if let Some(item) = object_at(list, *index) {
                put(item, rest, positions, value);
            }
        }
        [PathStep::Key(key), rest @ ..] => {
            let inner = map
                .entry(key.clone())
                .or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, positions, value);
            }
        }
        [PathStep::At(_) | PathStep::Each, ..] | [] => {}
    }
}

/// The item at an index; extends the list as needed.
fn object_at(list: &mut Json, index: usize) -> Option<&mut Map<String, Json>> {
    let items = list.as_array_mut()?;
    while items.len() <= index {
        items.push(Json::Object(Map::new()));
    }
    items.get_mut(index)?.as_object_mut()
}

/// Adds the properties of a part to its resource, as a list item or directly.
pub(super) fn add_part(whole: &mut MappedProperties, list: Option<&str>, part: MappedProperties) {
    for mut missing in part.unresolved {
        if let Some(list) = list {
            missing.path = format!("{list}.{}", missing.path);
        }
        if !whole.unresolved.contains(&missing) {
            whole.unresolved.push(missing);
        }
    }
    match list {
        Some(list) => {
            let items = whole
                .known
                .entry(list.to_owned())
                .or_insert_with(|| Json::Array(Vec::new()));
            if let Json::Array(items) = items {
                items.push(Json::Object(part.known));
            }
        }
        None => whole.known.extend(part.known),
    }
}
