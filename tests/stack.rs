//! Reads templates and compares the inventories, one folder per case. `BLESS=1` writes the expectations; review them before a commit.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may panic"
)]

#[path = "stack/support.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tracewatch::diagnostic::{Colour, Source};
use tracewatch::inventory::Inventory;
use tracewatch::stack::{load, read_template, read_terraform};

use support::{Case, folder, folders};

#[test]
fn templates_give_the_expected_inventories() {
    for path in folders("cases") {
        is_accepted(&path);
    }
}

#[test]
fn terraform_plans_and_states_give_the_expected_inventories() {
    for path in folders("terraform") {
        is_accepted(&path);
    }
}

fn is_accepted(path: &Path) {
    let found = Case::of(path).read();
    assert!(
        found.diagnostics.iter().all(|found| !found.is_error()),
        "{}: {}",
        path.display(),
        support::diagnostics(&found)
    );
    support::compare(&path.join("expected.json"), &support::inventory(&found));
    support::compare_text(&path.join("expected.txt"), &support::diagnostics(&found));
}

#[test]
fn faulty_templates_give_the_expected_diagnostics() {
    for path in folders("rejects")
        .into_iter()
        .chain(folders("terraform-rejects"))
    {
        let found = Case::of(&path).read();
        assert!(
            found
                .diagnostics
                .iter()
                .any(tracewatch::diagnostic::Diagnostic::is_error),
            "{} is accepted",
            path.display()
        );
        support::compare_text(&path.join("expected.txt"), &support::diagnostics(&found));
    }
}

#[test]
fn sam_templates_give_the_resources_of_the_aws_translator() {
    let sam = folder().join("sam");
    let expected: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(&std::fs::read_to_string(sam.join("expected.json")).unwrap()).unwrap();
    assert!(expected.len() >= 60, "the list of cases is not complete");
    for (name, resources) in expected {
        let found = read_sam(&sam.join(format!("{name}.yaml")));
        assert_eq!(found, resources, "{name}");
    }
}

#[test]
fn yaml_has_the_values_that_pyyaml_reads() {
    let yaml = folder().join("yaml");
    let expected: BTreeMap<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(yaml.join("expected.json")).unwrap())
            .unwrap();
    let cases = std::fs::read_to_string(yaml.join("cases.txt")).unwrap();
    let cases: BTreeMap<&str, &str> = cases
        .split("\n=== ")
        .skip(1)
        .map(|case| case.split_once('\n').unwrap())
        .collect();
    assert!(
        cases.keys().eq(expected.keys()),
        "run tests/python/yaml_expected.py"
    );
    let types = support::types();
    for (name, properties) in cases {
        let template =
            format!("Resources:\n  R:\n    Type: AWS::SQS::Queue\n    Properties:\n{properties}");
        let found = read_template(
            &Source::new("t", template),
            &support::context(&types, &BTreeMap::new()),
        );
        assert_eq!(found.diagnostics, [], "{name}");
        let inventory = support::inventory(&found);
        assert_eq!(
            inventory["resources"][0]["properties"], expected[name],
            "{name}"
        );
    }
}

/// Resource types by logical id. `#` replaces the deployment hash, which only the translator computes.
fn read_sam(path: &Path) -> BTreeMap<String, String> {
    let types = support::types();
    let parameters = BTreeMap::new();
    let found = read_template(&load(path).unwrap(), &support::context(&types, &parameters));
    assert!(
        found.diagnostics.iter().all(|found| !found.is_error()),
        "{}: {}",
        path.display(),
        support::diagnostics(&found)
    );
    kinds(&found.value)
}

fn kinds(inventory: &Inventory) -> BTreeMap<String, String> {
    let named = |id: &str| match id.rfind("Deployment") {
        Some(at)
            if id.len() == at + 20
                && id[at + 10..].bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            format!("{}#", &id[..at + 10])
        }
        Some(_) | None => id.to_owned(),
    };
    inventory
        .resources
        .values()
        .map(|resource| (named(&resource.id.logical_id), resource.kind.to_string()))
        .collect()
}

#[test]
fn deeply_nested_modules_do_not_crash() {
    let nested = format!(
        "{}{}",
        "{\"child_modules\":[".repeat(2000),
        "]}".repeat(2000)
    );
    let source = Source::new(
        "t",
        format!("{{\"format_version\":\"1.0\",\"values\":{{\"root_module\":{nested}}}}}"),
    );
    let types = support::types();
    let found = read_terraform(&source, &support::context(&types, &BTreeMap::new()));
    assert_eq!(
        found
            .diagnostics
            .iter()
            .map(|found| found.code.name())
            .collect::<Vec<_>>(),
        ["terraform-too-deep"]
    );
}

