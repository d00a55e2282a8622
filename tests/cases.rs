//! The whole tool, one folder per case and data only: a stack, a project, and the plan that they make, as a person reads it.
//! Every case is also applied: afterwards nothing may be left to do, and a second apply may write nothing. Where a case tells of a change,
//! its folder `before` holds the files as they were: they are applied first.
//! `BLESS=1` writes the plans as they are now; `CASE=name` takes those cases alone whose names hold the word.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use serde_json::Value;
use tokio::net::TcpListener;
use tracewatch::artifact::OWNER_TAG;
use tracewatch::sandbox::{Account, Faults, Sandbox};

/// A case while it runs: its folder, and a place of its own for accounts and rewritten stacks.
struct Case {
    name: String,
    folder: PathBuf,
    work: PathBuf,
}

/// What is wrong with a case.
type Fault = String;

impl Case {
    fn open(folder: PathBuf) -> Self {
        let name = folder
            .file_name()
            .expect("a folder has a name")
            .to_string_lossy()
            .into_owned();
        let work = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("cases")
            .join(&name);
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).expect("a folder for the case");
        Self { name, folder, work }
    }

    fn run(&self) -> Vec<Fault> {
        let steps = [
            Self::plans_as_expected,
            Self::is_done_after_an_apply,
            Self::leaves_nothing_in_any_region_after_a_destroy,
            Self::plans_the_same_in_any_order,
            Self::built_in_alarms_are_on_published_metrics,
        ];
        steps
            .iter()
            .filter_map(|step| step(self).err())
            .map(|fault| format!("{}: {fault}", self.name))
            .collect()
    }

    fn plans_as_expected(&self) -> Result<(), Fault> {
        let planned = tracewatch(
            &self.folder,
            &["plan", "--full", &sandbox(&self.account("plan"))],
        );
        let plan = text(&planned.stdout);
        if !matches!(planned.status.code(), Some(0 | 3)) {
            return Err(format!("plan failed:\n{}{plan}", text(&planned.stderr)));
        }
        same_as_file(&self.folder.join("expected.txt"), &trimmed(&plan))?;
        self.inventory_as_expected()?;
        self.coverage_as_expected()?;
        self.dashboards_as_expected()
    }

    /// Only where a case is about how a stack is read: what was found, how it belongs together, and what is not known.
    fn inventory_as_expected(&self) -> Result<(), Fault> {
        let file = self.folder.join("inventory.txt");
        if !file.exists() {
            return Ok(());
        }
        let shown = tracewatch(
            &self.folder,
            &["inventory", &sandbox(&self.account("inventory"))],
        );
        same_as_file(
            &file,
            &format!("{}{}", text(&shown.stdout), text(&shown.stderr)),
        )
    }

    /// Only where a case is about the alarms that AWS recommends. No account is read.
    fn coverage_as_expected(&self) -> Result<(), Fault> {
        let file = self.folder.join("coverage.txt");
        if !file.exists() {
            return Ok(());
        }
        let shown = tracewatch(&self.folder, &["coverage"]);
        same_as_file(&file, &text(&shown.stdout))
    }

    /// Only where a case is about dashboards: their bodies, which the text of a plan does not show.
    fn dashboards_as_expected(&self) -> Result<(), Fault> {
        let file = self.folder.join("dashboards.json");
        if !file.exists() {
            return Ok(());
        }
        let plan = self.plan_json(&self.folder)?;
        let changes = plan["changes"].as_array().into_iter().flatten();
        let bodies: serde_json::Map<String, Value> = changes
            .filter(|change| change["kind"] == "dashboard")
            .map(|change| {
                (
                    change["name"].as_str().unwrap_or_default().to_owned(),
                    change["new"]["body"].clone(),
                )
            })
            .collect();
        same_as_file(
            &file,
            &(serde_json::to_string_pretty(&bodies).expect("a plan is JSON") + "\n"),
        )
    }

    fn is_done_after_an_apply(&self) -> Result<(), Fault> {
        let account = self.account("apply");
        self.succeeds(&["apply", "--yes", &sandbox(&account)])?;
        let again = self.succeeds(&["plan", &sandbox(&account)])?;
        if !again.contains("\nNo changes: ") && !again.starts_with("No changes: ") {
            return Err(format!(
                "after an apply there is still something to do:\n{again}"
            ));
        }
        let written = writes(&self.folder, &account)?;
        if written.is_empty() {
            Ok(())
        } else {
            Err(format!("a second apply wrote: {}", written.join(", ")))
        }
    }

    /// Only where a case names its Region: everything is gone, in that Region and in any other.
    fn leaves_nothing_in_any_region_after_a_destroy(&self) -> Result<(), Fault> {
        if !self.folder.join("region.txt").exists() {
            return Ok(());
        }
        let account = self.account("destroy");
        self.succeeds(&["apply", "--yes", &sandbox(&account)])?;
        let applied = fs::read_to_string(&account).expect("an account");
        self.succeeds(&["destroy", "--yes", &sandbox(&account)])?;
        let destroyed = fs::read_to_string(&account).expect("an account");
        if !applied.contains(OWNER_TAG) {
            return Err("an apply leaves nothing that could be destroyed".to_owned());
        }
        if destroyed.contains(OWNER_TAG) {
            return Err(format!("destroy leaves something behind:\n{destroyed}"));
        }
        Ok(())
    }

    /// What follows from a stack does not depend on how its file is ordered or called.
    fn plans_the_same_in_any_order(&self) -> Result<(), Fault> {
        let Some(template) = template_of(&self.folder) else {
            return Ok(());
        };
        let expected = self.plan_json(&self.folder)?;
        let copy = self.work.join("copy");
        copy_files(&self.folder, &copy);
        let written = fs::read_to_string(copy.join(template)).expect("a template");
        let reordered = if template == "template.json" {
            reversed_json(&written)
        } else {
            reversed_yaml(&written)?
        };
        fs::remove_file(copy.join(template)).expect("the copy is ours");
        let renamed = format!("another-{template}");
        fs::write(copy.join(&renamed), reordered).expect("the copy is ours");
        let project = fs::read_to_string(copy.join("tracewatch.toml")).expect("a project file");
        fs::write(
            copy.join("tracewatch.toml"),
            project.replace(template, &renamed),
        )
        .expect("the copy is ours");
        let found = self.plan_json(&copy)?;
        if found == expected {
            Ok(())
        } else {
            Err(first_difference(&pretty(&expected), &pretty(&found)))
        }
    }

    /// Built-in alarms are not compared with the conditions of metrics at run time: here they are, as files of the project.
    fn built_in_alarms_are_on_published_metrics(&self) -> Result<(), Fault> {
        let copy = self.work.join("own-definitions");
        copy_files(&self.folder, &copy);
        let own = copy.join("alarms");
        fs::create_dir_all(&own).expect("the copy is ours");
        let planned = fs::read_to_string(self.folder.join("expected.txt")).unwrap_or_default();
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("alarms");
        for file in fs::read_dir(built_in).expect("definitions") {
            let file = file.expect("a definition").path();
            let to = own.join(file.file_name().expect("a file has a name"));
            let text = fs::read_to_string(file).expect("a definition");
            if !to.exists() && has_alarm_in(&text, &planned) {
                fs::write(to, text).expect("the copy is ours");
            }
        }
        let plan = self.plan_json(&copy)?;
        let findings = plan["findings"].as_array().into_iter().flatten();
        let found: Vec<&str> = findings
            .filter(|finding| finding["code"] == "metric-not-published-here")
            .filter_map(|finding| finding["message"].as_str())
            // Those of the case's own alarms are expected.
            .filter(|message| !planned.contains(message))
            .collect();
        match found.as_slice() {
            [] => Ok(()),
            found => Err(format!("built-in alarms without data: {found:?}")),
        }
    }

    /// The plan for programs, without the places of its findings: lines move when a file is rewritten.
    fn plan_json(&self, folder: &Path) -> Result<Value, Fault> {
        let planned = tracewatch(
            folder,
            &["plan", "--format", "json", &sandbox(&self.account("json"))],
        );
        let mut plan: Value = serde_json::from_slice(&planned.stdout)
            .map_err(|fault| format!("{fault}: {}", text(&planned.stderr)))?;
        for finding in plan["findings"].as_array_mut().into_iter().flatten() {
            finding
                .as_object_mut()
                .map(|finding| finding.remove("places"));
        }
        Ok(plan)
    }

    /// A fresh account: the one that the case holds, or an empty one; with what was applied before, where the case tells of a change.
    fn account(&self, name: &str) -> PathBuf {
        let file = self.work.join(format!("{name}.json"));
        let _ = fs::remove_file(&file);
        let deployed = self.folder.join("deployed.json");
        if deployed.exists() {
            fs::copy(deployed, &file).expect("a stored account can be copied");
        }
        let before = self.folder.join("before");
        if before.exists() {
            let copy = self.work.join("before");
            copy_files(&self.folder, &copy);
            copy_files(&before, &copy);
            let applied = tracewatch(&copy, &["apply", "--yes", &sandbox(&file)]);
            assert!(
                applied.status.success(),
                "{}: what was before: {}",
                self.name,
                text(&applied.stderr)
            );
        }
        file
    }

    fn succeeds(&self, arguments: &[&str]) -> Result<String, Fault> {
        let done = tracewatch(&self.folder, arguments);
        match done.status.code() {
            Some(0) => Ok(text(&done.stdout)),
            _ => Err(format!(
                "`tracewatch {}` failed:\n{}{}",
                arguments.join(" "),
                text(&done.stdout),
                text(&done.stderr)
            )),
        }
    }
}

