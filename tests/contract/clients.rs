//! The sandbox before AWS's own clients: boto3 holds every answer against AWS's models, and the AWS CLI understands it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::{python, repository};

const SUITE: &str = "tests/python/sandbox";

#[test]
fn boto3_and_the_aws_cli_accept_every_answer() {
    // The suite changes the account that it is given.
    let suite = Project::copy(SUITE);
    let plain = Server::sandbox(&[
        "--file",
        suite.folder.join("account.json").to_str().unwrap(),
    ]);
    let file = suite.folder.join("alarms.json");
    let alarms = Server::sandbox(&["--file", file.to_str().unwrap()]);
    let faulty = Server::sandbox(&[
        "--throttle",
        "PutMetricAlarm=3",
        "--fail",
        "CreateTopic@denied=AuthorizationError",
        "--fail",
        "CreateGroup=AccessDenied",
        "--lose",
        "CreateLogGroup=1",
    ]);
    let mut run = Command::new(python::clients());
    run.args(["-m", "unittest", "discover"])
        .current_dir(&suite.folder)
        .env("HOME", &suite.folder);
    run.env("SANDBOX_ENDPOINT", &plain.endpoint)
        .env("SANDBOX_FAULTS_ENDPOINT", &faulty.endpoint);
    run.env("SANDBOX_ALARMS_ENDPOINT", &alarms.endpoint)
        .env("SANDBOX_ALARMS_FILE", &file);
    let output = run
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !said.contains("skipped="),
        "{said}"
    );
}

/// The adapter names each operation that it calls, for its errors.
#[test]
fn every_operation_that_is_used_is_judged() {
    let used = operations(&source("src/provider/aws", "rs"));
    assert!(used.len() > 30, "{used:?}");
    let suite = source(SUITE, "py");
    let words: BTreeSet<&str> = suite
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .collect();
    let unjudged: Vec<&String> = used
        .iter()
        .filter(|operation| !words.contains(snake(operation).as_str()))
        .collect();
    assert!(unjudged.is_empty(), "{unjudged:?}");
}

fn source(path: &str, ending: &str) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(repository(path))
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if entry.is_dir() {
            text += &source(entry.to_str().unwrap(), ending);
        } else if entry.extension().is_some_and(|found| found == ending) {
            text += &fs::read_to_string(entry).unwrap();
        }
    }
    text
}

const VERBS: [&str; 9] = [
    "Create", "Delete", "Describe", "Get", "List", "Put", "Remove", "Set", "Update",
];

/// A verb and a noun, or one of two names without that form.
fn is_operation(text: &str) -> bool {
    let nouns = VERBS.iter().filter_map(|verb| text.strip_prefix(verb));
    let has_verb = nouns
        .into_iter()
        .any(|noun| noun.starts_with(char::is_uppercase));
    has_verb || text == "Subscribe" || text == "TagResource"
}

fn operations(source: &str) -> BTreeSet<String> {
    let quoted = source.split('"').skip(1).step_by(2);
    quoted
        .filter(|text| text.chars().all(char::is_alphabetic) && is_operation(text))
        .map(str::to_owned)
        .collect()
}

/// As boto3 spells an operation.
fn snake(operation: &str) -> String {
    let mut snake = String::new();
    for letter in operation.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
