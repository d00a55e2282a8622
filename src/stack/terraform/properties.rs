//! Properties under CloudFormation's names, out of a resource's attributes.

use serde_json::{Map, Value as Json};

use super::document::Instance;
use super::table::{Attribute, Entry, Path, Step};
use crate::inventory::Unresolved;
use crate::stack::node::{Node, Value};

/// What is known of a resource's properties.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapped {
    pub known: Map<String, Json>,
    pub unresolved: Vec<Unresolved>,
}

/// The properties that the table names. `expressions` is how the resource is written, where that is known: what is not written there and
/// known only after apply is a default of the service, and so is as if it were not there.
pub(super) fn properties(
    entry: &Entry,
    instance: &Instance<'_>,
    expressions: Option<&Node>,
) -> Mapped {
    let mut properties = Mapped::default();
    for (path, attribute) in &entry.properties {
        let found = Finder {
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

impl Mapped {
    fn set(&mut self, path: &Path, positions: &[usize], found: FoundValue) {
        match found {
            FoundValue::Known(value) => put(&mut self.known, &path.0, positions, Some(value)),
            FoundValue::Unknown => {
                put(&mut self.known, &path.0, positions, None);
                self.miss(path.keys());
            }
            FoundValue::BlockUnknown => self.miss(path.first().to_owned()),
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

/// What stands where an attribute should.
#[derive(Debug)]
enum FoundValue {
    Known(Json),
    /// The value is known only after apply, and where it stands is known.
    Unknown,
    /// So is whether it stands anywhere.
    BlockUnknown,
}

/// Looks for the values of one attribute.
struct Finder<'a> {
    attribute: &'a Attribute,
    expressions: Option<&'a Node>,
    /// With the positions in the lists on the way.
    found: Vec<(Vec<usize>, FoundValue)>,
}

impl<'a> Finder<'a> {
    fn find(
        mut self,
        values: Option<&Node>,
        unknown: Option<&Node>,
    ) -> Vec<(Vec<usize>, FoundValue)> {
        let steps = &self.attribute.path.0;
        self.walk(steps, values, unknown, &mut Vec::new());
        self.found
    }

    fn walk(
        &mut self,
        steps: &'a [Step],
        value: Option<&Node>,
        unknown: Option<&Node>,
        positions: &mut Vec<usize>,
    ) {
        let is_unknown = unknown.and_then(Node::as_bool) == Some(true);
        let Some((step, rest)) = steps.split_first() else {
            let found = if is_unknown {
                Some(FoundValue::Unknown)
            } else {
                value.and_then(|value| self.known(value))
            };
            self.note(steps, positions, found);
            return;
        };
        if is_unknown {
            return self.note(steps, positions, Some(FoundValue::BlockUnknown));
        }
        match step {
            Step::Key(key) => self.walk(rest, under(value, key), under(unknown, key), positions),
            Step::At(index) => {
                self.walk(rest, item(value, *index), item(unknown, *index), positions);
            }
            Step::Each => {
                let count = |list: Option<&Node>| list.map_or(0, |list| list.items().len());
                for index in 0..count(value).max(count(unknown)) {
                    positions.push(index);
                    self.walk(rest, item(value, index), item(unknown, index), positions);
                    positions.pop();
                }
            }
        }
    }

    fn note(&mut self, left: &[Step], positions: &[usize], found: Option<FoundValue>) {
        let Some(found) = found else { return };
        let is_whole = self.attribute.path.0.len() - left.len() == 1;
        let is_unknown = matches!(found, FoundValue::Unknown | FoundValue::BlockUnknown);
        let is_written = self
            .expressions
            .is_none_or(|expressions| expressions.get(self.attribute.path.first()).is_some());
        if !(is_unknown && is_whole && !is_written) {
            self.found.push((positions.to_vec(), found));
        }
    }

    fn known(&self, value: &Node) -> Option<FoundValue> {
        let json = match &value.value {
            Value::Null => return None,
            Value::Text(text) if text.is_empty() => return None,
            Value::Text(text) if self.attribute.json => serde_json::from_str(text).ok()?,
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
                value.to_json()
            }
        };
        (self.attribute.absent.as_ref() != Some(&json)).then_some(FoundValue::Known(json))
    }
}

fn under<'n>(map: Option<&'n Node>, key: &str) -> Option<&'n Node> {
    map?.get(key)
}

fn item(list: Option<&Node>, index: usize) -> Option<&Node> {
    list?.items().get(index)
}

/// Sets a value at a path whose lists are entered at `positions`; without a value, only what it would stand in.
fn put(map: &mut Map<String, Json>, path: &[Step], positions: &[usize], value: Option<Json>) {
    match path {
        [Step::Key(key)] => {
            if let Some(value) = value {
                map.insert(key.clone(), value);
            }
        }
        [Step::Key(key), Step::Each, rest @ ..] => {
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
        [Step::Key(key), rest @ ..] => {
            let inner = map
                .entry(key.clone())
                .or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, positions, value);
            }
        }
        [Step::At(_) | Step::Each, ..] | [] => {}
    }
}

/// The item of a list, which grows to have it.
fn object_at(list: &mut Json, index: usize) -> Option<&mut Map<String, Json>> {
    let items = list.as_array_mut()?;
    while items.len() <= index {
        items.push(Json::Object(Map::new()));
    }
    items.get_mut(index)?.as_object_mut()
}

/// Adds the properties of a part to those of the whole: as an item of a list, or as its own.
pub(super) fn add_part(whole: &mut Mapped, list: Option<&str>, part: Mapped) {
    let inner = |path: String| list.map_or_else(|| path.clone(), |list| format!("{list}.{path}"));
    let unresolved = part.unresolved.into_iter().map(|missing| Unresolved {
        path: inner(missing.path),
        reason: missing.reason,
    });
    for missing in unresolved {
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
