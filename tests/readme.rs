//! The README is carried out, from top to bottom, in a copy of the examples: its commands are run, its files are written, and the output
//! that it shows is compared with the real one (`…` stands for what is left out; numbers and the widths of columns may differ).
//! What would need AWS gets a served sandbox in which the stacks are deployed. `cargo install`, `cargo test`, the AWS CLI and a pipeline's
//! YAML are not run: they are held against their known form.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where its ground is missing"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tracewatch::sandbox::{Account, Stack, StackResource, Status};

const TRACEWATCH: &str = env!("CARGO_BIN_EXE_tracewatch");

/// The README's own words for a reader's folder, a deployed stack, and a port.
const FOLDER: &str = "my-service";
const DEPLOYED: &str = "orders-prod";
const PORT: &str = "4600";

/// Commands that are not run here, by how they begin, and all that may follow.
const KNOWN_FORMS: [(&str, &str); 3] = [
    ("cargo test", ""),
    ("cargo install ", "--path . --locked"),
    ("aws ", "cloudwatch describe-alarms"),
];

#[test]
fn every_command_does_what_the_readme_shows() {
    let mut reader = Reader::new();
    let mut shown = None;
    for (language, body) in fences(&repository("README.md")) {
        match language.as_str() {
            "sh" => shown = body.lines().filter_map(|line| reader.follow(line)).last(),
            "text" => assert_shown(
                &body,
                &shown.take().expect("output stands below its command"),
            ),
            "toml" | "hbs" => reader.write(&body),
            "yaml" => body
                .lines()
                .filter_map(|line| line.trim().strip_prefix("- run: "))
                .for_each(pipeline_step),
            other => panic!("the README shows `{other}`, which this test does not know"),
        }
    }
}

/// Somebody who follows the README.
struct Reader {
    folder: PathBuf,
    aws: Served,
    /// Sandboxes that the README starts itself.
    started: Vec<Served>,
}

impl Reader {
    fn new() -> Self {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
        let _ = fs::remove_dir_all(&home);
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"),
            &home.join("examples"),
        );
        fs::create_dir(home.join(FOLDER)).unwrap();
        fs::copy(
            home.join("examples/order-processing/template.yaml"),
            home.join(FOLDER).join("template.yaml"),
        )
        .unwrap();
        let file = home.join("aws.json");
        let mut account = Account::open(&file).unwrap();
        deploy(
            &mut account,
            FOLDER,
            &home.join("examples/order-processing/template.yaml"),
        );
        deploy(
            &mut account,
            DEPLOYED,
            &home.join("examples/distributed-tracing/distributed-tracing.template.json"),
        );
        account.save().unwrap();
        drop(account);
        let aws = Served::start(&home, &["--file", file.to_str().unwrap()]);
        Self {
            folder: home,
            aws,
            started: Vec::new(),
        }
    }

    /// Does what one line says; what was printed comes back.
    fn follow(&mut self, line: &str) -> Option<String> {
        let command = line.split("  #").next().unwrap_or_default().trim();
        if let Some(folder) = command.strip_prefix("cd ") {
            self.folder.push(folder.trim());
            return None;
        }
        let command = command.replace("cargo run --", "tracewatch");
        let Some(arguments) = command.strip_prefix("tracewatch ") else {
            assert_known_form(&command);
            return None;
        };
        let arguments: Vec<String> = arguments
            .split_whitespace()
            .map(|word| self.with_port(word))
            .collect();
        match arguments.split_last() {
            Some((last, served)) if last == "&" => {
                let faults: Vec<&str> = served
                    .iter()
                    .map(String::as_str)
                    .filter(|word| !["sandbox", "--port", PORT].contains(word))
                    .collect();
                self.started.push(Served::start(&self.folder, &faults));
                None
            }
            _ => Some(self.run(&arguments)),
        }
    }

    fn run(&self, arguments: &[String]) -> String {
        let ran = tracewatch(&self.folder)
            .env("AWS_ENDPOINT_URL", &self.aws.endpoint)
            .args(arguments)
            .output()
            .unwrap();
        let (output, errors) = (
            String::from_utf8(ran.stdout).unwrap(),
            String::from_utf8(ran.stderr).unwrap(),
        );
        assert!(
            ran.status.success(),
            "tracewatch {}\n{output}{errors}",
            arguments.join(" ")
        );
        output
    }

    /// The README names a port; here it is whichever was free.
    fn with_port(&self, word: &str) -> String {
        match self.started.last() {
            Some(served) => word.replace(&format!("http://127.0.0.1:{PORT}"), &served.endpoint),
            None => word.to_owned(),
        }
    }

    /// Writes a file that the README shows: its first line says which. More of the project file is added to what is there.
    fn write(&self, body: &str) {
        let (first, rest) = body.split_once('\n').unwrap();
        let name = first.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let before = if name == "tracewatch.toml" {
            fs::read_to_string(&path).unwrap()
        } else {
            String::new()
        };
        fs::write(&path, before + rest).unwrap();
    }
}

