//! The pages in `docs/` say what the program does: their examples of definitions and boards are read and planned with, their policies allow what the
//! adapter calls and no more, and every field that the program writes as JSON is explained.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its ground is missing"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const TRACEWATCH: &str = env!("CARGO_BIN_EXE_tracewatch");

const EXAMPLES: [&str; 2] = ["examples/order-processing", "examples/distributed-tracing"];

/// Operations that need no permission.
const ALWAYS_ALLOWED: &str = "GetCallerIdentity";

/// The adapter can end a retention; no project can ask for it.
const NEVER_ASKED_FOR: &str = "DeleteRetentionPolicy";

/// Fields whose value is data under keys that are not ours.
const DATA: [&str; 7] = [
    "paths",
    "attributes",
    "body",
    "dimensions",
    "metrics",
    "pattern",
    "statements",
];

#[test]
fn every_example_of_a_definition_or_board_is_one() {
    for (page, least) in [("docs/definitions.md", 5), ("docs/dashboards.md", 2)] {
        let text = repository(page);
        let examples: Vec<&str> = fences(&text, "toml")
            .into_iter()
            .chain(fences(&text, "hbs"))
            .collect();
        assert!(examples.len() >= least, "{page} has its examples");
        for (number, example) in examples.into_iter().enumerate() {
            let name = example
                .lines()
                .next()
                .unwrap()
                .trim_matches(|c: char| !c.is_ascii_alphanumeric());
            for project in EXAMPLES {
                let folder = project_with(
                    &format!("{}-{number}", page.replace('/', "-")),
                    project,
                    name,
                    example,
                );
                let planned = tracewatch(&folder, &["plan", "--sandbox", "--full"]);
                assert!(
                    planned.status.success(),
                    "{page}, {name}:\n{}",
                    String::from_utf8_lossy(&planned.stderr)
                );
                let shown = String::from_utf8(planned.stdout).unwrap();
                let faults = ["unknown-aws-metric", "board-without-definitions"]
                    .into_iter()
                    .filter(|code| shown.contains(code));
                assert_eq!(
                    faults.collect::<Vec<_>>(),
                    Vec::<&str>::new(),
                    "{page}, {name}"
                );
            }
        }
    }
}

#[test]
fn the_incident_ends_as_it_is_told() {
    assert_corrected("docs/testing-alarms.md", "imports");
}

#[test]
fn the_trials_end_as_they_are_told() {
    assert_corrected("docs/trials.md", "checkout");
}

/// A page has two definitions of `alarms/{name}.toml` with their outputs: the first fails, the second passes.
fn assert_corrected(page: &str, name: &str) {
    let page = repository(page);
    let outputs = fences(&page, "text");
    let mut definitions = fences(&page, "toml");
    definitions.retain(|definition| definition.starts_with(&format!("# alarms/{name}.toml")));
    assert_eq!(
        (definitions.len(), outputs.len()),
        (2, 2),
        "a definition that stays silent, and one that mends it"
    );
    for (number, (definition, expected)) in definitions.into_iter().zip(outputs).enumerate() {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("incident")
            .join(name)
            .join(number.to_string());
        fs::create_dir_all(folder.join("alarms")).unwrap();
        fs::write(folder.join(format!("alarms/{name}.toml")), definition).unwrap();
        let tested = tracewatch(&folder, &["test", "--filter", name]);
        assert_eq!(String::from_utf8(tested.stdout).unwrap(), expected);
        assert_eq!(tested.status.success(), number == 1);
    }
}

/// A copy of an example project with one file more.
fn project_with(case: &str, project: &str, name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("pages")
        .join(case)
        .join(project);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(project))
        .unwrap()
        .map(Result::unwrap)
    {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    fs::write(folder.join(name), text).unwrap();
    folder
}

#[test]
fn the_policies_allow_what_is_called_and_no_more() {
    let page = repository("docs/permissions.md");
    let policies: Vec<Value> = fences(&page, "json")
        .into_iter()
        .map(|policy| serde_json::from_str(policy).unwrap())
        .collect();
    let allowed: BTreeSet<String> = policies.iter().flat_map(actions).collect();
    let called: BTreeSet<String> = sources("src/provider/aws")
        .iter()
        .flat_map(|(file, source)| calls(file, source))
        .collect();
    assert_eq!(allowed, called);
}

