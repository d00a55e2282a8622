//! Compares the data about resource types with CloudFormation's own resource schemas: every type and property that the data names exists, and
//! every property that names a function, topic, queue, stream, bus or log group is a link. `BLESS=1` writes `src/catalog/properties.txt`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use support::mentioned::{mentioned, mentioned_of_others, read};
use support::program::Program;
use support::{folder, python, repository};
use toml::{Table, Value};
use tracewatch::catalog::Catalog;
use tracewatch::inventory::{self, Types};
use tracewatch::semantics::wildcard::is_like;
use tracewatch::stack::{self, CrossStackContext, ReadContext, UnknownNames, read_template};

const PROPERTIES: &str = "src/catalog/properties.txt";

/// Types of AWS that CloudFormation's schemas do not have: the SAM transform's and the CDK's own, and names that only X-Ray uses.
const WITHOUT_SCHEMA: [&str; 3] = [
    "AWS::Serverless::LayerVersion",
    "AWS::CDK::Metadata",
    "AWS::AppSync::GraphQLAPI",
];

/// Types of which our SAM transform copies the properties as they are written. SAM renames some; nothing reads them.
const COPIED_FROM_SAM: [&str; 2] = [
    "AWS::Lambda::CapacityProvider",
    "AWS::Lambda::NetworkConnector",
];

/// The kinds of artifacts, with both applications of chats. The setting, a log group's retention, belongs to the stack's own resource.
const KINDS_IN_TEMPLATES: usize = 13;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    /// A value that only `Fn::GetAtt` gives.
    Read,
    /// A map or a JSON text without a schema.
    Open,
    Other,
}

#[derive(Debug, Clone)]
struct Property {
    /// With `[]` for the items of a list, `*` for any name.
    path: String,
    form: Form,
    /// Whether it says that it names a function, topic, queue, stream, bus or log group.
    names_a_resource: bool,
}

impl Property {
    /// The path as facts and expressions write it.
    fn plain_path(&self) -> String {
        self.path.replace("[]", "")
    }
}

static SCHEMAS: LazyLock<BTreeMap<String, Vec<Property>>> = LazyLock::new(|| {
    let output = Command::new(python::cloudformation())
        .arg(repository("tests/python/cloudformation_properties.py"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut schemas: BTreeMap<String, Vec<Property>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let [kind, path, form, names] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        schemas.entry(kind.to_owned()).or_default().push(Property {
            path: path.to_owned(),
            form: match form {
                "text" => Form::Text,
                "read" => Form::Read,
                "open" => Form::Open,
                "other" => Form::Other,
                unknown => panic!("{unknown}"),
            },
            names_a_resource: names == "yes",
        });
    }
    assert!(schemas.len() > 1000, "a Region has that many types");
    schemas
});

/// Whether a type has a property, or a value of `Fn::GetAtt` as `read` says.
fn has(kind: &str, path: &str, read: bool) -> bool {
    let properties = SCHEMAS.get(kind).into_iter().flatten();
    properties
        .filter(|property| read || property.form != Form::Read)
        .any(|property| {
            let known = property.plain_path();
            is_like(path, &known)
                || property.form == Form::Open && is_like(path, &format!("{known}.*"))
        })
}

/// The definition files, by name.
fn definition_files() -> BTreeMap<String, Table> {
    let files = fs::read_dir(repository("alarms")).unwrap();
    files
        .map(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            let table = read(&format!("alarms/{name}"));
            (name, table)
        })
        .collect()
}

/// The facts of all types.
fn facts() -> BTreeMap<String, Table> {
    let types = definition_files()
        .into_values()
        .filter_map(|mut file| file.remove("types"));
    types
        .flat_map(|types| types.as_table().unwrap().clone())
        .map(|(kind, facts)| (kind, facts.as_table().unwrap().clone()))
        .collect()
}

/// Names of types (`AWS::SQS::Queue`) in a text.
fn types_in(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("AWS::").map(|(at, _)| &text[at..]);
    let names = starts.map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != ':' && c != '*');
        rest[..end.unwrap_or(rest.len())].to_owned()
    });
    names.filter(|name| name.split("::").count() == 3).collect()
}

