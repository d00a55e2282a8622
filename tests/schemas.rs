//! The schemas that `tracewatch schema` writes, compared with the readers of the same files: an editor and tracewatch accept the same keys and
//! the same types. The judge of the schemas is Python's `jsonschema`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use support::program::Program;
use support::{python, repository};
use tracewatch::catalog::Catalog;
use tracewatch::diagnostic::{Diagnostic, Source};
use tracewatch::project::{self, Environment};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Files {
    Project,
    Alarms,
}

/// Codes of errors in the form of a file, which a schema describes.
const FORM: [&str; 7] = [
    "bad-retention",
    "cannot-be-allowed",
    "missing-key",
    "out-of-range",
    "unknown-code",
    "unknown-key",
    "wrong-type",
];

/// Sources that read keys.
const READERS: [&str; 18] = [
    "src/objective/measure.rs",
    "src/objective/own_metrics.rs",
    "src/objective/read.rs",
    "src/objective/written_rates.rs",
    "src/project/levels.rs",
    "src/project/maintenance.rs",
    "src/project/names.rs",
    "src/project/overrides.rs",
    "src/project/parse.rs",
    "src/project/receivers.rs",
    "src/project/stacks.rs",
    "src/catalog/read",
    "src/catalog/testing.rs",
    "src/trial/mod.rs",
    "src/trial/given.rs",
    "src/spanned/values.rs",
    "src/project/composites.rs",
    "src/project/environment.rs",
];

impl Files {
    fn word(self) -> &'static str {
        match self {
            Files::Project => "project",
            Files::Alarms => "alarms",
        }
    }

    fn schema(self) -> Value {
        let folder = support::folder();
        Program::new(&folder, &["schema", self.word()])
            .run()
            .exits(0)
            .json()
    }

    /// The errors that tracewatch finds in a text, as `code: message`.
    fn errors(self, text: &str) -> BTreeSet<String> {
        let diagnostics = match self {
            Files::Project => {
                let is_overlaid = instance(text).is_some_and(|file| file["env"].get("x").is_some());
                let environment = Environment {
                    name: is_overlaid.then(|| "x".to_owned()),
                    ..Environment::default()
                };
                project::parse_with(
                    &Source::new("tracewatch.toml", text),
                    Path::new(""),
                    &environment,
                )
                .diagnostics
            }
            Files::Alarms => {
                let test = std::thread::current().name().unwrap().to_owned();
                let folder = support::folder().join("schemas").join(test);
                fs::create_dir_all(folder.join("alarms")).unwrap();
                fs::write(folder.join("alarms/probe.toml"), text).unwrap();
                Catalog::load(Some(&folder), None).diagnostics
            }
        };
        let errors = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_error());
        errors.map(shown).collect()
    }
}

fn shown(diagnostic: &Diagnostic) -> String {
    format!("{}: {}", diagnostic.code, diagnostic.message)
}

fn is_of_form(error: &str) -> bool {
    // Of unknown words, a schema knows those of a fixed list.
    let is_fixed_word = error.starts_with("unknown-word: ") && error.contains("` cannot be `");
    is_fixed_word || FORM.iter().any(|code| error.starts_with(code))
}

