//! Completion: what a script asks and gets, and lines completed in the shells that are installed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::program::Program;
use support::repository;

const TEMPLATE: &str = "\
Resources:
  Orders: { Type: AWS::SQS::Queue }
  Overview: { Type: AWS::SNS::Topic }
  Payments: { Type: AWS::SQS::Queue }
";

const PROJECT: &str = r#"
[stack]
name = "shop-dev"
template = "template.yaml"

[account]
watch = true

[env.prod.stack]
name = "shop-prod"

[env.staging]
stack.deployed = "orders-staging"
"#;

/// A folder with a project, a folder in it, an assembly, and a file that is not TOML.
fn project(name: &str) -> PathBuf {
    let folder = support::folder().join("completions").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("template.yaml"), TEMPLATE).unwrap();
    let other = TEMPLATE.replace("Orders", "Returns");
    fs::write(folder.join("other.yaml"), other).unwrap();
    fs::write(folder.join("tracewatch.toml"), PROJECT).unwrap();
    fs::write(folder.join("broken.toml"), "[stack\n").unwrap();
    let assembly = folder.join("cdk.out");
    fs::create_dir_all(&assembly).unwrap();
    fs::write(
        assembly.join("web.template.json"),
        r#"{"Resources":{"Queue":{"Type":"AWS::SQS::Queue"}}}"#,
    )
    .unwrap();
    let manifest = r#"{"version":"36.0.0","artifacts":{"web":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","properties":{"templateFile":"web.template.json","stackName":"web-prod"}}}}"#;
    fs::write(assembly.join("manifest.json"), manifest).unwrap();
    folder
}

