//! Compares the table of Terraform types with the catalogue: definitions need the properties that they use.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use toml::{Table, Value};
use tracewatch::catalog::Catalog;
use tracewatch::inventory::Types;

/// Mapped types without built-in definitions; a project may define alarms for them.
const EXTRA: [&str; 1] = ["AWS::SecretsManager::Secret"];

/// Catalogue types without a Terraform mapping, with the reason.
const NOT_MAPPED: [(&str, &str); 3] = [
    (
        "AWS::DynamoDB::GlobalTable",
        "Terraform's table has the replicas itself",
    ),
    (
        "AWS::Lambda::Version",
        "Terraform publishes versions with the function",
    ),
    (
        "AWS::EventsV2::Subscriber",
        "its name in Terraform is not known",
    ),
];

fn read(path: &str) -> Table {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    text.parse().unwrap()
}

/// Properties by CloudFormation type, mapped in the table or listed there as `unmapped`.
fn mapped() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, entry) in read("src/stack/terraform.toml") {
        let part = entry.get("part_of");
        let kind = entry
            .get("type")
            .or_else(|| part?.get("type"))
            .expect(&name)
            .as_str()
            .unwrap();
        let list = part
            .and_then(|part| part.get("list"))
            .and_then(Value::as_str)
            .map(|list| format!("{list}."))
            .unwrap_or_default();
        let properties = entry
            .get("properties")
            .and_then(Value::as_table)
            .into_iter()
            .flat_map(Table::keys);
        let unmapped = entry
            .get("unmapped")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let paths = properties
            .map(|path| format!("{list}{}", path.replace("[]", "")))
            .chain(unmapped.map(str::to_owned));
        found.entry(kind.to_owned()).or_default().extend(paths);
    }
    found
}

/// Properties by type, as used in built-in definitions and facts.
fn mentioned() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("alarms")).unwrap() {
        let mut file: Table = fs::read_to_string(file.unwrap().path())
            .unwrap()
            .parse()
            .unwrap();
        let types = file.remove("types");
        for (kind, facts) in types.iter().filter_map(Value::as_table).flatten() {
            found
                .entry(kind.clone())
                .or_default()
                .extend(of_facts(facts.as_table().unwrap()));
        }
        if let Some(kind) = file.get("resource").and_then(Value::as_str) {
            found
                .entry(kind.to_owned())
                .or_default()
                .extend(in_text(&file.to_string()));
        }
    }
    found
}

fn of_facts(facts: &Table) -> BTreeSet<String> {
    let mut found = in_text(&facts.to_string());
    found.extend(facts.get("name").and_then(Value::as_str).map(str::to_owned));
    found.extend(
        facts
            .get("defaults")
            .and_then(Value::as_table)
            .into_iter()
            .flat_map(Table::keys)
            .cloned(),
    );
    for link in facts
        .get("links")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        found.extend(
            ["from", "to"]
                .iter()
                .filter_map(|side| Some(link.get(side)?.as_str()?.to_owned())),
        );
    }
    let patterns = format!(
        "{:?}{:?}",
        facts.get("physical_id"),
        facts.get("attributes")
    );
    let holes = patterns
        .split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0));
    found.extend(
        holes
            .filter(|hole| hole.starts_with(char::is_uppercase))
            .map(str::to_owned),
    );
    found
}

/// Property paths after each `resource.`, without a final call (`Targets.exists`). Those of a parent or a linked resource
/// (`parent.resource.`) do not count.
fn in_text(text: &str) -> BTreeSet<String> {
    let path = |rest: &str| {
        let path = rest
            .split(|c: char| !c.is_alphanumeric() && c != '.')
            .next()
            .unwrap_or_default();
        let words: Vec<&str> = path
            .split('.')
            .take_while(|word| !matches!(*word, "all" | "exists" | "map"))
            .collect();
        words.join(".").trim_end_matches('.').to_owned()
    };
    let mentions = text.match_indices("resource.");
    mentions
        .filter(|(at, _)| !text[..*at].ends_with('.'))
        .map(|(at, mention)| path(&text[at + mention.len()..]))
        .filter(|path| path.starts_with(char::is_uppercase))
        .collect()
}

#[test]
fn every_type_of_the_table_is_one_of_the_catalogue() {
    let catalog = Catalog::load(None).value;
    let known: BTreeSet<&str> = catalog.kinds().into_iter().chain(EXTRA).collect();
    let mapped = mapped();
    let unknown: Vec<&String> = mapped
        .keys()
        .filter(|kind| !known.contains(kind.as_str()))
        .collect();
    assert_eq!(unknown, Vec::<&String>::new());
    let needless: Vec<&str> = EXTRA
        .into_iter()
        .filter(|kind| catalog.get(kind).is_some() || !mapped.contains_key(*kind))
        .collect();
    assert_eq!(needless, Vec::<&str>::new(), "listed as extra");
}

#[test]
fn every_type_used_by_definitions_is_mapped() {
    let mapped = mapped();
    let is_left_out = |kind: &str| {
        NOT_MAPPED.iter().any(|(left_out, _)| *left_out == kind) || !kind.starts_with("AWS::")
    };
    let missing: Vec<String> = mentioned()
        .into_keys()
        .filter(|kind| !mapped.contains_key(kind) && !is_left_out(kind))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_property_used_by_definitions_is_mapped() {
    let mentioned = mentioned();
    assert!(
        mentioned["AWS::Lambda::Function"].contains("TracingConfig.Mode"),
        "the test finds properties in definitions"
    );
    for (kind, paths) in mapped() {
        let within = |outer: &str, inner: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is_covered = |mention: &&String| {
            paths
                .iter()
                .any(|path| within(path, mention) || within(mention, path))
        };
        let missing: Vec<&String> = mentioned
            .get(&kind)
            .into_iter()
            .flatten()
            .filter(|mention| !is_covered(mention))
            .collect();
        assert_eq!(missing, Vec::<&String>::new(), "{kind}");
    }
}
