//! A system without a stack: resources that bear the same tags, as the Resource Groups Tagging API lists them. It says which exist, and nothing
//! of their properties.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern;
use super::read::Read;
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{
    Identity, NameSource, Property, Resource, ResourceId, TypeFacts, Types, Unresolved,
};

/// Why the properties of a resource are not known.
const REASON: &str = "a resource that was found by its tags tells nothing but its name";

/// The resources of these ARNs, as far as what metrics call them is in the ARN.
pub(crate) fn read(
    arns: &BTreeSet<String>,
    system: &str,
    types: &dyn Types,
    identity: Option<&Identity>,
) -> Read {
    let mut read = Read::default();
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for arn in arns {
        match resource(arn, system, types, identity) {
            Some(resource) => drop(
                read.inventory
                    .resources
                    .insert(resource.id.clone(), Box::new(resource)),
            ),
            None => *others.entry(service(arn)).or_default() += 1,
        }
    }
    if arns.is_empty() {
        read.diagnostics.push(Diagnostic::new(
            Code::NothingTagged,
            format!("nothing in the account bears the tags of `{system}`"),
        ));
    }
    if !others.is_empty() {
        let services: Vec<String> = others
            .iter()
            .map(|(service, count)| format!("{service} ({count})"))
            .collect();
        let message = format!(
            "tagged, but not to be watched by what an ARN tells: {}",
            services.join(", ")
        );
        read.diagnostics
            .push(Diagnostic::new(Code::TaggedNotWatched, message));
    }
    read
}

fn service(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or(arn)
}

fn resource(
    arn: &str,
    system: &str,
    types: &dyn Types,
    identity: Option<&Identity>,
) -> Option<Resource> {
    let fitting = |kind: &'_ str| {
        let facts = types.get(kind)?;
        let parts = facts
            .arn
            .iter()
            .find_map(|shape| pattern::read(shape, arn))?;
        Some((
            kind.to_owned(),
            facts.clone(),
            parts
                .into_iter()
                .map(|(name, part)| (name, part.to_owned()))
                .collect(),
        ))
    };
    let (kind, facts, parts): (String, TypeFacts, BTreeMap<String, String>) =
        types.kinds().into_iter().find_map(fitting)?;
    let id = parts.get("id")?.clone();
    // A version or an alias of a function, an index of a table: parts of what is there under its own name.
    if id.contains(':') || (id.contains('/') && kind != "AWS::Logs::LogGroup") {
        return None;
    }
    let mut hole = |name: &str| match (parts.get(name), identity) {
        (Some(part), _) => Some(part.clone()),
        (None, Some(identity)) if name == "url_suffix" => {
            Some(super::parameters::url_suffix(&identity.partition).to_owned())
        }
        (None, _) => None,
    };
    let physical_id = facts
        .physical_id
        .iter()
        .find_map(|shape| pattern::fill(shape, &mut hole))
        .unwrap_or_else(|| id.clone());
    let named = facts
        .name_property
        .map(|property| (property.into(), Property::Text(id.as_str().into())));
    let own = parts
        .iter()
        .filter(|(name, _)| name.starts_with(char::is_uppercase));
    let properties = own
        .map(|(name, part)| (name.as_str().into(), Property::Text(part.as_str().into())))
        .chain(named)
        .collect();
    let logical_id = format!("{}/{}", service(arn), arn.splitn(6, ':').nth(5)?);
    Some(Resource {
        title: id.into(),
        physical_id: Some(physical_id),
        name_source: NameSource::Deployed,
        properties,
        unresolved: vec![Unresolved {
            path: String::new(),
            reason: REASON.to_owned(),
        }],
        ..Resource::new(ResourceId::new(system, logical_id), kind)
    })
}
