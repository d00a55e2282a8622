//! The types and properties that the built-in definitions and facts use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// Functions that expressions call on a property.
const CALLS: [&str; 8] = [
    "all",
    "contains",
    "endsWith",
    "exists",
    "filter",
    "map",
    "matches",
    "startsWith",
];

/// A TOML file of this repository.
pub(crate) fn read(path: &str) -> Table {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    text.parse().unwrap()
}

/// Properties by type, as used in built-in definitions and facts.
pub(crate) fn mentioned() -> BTreeMap<String, BTreeSet<String>> {
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
        let sides = ["from", "to"].map(|side| link.get(side)?.as_str());
        found.extend(
            sides
                .into_iter()
                .flatten()
                .map(|path| path.trim_end_matches(".**").to_owned()),
        );
        let outside = link.get("outside").and_then(Value::as_array);
        for outside in outside.into_iter().flatten() {
            let tests = outside.get("where").and_then(Value::as_table);
            found.extend(tests.into_iter().flat_map(Table::keys).cloned());
        }
    }
    let made = facts
        .get("makes")
        .and_then(|makes| makes.get("properties")?.as_table());
    let made = made.into_iter().flat_map(Table::values);
    found.extend(made.filter_map(Value::as_str).map(str::to_owned));
    let patterns = [
        "physical_id",
        "placeholder",
        "arn",
        "other_names",
        "attributes",
    ]
    .map(|key| facts.get(key).map(Value::to_string).unwrap_or_default())
    .concat();
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

/// Property paths of parents and linked resources (`parent.resource.Name`), as used in built-in definitions.
pub(crate) fn mentioned_of_others() -> BTreeSet<String> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("alarms")).unwrap();
    files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .flat_map(|text| paths_after(&text, ".resource."))
        .collect()
}

/// Property paths after each `resource.`, without those of a parent or a linked resource.
fn in_text(text: &str) -> BTreeSet<String> {
    let others = text.replace(".resource.", ".");
    paths_after(&others, "resource.")
}

/// Property paths after each occurrence of a text, without a final call (`Targets.exists`).
fn paths_after(text: &str, before: &str) -> BTreeSet<String> {
    let path = |rest: &str| {
        let path = rest
            .split(|c: char| !c.is_alphanumeric() && c != '.')
            .next()
            .unwrap_or_default();
        let words: Vec<&str> = path
            .split('.')
            .take_while(|word| !CALLS.contains(word))
            .collect();
        words.join(".").trim_end_matches('.').to_owned()
    };
    text.match_indices(before)
        .map(|(at, mention)| path(&text[at + mention.len()..]))
        .filter(|path| path.starts_with(char::is_uppercase))
        .collect()
}