/// The candidates for the last word of a line, as bash gets them. Nothing else is written.
fn candidates(folder: &Path, line: &[&str]) -> Vec<String> {
    let index = line.len().to_string();
    let asked = [&["--", "tracewatch"], line].concat();
    let answer = Program::new(folder, &asked)
        .with(&[
            ("TRACEWATCH_COMPLETE", "bash"),
            ("_CLAP_COMPLETE_INDEX", &index),
        ])
        .run()
        .exits(0);
    assert_eq!(answer.stderr, "", "{line:?}");
    answer.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn names_are_completed_from_the_files_that_the_line_names() {
    let folder = project("names");
    for (line, expected) in [
        (&["plan", "--env", ""][..], &["prod", "staging"][..]),
        (&["plan", "--env", "st"], &["staging"]),
        (&["destroy", "--env", "p"], &["prod"]),
        (&["plan", "--env=p"], &["--env=prod"]),
        (&["plan", "--env", "=", "p"], &["prod"]),
        (
            &["plan", "--config", "tracewatch.toml", "--env", "p"],
            &["prod"],
        ),
        (
            &["plan", "--stack", ""],
            &["orders-staging", "shop-dev", "shop-prod"],
        ),
        (&["inventory", "--deployed", "o"], &["orders-staging"]),
        (&["plan", "--cdk", "cdk.out", "--stack", ""], &["web-prod"]),
        (
            &["inventory", "--explain", ""],
            &["Orders", "Overview", "Payments"],
        ),
        (&["inventory", "--explain", "O"], &["Orders", "Overview"]),
        (
            &["inventory", "--template=other.yaml", "--explain", "R"],
            &["Returns"],
        ),
        (
            &[
                "inventory",
                "--template",
                "=",
                "other.yaml",
                "--explain",
                "R",
            ],
            &["Returns"],
        ),
        (
            &["inventory", "--cdk", "cdk.out", "--explain", ""],
            &["Queue"],
        ),
        (&["inventory", "--format", ""], &["json", "text"]),
        (
            &["mute", "--for", "1h", "--resource", "O"],
            &["Orders", "Overview"],
        ),
        (
            &["mute", "--for", "1h", "--resource", "aws"],
            &["aws-account"],
        ),
        (&["inventory", "--explain", "aws"], &[]),
        (&["explain", "dead-m"], &["dead-metric"]),
        (&["comp"], &["completions"]),
        (&["plan", "--allow-"], &["--allow-deletes"]),
    ] {
        let mut given = candidates(&folder, line);
        given.sort();
        assert_eq!(given, expected, "{line:?}");
    }
}

#[test]
fn every_command_is_completed() {
    let folder = project("commands");
    let help = Program::new(&folder, &["--help"]).run().exits(0).stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    let given = candidates(&folder, &[""]);
    for command in &commands {
        assert!(given.iter().any(|name| name == command), "{command}");
    }
    assert!(commands.len() > 10, "{commands:?}");
}

#[test]
fn a_project_file_of_a_parent_folder_names_candidates() {
    let inner = project("parent").join("src");
    assert_eq!(candidates(&inner, &["plan", "--env", "p"]), ["prod"]);
    assert_eq!(
        candidates(&inner, &["inventory", "--explain", "P"]),
        ["Payments"]
    );
}

#[test]
fn what_cannot_be_read_gives_no_candidate_and_no_message() {
    let folder = project("unreadable");
    for line in [
        &["plan", "--config", "broken.toml", "--env", ""][..],
        &["plan", "--config", "broken.toml", "--stack", ""],
        &["plan", "--config", "missing.toml", "--env", ""],
        &["inventory", "--config", "broken.toml", "--explain", ""],
        &["inventory", "--template", "missing.yaml", "--explain", ""],
        &["inventory", "--template", "broken.toml", "--explain", ""],
        &["inventory", "--env", "missing", "--explain", ""],
        // The stack is in an account, which is not asked.
        &["inventory", "--env", "staging", "--explain", ""],
        &["plan", "--cdk", "src", "--stack", ""],
    ] {
        let given = candidates(&folder, line);
        let is_flag = |name: &String| name.starts_with('-');
        assert!(given.iter().all(is_flag), "{line:?}: {given:?}");
    }
}

#[test]
fn bash_and_zsh_complete_a_line() {
    for shell in ["bash", "zsh"] {
        if Command::new(shell).arg("--version").output().is_err() {
            eprintln!("{shell} is not installed");
            continue;
        }
        let folder = project(shell);
        let script = Program::new(&folder, &["completions", shell])
            .run()
            .exits(0);
        fs::write(folder.join("script"), script.stdout).unwrap();
        for (line, expected) in [
            ("tracewatch pl", &["tracewatch", "plan"][..]),
            (
                "tracewatch plan --env p",
                &["tracewatch", "plan", "--env", "prod"],
            ),
            (
                "tracewatch plan --env=p",
                &["tracewatch", "plan", "--env=prod"],
            ),
            (
                "tracewatch plan --stack shop-p",
                &["tracewatch", "plan", "--stack", "shop-prod"],
            ),
            (
                "tracewatch inventory --explain Pay",
                &["tracewatch", "inventory", "--explain", "Payments"],
            ),
            (
                "tracewatch plan --template oth",
                &["tracewatch", "plan", "--template", "other.yaml"],
            ),
        ] {
            let program = Path::new(env!("CARGO_BIN_EXE_tracewatch"));
            let path = format!(
                "{}:{}",
                program.parent().unwrap().display(),
                std::env::var("PATH").unwrap()
            );
            let done = Command::new("python3")
                .arg(repository("tests/python/complete.py"))
                .args([shell, "./script", line])
                .current_dir(&folder)
                .env("PATH", path)
                .env("HOME", &folder)
                .output()
                .unwrap();
            let words: Vec<String> = serde_json::from_slice(&done.stdout).unwrap_or_else(|error| {
                panic!(
                    "{shell}: {line}: {error}: {}",
                    String::from_utf8_lossy(&done.stderr)
                )
            });
            assert_eq!(words, expected, "{shell}: {line}");
        }
    }
}

#[test]
fn fish_completes_a_line() {
    if Command::new("fish").arg("--version").output().is_err() {
        eprintln!("fish is not installed");
        return;
    }
    let folder = project("fish");
    let script = Program::new(&folder, &["completions", "fish"])
        .run()
        .exits(0);
    fs::write(folder.join("script"), script.stdout).unwrap();
    for (line, expected) in [
        ("tracewatch compl", "completions"),
        ("tracewatch plan --env p", "prod"),
        ("tracewatch plan --env=p", "--env=prod"),
        ("tracewatch inventory --explain Pay", "Payments"),
    ] {
        let program = Path::new(env!("CARGO_BIN_EXE_tracewatch"));
        let path = format!(
            "{}:{}",
            program.parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        let done = Command::new("fish")
            .args([
                "--no-config",
                "-c",
                &format!("source script; complete -C '{line}'"),
            ])
            .current_dir(&folder)
            .env("PATH", path)
            .env("HOME", &folder)
            .output()
            .unwrap();
        let given = String::from_utf8(done.stdout).unwrap();
        let given: Vec<&str> = given
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(
            given,
            [expected],
            "{line}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}
