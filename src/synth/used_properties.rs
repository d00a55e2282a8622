//! Which properties the definitions, facts, boards and overrides speak of. The rest decides nothing, and of a large stack it is the larger part.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::settings::RETENTION_PROPERTY;
use crate::catalog::Catalog;
use crate::catalog::condition::Cel;
use crate::catalog::definition::{
    AlarmDefinition, MetricSource, ServiceDefinition, TraceFacts, When,
};
use crate::catalog::read::TypeEntry;
use crate::catalog::text::Text;
use crate::inventory::{Inventory, Properties, Resource};
use crate::project::{METADATA_KEY, Project};

/// The variable that holds a resource's properties.
const VARIABLE: &str = "resource";

/// The inventory without the properties that nothing speaks of. All but its texts is made anew, so that what a reader leaves behind makes room
/// for the state.
pub fn retain_used_properties(
    inventory: Inventory,
    catalog: &Catalog,
    project: &Project,
) -> Inventory {
    let overrides: Vec<String> = inventory
        .resources
        .values()
        .filter_map(|resource| resource.metadata.get(METADATA_KEY))
        .map(|written| written.to_json().to_string())
        .collect();
    let used_properties = overrides.iter().fold(
        UsedProperties::of(catalog, project),
        |used_properties, text| used_properties.with(text),
    );
    let part = |resource: &Resource| Resource {
        id: resource.id.clone(),
        kind: resource.kind.clone(),
        title: resource.title.clone(),
        physical_id: resource.physical_id.clone(),
        name_source: resource.name_source,
        properties: chosen(&resource.properties, |name| used_properties.has(name)),
        metadata: chosen(&resource.metadata, |name| name == METADATA_KEY),
        references: Vec::new(),
        unresolved: resource.unresolved.clone(),
        conditional: resource.conditional,
        deployment_only: resource.deployment_only,
        terraform: resource.terraform.clone(),
        place: resource.place.clone(),
    };
    let resources = inventory
        .resources
        .iter()
        .map(|(id, resource)| (id.clone(), Box::new(part(resource))))
        .collect();
    Inventory {
        resources,
        links: inventory.links,
    }
}

fn chosen(properties: &Properties, keep: impl Fn(&str) -> bool) -> Properties {
    properties
        .iter()
        .filter(|(name, _)| keep(name))
        .map(|(name, value)| (Arc::clone(name), value.clone()))
        .collect()
}

/// Names of properties.
enum UsedProperties<'a> {
    Some(BTreeSet<&'a str>),
    /// A text takes all of them at once, or makes up a name as it goes.
    All,
}

impl<'a> UsedProperties<'a> {
    /// What any text of the catalogue or the project used_properties, of whatever type.
    fn of(catalog: &'a Catalog, project: &'a Project) -> Self {
        let watches = catalog.services.iter().flat_map(of_watch);
        let types = catalog.types.values().flat_map(of_type);
        let boards = catalog
            .boards
            .names()
            .filter_map(|name| catalog.boards.source(name))
            .map(|source| source.text.as_str());
        let overrides = project
            .alarms
            .values()
            .chain(project.resources.values())
            .flat_map(|alarms| alarms.values());
        let overrides = overrides.filter_map(|over| over.when.as_deref());
        watches.chain(types).chain(boards).chain(overrides).fold(
            UsedProperties::Some([RETENTION_PROPERTY].into()),
            Self::with,
        )
    }

    fn with(self, text: &'a str) -> Self {
        let UsedProperties::Some(mut names) = self else {
            return UsedProperties::All;
        };
        for (at, _) in text.match_indices(VARIABLE) {
            let (before, after) = (&text[..at], &text[at + VARIABLE.len()..]);
            // `resources` and `my_resource` are other words.
            if before.ends_with(is_of_word) || after.starts_with(is_of_word) {
                continue;
            }
            let Some(path) = after.strip_prefix('.') else {
                return UsedProperties::All;
            };
            let (name, rest) = path.split_at(path.find(|c| !is_of_word(c)).unwrap_or(path.len()));
            if name.is_empty() || rest.starts_with('(') {
                return UsedProperties::All;
            }
            names.insert(name);
        }
        UsedProperties::Some(names)
    }

    fn has(&self, property: &str) -> bool {
        match self {
            UsedProperties::Some(names) => names.contains(property),
            UsedProperties::All => true,
        }
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn of_watch(service: &ServiceDefinition) -> impl Iterator<Item = &str> {
    let own = service
        .metrics
        .values()
        .flat_map(|word| match &word.source {
            MetricSource::Published { dimensions, .. } => dimensions.as_slice(),
            MetricSource::Group(_) => &[],
        });
    let dimensions = service.dimensions.iter().chain(own).map(|(_, text)| text);
    let composites = service
        .composites
        .iter()
        .flat_map(|composite| [Some(&composite.summary), composite.fix.as_ref()])
        .flatten();
    let texts = dimensions
        .chain(composites)
        .chain(service.groups.iter().map(|group| &group.filter))
        .map(Text::source);
    texts.chain(service.alarms.iter().flat_map(of_alarm))
}

fn of_alarm(alarm: &AlarmDefinition) -> impl Iterator<Item = &str> {
    let threshold = match &alarm.when {
        When::Threshold { threshold, .. } => Some(threshold),
        When::Band { .. } => None,
    };
    let conditions = [threshold, alarm.applies.as_ref(), alarm.each.as_ref()]
        .into_iter()
        .flatten();
    let texts = [Some(&alarm.summary), alarm.fix.as_ref()]
        .into_iter()
        .flatten();
    texts.map(Text::source).chain(conditions.map(text_of))
}

fn of_type(entry: &TypeEntry) -> impl Iterator<Item = &str> {
    let texts = [entry.metric_id.as_ref(), entry.label.as_ref()]
        .into_iter()
        .flatten();
    texts
        .map(Text::source)
        .chain(entry.trace.iter().flat_map(of_trace))
}

fn of_trace(trace: &TraceFacts) -> impl Iterator<Item = &str> {
    let node = trace
        .node
        .iter()
        .flat_map(|node| [node.name.source(), text_of(&node.active)]);
    node.chain(trace.passes.as_ref().map(text_of))
}

fn text_of(cel: &Cel) -> &str {
    &cel.text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentioned(text: &str) -> Option<Vec<&str>> {
        match UsedProperties::Some(BTreeSet::new()).with(text) {
            UsedProperties::Some(names) => Some(names.into_iter().collect()),
            UsedProperties::All => None,
        }
    }

    #[test]
    fn a_property_is_mentioned_by_its_first_word() {
        assert_eq!(
            mentioned("0.9 * resource.Timeout * 1000"),
            Some(vec!["Timeout"])
        );
        assert_eq!(
            mentioned("{{this.resource.Environment.Variables.X}} of {{resources}}"),
            Some(vec!["Environment"])
        );
        assert_eq!(mentioned("{{id}}, my_resource.Name"), Some(vec![]));
    }

    #[test]
    fn a_text_that_takes_the_properties_in_another_way_mentions_all_of_them() {
        for text in [
            "{{{json resource}}}",
            "resource['Timeout'] > 1",
            "{{lookup resource 'X'}}",
            "resource.exists(key, key == 'X')",
        ] {
            assert_eq!(mentioned(text), None, "{text}");
        }
    }
}