#[test]
fn a_plan_needs_no_more_than_the_policy_for_plans() {
    let page = repository("docs/permissions.md");
    let policy: Value = serde_json::from_str(fences(&page, "json")[0]).unwrap();
    let changes = |action: &String| {
        !["Describe", "Get", "List"]
            .iter()
            .any(|reads| action.split(':').nth(1).unwrap().starts_with(reads))
    };
    assert_eq!(
        actions(&policy)
            .into_iter()
            .filter(changes)
            .collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

fn actions(policy: &Value) -> Vec<String> {
    let listed = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| &statement["Action"]);
    let each = listed.flat_map(|action| {
        action
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![action.clone()])
    });
    each.map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// The operations that a file of the adapter calls, as policies name them: its texts that are operations of the service's model.
fn calls(file: &str, source: &str) -> Vec<String> {
    let (prefix, model) = match file {
        "metric_filters.rs" => ("logs", "logs"),
        "cloudformation.rs" | "cloudwatch.rs" | "events.rs" | "logs.rs" | "sns.rs" | "xray.rs" => {
            let service = file.trim_end_matches(".rs");
            (service, service)
        }
        "alarm_actions.rs" | "mute_rules.rs" => ("cloudwatch", "cloudwatch"),
        "chats.rs" => ("chatbot", "chatbot"),
        "observability.rs" => ("observabilityadmin", "observabilityadmin"),
        "service_level_objectives.rs" => ("application-signals", "application-signals"),
        "tagging.rs" => ("tag", "resourcegroupstaggingapi"),
        _ => ("sts", "sts"),
    };
    let model = repository(&format!("src/sandbox/models/{model}.json"));
    let model: Value = serde_json::from_str(&model).unwrap();
    let operations = model["operations"].as_object().unwrap().keys();
    let called = operations.filter(|operation| source.contains(&format!("\"{operation}\"")));
    called
        .filter(|name| ![ALWAYS_ALLOWED, NEVER_ASKED_FOR].contains(&name.as_str()))
        .map(|operation| format!("{prefix}:{operation}"))
        .collect()
}

/// Names and texts of the sources directly in a folder.
fn sources(folder: &str) -> Vec<(String, String)> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    files
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_field_of_the_json_output_is_explained() {
    let inventory = repository("docs/inventory.md");
    let all = inventory.clone() + &repository("docs/json.md");
    let coverage = repository("docs/coverage.md");
    for project in EXAMPLES {
        let folder = project_with("json", project, "none.txt", "");
        let outputs: [(&str, &[&str]); 5] = [
            (&inventory, &["inventory", "--sandbox"]),
            (&coverage, &["coverage"]),
            (&all, &["plan", "--sandbox"]),
            (&all, &["apply", "--sandbox", "--yes"]),
            (&all, &["destroy", "--sandbox", "--yes"]),
        ];
        for (page, command) in outputs {
            let written = tracewatch(&folder, &[command, &["--format", "json"]].concat());
            let mut fields = BTreeSet::new();
            collect_fields(
                &serde_json::from_slice(&written.stdout).unwrap(),
                &mut fields,
            );
            fields.retain(|field| {
                !page.contains(&format!("`{field}`")) && !page.contains(&format!("\"{field}\""))
            });
            assert_eq!(fields, BTreeSet::new(), "{command:?}");
        }
    }
}

/// The commands of `examples/web-shop/README.md`. A stack of the usual parts has no resource without definitions, and a plan of one page.
#[test]
fn the_web_shop_is_watched_whole() {
    const PAGE: usize = 120;
    let folder = project_with("web-shop", "examples/web-shop", "none.txt", "");
    let text = |arguments: &[&str]| {
        let run = tracewatch(&folder, arguments);
        let told = String::from_utf8(run.stderr).unwrap();
        assert!(run.status.success(), "{arguments:?}:\n{told}");
        String::from_utf8(run.stdout).unwrap() + &told
    };
    let plan = text(&["plan", "--sandbox"]);
    assert!(!plan.contains("not-watched"), "{plan}");
    assert!(plan.lines().count() <= PAGE, "{plan}");
    let inventory = text(&["inventory"]);
    let unwatched = inventory
        .lines()
        .filter(|line| line.contains("  nothing  "));
    assert_eq!(unwatched.collect::<Vec<_>>(), Vec::<&str>::new());
    text(&["plan", "--sandbox", "--full"]);
    text(&["coverage"]);
    text(&["apply", "--sandbox", "--yes"]);
    text(&["plan", "--sandbox", "--exit-code"]);
}

fn collect_fields(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            fields.extend(entries.keys().cloned());
            entries
                .iter()
                .filter(|(key, _)| !DATA.contains(&key.as_str()))
                .for_each(|(_, value)| collect_fields(value, fields));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_fields(item, fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut lost = Vec::new();
    for page in pages() {
        let text = repository(&page);
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(')')?.0));
        for target in targets.filter(|target| !target.contains("://") && !target.contains("{{")) {
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if path.is_empty() {
                PathBuf::from(&page)
            } else {
                Path::new(&page).parent().unwrap().join(path)
            };
            let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
            let found = full.exists()
                && (heading.is_empty()
                    || headings(&fs::read_to_string(full).unwrap()).contains(heading));
            lost.extend((!found).then(|| format!("{page}: {target}")));
        }
    }
    assert_eq!(lost, Vec::<String>::new());
}

/// The Markdown files at the top and in `docs/`, relative to the repository.
fn pages() -> Vec<String> {
    let listed = |folder: &'static str| {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        entries
            .map(move |entry| format!("{folder}{}", entry.unwrap().file_name().to_string_lossy()))
    };
    listed("")
        .chain(listed("docs/"))
        .filter(|page| Path::new(page).extension().is_some_and(|kind| kind == "md"))
        .collect()
}

/// The anchors of a page's headings, as they are made from their texts.
fn headings(page: &str) -> BTreeSet<String> {
    let texts = page
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase());
    texts
        .map(|text| {
            text.replace(' ', "-")
                .chars()
                .filter(|c| c.is_alphanumeric() || ['-', '_'].contains(c))
                .collect()
        })
        .collect()
}

fn tracewatch(folder: &Path, arguments: &[&str]) -> std::process::Output {
    Command::new(TRACEWATCH)
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The texts of a page's fenced blocks in one language.
fn fences<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    page.split(&format!("```{language}\n"))
        .skip(1)
        .map(|rest| rest.split_once("```").unwrap().0)
        .collect()
}

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
