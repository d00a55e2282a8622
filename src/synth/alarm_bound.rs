//! A bound on the number of alarms of a stack, before any is made.

use std::collections::BTreeMap;

use super::inputs::Inputs;
use crate::catalog::definition::{AlarmDefinition, ENTRY_POINT};
use crate::catalog::{Catalog, ServiceEntry};
use crate::diagnostic::{Code, Diagnostic};
use crate::files::limits::MAX_ALARMS;
use crate::inventory::{Property, Resource, Types};

/// The error about definitions and resources that may make more alarms than a plan holds.
pub fn too_many_alarms(inputs: &Inputs<'_>) -> Option<Diagnostic> {
    let mut definitions: BTreeMap<&str, Definitions> = BTreeMap::new();
    let mut alarms: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in inputs.inventory.resources.values() {
        if resource.deployment_only {
            continue;
        }
        let kind = &*resource.kind;
        let of_kind = definitions
            .entry(kind)
            .or_insert_with(|| Definitions::of(kind, inputs.catalog));
        let number = alarms.entry(kind).or_default();
        *number = number.saturating_add(of_kind.alarms(resource));
    }
    let total = alarms
        .values()
        .fold(0, |total: usize, number| total.saturating_add(*number));
    if total <= MAX_ALARMS {
        return None;
    }
    let (kind, most) = alarms.into_iter().max_by_key(|(_, number)| *number)?;
    let message = format!(
        "the definitions may make {total} alarms for this stack, {most} of them for `{kind}`; a plan holds {MAX_ALARMS}"
    );
    let help = "divide the system into several projects, or shorten the lists of `each`";
    Some(Diagnostic::new(Code::TooManyAlarms, message).help(help))
}

/// The alarms of one type's definitions.
struct Definitions {
    single: usize,
    /// For each definition with `each`, the number of items that its expression lists itself, at most.
    repeated: Vec<usize>,
}

impl Definitions {
    fn of(kind: &str, catalog: &Catalog) -> Self {
        let begins_traces = catalog
            .type_entry(kind)
            .is_some_and(|entry| entry.trace.is_some());
        let entry_points = catalog.services_for(ENTRY_POINT).filter(|_| begins_traces);
        let services = catalog
            .services_for(catalog.watched_as(kind))
            .chain(entry_points);
        let mut definitions = Self {
            single: 0,
            repeated: Vec::new(),
        };
        for service in services.map(ServiceEntry::definition) {
            // Each event has a rule, and each rule an alarm.
            definitions.single += service.events.len();
            for alarm in &service.alarms {
                match listed_items(alarm) {
                    None => definitions.single += 1,
                    Some(items) => definitions.repeated.push(items),
                }
            }
        }
        definitions
    }

    fn alarms(&self, resource: &Resource) -> usize {
        if self.repeated.is_empty() {
            return self.single;
        }
        let properties = resource.properties.iter();
        let items = properties.map(|(_, value)| longest(value)).max();
        let items = items.unwrap_or_default();
        let repeated = self.repeated.iter().map(|listed| items.max(*listed));
        repeated.fold(self.single, usize::saturating_add)
    }
}

fn listed_items(alarm: &AlarmDefinition) -> Option<usize> {
    let each = alarm.each.as_ref()?;
    Some(each.text.matches(',').count() + 1)
}

/// The number of items of the longest list or map in a value.
fn longest(value: &Property) -> usize {
    match value {
        Property::Null | Property::Bool(_) | Property::Number(_) | Property::Text(_) => 0,
        Property::List(items) => items.iter().map(longest).fold(items.len(), usize::max),
        Property::Map(map) => {
            let values = map.iter().map(|(_, value)| longest(value));
            values.fold(map.len(), usize::max)
        }
    }
}
