//! Reads `[types]`: facts about types.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::reader::{DefinitionReader, FileRole};
use crate::catalog::definition::{SamplingMode, TraceFacts, TraceNode, TypeEntry};
use crate::catalog::text::TextUse;
use crate::diagnostic::Source;
use crate::inventory::{LinkFact, LinkKind, MadeResource, OutsideType, PropertyTest, TypeFacts};
use crate::spanned::{Item, ItemValue, Spanned, SpannedDocument, Table};

const SAMPLING: [(&str, SamplingMode); 2] = [
    ("rules", SamplingMode::Rules),
    ("fixed", SamplingMode::Fixed),
];

pub(super) fn types(root: &mut Table<'_>, role: FileRole<'_>) -> BTreeMap<String, TypeEntry> {
    let mut types = BTreeMap::new();
    for (kind, item) in root.table("types").map(Table::entries).unwrap_or_default() {
        if let Some(table) = item.table() {
            let entry = type_entry(table, &kind.value, role);
            types.insert(kind.value, entry);
        }
    }
    types
}

/// The facts about the one type in a part of a built-in file. A test shows that built-in files have no mistakes.
pub(crate) fn built_in_type(source: &Arc<Source>, part: Range<usize>) -> TypeEntry {
    let Ok(document) = SpannedDocument::parse_part(source, part) else {
        return TypeEntry::default();
    };
    types(&mut document.root(), FileRole::BuiltIn)
        .into_values()
        .next()
        .unwrap_or_default()
}

fn type_entry(mut table: Table<'_>, kind: &str, role: FileRole<'_>) -> TypeEntry {
    let mut reader = DefinitionReader::new(role, kind);
    let facts = TypeFacts {
        same_as: table.string("same_as").map(|kind| kind.value),
        name_property: table.string("name").map(|name| name.value),
        physical_id: values(table.strings("physical_id")),
        arn: values(table.strings("arn")),
        placeholder: values(table.strings("placeholder")),
        makes: table.table("makes").and_then(made_resource),
        other_names: values(table.strings("other_names")),
        attributes: table
            .string_map("attributes")
            .into_iter()
            .map(|(name, pattern)| (name.value, pattern.value))
            .collect(),
        log_group: table.string("log_group").map(|pattern| pattern.value),
        is_log_group: is_set(&mut table, "is_log_group"),
        arn_uri: table.string("arn_uri").map(|pattern| pattern.value),
        lowercase_name: is_set(&mut table, "lowercase_name"),
        slash_in_name: is_set(&mut table, "slash_in_name"),
        links: table.tables("links").into_iter().filter_map(link).collect(),
    };
    let metric_id = reader.optional_text(&mut table, "metric_id", TextUse::MetricId);
    let label = reader.optional_text(&mut table, "label", TextUse::Label);
    let defaults = match table.json("defaults").map(|defaults| defaults.value) {
        Some(Value::Object(defaults)) => defaults,
        _ => Map::new(),
    };
    let awaited = is_set(&mut table, "awaited");
    let schedule = table.string("schedule").map(|property| property.value);
    let trace = table
        .table("trace")
        .and_then(|trace| trace_facts(trace, &mut reader));
    table.finish();
    TypeEntry {
        facts,
        metric_id,
        label,
        defaults,
        trace,
        awaited,
        schedule,
        used_properties: reader.into_used_properties(),
    }
}

/// Whether a boolean is written and true.
fn is_set(table: &mut Table<'_>, key: &'static str) -> bool {
    table.boolean(key).is_some_and(|written| written.value)
}

fn values(written: Vec<Spanned<String>>) -> Vec<String> {
    written.into_iter().map(|text| text.value).collect()
}

fn made_resource(mut table: Table<'_>) -> Option<MadeResource> {
    let kind = table.required("type", Table::string);
    let name = table.required("name", Table::string);
    let part_of = table.required("part_of", Table::string);
    let declared_by = table.required("declared_by", Table::string);
    let properties = table.string_map("properties").into_iter();
    let properties = properties
        .map(|(property, path)| (property.value, path.value))
        .collect();
    table.finish();
    Some(MadeResource {
        kind: kind?.value,
        name: name?.value,
        part_of: part_of?.value,
        declared_by: declared_by?.value,
        properties,
    })
}

fn link(mut table: Table<'_>) -> Option<LinkFact> {
    let kind = table.required("kind", |table, key| table.choice(key, &LinkKind::WORDS));
    let from = table.string("from").map(|path| path.value);
    let to = table.string("to").map(|path| path.value);
    let outside = table.tables("outside");
    table.finish();
    Some(LinkFact {
        kind: kind?.value,
        from,
        to,
        outside: outside.into_iter().filter_map(outside_type).collect(),
    })
}

fn outside_type(mut table: Table<'_>) -> Option<OutsideType> {
    let kind = table.required("type", Table::string);
    let tests = table.table("where").map(Table::entries).unwrap_or_default();
    table.finish();
    Some(OutsideType {
        kind: kind?.value,
        tests: tests
            .into_iter()
            .filter_map(|(property, test)| Some((property.value, property_test(&test)?)))
            .collect(),
    })
}

/// `true` or `false`, or a pattern.
fn property_test(item: &Item<'_>) -> Option<PropertyTest> {
    if let ItemValue::Boolean(written) = item.value() {
        return Some(PropertyTest::Written(written));
    }
    Some(PropertyTest::Matches(item.string()?.value))
}

fn trace_facts(mut table: Table<'_>, reader: &mut DefinitionReader<'_>) -> Option<TraceFacts> {
    let has_node = table.contains("name") || !table.contains("passes");
    let passes = reader.optional_cel(&mut table, "passes");
    let node = has_node.then(|| trace_node(&mut table, reader));
    table.finish();
    let node = match node {
        Some(node) => Some(node?),
        None => None,
    };
    Some(TraceFacts { node, passes })
}

fn trace_node(table: &mut Table<'_>, reader: &mut DefinitionReader<'_>) -> Option<TraceNode> {
    let name = reader.required_text(table, "name", TextUse::NodeName);
    let kind = table.required("type", Table::string);
    let active = reader.required_cel(table, "active");
    let timeout = reader.optional_cel(table, "timeout");
    let sampling = table.required("sampling", |table, key| table.choice(key, &SAMPLING));
    Some(TraceNode {
        name: name?,
        kind: kind?.value,
        active: active?,
        timeout,
        sampling: sampling?.value,
    })
}
