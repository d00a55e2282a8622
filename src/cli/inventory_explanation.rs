//! `tracewatch inventory --explain`: how one resource and its name came about.

use std::borrow::Cow;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::resource_rendering::{link_text, resource_json, unresolved_text};
use super::watching::{explanation_lines, explanations_json};
use crate::diagnostic::nearest;
use crate::inventory::{Inventory, Link, NameSource, Resource, ResourceId};
use crate::synth::Explanation;

/// A resource with its origin and its definitions.
pub(super) struct Explained<'a> {
    pub inventory: &'a Inventory,
    pub system: &'a str,
    pub resource: &'a Resource,
    /// The definitions for it, and what became of each.
    pub definitions: Vec<Explanation>,
}

/// Whether a resource of a system matches the user's text.
type Matches = fn(&Resource, &str, &str) -> bool;

/// The ways to match a resource, the most specific first.
const WAYS: [Matches; 3] = [
    |resource, system, asked| {
        resource.id.within(system) == asked || resource.id.to_string() == asked
    },
    |resource, _, asked| &*resource.id.logical_id == asked,
    |resource, _, asked| {
        resource.physical_id.as_deref() == Some(asked) || &*resource.title == asked
    },
];

/// The resource that a user means.
pub(super) fn found<'i>(
    inventory: &'i Inventory,
    system: &str,
    asked: &str,
) -> Result<&'i Resource> {
    for matches in WAYS {
        let resources = inventory.resources.values().map(Box::as_ref);
        let matching = resources.filter(|resource| matches(resource, system, asked));
        match matching.collect::<Vec<_>>().as_slice() {
            [] => {}
            [resource] => return Ok(resource),
            several => {
                let ids: Vec<String> = several
                    .iter()
                    .map(|resource| format!("`{}`", resource.id.within(system)))
                    .collect();
                bail!("`{asked}` may be any of {}", ids.join(", "))
            }
        }
    }
    let ids: Vec<String> = inventory
        .resources
        .keys()
        .map(|id| id.within(system).into_owned())
        .collect();
    match nearest(asked, ids.iter().map(String::as_str)) {
        Some(near) => bail!("no resource is called `{asked}`; did you mean `{near}`?"),
        None => bail!("no resource is called `{asked}`"),
    }
}

impl<'a> Explained<'a> {
    /// The inventory's JSON form, plus properties, references, all links and the definitions.
    pub(super) fn as_json(&self) -> Value {
        let place = self
            .place()
            .map(|(file, line, column)| json!({ "file": file, "line": line, "column": column }));
        let mut explained = resource_json(self.resource);
        explained["name_origin"] = self.name_origin().into();
        explained["place"] = json!(place);
        explained["properties"] = json!(self.resource.properties);
        explained["references"] = json!(self.resource.references);
        explained["links"] = json!(self.links().collect::<Vec<_>>());
        explained["definitions"] = explanations_json(&self.definitions);
        explained
    }

    pub(super) fn as_text(&self) -> String {
        let resource = self.resource;
        let mut lines = vec![format!("{}  {}", self.called(&resource.id), resource.kind)];
        let mut say = |word: &str, text: &str| lines.push(format!("  {word:<12}{text}"));
        if let Some((file, line, column)) = self.place() {
            say("written at", &format!("{file}:{line}:{column}"));
        }
        say("stack", &resource.id.stack);
        if resource.title != resource.id.logical_id {
            say("title", &resource.title);
        }
        say(
            "name",
            resource.physical_id.as_deref().unwrap_or("not known"),
        );
        say("", self.name_origin());
        if resource.conditional {
            say(
                "condition",
                "could not be decided: the resource may not exist",
            );
        }
        for reference in &resource.references {
            let stack = reference
                .stack
                .as_ref()
                .map(|stack| format!("{stack}/"))
                .unwrap_or_default();
            say(
                "mentions",
                &format!(
                    "{stack}{} ({}) in {}",
                    reference.to, reference.attribute, reference.path
                ),
            );
        }
        for link in self.links() {
            say(
                "link",
                &format!(
                    "{} {} {}",
                    self.called(&link.from),
                    link_text(link.kind),
                    self.called(&link.to)
                ),
            );
        }
        for unknown in &resource.unresolved {
            say("unknown", &unresolved_text(unknown));
        }
        lines.extend(explanation_lines(&self.definitions));
        lines.join("\n") + "\n"
    }

    fn called(&self, id: &'a ResourceId) -> Cow<'a, str> {
        id.within(self.system)
    }

    /// File, line and column.
    fn place(&self) -> Option<(&str, usize, usize)> {
        let place = self.resource.place.as_ref()?;
        let (line, column) = place.source.position(place.span.start);
        Some((&place.source.name, line, column))
    }

    fn links(&self) -> impl Iterator<Item = &'a Link> {
        let id = &self.resource.id;
        self.inventory
            .links
            .iter()
            .filter(move |link| link.from == *id || link.to == *id)
    }

    fn name_origin(&self) -> &'static str {
        match self.resource.name_source {
            NameSource::Template => "as the template gives it, its functions resolved",
            NameSource::Deployed => "as the account has it",
            NameSource::AfterDeployment => "known after deployment",
            NameSource::Placeholder => {
                "a placeholder in the form of CloudFormation's: the template gives none, and a sandbox has no deployed stack"
            }
            NameSource::Unknown => {
                "the template gives none that can be known: one is made at deployment"
            }
        }
    }
}