#[test]
fn an_unreadable_file_gives_a_diagnostic() {
    let missing = load(Path::new("tests/stack/no-such-template.yaml")).unwrap_err();
    assert_eq!(missing.code.name(), "template-unreadable");
    let directory = load(&folder()).unwrap_err();
    assert!(
        directory.message.contains("a folder"),
        "{}",
        directory.message
    );
}

#[test]
fn a_file_without_text_gives_a_diagnostic() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let cases: [(&[u8], &str); 4] = [
        (b"\xff\xfeR", "it is in UTF-16 and ends inside a character"),
        (b"\xfe\xff\xd8\0\0R", "character 1 is not UTF-16"),
        (b"Resources: {A: \xff}", "byte 16 is not UTF-8"),
        (
            &vec![b'#'; 50 * 1024 * 1024],
            "it has more than 32 megabytes",
        ),
    ];
    for (number, (bytes, expected)) in cases.into_iter().enumerate() {
        let file = folder.join(format!("no-text-{number}.yaml"));
        std::fs::write(&file, bytes).unwrap();
        let diagnostic = load(&file).unwrap_err();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(diagnostic.code.name(), "template-unreadable");
        assert!(
            diagnostic.message.ends_with(expected),
            "{}",
            diagnostic.message
        );
    }
}

/// Empty files and common editor output (comments, `\r` line endings) must not crash the reader.
#[test]
fn small_and_odd_texts_are_read() {
    let queue = "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n";
    let crlf = queue.replace('\n', "\r\n");
    let cr = queue.replace('\n', "\r");
    let cases = [
        ("", Err("template-not-a-map")),
        ("# nothing\n", Err("template-not-a-map")),
        ("---\n...\n", Err("template-not-a-map")),
        ("Resources:", Err("template-without-resources")),
        ("Resources: {Queue: \0}", Err("template-not-yaml")),
        (crlf.as_str(), Ok(1)),
        (cr.as_str(), Ok(1)),
        (queue, Ok(1)),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

/// The number of resources in a text, or the code of its first error.
fn read(text: &str) -> Result<usize, &'static str> {
    let (types, parameters) = (support::types(), BTreeMap::new());
    let found = read_template(
        &Source::new("t", text),
        &support::context(&types, &parameters),
    );
    for diagnostic in found.diagnostics.iter().take(8) {
        diagnostic.render(Colour::Never);
    }
    match found.diagnostics.iter().find(|found| found.is_error()) {
        Some(fault) => Err(fault.code.name()),
        None => Ok(found.value.resources.len()),
    }
}

/// Texts that exhaust time, memory or the call stack in a reader without limits.
#[test]
fn large_texts_are_read_or_refused() {
    let many = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<String>();
    let resources = |count, line| format!("Resources:\n{}", many(count, line));
    let keys = |letter: char, count: usize| {
        (0..count).fold(String::new(), |text, number| {
            text + &format!("    {letter}{number}: 1\n")
        })
    };
    let cases = [
        (
            format!("Resources: {}", "[".repeat(100_000)),
            Err("template-too-deep"),
        ),
        (
            format!("Resources: {}", "{a: ".repeat(10_000)),
            Err("template-too-deep"),
        ),
        (
            format!("Resources: {}", "- ".repeat(10_000)),
            Err("template-not-yaml"),
        ),
        (
            format!("{{\"Resources\": {}", "[".repeat(10_000)),
            Err("template-too-deep"),
        ),
        (
            (1..2_000).fold("Resources:\n".to_owned(), |text, depth| {
                text + &" ".repeat(depth) + "a:\n"
            }),
            Err("template-too-deep"),
        ),
        (
            format!(
                "Metadata: &a {}\nResources: {{Q: {{Type: T, Properties: {{A: [{}]}}}}}}",
                "x".repeat(100_000),
                "*a,".repeat(10_000)
            ),
            Err("template-too-large"),
        ),
        (
            format!(
                "Metadata:\n  A: &a\n{}  B:\n    <<: *a\n{}Resources: {{}}",
                keys('A', 10_000),
                keys('B', 10_000)
            ),
            Ok(0),
        ),
        (
            resources(5_000, |number| {
                format!(
                    "  Q{number}: {{Type: AWS::SQS::Queue, DependsOn: Q{}}}\n",
                    (number + 1) % 5_000
                )
            }),
            Err("template-cycle"),
        ),
        (
            resources(2_000, |number| {
                format!(
                    "  Q{number}: {{Type: AWS::SQS::Queue, Properties: {{A: !Ref X{number}}}}}\n"
                )
            }),
            Ok(2_000),
        ),
        (
            resources(10_000, |number| {
                format!("  Q{number}: {{Type: AWS::SQS::Queue, Condition: C}}\n")
            }),
            Err("template-unknown-condition"),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            read(&text),
            expected,
            "{}",
            text.chars().take(60).collect::<String>()
        );
    }
}
