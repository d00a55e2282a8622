//! Incidents and healthy patterns of an example, played by boto3 on the served sandbox: one or two notifications for an incident, none for a
//! healthy pattern. The example has a schedule added. `tests/incidents/*.toml` has the patterns, `tests/python/incidents/` the traffic model and the player.
//!
//! A plain run plays every second pattern. `TRACEWATCH_INCIDENTS=all` plays all of them, `TRACEWATCH_INCIDENTS=poison` those with this text in their
//! names; `TRACEWATCH_INCIDENTS_SEED=2` draws other traffic.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use support::program::Program;
use support::project::Project;
use support::server::Server;
use support::{python, repository};

const EXAMPLE: &str = "examples/order-processing";

const SCHEDULE: &str = r"
  HourlyStockCheck:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 hour)
      Targets: [{ Id: inventory, Arn: !GetAtt InventoryFunction.Arn, DeadLetterConfig: { Arn: !GetAtt InventoryDLQ.Arn } }]";

/// The least numbers of patterns.
const INCIDENTS: usize = 25;
const HEALTHY: usize = 15;

#[test]
fn an_incident_notifies_once_and_a_healthy_day_never() {
    let project = Project::copy(EXAMPLE);
    add_schedule(&project.folder.join("template.yaml"));
    let account = project.folder.join("account.json");
    let inventory = project.folder.join("inventory.json");
    let server = Server::sandbox(&["--file", account.to_str().unwrap()]);
    let sandbox = format!("--sandbox={}", server.endpoint);
    let run = |arguments: &[&str]| {
        Program::new(&project.folder, &[arguments, &[&sandbox]].concat()).run()
    };
    run(&["apply", "--yes"]).exits(0);
    let listed = run(&["inventory", "--format", "json"]).exits(0);
    fs::write(&inventory, listed.stdout).unwrap();
    server.stop();
    let mut player = Command::new(python::clients())
        .arg(repository("tests/python/incidents/play.py"))
        .arg(env!("CARGO_BIN_EXE_tracewatch"))
        .args([&account, &inventory])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let patterns = Value::from(chosen());
    let mut input = player.stdin.take().unwrap();
    input.write_all(patterns.to_string().as_bytes()).unwrap();
    drop(input);
    assert!(player.wait().unwrap().success(), "see the table above");
}

/// The example has no schedule.
fn add_schedule(template: &Path) {
    let example = fs::read_to_string(template).unwrap();
    let schedule = format!("\nResources:\n{SCHEDULE}\n");
    let with_schedule = example.replacen("\nResources:\n", &schedule, 1);
    assert_ne!(with_schedule, example);
    fs::write(template, with_schedule).unwrap();
}

#[test]
fn there_are_enough_patterns_and_each_has_its_name() {
    let sample = sample(patterns());
    assert!(count(&sample, "incident") >= INCIDENTS);
    assert!(count(&sample, "healthy") >= HEALTHY);
    let patterns = patterns();
    let mut names: Vec<&str> = patterns.iter().map(name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two patterns have the same name");
}

fn count(patterns: &[Value], kind: &str) -> usize {
    patterns
        .iter()
        .filter(|pattern| pattern["kind"] == kind)
        .count()
}

fn name(pattern: &Value) -> &str {
    pattern["name"].as_str().unwrap()
}

/// The patterns that the environment asks for.
fn chosen() -> Vec<Value> {
    let patterns = patterns();
    match env::var("TRACEWATCH_INCIDENTS").as_deref() {
        Err(_) => sample(patterns),
        Ok("all") => patterns,
        Ok(text) => {
            let named = patterns.into_iter();
            named
                .filter(|pattern| name(pattern).contains(text))
                .collect()
        }
    }
}

/// Every second pattern of each kind.
fn sample(patterns: Vec<Value>) -> Vec<Value> {
    let (incidents, healthy): (Vec<Value>, Vec<Value>) = patterns
        .into_iter()
        .partition(|pattern| pattern["kind"] == "incident");
    let incidents = incidents.into_iter().step_by(2);
    incidents.chain(healthy.into_iter().step_by(2)).collect()
}

/// All patterns. The name of their array in the file is their kind.
fn patterns() -> Vec<Value> {
    let mut patterns = Vec::new();
    for file in files() {
        let tables: Map<String, Value> =
            toml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for (kind, list) in tables {
            for pattern in list.as_array().unwrap() {
                let mut pattern = pattern.clone();
                pattern["kind"] = json!(kind);
                patterns.push(pattern);
            }
        }
    }
    patterns
}

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository("tests/incidents")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