/// Whether the text of a plan has the name of one of a definition file's alarms.
fn has_alarm_in(definition: &str, plan: &str) -> bool {
    let names = definition.lines().filter_map(|line| {
        let name = line.strip_prefix("name")?.trim_start();
        name.strip_prefix("= \"")?.strip_suffix('"')
    });
    names
        .map(|name| format!(".{name}"))
        .any(|name| plan.contains(&name))
}

/// Runs the program in a folder, as far from this machine's settings as it gets. The Region is that
/// of the folder's `region.txt`, where it has one.
fn tracewatch(folder: &Path, arguments: &[&str]) -> Output {
    let region = fs::read_to_string(folder.join("region.txt")).ok();
    let region = region.map(|region| format!("--region={}", region.trim()));
    Command::new(env!("CARGO_BIN_EXE_tracewatch"))
        .args(arguments)
        .args(region)
        .current_dir(folder)
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the program can be started")
}

fn sandbox(file: &Path) -> String {
    format!("--sandbox={}", file.display())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn template_of(folder: &Path) -> Option<&'static str> {
    ["template.yaml", "template.json"]
        .into_iter()
        .find(|name| folder.join(name).exists())
}

/// The operations that a second apply calls beside those that look.
fn writes(folder: &Path, account: &Path) -> Result<Vec<String>, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let account = Account::open(account).expect("the account that was applied to");
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let sandbox = Sandbox::new(account, Faults::default(), jiff::Timestamp::now);
        tokio::spawn(async move { sandbox.serve(listener).await });
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || {
            let applied = tracewatch(
                &folder,
                &["apply", "--yes", &format!("--sandbox=http://{address}")],
            );
            if !applied.status.success() {
                return Err(format!(
                    "the second apply failed:\n{}",
                    text(&applied.stderr)
                ));
            }
            let looks = |name: &str| {
                ["Get", "List", "Describe"]
                    .iter()
                    .any(|verb| name.starts_with(verb))
            };
            Ok(calls(&address)
                .as_object()
                .expect("calls by operation")
                .keys()
                .filter(|name| !looks(name))
                .cloned()
                .collect())
        })
        .await
        .expect("a second apply")
    })
}

