//! The table of commands, flags and sources (`tests/flags/table.txt`), held by the program: a flag is used, refused, or not there. It is never
//! ignored.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use support::program::{Finished, Program};
use support::repository;
use tracewatch::sandbox::{Account, Stack, StackResource, Status};

/// Runs at the same time.
const THREADS: usize = 2;

/// Each command with the arguments that every run of it has.
const COMMANDS: [(&str, &[&str]); 7] = [
    ("inventory", &["--format=json", SANDBOX]),
    ("coverage", &["--format=json", SANDBOX]),
    ("plan", &["--format=json", SANDBOX]),
    ("apply", &["--format=json", "--yes", SANDBOX]),
    ("drift", &["--format=json", SANDBOX]),
    ("destroy", &["--format=json", "--yes", SANDBOX]),
    ("init", &["--format=json"]),
];

const SANDBOX: &str = "--sandbox=account.json";

/// The stacks of the account, in both of its Regions.
const DEPLOYED: [&str; 3] = ["base", "shop-two", "elsewhere"];
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Source {
    arguments: Vec<String>,
    project: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Used,
    Refused,
    Absent,
    Free,
}

/// One cell of the table.
#[derive(Debug)]
struct Cell {
    command: &'static str,
    flag: String,
    shows: String,
    source: String,
    expected: Outcome,
}

#[test]
fn every_flag_is_used_or_refused() {
    let sources: BTreeMap<String, Source> =
        toml::from_str(&fs::read_to_string(repository("tests/flags/sources.toml")).unwrap())
            .unwrap();
    let cells = cells(&fs::read_to_string(repository("tests/flags/table.txt")).unwrap());
    let plain = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (cells, sources, plain, next, wrong) = (&cells, &sources, &plain, &next, &wrong);
            scope.spawn(move || {
                let folder = support::folder().join(format!("flags-{thread}"));
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(reason) = check(cell, &sources[&cell.source], &folder, plain) {
                        wrong.lock().unwrap().push(reason);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The cells of the table: the first line that is no comment names the columns.
fn cells(table: &str) -> Vec<Cell> {
    let mut lines = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let header = lines.next().unwrap();
    assert_eq!(header[..3], ["flag", "shows", "commands"]);
    let mut cells = Vec::new();
    for line in lines {
        assert_eq!(line.len(), header.len(), "{line:?}");
        for name in line[2].split(',') {
            let command = COMMANDS.iter().find(|(command, _)| *command == name);
            let (command, _) = command.unwrap_or_else(|| panic!("no command `{name}`"));
            for (source, outcome) in header.iter().zip(&line).skip(3) {
                cells.push(Cell {
                    command,
                    flag: line[0].to_owned(),
                    shows: line[1].to_owned(),
                    source: (*source).to_owned(),
                    expected: outcome_of(outcome),
                });
            }
        }
    }
    cells
}

fn outcome_of(word: &str) -> Outcome {
    match word {
        "used" => Outcome::Used,
        "refused" => Outcome::Refused,
        "absent" => Outcome::Absent,
        "free" => Outcome::Free,
        other => panic!("no outcome `{other}`"),
    }
}

/// The results without any flag, by command and source.
type Plain = Mutex<BTreeMap<(&'static str, String), String>>;

fn check(cell: &Cell, source: &Source, folder: &Path, plain: &Plain) -> Result<(), String> {
    prepare(folder, source);
    let before = contents(folder);
    let done = run(cell, source, folder, Some(&cell.flag));
    let name = cell.flag.split('=').next().unwrap();
    let has_failed = done.code == Some(1);
    let is_right = match cell.expected {
        Outcome::Used => {
            !has_failed
                && done.stdout.contains(&cell.shows)
                && !without_flag(cell, source, folder, plain).contains(&cell.shows)
        }
        Outcome::Free => !has_failed,
        Outcome::Absent => {
            has_failed
                && done
                    .stderr
                    .contains(&format!("unexpected argument '{name}'"))
        }
        Outcome::Refused => {
            has_failed
                && !done.stderr.contains("unexpected argument")
                && (done.stderr.contains(name) || done.stderr.contains("tracewatch.toml"))
                && contents(folder) == before
        }
    };
    if is_right {
        return Ok(());
    }
    Err(format!(
        "{} {} ({}): not {:?}\n  {:?} {}{}",
        cell.command, cell.flag, cell.source, cell.expected, done.code, done.stdout, done.stderr
    ))
}

fn without_flag(cell: &Cell, source: &Source, folder: &Path, plain: &Plain) -> String {
    let key = (cell.command, cell.source.clone());
    if let Some(known) = plain.lock().unwrap().get(&key) {
        return known.clone();
    }
    prepare(folder, source);
    let result = run(cell, source, folder, None).stdout;
    plain.lock().unwrap().insert(key, result.clone());
    result
}

fn run(cell: &Cell, source: &Source, folder: &Path, flag: Option<&str>) -> Finished {
    let (command, given) = COMMANDS
        .iter()
        .find(|(command, _)| *command == cell.command)
        .unwrap();
    let mut arguments = vec![*command];
    arguments.extend(*given);
    arguments.extend(source.arguments.iter().map(String::as_str));
    arguments.extend(flag);
    Program::new(folder, &arguments).run()
}

/// A fresh folder with the files of every source, the source's project file, and an account.
fn prepare(folder: &Path, source: &Source) {
    let _ = fs::remove_dir_all(folder);
    copy(&repository("tests/flags/files"), folder);
    if let Some(project) = &source.project {
        fs::write(folder.join("tracewatch.toml"), project).unwrap();
    }
    let mut account = Account::open(folder.join("account.json")).unwrap();
    for region in REGIONS {
        for name in DEPLOYED {
            account.seed_stack(region, deployed(name));
        }
    }
    account.save().unwrap();
    drop(account);
    tag_a_queue(&folder.join("account.json"));
}

/// Adds a tagged queue to both Regions of the account, for the source `file-tags`.
fn tag_a_queue(file: &Path) {
    let mut account: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    for region in REGIONS {
        let queue = format!("arn:aws:sqs:{region}:123456789012:orders");
        account["regions"][region]["tagged_elsewhere"][queue]["Project"] = "orders".into();
    }
    fs::write(file, account.to_string()).unwrap();
}

fn deployed(name: &str) -> Stack {
    Stack {
        name: name.to_owned(),
        template: r#"{"Resources":{"News":{"Type":"AWS::SNS::Topic"}}}"#.to_owned(),
        resources: vec![StackResource {
            logical_id: "News".to_owned(),
            physical_id: format!("arn:aws:sns:us-east-1:123456789012:{name}"),
            resource_type: "AWS::SNS::Topic".to_owned(),
            status: Status::default(),
        }],
        ..Stack::default()
    }
}

/// The files of a folder with their bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(contents(&entry.path()));
        } else {
            found.insert(entry.path(), fs::read(entry.path()).unwrap());
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
