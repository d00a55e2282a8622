//! The answers that readers are tested with, held against the programs that gave them: AWS's own translator for the SAM transform, PyYAML for
//! YAML. They are what these programs say today.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::project::Project;
use support::{python, repository};

#[test]
fn recorded_answers_are_those_of_the_translator() {
    answers_are_recorded("sam", "sam_expected.py", &python::emulators());
}

#[test]
fn recorded_values_are_those_of_pyyaml() {
    answers_are_recorded("yaml", "yaml_expected.py", &python::clients());
}

/// Runs a script of `tests/python` on the inputs of a folder in `tests/stack`, and compares its answers with `expected.json` there.
fn answers_are_recorded(inputs: &str, script: &str, interpreter: &Path) {
    let inputs = repository("tests/stack").join(inputs);
    let copy = Project::copy("tests/python");
    // The script finds the inputs beside its own folder, and writes its answers there.
    let scripts = copy.folder.join("python");
    let copied = copy.folder.join("stack").join(inputs.file_name().unwrap());
    fs::create_dir_all(&scripts).unwrap();
    fs::create_dir_all(&copied).unwrap();
    fs::copy(copy.folder.join(script), scripts.join(script)).unwrap();
    for file in fs::read_dir(&inputs)
        .unwrap()
        .map(Result::unwrap)
        .filter(|file| file.path().is_file())
    {
        fs::copy(file.path(), copied.join(file.file_name())).unwrap();
    }
    fs::remove_file(copied.join("expected.json")).unwrap();
    let output = Command::new(interpreter)
        .arg(scripts.join(script))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        fs::read_to_string(copied.join("expected.json")).unwrap(),
        fs::read_to_string(inputs.join("expected.json")).unwrap()
    );
}