/// What the sandbox was asked.
fn calls(address: &str) -> Value {
    let mut stream = TcpStream::connect(address).expect("the sandbox is there");
    let request =
        format!("GET /_sandbox/calls HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the sandbox listens");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the sandbox answers");
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body)
        .expect("a body");
    serde_json::from_str(body).expect("calls are JSON")
}

/// Lines of a full plan that say the same in every case.
const USUAL: [&str; 5] = [
    "policy Tracewatch",
    "label ",
    "few samples  evaluate",
    "actions  on",
    "periodOverride  inherit",
];

/// The plan without what never differs: the usual fields, the way to the dashboard, what the estimate of the cost assumes.
fn trimmed(plan: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in plan.lines() {
        let dense = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_usual = USUAL
            .iter()
            .any(|usual| dense.starts_with(&usual.replace("  ", " ")));
        let is_assumption = line.starts_with("  ")
            && lines
                .last()
                .is_some_and(|last| last.starts_with("cost per month"));
        if !(is_usual || is_assumption) {
            lines.push(
                line.split("\\nDashboard: ")
                    .next()
                    .unwrap_or(line)
                    .replace("\\n", "\n                                  "),
            );
        }
    }
    lines.join("\n") + "\n"
}

fn same_as_file(file: &Path, found: &str) -> Result<(), Fault> {
    if std::env::var_os("BLESS").is_some() {
        fs::write(file, found).expect("the expected plan can be written");
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == found {
        Ok(())
    } else {
        Err(first_difference(&expected, found))
    }
}

/// The first lines that differ, and where.
fn first_difference(expected: &str, found: &str) -> Fault {
    let (mut left, mut right) = (expected.lines(), found.lines());
    for line in 1.. {
        match (left.next(), right.next()) {
            (None, None) => break,
            (expected, found) if expected == found => {}
            (expected, found) => {
                return format!(
                    "line {line}\n  expected: {}\n  found:    {}",
                    expected.unwrap_or("nothing"),
                    found.unwrap_or("nothing")
                );
            }
        }
    }
    "the texts differ in their last line end".to_owned()
}

fn pretty(plan: &Value) -> String {
    serde_json::to_string_pretty(plan).expect("a plan is JSON")
}

/// The same JSON with every object's members in descending order of their names.
fn reversed_json(text: &str) -> String {
    fn write(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .rev()
                    .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), write(value)))
                    .collect();
                format!("{{ {} }}", members.join(", "))
            }
            Value::Array(items) => format!(
                "[{}]",
                items.iter().map(write).collect::<Vec<_>>().join(", ")
            ),
            other => other.to_string(),
        }
    }
    write(&serde_json::from_str(text).expect("a case's template is JSON"))
}

