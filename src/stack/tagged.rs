//! Reads a system that is given by tags instead of stacks: ARNs, as the Resource Groups Tagging API lists them. An ARN has the
//! resource's name, but not its properties.

use std::collections::{BTreeMap, BTreeSet};

use super::context::ReadContext;
use super::partition::url_suffix;
use super::pattern;
use super::reading::StackReading;
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{
    NameSource, Properties, Property, Resource, ResourceId, Target, TypeFacts, Types, Unresolved,
};

/// The reason why resource properties are not known.
const REASON: &str = "resources found by their tags are known only by name";

/// The resources of these ARNs whose id in metrics is part of the ARN.
pub(crate) fn read(arns: &BTreeSet<String>, ctx: &ReadContext<'_>) -> StackReading {
    let mut reading = StackReading::default();
    let mut unread: BTreeMap<&str, usize> = BTreeMap::new();
    for arn in arns {
        match resource(arn, ctx) {
            Some(resource) => drop(
                reading
                    .inventory
                    .resources
                    .insert(resource.id.clone(), Box::new(resource)),
            ),
            None => *unread.entry(service(arn)).or_default() += 1,
        }
    }
    reading.diagnostics.extend(not_watched(&unread));
    reading
}

/// `unread` is the number of resources by service.
fn not_watched(unread: &BTreeMap<&str, usize>) -> Option<Diagnostic> {
    if unread.is_empty() {
        return None;
    }
    let services: Vec<String> = unread
        .iter()
        .map(|(service, count)| format!("{service} ({count})"))
        .collect();
    let message = format!(
        "these tagged resources cannot be watched, because their ARNs do not have all that metrics need: {}",
        services.join(", ")
    );
    Some(Diagnostic::new(Code::TaggedNotWatched, message))
}

fn service(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or(arn)
}

fn resource(arn: &str, ctx: &ReadContext<'_>) -> Option<Resource> {
    let (kind, facts, parts) = matching_type(arn, ctx.types)?;
    let id = *parts.get("id")?;
    if is_part_of_resource(id, facts) {
        return None;
    }
    let physical_id = facts
        .physical_id
        .iter()
        .find_map(|pattern| {
            pattern::fill(pattern, |placeholder| {
                placeholder_value(placeholder, &parts, ctx.identity)
            })
        })
        .unwrap_or_else(|| id.to_owned());
    let logical_id = format!("{}/{}", service(arn), arn.splitn(6, ':').nth(5)?);
    Some(Resource {
        title: id.into(),
        physical_id: Some(physical_id),
        name_source: NameSource::Deployed,
        properties: properties(&parts, id, facts),
        unresolved: vec![Unresolved {
            path: String::new(),
            reason: REASON.to_owned(),
        }],
        ..Resource::new(ResourceId::new(ctx.stack, logical_id), kind)
    })
}

/// The type whose ARNs have this form, and the values of the placeholders.
fn matching_type<'t>(
    arn: &'t str,
    types: &'t dyn Types,
) -> Option<(&'t str, &'t TypeFacts, BTreeMap<String, &'t str>)> {
    types.kinds().into_iter().find_map(|kind| {
        let facts = types.get(kind)?;
        let parts = facts
            .arn
            .iter()
            .find_map(|pattern| pattern::read(pattern, arn))?;
        Some((kind, facts, parts))
    })
}

/// Whether an id is a subresource id, such as a version or an index; its resource has a separate ARN.
fn is_part_of_resource(id: &str, facts: &TypeFacts) -> bool {
    id.contains(':') || (id.contains('/') && !facts.slash_in_name)
}

fn placeholder_value(
    placeholder: &str,
    parts: &BTreeMap<String, &str>,
    identity: Option<&Target>,
) -> Option<String> {
    match (parts.get(placeholder), identity) {
        (Some(part), _) => Some((*part).to_owned()),
        (None, Some(identity)) if placeholder == "url_suffix" => {
            Some(url_suffix(&identity.partition).to_owned())
        }
        (None, _) => None,
    }
}

/// Properties whose values appear in the ARN.
fn properties(parts: &BTreeMap<String, &str>, id: &str, facts: &TypeFacts) -> Properties {
    let name = facts
        .name_property
        .as_deref()
        .map(|property| (property, id));
    parts
        .iter()
        .map(|(placeholder, part)| (placeholder.as_str(), *part))
        .filter(|(placeholder, _)| placeholder.starts_with(char::is_uppercase))
        .chain(name)
        .map(|(property, value)| (property.into(), Property::Text(value.into())))
        .collect()
}