/// The errors of each instance.
fn validate(instances: &[(Files, Value)]) -> Vec<Vec<String>> {
    let asked = json!({
        "schemas": { "project": Files::Project.schema(), "alarms": Files::Alarms.schema() },
        "instances": instances.iter().map(|(files, instance)| json!([files.word(), instance])).collect::<Vec<_>>(),
    });
    let mut judge = Command::new(python::schemas())
        .arg(repository("tests/python/validate.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = judge.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(asked.to_string().as_bytes()));
    let output = judge.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All project files and definition files below a folder.
fn files_below(folder: &Path) -> Vec<(Files, PathBuf)> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        let is_alarms =
            folder.ends_with("alarms") && path.extension().is_some_and(|end| end == "toml");
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if path.ends_with("tracewatch.toml") {
            found.push((Files::Project, path));
        } else if is_alarms {
            found.push((Files::Alarms, path));
        }
    }
    found.sort_by(|left, right| left.1.cmp(&right.1));
    found
}

/// The examples of a page, by the name in their first line; `otherwise` for those without.
fn examples(page: &str, otherwise: Files) -> Vec<(Files, String)> {
    let text = fs::read_to_string(repository(page)).unwrap();
    let blocks = text.split("```toml\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap().to_owned());
    blocks
        .map(|block| match block.lines().next().unwrap() {
            first if first.contains("tracewatch.toml") => (Files::Project, block),
            first if first.contains("# alarms/") => (Files::Alarms, block),
            _ => (otherwise, block),
        })
        .collect()
}

fn instance(text: &str) -> Option<Value> {
    let table: toml::Table = toml::from_str(text).ok()?;
    Some(serde_json::to_value(table).unwrap())
}

#[test]
fn all_files_of_the_repository_are_valid() {
    let mut texts = Vec::new();
    for folder in [
        "alarms",
        "examples",
        "tests/cases",
        "tests/definitions",
        "tests/flags",
    ] {
        for (files, path) in files_below(&repository(folder)) {
            texts.push((
                path.display().to_string(),
                files,
                fs::read_to_string(path).unwrap(),
            ));
        }
    }
    assert!(texts.len() > 60, "{} files", texts.len());
    for (page, otherwise) in [
        ("README.md", Files::Project),
        ("docs/definitions.md", Files::Alarms),
        ("docs/project-file.md", Files::Project),
    ] {
        let examples = examples(page, otherwise);
        assert!(examples.len() > 1, "{page} has examples");
        texts.extend(
            examples
                .into_iter()
                .map(|(files, text)| (page.to_owned(), files, with_stack(files, text))),
        );
    }
    let every_key = fs::read_to_string(repository("src/project/init.toml")).unwrap();
    let every_key: Vec<&str> = every_key.lines().map(uncommented).collect();
    texts.push(("init.toml".to_owned(), Files::Project, every_key.join("\n")));
    let instances: Vec<(Files, Value)> = texts
        .iter()
        .map(|(name, files, text)| {
            (
                *files,
                instance(text).unwrap_or_else(|| panic!("{name} is TOML")),
            )
        })
        .collect();
    for ((name, ..), errors) in texts.iter().zip(validate(&instances)) {
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

/// An example of a project file with a stack, which those of the README leave out.
fn with_stack(files: Files, text: String) -> String {
    if files == Files::Alarms || text.contains("[stack") || text.contains("[[stack") {
        return text;
    }
    text + "\n[stack]\ndeployed = \"shop\"\n"
}

/// A line of the first project file with its key switched on.
fn uncommented(line: &str) -> &str {
    match line {
        "#{{stack}}" => "name = \"shop\"\ntemplate = \"template.yaml\"",
        "#[resources.{{function}}]" => "[resources.Orders]",
        "#[resources.{{function}}.near-timeout]" => "[resources.Orders.near-timeout]",
        _ if line.starts_with("# ") => line,
        _ => line.strip_prefix('#').unwrap_or(line),
    }
}

#[test]
fn rejected_files_are_as_invalid_as_their_errors_say() {
    let mut cases = Vec::new();
    for (files, path) in files_below(&repository("tests/rejects")) {
        let folder = path
            .ancestors()
            .find(|folder| folder.join("expected.txt").exists())
            .unwrap();
        let name = path.strip_prefix(folder).unwrap().display().to_string();
        let expected = fs::read_to_string(folder.join("expected.txt")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        if let Some(instance) = instance(&text) {
            cases.push((
                path.display().to_string(),
                errors_in(&expected, &name),
                files,
                instance,
            ));
        }
    }
    let instances: Vec<_> = cases
        .iter()
        .map(|(_, _, files, instance)| (*files, instance.clone()))
        .collect();
    for ((name, rejected, ..), errors) in cases.iter().zip(validate(&instances)) {
        // A schema knows no built-in file, so it cannot require a type.
        let needs = |error: &String| is_of_form(error) && !error.contains("`resource` is missing");
        assert!(
            !errors.is_empty() || !rejected.iter().any(needs),
            "{name} is valid: {rejected:?}"
        );
        assert!(
            errors.is_empty() || !rejected.is_empty(),
            "{name} is not valid: {errors:?}"
        );
    }
}

/// The errors at places in one file, as `code: message`, of rendered diagnostics.
fn errors_in(rendered: &str, file: &str) -> Vec<String> {
    let blocks = rendered.split("\n\n");
    blocks
        .filter(|block| block.contains(&format!("--> {file}:")))
        .filter_map(|block| block.strip_prefix("error["))
        .map(|block| block.lines().next().unwrap().replacen("]:", ":", 1))
        .collect()
}

/// A place of a table in a file: the way to it, its schema, and the whole file with the table's required keys.
struct Place {
    files: Files,
    path: String,
    schema: Value,
    whole: Value,
    pointer: String,
}

impl Place {
    fn keys(&self) -> BTreeSet<&str> {
        self.schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    }

    /// The whole file with this key.
    fn with(&self, key: &str, value: Value) -> Value {
        let mut whole = self.whole.clone();
        whole.pointer_mut(&self.pointer).unwrap()[key] = value;
        whole
    }
}

fn places() -> Vec<Place> {
    let mut places = Vec::new();
    for (files, whole) in [
        (
            Files::Project,
            json!({ "stack": { "name": "shop", "template": "x" } }),
        ),
        (
            Files::Alarms,
            json!({ "resource": "Own::Kind", "metrics": { "x": { "name": "Own/Space Thing" } } }),
        ),
    ] {
        let root = files.schema();
        walk(files, &root, &root, "", &whole, &mut places);
    }
    places
}

/// Adds the tables at and below a schema. `whole` has a minimal value at `pointer`.
fn walk(
    files: Files,
    root: &Value,
    schema: &Value,
    pointer: &str,
    whole: &Value,
    places: &mut Vec<Place>,
) {
    let schema = resolved(root, schema);
    if schema["type"] == "array" {
        let mut whole = whole.clone();
        *whole.pointer_mut(pointer).unwrap() = json!([minimal(root, &schema["items"], "")]);
        return walk(
            files,
            root,
            &schema["items"],
            &format!("{pointer}/0"),
            &whole,
            places,
        );
    }
    if let Some(properties) = schema["properties"].as_object() {
        places.push(Place {
            files,
            path: format!("{} {pointer}", files.word()),
            schema: schema.clone(),
            whole: whole.clone(),
            pointer: pointer.to_owned(),
        });
        for (key, inner) in properties {
            let mut whole = whole.clone();
            let table = whole.pointer_mut(pointer).unwrap();
            if table.get(key).is_none() {
                table[key] = minimal(root, inner, key);
            }
            walk(
                files,
                root,
                inner,
                &format!("{pointer}/{key}"),
                &whole,
                places,
            );
        }
    }
    if schema["additionalProperties"].is_object() {
        let inner = &schema["additionalProperties"];
        let mut whole = whole.clone();
        let table = whole.pointer_mut(pointer).unwrap();
        if table.get("x").is_none() {
            table["x"] = minimal(root, inner, "x");
        }
        walk(files, root, inner, &format!("{pointer}/x"), &whole, places);
    }
}

/// The schema behind a reference; the first of several that are tables.
fn resolved(root: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(root, root.pointer(&reference[1..]).unwrap());
    }
    for several in ["allOf", "anyOf"] {
        if let Some(first) = schema[several]
            .get(0)
            .filter(|first| first.get("$ref").is_some())
        {
            return resolved(root, first);
        }
    }
    schema.clone()
}

/// A valid value: of a table, its required keys.
fn minimal(root: &Value, schema: &Value, key: &str) -> Value {
    let schema = resolved(root, schema);
    let word = schema["enum"]
        .get(0)
        .or_else(|| schema["anyOf"][0]["enum"].get(0));
    if let Some(word) = word {
        return word.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let required = required.iter().map(|key| key.as_str().unwrap());
            let first = schema["oneOf"][0]["required"][0]
                .as_str()
                .or(schema["anyOf"][0]["required"][0].as_str());
            let keys = required.chain(first);
            let table: Map<String, Value> = keys
                .map(|key| {
                    (
                        key.to_owned(),
                        minimal(root, &schema["properties"][key], key),
                    )
                })
                .collect();
            Value::Object(table)
        }
        Some("array") => json!([]),
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        _ if schema["pattern"] == " " => json!("Own/Space Thing"),
        _ => json!(match key {
            "when" => "> 1",
            "period" | "step" | "slow" | "at" | "for" | "latency_below" | "age_below" => "1m",
            "schedule" => "cron(0 2 ? * SUN)",
            "datapoints" => "1 of 1",
            "region" => "us-east-1",
            "topic" => "arn:aws:sns:us-east-1:123456789012:oncall",
            "workspace" => "T0123ABCD",
            "channel" if schema.to_string().contains("%40") => "19%3Aabc%40thread.tacv2",
            "channel" => "C0123ABCD",
            "tenant" | "team" => "0f1e2d3c-1111-2222-3333-444455556666",
            "role" => "arn:aws:iam::123456789012:role/chat",
            "rule" => "ALARM(x)",
            "path" => "/x",
            "method" => "GET",
            "if" | "active" | "passes" => "true",
            "each" => "['x']",
            "filter" => "fault",
            "expect" => "OK",
            "runbook" => "https://example.com/x",
            "name" if schema["pattern"].is_string() => "x",
            "objective" => "99 %",
            "window" => "30d",
            "long" => "1h",
            "short" => "5m",
            "resource" if schema["type"] == "string" => "Orders",
            "resource" | "defaults" => return json!({}),
            _ => "x",
        }),
    }
}

/// All words in quotes in the sources of the readers.
fn words() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for path in READERS.map(repository) {
        let paths = if path.is_dir() {
            fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect()
        } else {
            vec![path]
        };
        for path in paths {
            let text = fs::read_to_string(path).unwrap();
            words.extend(
                text.split('"')
                    .filter(|word| is_key(word))
                    .map(str::to_owned),
            );
        }
    }
    words
}

fn is_key(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b"_-".contains(&b))
}

#[test]
fn the_readers_know_no_key_that_a_schema_lacks() {
    let words = words();
    assert!(words.len() > 100, "{words:?}");
    let places = places();
    assert!(places.len() > 40, "{} places", places.len());
    for place in places {
        if place.schema["additionalProperties"] != json!(false) {
            continue;
        }
        let keys = place.keys();
        let unknown: Vec<&String> = words
            .iter()
            .filter(|word| !keys.contains(word.as_str()))
            .collect();
        let mut whole = place.whole.clone();
        for word in &unknown {
            whole.pointer_mut(&place.pointer).unwrap()[word.as_str()] = json!(1);
        }
        let errors = place.files.errors(&toml::to_string(&whole).unwrap());
        for word in unknown {
            let is_reported = |error: &String| {
                error.starts_with("unknown-key: ")
                    && (error.ends_with(&format!(".{word}`"))
                        || error.ends_with(&format!("`{word}`")))
            };
            assert!(
                errors.iter().any(is_reported),
                "{}: the schema lacks `{word}`",
                place.path
            );
        }
    }
}

#[test]
fn a_schema_accepts_what_the_readers_accept_of_each_key() {
    let values = [
        json!("x"),
        json!("> 1"),
        json!("5m"),
        json!("warning"),
        json!("${X}"),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(100_000.5),
        json!(true),
        json!([]),
        json!(["x"]),
        json!([7]),
        json!([{ "x": 1 }]),
        json!({}),
        json!({ "x": 1 }),
        json!({ "x": "x" }),
        json!({ "x": { "x": 1 } }),
    ];
    let mut probes = Vec::new();
    for place in &places() {
        let root = place.files.schema();
        let before = place.files.errors(&toml::to_string(&place.whole).unwrap());
        for key in place.keys() {
            let valid = minimal(&root, &place.schema["properties"][key], key);
            for value in [valid].into_iter().chain(values.iter().cloned()) {
                let whole = place.with(key, value.clone());
                let after = place.files.errors(&toml::to_string(&whole).unwrap());
                let errors: Vec<String> = after.difference(&before).cloned().collect();
                probes.push((
                    format!("{}/{key} = {value}", place.path),
                    errors,
                    (place.files, whole),
                ));
            }
        }
    }
    let instances: Vec<_> = probes
        .iter()
        .map(|(_, _, instance)| instance.clone())
        .collect();
    let mut wrong = Vec::new();
    for ((probe, errors, _), invalid) in probes.iter().zip(validate(&instances)) {
        if invalid.is_empty() && errors.iter().any(|error| is_of_form(error)) {
            wrong.push(format!("{probe}: valid, but {errors:?}"));
        }
        if !invalid.is_empty() && errors.is_empty() {
            wrong.push(format!("{probe}: read, but {invalid:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        probes.len(),
        wrong.join("\n")
    );
}