#[test]
fn every_type_that_the_data_names_exists() {
    let mut unknown = Vec::new();
    let files = definition_files().into_keys();
    let files = files.map(|name| format!("alarms/{name}")).chain([
        "src/stack/terraform.toml".to_owned(),
        "src/catalog/configuration_types.txt".to_owned(),
        PROPERTIES.to_owned(),
        "src/catalog/recommended.toml".to_owned(),
    ]);
    for file in files {
        let text = fs::read_to_string(repository(&file)).unwrap();
        let exists = |name: &String| {
            SCHEMAS.keys().any(|kind| is_like(kind, name))
                || WITHOUT_SCHEMA.contains(&name.as_str())
        };
        let names = types_in(&text).into_iter().filter(|name| !exists(name));
        unknown.extend(names.map(|name| format!("{file}: {name}")));
    }
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn every_property_that_definitions_name_exists() {
    let mentioned = mentioned();
    assert!(mentioned["AWS::Lambda::Function"].contains("DeadLetterConfig.TargetArn"));
    let same_as = same_as();
    let mut unknown = Vec::new();
    for (kind, paths) in &mentioned {
        let kinds = || same_as.get(kind).into_iter().flatten().chain([kind]);
        let is_known = |path: &&String| {
            !kind.starts_with("AWS::") || kinds().any(|kind| has(kind, path, false))
        };
        let paths = paths.iter().filter(|path| !is_known(path));
        unknown.extend(paths.map(|path| format!("{kind}: {path}")));
    }
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn every_property_of_a_linked_resource_or_parent_exists() {
    let facts = facts();
    let paths = mentioned_of_others();
    assert!(paths.contains("Protocol"), "the test finds properties");
    let unknown: Vec<&String> = paths
        .iter()
        .filter(|path| !facts.keys().any(|kind| has(kind, path, false)))
        .collect();
    assert_eq!(unknown, Vec::<&String>::new());
}

#[test]
fn every_property_of_the_terraform_table_exists() {
    let same_as = same_as();
    let mut unknown = Vec::new();
    for (name, entry) in read("src/stack/terraform.toml") {
        let part = entry.get("part_of");
        let kind = entry.get("type").or_else(|| part?.get("type")).unwrap();
        let list = part.and_then(|part| part.get("list")?.as_str());
        let properties = entry.get("properties").and_then(Value::as_table);
        for path in properties.into_iter().flat_map(Table::keys) {
            let path = match list {
                Some(list) => format!("{list}.{path}"),
                None => path.clone(),
            };
            let kind = kind.as_str().unwrap();
            let kinds = same_as.get(kind).into_iter().flatten().map(String::as_str);
            let path = path.replace("[]", "");
            if !kinds.chain([kind]).any(|kind| has(kind, &path, false)) {
                unknown.push(format!("{name}: {path}"));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

/// The paths of the values in a property, and of those inside it.
fn add_paths(value: &inventory::Property, path: &str, paths: &mut BTreeSet<String>) {
    match value {
        inventory::Property::Map(members) => {
            for (name, member) in members.iter() {
                add_paths(member, &format!("{path}.{name}"), paths);
            }
        }
        inventory::Property::List(items) => {
            for item in items {
                add_paths(item, path, paths);
            }
        }
        inventory::Property::Null
        | inventory::Property::Bool(_)
        | inventory::Property::Number(_)
        | inventory::Property::Text(_) => {
            paths.insert(path.trim_start_matches('.').to_owned());
        }
    }
}

#[test]
fn every_resource_of_the_sam_transform_exists() {
    let catalog = Catalog::load(None, None).value;
    let parameters = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for file in fs::read_dir(repository("tests/stack/sam")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let context = ReadContext {
            stack: "shop",
            types: &catalog,
            parameters: &parameters,
            identity: None,
            deployed: None,
            unknown_names: UnknownNames::LeaveUnknown,
            cross_stack: CrossStackContext::default(),
        };
        let read = read_template(&stack::load(&path).unwrap(), &context).value;
        for resource in read.resources.values() {
            let kind = &*resource.kind;
            let mut paths = BTreeSet::new();
            for (name, value) in resource.properties.iter() {
                add_paths(value, name, &mut paths);
            }
            if !SCHEMAS.contains_key(kind) {
                unknown.insert(format!("{}: {kind}", path.display()));
            }
            if COPIED_FROM_SAM.contains(&kind) {
                continue;
            }
            let paths = paths.iter().filter(|path| !has(kind, path, false));
            unknown.extend(paths.map(|name| format!("{}: {kind} {name}", path.display())));
        }
    }
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn every_attribute_of_the_facts_exists() {
    let mut unknown = Vec::new();
    for (kind, facts) in facts() {
        let attributes = facts.get("attributes").and_then(Value::as_table);
        let names = attributes.into_iter().flat_map(Table::keys);
        let names = names.filter(|name| !has(&kind, name, true));
        unknown.extend(names.map(|name| format!("{kind}: {name}")));
    }
    assert_eq!(unknown, Vec::<String>::new());
}

/// For each type, those whose resources its definitions watch, too.
fn same_as() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (kind, facts) in facts() {
        if let Some(other) = facts.get("same_as").and_then(Value::as_str) {
            found.entry(other.to_owned()).or_default().push(kind);
        }
    }
    found
}

/// The properties of a type, and the members of those that are objects.
fn listed(kind: &str) -> BTreeSet<&'static str> {
    let properties = SCHEMAS.get(kind).into_iter().flatten();
    properties
        .filter(|property| property.form != Form::Read)
        .map(|property| property.path.as_str())
        .filter(|path| path.matches('.').count() < 2 && !path.contains(['[', '*']))
        .collect()
}

fn properties_text() -> String {
    const WIDTH: usize = 140;
    let same_as = same_as();
    let catalog = Catalog::load(None, None).value;
    let mut text = String::from(
        "# Properties of the types with facts, and the members of those that are objects, from CloudFormation's resource schemas (us-east-1).\n\
         # A line with a type, then indented lines with the names of its properties. Written by `BLESS=1 cargo test --test cloudformation_schema`.\n",
    );
    for kind in catalog.kinds() {
        let mut names = listed(kind);
        for other in same_as.get(kind).into_iter().flatten() {
            names.extend(listed(other));
        }
        writeln!(text, "{kind}").unwrap();
        let mut line = String::from(" ");
        for name in names {
            if line.len() + name.len() >= WIDTH {
                writeln!(text, "{line}").unwrap();
                line = String::from(" ");
            }
            line.push(' ');
            line.push_str(name);
        }
        writeln!(text, "{line}").unwrap();
    }
    text
}

#[test]
fn the_list_of_properties_is_that_of_the_schemas() {
    let expected = properties_text();
    let path = repository(PROPERTIES);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == expected,
        "{PROPERTIES} is not what the schemas say: BLESS=1 writes it"
    );
}

/// The paths that are links of a type, or that its facts read to make another resource.
fn link_paths(facts: &Table) -> BTreeSet<&str> {
    let links = facts.get("links").and_then(Value::as_array);
    let links = links.into_iter().flatten();
    let ends = links.flat_map(|link| ["from", "to"].map(|side| link.get(side)?.as_str()));
    let made = facts
        .get("makes")
        .and_then(|makes| makes.get("properties")?.as_table());
    let made = made.into_iter().flat_map(Table::values);
    ends.flatten()
        .chain(made.filter_map(Value::as_str))
        .collect()
}

/// A line of `not_links.txt`: patterns of types and of properties.
struct NotLinks {
    line: &'static str,
    kind: &'static str,
    path: &'static str,
}

impl NotLinks {
    fn read() -> Vec<Self> {
        let lines = include_str!("cloudformation_schema/not_links.txt").lines();
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| {
                let (kind, path) = line.split_once(' ').unwrap();
                Self {
                    line,
                    kind,
                    path: path.trim(),
                }
            })
            .collect()
    }

    fn names(&self, kind: &str, path: &str) -> bool {
        is_like(kind, self.kind) && is_like(path, self.path)
    }
}

#[test]
fn every_property_that_names_a_resource_is_a_link_or_says_why_not() {
    let facts = facts();
    let not_links = NotLinks::read();
    let mut used = BTreeSet::new();
    let mut missing = Vec::new();
    for (kind, properties) in &*SCHEMAS {
        let facts = facts.get(kind);
        let links = facts.map(link_paths).unwrap_or_default();
        let name = facts.and_then(|facts| facts.get("name")?.as_str());
        for property in properties
            .iter()
            .filter(|property| property.names_a_resource)
        {
            let path = property.plain_path();
            let is_link = links
                .iter()
                .any(|link| is_like(link, &path) || path.starts_with(&format!("{link}.")));
            if is_link || name == Some(path.as_str()) {
                continue;
            }
            let reasons: Vec<&str> = not_links
                .iter()
                .filter(|left_out| left_out.names(kind, &path))
                .map(|left_out| left_out.line)
                .collect();
            if reasons.is_empty() {
                missing.push(format!("{kind} {path}"));
            }
            used.extend(reasons);
        }
    }
    assert!(
        missing.is_empty(),
        "neither links in alarms/*.toml nor in not_links.txt:\n{}",
        missing.join("\n")
    );
    let needless: Vec<&str> = not_links
        .iter()
        .map(|left_out| left_out.line)
        .filter(|line| !used.contains(line))
        .collect();
    assert_eq!(needless, Vec::<&str>::new(), "needless in not_links.txt");
}

/// Stacks that have all kinds of artifacts together.
const LINTED: [&str; 9] = [
    "examples/web-shop",
    "tests/cases/anomaly-band",
    "tests/cases/chat-channels",
    "tests/cases/events",
    "tests/cases/fleet",
    "tests/cases/log-metrics",
    "tests/cases/maintenance",
    "tests/cases/preset-aws-recommended",
    "tests/cases/service-level-objectives",
];

/// CloudFormation's linter accepts the artifacts, as an applied plan left them in the sandbox.
#[test]
fn artifacts_are_resources_without_findings() {
    let accounts = LINTED.map(|stack| {
        let account = folder().join(format!("linted-{}.json", stack.replace('/', "-")));
        let _ = fs::remove_file(&account);
        let sandbox = format!("--sandbox={}", account.display());
        let apply = Program::new(&repository(stack), &["apply", "--yes", &sandbox]);
        apply.run().exits(0);
        account
    });
    let output = Command::new(python::cloudformation())
        .arg(repository("tests/python/lint_artifacts.py"))
        .args(&accounts)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["found"], serde_json::json!([]));
    let linted = report["linted"].as_object().unwrap();
    assert_eq!(linted.len(), KINDS_IN_TEMPLATES, "{linted:?}");
}
