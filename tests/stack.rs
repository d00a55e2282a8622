//! Templates and what is read from them, one folder a case. `BLESS=1` writes the expectations; read them before you keep them.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test may panic")]

#[path = "stack/support.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tracewatch::diagnostic::Source;
use tracewatch::inventory::{Found, Inventory};
use tracewatch::stack::{ReadContext, load, read_template, read_terraform};

use support::{Case, folder, folders};

#[test]
fn templates_become_the_inventories_beside_them() {
    for path in folders("cases") {
        is_accepted(&path);
    }
}

#[test]
fn what_terraform_writes_becomes_the_inventories_beside_it() {
    for path in folders("terraform") {
        is_accepted(&path);
    }
}

fn is_accepted(path: &Path) {
    let found = Case::of(path).read();
    assert!(found.diagnostics.iter().all(|found| !found.is_error()), "{}: {}", path.display(), support::diagnostics(&found));
    support::compare(&path.join("expected.json"), &support::inventory(&found));
    support::compare_text(&path.join("expected.txt"), &support::diagnostics(&found));
}

#[test]
fn faulty_templates_give_the_diagnostics_beside_them() {
    for path in folders("rejects").into_iter().chain(folders("terraform-rejects")) {
        let found = Case::of(&path).read();
        assert!(found.diagnostics.iter().any(tracewatch::diagnostic::Diagnostic::is_error), "{} is accepted", path.display());
        support::compare_text(&path.join("expected.txt"), &support::diagnostics(&found));
    }
}

#[test]
fn sam_templates_become_what_the_translator_of_aws_makes_of_them() {
    let sam = folder().join("sam");
    let expected: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(&std::fs::read_to_string(sam.join("expected.json")).unwrap()).unwrap();
    assert!(expected.len() >= 60, "the list of cases is not complete");
    for (name, resources) in expected {
        let found = read_sam(&sam.join(format!("{name}.yaml")));
        assert_eq!(found, resources, "{name}");
    }
}

/// Type by logical id; the hash of a deployment, which only the translator can make, is `#`.
fn read_sam(path: &Path) -> BTreeMap<String, String> {
    let types = support::types();
    let parameters = BTreeMap::new();
    let found = read_template(&load(path).unwrap(), &support::context(&types, &parameters));
    assert!(found.diagnostics.iter().all(|found| !found.is_error()), "{}: {}", path.display(), support::diagnostics(&found));
    kinds(&found.value)
}

fn kinds(inventory: &Inventory) -> BTreeMap<String, String> {
    let named = |id: &str| match id.rfind("Deployment") {
        Some(at) if id.len() == at + 20 && id[at + 10..].bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{}#", &id[..at + 10])
        }
        Some(_) | None => id.to_owned(),
    };
    inventory.resources.values().map(|resource| (named(&resource.id.logical_id), resource.kind.clone())).collect()
}

#[test]
fn no_bytes_make_a_reader_panic() {
    let seeds = |name: &str| -> Vec<String> {
        folders(name).iter().map(|path| std::fs::read_to_string(support::template(path)).unwrap()).collect()
    };
    mutated(&seeds("cases"), 3_000, read_template);
    mutated(&seeds("terraform"), 1_000, read_terraform);
}

fn mutated(seeds: &[String], rounds: usize, read: impl Fn(&Arc<Source>, &ReadContext<'_>) -> Found<Inventory>) {
    let types = support::types();
    let parameters = BTreeMap::new();
    let mut random = support::Random(7);
    for round in 0..rounds {
        let source = Source::new("t", random.mutated(&seeds[round % seeds.len()]));
        for diagnostic in &read(&source, &support::context(&types, &parameters)).diagnostics {
            diagnostic.render(tracewatch::diagnostic::Colour::Never);
        }
    }
}

#[test]
fn two_thousand_nested_modules_are_no_crash() {
    let nested = format!("{}{}", "{\"child_modules\":[".repeat(2000), "]}".repeat(2000));
    let source = Source::new("t", format!("{{\"format_version\":\"1.0\",\"values\":{{\"root_module\":{nested}}}}}"));
    let types = support::types();
    let found = read_terraform(&source, &support::context(&types, &BTreeMap::new()));
    assert_eq!(found.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), ["terraform-too-deep"]);
}

#[test]
fn a_file_that_cannot_be_read_is_a_finding() {
    let missing = load(Path::new("tests/stack/no-such-template.yaml")).unwrap_err();
    assert_eq!(missing.code, "template-unreadable");
    let directory = load(&folder()).unwrap_err();
    assert!(directory.message.contains("a folder"), "{}", directory.message);
}
