//! Maps the attributes of a resource to CloudFormation's properties.

use serde_json::{Map, Value as Json};

use super::document::Instance;
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
        .find(instance.values, instance.unknown);
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
            AttributeValue::Unknown => {
                put(&mut self.known, &path.0, positions, None);
                self.miss(path.keys());
            }
            AttributeValue::BlockUnknown => self.miss(path.first().to_owned()),
        }
    }

    fn miss(&mut self, path: String) {
        let unresolved = Unresolved {
            path,
            reason: "known after apply".to_owned(),
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
    /// The value is known only after apply.
    Unknown,
    /// The block around the attribute is known only after apply.
    BlockUnknown,
}

/// Collects the values of one attribute.
struct AttributeFinder<'a> {
    attribute: &'a Attribute,
    expressions: Option<&'a Node>,
    /// Values, each with list positions along the path.
    found: Vec<(Vec<usize>, AttributeValue)>,
}

impl<'a> AttributeFinder<'a> {
    fn find(
        mut self,
        values: Option<&Node>,
        unknown: Option<&Node>,
    ) -> Vec<(Vec<usize>, AttributeValue)> {
        let steps = &self.attribute.path.0;
        self.walk(steps, values, unknown, &mut Vec::new());
        self.found
    }

    fn walk(
        &mut self,
        steps: &'a [PathStep],
        value: Option<&Node>,
        unknown: Option<&Node>,
        positions: &mut Vec<usize>,
    ) {
        let is_unknown = unknown.and_then(Node::as_bool) == Some(true);
        let Some((step, rest)) = steps.split_first() else {
            let found = if is_unknown {
                Some(AttributeValue::Unknown)
            } else {
                value.and_then(|value| self.known(value))
            };
            self.note(steps, positions, found);
            return;
        };
        if is_unknown {
            return self.note(steps, positions, Some(AttributeValue::BlockUnknown));
        }
        match step {
            PathStep::Key(key) => {
                self.walk(rest, under(value, key), under(unknown, key), positions);
            }
            PathStep::At(index) => {
                self.walk(rest, item(value, *index), item(unknown, *index), positions);
            }
            PathStep::Each => {
                for index in 0..length(value).max(length(unknown)) {
                    positions.push(index);
                    self.walk(rest, item(value, index), item(unknown, index), positions);
                    positions.pop();
                }
            }
        }
    }

    fn note(&mut self, left: &[PathStep], positions: &[usize], found: Option<AttributeValue>) {
        let Some(found) = found else { return };
        let is_whole = self.attribute.path.0.len() - left.len() == 1;
        let is_unknown = matches!(
            found,
            AttributeValue::Unknown | AttributeValue::BlockUnknown
        );
        let is_written = self
            .expressions
            .is_none_or(|expressions| expressions.get(self.attribute.path.first()).is_some());
        if !(is_unknown && is_whole && !is_written) {
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

fn under<'n>(map: Option<&'n Node>, key: &str) -> Option<&'n Node> {
    map?.get(key)
}

fn item(list: Option<&Node>, index: usize) -> Option<&Node> {
    list?.items().get(index)
}

fn length(list: Option<&Node>) -> usize {
    list.map_or(0, |list| list.items().len())
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
