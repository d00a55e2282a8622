//! The resource of a test or a trial.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::diagnostic::Code;
use crate::inventory::LinkKind;
use crate::spanned::Table;

/// The test's resource; only what the definition reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    /// Its properties without defaults.
    pub resource: Map<String, Value>,
    /// CloudFormation types of its callers.
    pub invoked_by: Vec<String>,
    /// CloudFormation types of the resources that it invokes.
    pub invokes: Vec<String>,
    pub is_dead_letter: bool,
    /// Seconds without traffic that are an outage.
    pub expect_traffic: Option<u32>,
    /// The name of the item of an alarm with `each`.
    pub item: Option<String>,
    /// The properties of what it is a part of.
    pub parent: Map<String, Value>,
    /// The resources that it is linked with.
    pub links: Vec<GivenLink>,
    /// Service quotas by the words of their usage metrics.
    pub quotas: BTreeMap<String, f64>,
}

/// A link with another resource, in either direction.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenLink {
    pub kind: LinkKind,
    /// The other resource's CloudFormation type.
    pub of_type: String,
    /// What metrics call it.
    pub id: String,
    pub resource: Map<String, Value>,
}

/// Reads the keys that describe the resource, and the quotas that metric math reads.
pub fn given_with_quotas(table: &mut Table<'_>) -> Given {
    Given {
        quotas: table.table("quota").map(quotas).unwrap_or_default(),
        ..given(table)
    }
}

/// Reads the keys that describe the resource.
pub fn given(table: &mut Table<'_>) -> Given {
    Given {
        resource: properties(table, "resource"),
        invoked_by: types(table, "invoked_by"),
        invokes: types(table, "invokes"),
        is_dead_letter: table.boolean("is_dead_letter").is_some_and(|is| is.value),
        expect_traffic: table.seconds("expect_traffic").map(|silence| silence.value),
        item: table.string("item").map(|item| item.value),
        parent: properties(table, "parent"),
        links: table.tables("links").into_iter().filter_map(link).collect(),
        quotas: BTreeMap::new(),
    }
}

fn properties(table: &mut Table<'_>, key: &'static str) -> Map<String, Value> {
    match table.json(key).map(|written| written.value) {
        Some(Value::Object(properties)) => properties,
        Some(_) | None => Map::new(),
    }
}

fn quotas(table: Table<'_>) -> BTreeMap<String, f64> {
    let entries = table.entries().into_iter();
    let quotas = entries.filter_map(|(word, item)| {
        let quota = item.number()?;
        if quota.value > 0.0 {
            return Some((word.value, quota.value));
        }
        item.report(quota.diagnostic(Code::OutOfRange, "a quota is above 0"));
        None
    });
    quotas.collect()
}

fn link(mut table: Table<'_>) -> Option<GivenLink> {
    let kind = table.required("kind", |table, key| table.choice(key, &LinkKind::WORDS));
    let of_type = table.required("type", Table::string);
    let id = table.required("id", Table::string);
    let resource = properties(&mut table, "resource");
    table.finish();
    Some(GivenLink {
        kind: kind?.value,
        of_type: of_type?.value,
        id: id?.value,
        resource,
    })
}

fn types(table: &mut Table<'_>, key: &'static str) -> Vec<String> {
    let written = table.strings(key).into_iter();
    written.map(|kind| kind.value).collect()
}