/// Puts a stack into an account as CloudFormation would have deployed it, under names that are made up.
fn deploy(account: &mut Account, name: &str, template: &Path) {
    let arguments = [
        "inventory",
        "--sandbox=none.json",
        "--format",
        "json",
        "--stack",
        name,
        "--template",
    ];
    let read = tracewatch(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .args(arguments)
        .arg(template)
        .output()
        .unwrap();
    let inventory: Value = serde_json::from_slice(&read.stdout).expect("an inventory");
    let text = |resource: &Value, key: &str| resource[key].as_str().unwrap_or_default().to_owned();
    let resources = inventory["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| StackResource {
            logical_id: text(resource, "logical_id"),
            physical_id: text(resource, "physical_id"),
            resource_type: text(resource, "type"),
            status: Status::default(),
        });
    let stack = Stack {
        name: name.to_owned(),
        template: fs::read_to_string(template).unwrap(),
        resources: resources.collect(),
        ..Stack::default()
    };
    account.seed_stack("us-east-1", stack);
}

/// A sandbox that a process of its own serves, for as long as this lives.
struct Served {
    process: Child,
    /// Held open: the process writes to it.
    _output: BufReader<ChildStdout>,
    endpoint: String,
}

impl Served {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = tracewatch(folder);
        command
            .args(["sandbox", "--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let endpoint = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self {
            process,
            _output: output,
            endpoint,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, with nothing of this machine's AWS configuration.
fn tracewatch(folder: &Path) -> Command {
    let mut command = Command::new(TRACEWATCH);
    command.current_dir(folder).stdin(Stdio::null()).env_clear();
    let made_up = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|key| (key, "sandbox"));
    command
        .envs(made_up)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", folder);
    command
}

fn assert_known_form(command: &str) {
    let bare: String = command
        .split_whitespace()
        .skip_while(|word| word.contains('='))
        .collect::<Vec<_>>()
        .join(" ");
    let form = KNOWN_FORMS
        .iter()
        .find_map(|(begin, rest)| Some((bare.strip_prefix(begin)?, *rest)));
    let (given, rest) = form.unwrap_or_else(|| {
        panic!("the README has a command that this test does not know: {command}")
    });
    assert_eq!(given, rest, "{command}");
}

/// A step of a pipeline is not run; that the program takes these arguments is asked of the program.
fn pipeline_step(run: &str) {
    if let Some(arguments) = run
        .split(" >> ")
        .next()
        .and_then(|command| command.strip_prefix("tracewatch "))
    {
        let asked = Command::new(TRACEWATCH)
            .args(arguments.split_whitespace())
            .arg("--help")
            .output()
            .unwrap();
        assert!(asked.status.success(), "{run}");
    }
}

fn assert_shown(shown: &str, real: &str) {
    let (wanted, lines): (Vec<String>, Vec<String>) = (
        shown.lines().map(words).collect(),
        real.lines().map(words).collect(),
    );
    assert!(
        matches(&wanted, &lines),
        "the README shows\n{shown}\nand the program says\n{real}"
    );
}

/// A line without what changes whenever an alarm is added: every number is `0`, and columns are one blank apart. Costs are exact.
fn words(line: &str) -> String {
    if line.starts_with("cost per month") {
        return line.trim().to_owned();
    }
    let mut words = String::new();
    for character in line
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        let character = if character.is_ascii_digit() {
            '0'
        } else {
            character
        };
        if character != '0' || !words.ends_with('0') {
            words.push(character);
        }
    }
    words
}

/// Whether lines are as shown; a line `…` stands for any number of them.
fn matches(shown: &[String], lines: &[String]) -> bool {
    match shown {
        [] => lines.is_empty(),
        [any, rest @ ..] if any == "…" => {
            (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..]))
        }
        [first, rest @ ..] => lines
            .split_first()
            .is_some_and(|(line, after)| glob(first, line) && matches(rest, after)),
    }
}

/// Whether a line is as shown; `…` in it stands for any text.
fn glob(pattern: &str, line: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('…') else {
        return pattern == line;
    };
    let Some(after) = line.strip_prefix(begin) else {
        return false;
    };
    (0..=after.len())
        .filter(|at| after.is_char_boundary(*at))
        .any(|at| glob(rest, &after[at..]))
}

/// Language and text of every fenced block.
fn fences(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut parts = page.split("```");
    parts.next();
    while let (Some(block), Some(_)) = (parts.next(), parts.next()) {
        let (language, body) = block.split_once('\n').unwrap();
        blocks.push((language.to_owned(), body.to_owned()));
    }
    blocks
}

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).map(drop).unwrap();
        }
    }
}