/// The same template with its resources in the opposite order. A resource is a line with two blanks before it and what is deeper.
fn reversed_yaml(text: &str) -> Result<String, Fault> {
    let (before, resources) = text
        .split_once("Resources:\n")
        .ok_or("a template in YAML has a line `Resources:`")?;
    let mut blocks: Vec<String> = Vec::new();
    for line in resources.lines() {
        let is_head = line
            .strip_prefix("  ")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
        match blocks.last_mut() {
            Some(block) if !is_head => block.extend([line, "\n"]),
            _ => blocks.push(format!("{line}\n")),
        }
    }
    if resources
        .lines()
        .any(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric()))
    {
        return Err("`Resources:` is the last section of a case's template".to_owned());
    }
    blocks.reverse();
    Ok(format!("{before}Resources:\n{}", blocks.concat()))
}

/// Copies a case, its files in descending order of their names.
fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder for a copy");
    let mut paths: Vec<PathBuf> = fs::read_dir(from)
        .expect("a case")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths.iter().rev() {
        let copy = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_files(path, &copy);
        } else {
            fs::copy(path, copy).expect("a file can be copied");
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let wanted = std::env::var("CASE").unwrap_or_default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("tests/cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.retain(|case| {
        case.file_name()
            .is_some_and(|name| name.to_string_lossy().contains(&wanted))
    });
    cases.sort();
    cases
}

#[test]
fn every_case_plans_as_expected_converges_and_does_not_depend_on_order() {
    let cases = cases();
    let at_a_time = thread::available_parallelism().map_or(2, usize::from);
    let share = cases.len().div_ceil(at_a_time).max(1);
    let faults: Vec<Fault> = thread::scope(|scope| {
        let workers: Vec<_> = cases
            .chunks(share)
            .map(|cases| {
                scope.spawn(move || {
                    cases
                        .iter()
                        .flat_map(|case| Case::open(case.clone()).run())
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker"))
            .collect()
    });
    assert_ne!(cases.len(), 0, "no case has that name");
    assert!(
        faults.is_empty(),
        "{}\n\nBLESS=1 writes the plans as they are now; look at them with `git diff`",
        faults.join("\n\n")
    );
}

#[test]
fn reversing_a_template_keeps_all_of_it() {
    let yaml =
        "Parameters:\n  P: 1\nResources:\n  # about A\n  A:\n    Type: T\n  B:\n    Type: U\n";
    assert_eq!(
        reversed_yaml(yaml).as_deref(),
        Ok("Parameters:\n  P: 1\nResources:\n  B:\n    Type: U\n  A:\n    Type: T\n  # about A\n")
    );
    assert_eq!(
        reversed_json(r#"{"a": [1, {"b": 2, "c": 3}], "d": null}"#),
        r#"{ "d": null, "a": [1, { "c": 3, "b": 2 }] }"#
    );
}
