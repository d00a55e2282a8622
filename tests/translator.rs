//! The answers that the SAM transform is tested with, held against AWS's own translator: they are what it says today.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::fs;
use std::process::Command;

use support::project::Project;
use support::{python, repository};

const TEMPLATES: &str = "tests/stack/sam";

#[test]
fn recorded_answers_are_those_of_the_translator() {
    let copy = Project::copy("tests/python");
    // The script finds the templates beside its own folder, and writes its answers there.
    let (scripts, templates) = (copy.folder.join("python"), copy.folder.join("stack/sam"));
    fs::create_dir_all(&scripts).unwrap();
    fs::create_dir_all(&templates).unwrap();
    fs::copy(
        copy.folder.join("sam_expected.py"),
        scripts.join("sam_expected.py"),
    )
    .unwrap();
    for file in fs::read_dir(repository(TEMPLATES))
        .unwrap()
        .map(Result::unwrap)
        .filter(|file| file.path().is_file())
    {
        fs::copy(file.path(), templates.join(file.file_name())).unwrap();
    }
    fs::remove_file(templates.join("expected.json")).unwrap();
    let output = Command::new(python::emulators())
        .arg(scripts.join("sam_expected.py"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (said, recorded) = (
        templates.join("expected.json"),
        repository(TEMPLATES).join("expected.json"),
    );
    assert_eq!(
        fs::read_to_string(said).unwrap(),
        fs::read_to_string(recorded).unwrap()
    );
}
