//! Hostile inputs of every kind end with a diagnostic, within limits of processor time and memory that the system enforces.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "hostile/inputs.rs"]
mod inputs;
mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use inputs::{Hostile, hostile};
use support::folder;
use support::program::{Finished, Program};

/// Processor time in seconds. A release build has five; a debug build is five to ten times slower.
const SECONDS: u32 = if cfg!(debug_assertions) { 25 } else { 5 };

/// Address space in kilobytes: 300 MB of memory, and what the program and its threads reserve without use.
const KILOBYTES: u32 = 300 * 1024 + 160 * 1024;

fn new_folder(name: &str) -> PathBuf {
    let folder = folder().join(format!("hostile-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The run of a command. Time or memory above the limits ends it by a signal, so that it has no exit code.
fn run(folder: &Path, command: &[&str]) -> Finished {
    Program::limited(folder, command, SECONDS, KILOBYTES).run()
}

/// A complaint about a run that ends by a signal, or without a diagnostic of a code.
fn complaint(name: &str, finished: &Finished, code: &str) -> Option<String> {
    let has_ended = matches!(finished.code, Some(0..=3));
    let is_named = finished.stderr.contains(&format!("[{code}]"))
        || finished.stdout.contains(&format!("[{code}]"));
    (!has_ended || !is_named).then(|| {
        let start: String = finished.stderr.chars().take(600).collect();
        format!("{name}: {:?} without {code}: {start}", finished.code)
    })
}

#[test]
fn hostile_inputs_end_with_a_diagnostic() {
    let mut complaints = Vec::new();
    for Hostile {
        name,
        files,
        command,
        code,
    } in hostile()
    {
        let folder = new_folder(name);
        for (path, text) in &files {
            write(&folder.join(path), text);
        }
        complaints.extend(complaint(name, &run(&folder, command), code));
        fs::remove_dir_all(folder).unwrap();
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The flags that name a file, each with a command, and the code of the refusal.
const FLAGS: &[(&[&str], &str)] = &[
    (&["inventory", "--template", "input"], "template-unreadable"),
    (
        &["inventory", "--terraform", "input"],
        "template-unreadable",
    ),
    (&["inventory", "--cdk", "input"], "assembly-unreadable"),
    (&["plan", "--sandbox=input"], "sandbox-file"),
    (&["apply", "input", "--sandbox"], "saved-plan-unreadable"),
];

const PROJECT: &str = "[stack]\nname = \"shop\"\ntemplate = \"template.yaml\"\n";
const TEMPLATE: &str = "Resources: {Queue: {Type: AWS::SQS::Queue}}\n";

#[test]
fn devices_pipes_and_folders_are_refused_by_every_flag() {
    let base = new_folder("devices");
    let pipe = base.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let folder_in_base = base.join("folder");
    fs::create_dir(&folder_in_base).unwrap();
    let mut complaints = Vec::new();
    for target in [Path::new("/dev/zero"), &pipe, &folder_in_base] {
        for (command, code) in FLAGS {
            let project = new_folder("flag");
            write(&project.join("tracewatch.toml"), PROJECT);
            write(&project.join("template.yaml"), TEMPLATE);
            symlink(target, project.join("input")).unwrap();
            let name = format!("{} {command:?}", target.display());
            complaints.extend(complaint(&name, &run(&project, command), code));
            fs::remove_dir_all(project).unwrap();
        }
    }
    fs::remove_dir_all(base).unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
