//! The command line: exit codes, help, colours, formats, the manual, the first project file; what holds before and after any pipeline.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Every command, with the shortest arguments that make it run in the folder of [`Folder::with_template`], and whether it writes JSON.
const COMMANDS: [(&str, &[&str], bool); 13] = [
    ("init", &["init"], false),
    (
        "inventory",
        &["inventory", "--template", "template.yaml"],
        true,
    ),
    (
        "plan",
        &["plan", "--template", "template.yaml", "--sandbox"],
        true,
    ),
    (
        "apply",
        &["apply", "--template", "template.yaml", "--sandbox", "--yes"],
        true,
    ),
    (
        "drift",
        &["drift", "--template", "template.yaml", "--sandbox"],
        true,
    ),
    (
        "mute",
        &["mute", "--list", "--template", "template.yaml", "--sandbox"],
        true,
    ),
    (
        "unmute",
        &["unmute", "--template", "template.yaml", "--sandbox"],
        true,
    ),
    (
        "destroy",
        &[
            "destroy",
            "--template",
            "template.yaml",
            "--sandbox",
            "--yes",
        ],
        true,
    ),
    (
        "coverage",
        &["coverage", "--template", "template.yaml"],
        true,
    ),
    ("explain", &["explain", "dead-metric"], true),
    ("sandbox", &[], false),
    ("schema", &["schema", "alarms"], false),
    ("completions", &["completions", "bash"], false),
];

const TEMPLATE: &str = "\
Parameters:
  Stage: { Type: String, Default: dev }
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub shop-orders-${Stage}
";

/// A template with so many functions.
fn functions(count: usize) -> String {
    let function = |n| {
        format!(
            "  F{n}:\n    Type: AWS::Lambda::Function\n    Properties: {{ FunctionName: f{n} }}\n"
        )
    };
    let functions: Vec<String> = (0..count).map(function).collect();
    format!("Resources:\n{}", functions.concat())
}

/// A folder of a test's own, with nothing of this machine's settings around it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("cli")
            .join(name)
            .join("shop");
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder for a test");
        Self(path)
    }

    fn with_template(name: &str) -> Self {
        let folder = Self::new(name);
        folder.write("template.yaml", TEMPLATE);
        folder
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).expect("a file for a test");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracewatch"));
        command
            .args(arguments)
            .current_dir(&self.0)
            .env_clear()
            .env("HOME", &self.0)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .output()
            .expect("the program can be started")
    }

    /// Standard output of a command that ends well.
    fn result(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{arguments:?}\n{}",
            stderr(&done)
        );
        stdout(&done)
    }

    fn code(&self, arguments: &[&str]) -> Option<i32> {
        self.run(arguments).status.code()
    }
}

fn stdout(done: &Output) -> String {
    String::from_utf8(done.stdout.clone()).expect("results are UTF-8")
}

fn stderr(done: &Output) -> String {
    String::from_utf8(done.stderr.clone()).expect("messages are UTF-8")
}

const PLAN: [&str; 4] = ["plan", "--template", "template.yaml", "--sandbox"];
const APPLY: [&str; 5] = ["apply", "--template", "template.yaml", "--sandbox", "--yes"];

#[test]
fn the_exit_code_says_how_a_command_ended() {
    let folder = Folder::with_template("exit-codes");
    let with_exit_code = [&PLAN[..], &["--exit-code"]].concat();
    let drift = ["drift", "--template", "template.yaml", "--sandbox"];
    assert_eq!(folder.code(&PLAN), Some(0), "a plan that was shown is done");
    assert_eq!(folder.code(&with_exit_code), Some(2), "there are changes");
    assert_eq!(folder.code(&drift), Some(2), "nothing is there yet");
    assert_eq!(folder.code(&APPLY), Some(0));
    assert_eq!(folder.code(&with_exit_code), Some(0), "nothing to do");
    assert_eq!(folder.code(&drift), Some(0));
    assert_eq!(
        folder.code(&["plan", "--template", "missing.yaml", "--sandbox"]),
        Some(1),
        "a failure"
    );
    assert_eq!(
        folder.code(&["plan", "--colour"]),
        Some(1),
        "arguments that are not understood are no changes"
    );
}

#[test]
fn a_plan_that_safety_refuses_ends_with_three_and_changes_nothing() {
    let folder = Folder::with_template("refused");
    folder.write(
        "tracewatch.toml",
        "[stack]\nname = \"shop\"\ntemplate = \"template.yaml\"\n\n[cost]\nmonthly_limit = 0.5\n",
    );
    folder.write("template.yaml", &functions(10));
    let refused = folder.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
    assert!(
        stdout(&refused).contains("Refused because of 1 error."),
        "{}",
        stdout(&refused)
    );
    assert_eq!(folder.code(&["plan", "--sandbox"]), Some(3));
    assert_eq!(
        folder.code(&["drift", "--sandbox"]),
        Some(2),
        "nothing was made"
    );
}

#[test]
fn a_coverage_below_the_minimum_is_a_failure() {
    let folder = Folder::with_template("coverage");
    let with_minimum = |percent: u64| {
        folder.run(&[
            "coverage",
            "--template=template.yaml",
            "--min",
            &percent.to_string(),
            "--format=json",
        ])
    };
    let coverage: Value =
        serde_json::from_slice(&with_minimum(0).stdout).expect("a coverage is JSON");
    let percent = coverage["percent"].as_u64().expect("a percentage");
    assert!(percent < 100, "{percent}");
    let enough = with_minimum(percent);
    assert_eq!(enough.status.code(), Some(0), "{}", stderr(&enough));
    let short = with_minimum(percent + 1);
    assert_eq!(short.status.code(), Some(1));
    assert!(stderr(&short).contains("--min"), "{}", stderr(&short));
    assert_eq!(
        short.stdout, enough.stdout,
        "the result is shown all the same"
    );
    assert_eq!(with_minimum(101).status.code(), Some(1));
}

#[test]
fn a_property_that_is_not_known_leaves_the_coverage_of_one_metric_open() {
    let folder = Folder::with_template("coverage-not-known");
    let imported = format!("{TEMPLATE}      Timeout: !ImportValue shared-timeout\n");
    folder.write("template.yaml", &imported);
    let shown = folder.result(&["coverage", "--template=template.yaml"]);
    let line = |metric: &str| {
        let line = shown.lines().find(|line| line.contains(metric));
        line.unwrap_or_else(|| panic!("{metric}: {shown}")).trim()
    };
    assert!(line("Lambda Duration").starts_with("not known"), "{shown}");
    assert!(line("Lambda Duration").contains("`Timeout`"), "{shown}");
    assert!(line("Lambda Errors").starts_with("covered"), "{shown}");
}

#[test]
fn nobody_to_ask_is_a_failure_and_changes_nothing() {
    let folder = Folder::with_template("nobody");
    let asked = folder.run(&APPLY[..4]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(stderr(&asked).contains("--yes"), "{}", stderr(&asked));
    assert_eq!(
        folder.code(&["drift", "--template", "template.yaml", "--sandbox"]),
        Some(2),
        "nothing was made"
    );
}

#[test]
fn the_help_of_every_command_has_examples() {
    let folder = Folder::new("help");
    let top = folder.result(&["--help"]);
    assert!(
        top.contains("Examples:") && top.contains("Exit codes:"),
        "{top}"
    );
    for (command, _, _) in COMMANDS {
        assert!(
            top.contains(&format!("\n  {command} ")),
            "{command} is listed"
        );
        let help = folder.result(&[command, "--help"]);
        assert!(
            help.contains(&format!("Examples:\n  tracewatch {command}"))
                || help.contains(&format!("\n  tracewatch {command}")),
            "{help}"
        );
    }
}

#[test]
fn every_option_of_every_command_says_what_it_does() {
    let folder = Folder::new("options");
    for (command, _, _) in COMMANDS {
        let help = folder.result(&[command, "--help"]);
        let lines: Vec<&str> = help.lines().collect();
        for (at, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.trim_start().starts_with("--"))
        {
            let explained = line.trim().contains("  ")
                || lines
                    .get(at + 1)
                    .is_some_and(|next| next.starts_with("          "));
            assert!(explained, "{command}: {line}");
        }
    }
}

#[test]
fn colour_is_asked_for_and_can_be_refused() {
    let folder = Folder::with_template("colour");
    let is_coloured = |arguments: &[&str], variable: Option<&str>| {
        let mut command = folder.command(&[&PLAN[..], arguments].concat());
        variable.map(|value| command.env("NO_COLOR", value));
        stdout(&command.output().expect("a plan")).contains('\u{1b}')
    };
    assert!(!is_coloured(&[], None), "a pipe is no terminal");
    assert!(is_coloured(&["--color", "always"], None));
    assert!(!is_coloured(&["--color", "never"], None));
    assert!(
        is_coloured(&["--color", "always"], Some("1")),
        "the command line is the stronger word"
    );
    assert!(!is_coloured(&["--color", "auto"], Some("1")));
    for (value, forced) in [("1", true), ("0", false), ("", false)] {
        let mut command = folder.command(&PLAN);
        command.env("CLICOLOR_FORCE", value);
        let plan = stdout(&command.output().expect("a plan"));
        assert_eq!(plan.contains('\u{1b}'), forced, "CLICOLOR_FORCE={value}");
        let refused = command.env("NO_COLOR", "1").output().expect("a plan");
        assert!(!stdout(&refused).contains('\u{1b}'));
    }
}

#[test]
fn every_command_that_writes_json_writes_only_json() {
    let folder = Folder::with_template("json");
    for (command, arguments, _) in COMMANDS.iter().filter(|(_, _, writes_json)| *writes_json) {
        let done = folder.run(&[arguments, &["--format", "json"][..]].concat());
        let json: Result<Value, _> = serde_json::from_str(&stdout(&done));
        assert!(
            json.is_ok_and(|json| json.is_object()),
            "{command}: {}{}",
            stdout(&done),
            stderr(&done)
        );
    }
}

#[test]
fn a_json_plan_says_everything_that_its_text_does() {
    let folder = Folder::with_template("json-plan");
    let plan: Value =
        serde_json::from_str(&folder.result(&[&PLAN[..], &["--format", "json"]].concat()))
            .expect("JSON");
    let text = folder.result(&[&PLAN[..], &["--full"]].concat());
    assert_ne!(plan["changes"].as_array().map_or(0, Vec::len), 0);
    for change in plan["changes"].as_array().into_iter().flatten() {
        assert!(
            text.contains(change["name"].as_str().expect("a name")),
            "{change}"
        );
    }
    assert_eq!(
        plan["stack"], "shop",
        "a template alone is called by its folder"
    );
    let codes: Vec<&str> = plan["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    assert!(
        codes.iter().all(|code| text.contains(&format!("[{code}]"))),
        "{codes:?}"
    );
}

#[test]
fn a_second_plan_has_the_same_bytes() {
    let folder = Folder::with_template("bytes");
    let json = [&PLAN[..], &["--format", "json"]].concat();
    assert_eq!(folder.result(&json), folder.result(&json));
}

#[test]
fn markdown_is_a_heading_and_a_table() {
    let folder = Folder::with_template("markdown");
    let text = folder.result(&[&PLAN[..], &["--format", "markdown"]].concat());
    assert!(
        text.starts_with("### tracewatch: Plan for stack shop") && text.contains("| alarms | 5 ("),
        "{text}"
    );
}

#[test]
fn quiet_leaves_out_notes_and_links_but_no_error() {
    let loud = Folder::with_template("loud");
    let saved = ["--out", "plan.json"];
    assert!(stderr(&loud.run(&[&PLAN[..], &saved].concat())).contains("The plan is in plan.json."));
    assert!(loud.result(&APPLY).contains("Where to look:"));

    let quiet = Folder::with_template("quiet");
    let planned = quiet.run(&[&PLAN[..], &saved, &["--quiet"]].concat());
    assert_eq!(stderr(&planned), "");
    assert!(stdout(&planned).contains("Plan for stack shop"));
    let applied = quiet.run(&[&APPLY[..], &["--quiet"]].concat());
    assert_eq!(stderr(&applied), "");
    assert!(!stdout(&applied).contains("Where to look:"));
    let failed = quiet.run(&["plan", "--template", "missing.yaml", "--quiet"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(stderr(&failed).contains("error"), "{}", stderr(&failed));
    assert!(quiet.result(&["plan", "--help"]).contains("--quiet"));
}

/// The visible commands with their long flags, as `--help` shows them.
fn commands_with_flags(folder: &Folder) -> Vec<(String, Vec<String>)> {
    let help = folder.result(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").expect("a list of commands");
    let names = list
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help");
    names
        .map(|name| {
            let help = folder.result(&[name, "--help"]);
            let words = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            let flags = words.filter(|word| word.starts_with("--") && word.len() > 2);
            (name.to_owned(), flags.map(str::to_owned).collect())
        })
        .collect()
}

#[test]
fn the_manual_has_every_command_and_flag() {
    let folder = Folder::new("man");
    let commands = commands_with_flags(&folder);
    assert!(commands.len() >= COMMANDS.len(), "{commands:?}");
    let whole = folder.result(&["man"]).replace("\\-", "-");
    folder.result(&["man", "--out-dir", "pages"]);
    for (command, flags) in &commands {
        let file = folder.0.join(format!("pages/tracewatch-{command}.1"));
        let page = fs::read_to_string(file).expect("a page of the command");
        let page = page.replace("\\-", "-");
        let heading = format!(".SH \"tracewatch {command}\"\n");
        let (_, section) = whole.split_once(&heading).expect("a section");
        let section = section.split("\n.SH ").next().unwrap_or_default();
        for flag in flags {
            assert!(page.contains(flag), "the page of {command} lacks {flag}");
            let is_global = whole
                .split("\n.SH ")
                .any(|section| section.starts_with("OPTIONS") && section.contains(flag.as_str()));
            assert!(
                is_global || section.contains(flag),
                "the section of {command} lacks {flag}"
            );
        }
    }
    let pages = fs::read_dir(folder.0.join("pages")).expect("pages").count();
    assert_eq!(pages, commands.len() + 1, "no page of a hidden command");
}

#[test]
fn the_manual_is_formatted_without_warnings() {
    let folder = Folder::new("man-formatted");
    folder.result(&["man", "--out-dir", "."]);
    fs::write(folder.0.join("whole.1"), folder.result(&["man"])).expect("a page");
    let formatters: [(&str, &[&str]); 2] = [
        ("groff", &["-man", "-ww", "-Tutf8"]),
        ("mandoc", &["-T", "lint", "-W", "error"]),
    ];
    for page in fs::read_dir(&folder.0).expect("pages").map(Result::unwrap) {
        for (formatter, arguments) in formatters {
            let done = Command::new(formatter)
                .args(arguments)
                .arg(page.path())
                .output();
            match done {
                Ok(done) => assert_eq!(stderr(&done), "", "{formatter} {}", page.path().display()),
                Err(_) => eprintln!("{formatter} is not installed"),
            }
        }
    }
}

#[test]
fn quiet_shows_diagnostics_and_not_how_many_are_allowed() {
    let folder = Folder::with_template("quiet-diagnostics");
    let project = "[stack]\nname = \"shop\"\ntemplate = \"template.yaml\"\n\n[notify.critical]\n\n[tracing]\nenabled = false\n\n[diagnostics]\nallow = [\"board-without-definitions\"]\n";
    std::fs::write(folder.0.join("tracewatch.toml"), project).unwrap();
    std::fs::create_dir_all(folder.0.join("dashboards")).unwrap();
    std::fs::write(folder.0.join("dashboards/nothing.hbs"), "").unwrap();
    let loud = stderr(&folder.run(&["inventory", "--sandbox"]));
    assert!(loud.contains("1 diagnostic allowed"), "{loud}");
    let quiet = stderr(&folder.run(&["inventory", "--sandbox", "--quiet"]));
    assert_eq!(quiet, "");
    std::fs::write(
        folder.0.join("tracewatch.toml"),
        project.replace("board-without-definitions", "alarm-loosened"),
    )
    .unwrap();
    let quiet = stderr(&folder.run(&["inventory", "--sandbox", "--quiet"]));
    assert!(
        quiet.contains("warning[board-without-definitions]"),
        "{quiet}"
    );

    let folder = Folder::with_template("quiet-init");
    assert!(!folder.result(&["init", "--quiet"]).contains("Next:"));
}

#[test]
fn a_missing_project_file_is_answered_with_what_to_do() {
    let folder = Folder::new("no-project");
    let failed = folder.run(&["plan", "--sandbox"]);
    assert_eq!(failed.status.code(), Some(1));
    insta::assert_snapshot!(stderr(&failed), @"error: there is no project file `tracewatch.toml`, here or in a parent folder: write one with `tracewatch init`, or name a stack with --template, --cdk, --terraform or --deployed");
}

#[test]
fn a_stack_that_is_not_there_is_answered_with_where_it_was_looked_for() {
    let folder = Folder::new("no-stack");
    let failed = folder.run(&["plan", "--deployed", "shop", "--sandbox"]);
    assert_eq!(failed.status.code(), Some(1));
    insta::assert_snapshot!(stderr(&failed), @r"
    error[stack-not-found]: there is no stack `shop` in us-east-1 of account 123456789012
     |
     = help: check the Region (`--region`) and the profile (`--profile`)
    ");
}

#[test]
fn without_credentials_the_way_out_is_named() {
    let folder = Folder::with_template("no-credentials");
    let mut command = folder.command(&[
        "plan",
        "--template",
        "template.yaml",
        "--region",
        "eu-west-1",
    ]);
    let failed = command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .expect("a plan");
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        stderr(&failed).contains("no usable AWS credentials"),
        "{}",
        stderr(&failed)
    );
}

#[test]
fn what_init_writes_can_be_planned_at_once_and_is_never_overwritten() {
    let folder = Folder::with_template("init");
    assert!(
        folder
            .result(&["init"])
            .starts_with("Wrote tracewatch.toml for the stack shop.\n")
    );
    let written = fs::read_to_string(folder.0.join("tracewatch.toml")).expect("a project file");
    assert!(
        folder
            .result(&["plan", "--sandbox"])
            .contains("Plan for stack shop")
    );
    let again = folder.run(&["init"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        stderr(&again).contains("tracewatch.toml"),
        "{}",
        stderr(&again)
    );
    assert_eq!(
        fs::read_to_string(folder.0.join("tracewatch.toml")).expect("still there"),
        written
    );
}

#[test]
fn init_takes_another_template_and_another_name() {
    let folder = Folder::new("init-elsewhere");
    folder.write(
        "infra.json",
        r#"{ "Resources": { "News": { "Type": "AWS::SNS::Topic", "Properties": { "TopicName": "news" } } } }"#,
    );
    let failed = folder.run(&["init"]);
    assert_eq!(
        failed.status.code(),
        Some(1),
        "nothing here is called like a template"
    );
    assert!(
        stderr(&failed).contains("--template"),
        "{}",
        stderr(&failed)
    );
    assert!(
        folder
            .result(&["init", "--template", "infra.json", "--stack", "news-prod"])
            .contains("the stack news-prod")
    );
    assert!(
        folder
            .result(&["plan", "--sandbox"])
            .contains("Plan for stack news-prod")
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new("pipe");
    folder.write("template.yaml", &functions(300));
    let mut command = folder.command(&[&PLAN[..], &["--full"]].concat());
    let mut plan = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a plan");
    drop(plan.stdout.take());
    let done = plan.wait_with_output().expect("an end");
    assert_eq!(stderr(&done), "");
    assert_eq!(done.status.code(), Some(0));
}

#[test]
fn a_maintenance_window_of_many_alarms_is_several_rules() {
    let folder = Folder::new("many-muted");
    folder.write("template.yaml", &functions(60));
    folder.write(
        "tracewatch.toml",
        r#"
        [stack]
        name = "shop"
        template = "template.yaml"
        [notify]
        grouping = "none"
        [notify.warning]
        email = ["team@example.com"]
        [[maintenance]]
        name = "nightly"
        schedule = "cron(0 2 * * *)"
        for = "1h"
        "#,
    );
    let plan = folder.result(&["plan", "--sandbox", "--format", "json"]);
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let changes = plan["changes"].as_array().unwrap();
    let of_kind = |kind| changes.iter().filter(move |change| change["kind"] == kind);
    let notifying = of_kind("alarm").filter(|change| {
        let actions = change["new"]["actions"]["alarm"].as_array();
        actions.is_some_and(|actions| !actions.is_empty())
    });
    let notifying: BTreeSet<&str> = notifying
        .map(|change| change["name"].as_str().unwrap())
        .collect();
    let rules: Vec<Vec<&str>> = of_kind("mute-rule")
        .map(|change| {
            let alarms = change["new"]["alarms"].as_array().unwrap().iter();
            alarms.map(|name| name.as_str().unwrap()).collect()
        })
        .collect();
    assert!(rules.len() > 1, "{} alarms", notifying.len());
    assert!(rules.iter().all(|alarms| alarms.len() <= 100));
    let muted = rules.concat();
    assert_eq!(muted.len(), notifying.len());
    assert_eq!(muted.into_iter().collect::<BTreeSet<_>>(), notifying);
}

#[test]
fn destroy_removes_what_apply_made() {
    let folder = Folder::with_template("destroy");
    folder.result(&APPLY);
    let destroy = [
        "destroy",
        "--template",
        "template.yaml",
        "--sandbox",
        "--yes",
    ];
    assert!(folder.result(&destroy).contains("6 done"));
    assert!(
        folder.result(&destroy).contains("No changes"),
        "once is enough"
    );
    assert_eq!(
        folder.code(&[&PLAN[..], &["--exit-code"]].concat()),
        Some(2),
        "everything would be made again"
    );
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let folder = Folder::with_template("contradiction");
    for arguments in [
        &["plan", "--template", "template.yaml", "--deployed", "shop"][..],
        &["plan", "--template", "template.yaml", "--config", "x.toml"],
        &["plan", "--stack", "shop"],
        &[
            "plan",
            "--template",
            "template.yaml",
            "--parameter",
            "Stage",
        ],
    ] {
        assert_eq!(folder.code(arguments), Some(1), "{arguments:?}");
    }
}

#[test]
fn a_parameter_of_the_command_line_decides() {
    let folder = Folder::with_template("parameter");
    let plan = folder.result(&[&PLAN[..], &["--full", "--parameter", "Stage=prod"]].concat());
    assert!(plan.contains("FunctionName=shop-orders-prod"), "{plan}");
}

/// A stack without receivers: it has the warning `nobody-is-told`.
fn with_levels(name: &str, diagnostics: &str) -> Folder {
    let folder = Folder::with_template(name);
    folder.write(
        "tracewatch.toml",
        &format!(
            "[stack]\nname = \"shop\"\ntemplate = \"template.yaml\"\n\n[diagnostics]\n{diagnostics}\n"
        ),
    );
    folder
}

#[test]
fn an_allowed_diagnostic_is_silent_and_counted() {
    let folder = with_levels("allowed", "allow = [\"nobody-is-told\"]");
    let text = folder.result(&["plan", "--sandbox"]);
    assert!(!text.contains("nobody-is-told"), "{text}");
    assert!(
        text.contains("\n1 diagnostic allowed by tracewatch.toml\n"),
        "{text}"
    );
    let json = folder.result(&["plan", "--sandbox", "--format", "json"]);
    let plan: Value = serde_json::from_str(&json).expect("a plan is JSON");
    assert_eq!(plan["diagnostics_allowed"], 1);
}

#[test]
fn a_denied_warning_stops_the_command() {
    let folder = with_levels("denied", "deny = [\"nobody-is-told\"]");
    let stopped = folder.run(&["plan", "--sandbox"]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(
        stderr(&stopped).contains("error[nobody-is-told]: "),
        "{}",
        stderr(&stopped)
    );
}

#[test]
fn strict_makes_warnings_errors_but_not_allowed_ones() {
    let folder = with_levels("strict", "");
    let stopped = folder.run(&["plan", "--sandbox", "--strict"]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(
        stderr(&stopped).contains("error[nobody-is-told]: "),
        "{}",
        stderr(&stopped)
    );
    let allowing = with_levels(
        "strict-allowing",
        "allow = [\"nobody-is-told\", \"no-traces\"]",
    );
    assert_eq!(allowing.code(&["plan", "--sandbox", "--strict"]), Some(0));
}

#[test]
fn a_plan_with_a_denied_safety_warning_is_refused() {
    let folder = with_levels("denied-safety", "deny = [\"alarm-silenced\"]");
    let project = fs::read_to_string(folder.0.join("tracewatch.toml")).expect("a project file");
    let notify = ["critical", "warning", "info"]
        .map(|level| format!("[notify.{level}]\n"))
        .concat();
    folder.write("tracewatch.toml", &format!("{project}{notify}"));
    folder.result(&["apply", "--sandbox", "--yes"]);
    folder.write("tracewatch.toml", &project);
    let refused = folder.run(&["plan", "--sandbox"]);
    assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
    assert!(
        stdout(&refused).contains("error[alarm-silenced]: "),
        "{}",
        stdout(&refused)
    );
}

#[test]
fn errors_are_in_the_json_too() {
    let folder = with_levels("json-errors", "deny = [\"nobody-is-told\"]");
    for (arguments, code) in [
        (&["plan", "--sandbox"][..], "nobody-is-told"),
        (&["plan", "--config", "missing.toml", "--sandbox"], "failed"),
        (
            &["inventory", "--template", "missing.yaml"],
            "template-unreadable",
        ),
        (&["explain", "dead-metrik"], "unknown-code"),
    ] {
        let failed = folder.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(failed.status.code(), Some(1), "{arguments:?}");
        let document: Value = serde_json::from_slice(&failed.stdout).expect("one JSON document");
        let codes: Vec<&str> = document["diagnostics"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|diagnostic| diagnostic["severity"] == "error")
            .filter_map(|diagnostic| diagnostic["code"].as_str())
            .collect();
        assert_eq!(codes, [code], "{arguments:?}");
        assert_ne!(stderr(&failed), "", "people read standard error");
    }
}

#[test]
fn annotations_are_written_where_they_are_asked_for() {
    let folder = with_levels("annotations", "allow = [\"sampling-inrt\"]");
    let annotation = "::error file=tracewatch.toml,line=6,col=10,title=unknown-code::no diagnostic has the code `sampling-inrt`%0Ahelp: did you mean `sampling-inert`?";
    let lines = |command: &mut Command| {
        let done = command.output().expect("the program can be started");
        stderr(&done)
            .lines()
            .filter(|line| line.starts_with("::"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let plan = ["plan", "--sandbox"];
    assert_eq!(lines(&mut folder.command(&plan)), [] as [&str; 0]);
    let asked = [&plan[..], &["--diagnostics-format", "github"]].concat();
    assert_eq!(lines(&mut folder.command(&asked)), [annotation]);
    let in_actions = |arguments: &[&str]| {
        let mut command = folder.command(arguments);
        let root = folder.0.parent().expect("a folder above");
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", root);
        command
    };
    assert_eq!(
        lines(&mut in_actions(&plan)),
        [annotation.replace("file=", "file=shop/")],
        "paths are relative to the repository"
    );
    let refused = [&plan[..], &["--diagnostics-format", "text"]].concat();
    assert_eq!(lines(&mut in_actions(&refused)), [] as [&str; 0]);
}

#[test]
fn the_diagnostics_of_a_plan_are_annotated() {
    let folder = with_levels("annotated-plan", "");
    let planned = folder.run(&["plan", "--sandbox", "--diagnostics-format", "github"]);
    assert!(
        stderr(&planned).contains("::warning title=nobody-is-told::"),
        "{}",
        stderr(&planned)
    );
}

#[test]
fn explain_prints_the_page_of_a_code() {
    let folder = Folder::new("explain");
    insta::assert_snapshot!(folder.result(&["explain", "unknown-key"]), @r#"
    error[unknown-key]: The table has no such key

    The key is not one that this table takes. The help names the nearest key, or lists all of them.

    Why it matters: A misspelt key would change nothing, and nobody would notice.

    Example:

        error[unknown-key]: unknown key `titel`
         --> alarms/mine.toml:3:1
          |
        3 | titel = "Mine"
          | ^^^^^
          |
          = help: did you mean `title`?

    Fix: Take the suggested key, or remove the line.

    It cannot be allowed.
    "#);
    let failed = folder.run(&["explain", "unknown-kee"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        stderr(&failed).contains("did you mean `unknown-key`?"),
        "{}",
        stderr(&failed)
    );
}

#[test]
fn explain_without_a_code_lists_all_of_them() {
    let folder = Folder::new("explain-all");
    let list = folder.result(&["explain"]);
    assert!(list.contains("\nerror    dead-metric "), "{list}");
    let json: Value =
        serde_json::from_str(&folder.result(&["explain", "--format", "json"])).expect("JSON");
    let codes = json["codes"].as_array().expect("a list");
    assert_eq!(codes.len(), list.lines().count());
}

#[test]
fn the_project_file_is_found_in_parent_folders() {
    let folder = Folder::with_template("parents");
    folder.write(
        "tracewatch.toml",
        "[stack]\nname = \"above\"\ntemplate = \"template.yaml\"\n",
    );
    let inner = Folder(folder.0.join("src/handlers"));
    fs::create_dir_all(&inner.0).expect("a folder");
    for arguments in [
        &["plan", "--sandbox"][..],
        &["plan", "--sandbox", "--config", "../../tracewatch.toml"],
    ] {
        let plan = inner.result(arguments);
        assert!(plan.contains("Plan for stack above"), "{plan}");
    }
    inner.write("tracewatch.toml", "[stack]\ndeployd = \"x\"\n");
    let nearest = inner.run(&["plan", "--sandbox"]);
    assert!(
        stderr(&nearest).contains(" --> tracewatch.toml:2"),
        "{}",
        stderr(&nearest)
    );
}

#[test]
fn an_environment_is_named_by_an_option_or_a_variable() {
    let folder = Folder::with_template("environments");
    folder.write(
        "tracewatch.toml",
        "[stack]\nname = \"shop-${STAGE}\"\ntemplate = \"template.yaml\"\n[env.prod.stack]\nname = \"shop\"\n[env.test.stack]\nname = \"shop-test\"\n",
    );
    let planned = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = folder.command(&[&["destroy", "--sandbox", "--yes"], arguments].concat());
        command.envs(variables.iter().copied());
        let done = command.output().expect("the program can be started");
        stdout(&done) + &stderr(&done)
    };
    for (arguments, variables, expected) in [
        (&[][..], &[("STAGE", "dev")][..], "of stack shop-dev ("),
        (&["--env", "prod"], &[], "of stack shop ("),
        (&[], &[("TRACEWATCH_ENV", "prod")], "of stack shop ("),
        (
            &["--env", "test"],
            &[("TRACEWATCH_ENV", "prod")],
            "of stack shop-test (",
        ),
        (&["--env", "prod", "--stack", "x"], &[], "of stack x ("),
        (&[], &[], "error[variable-unset]: "),
        (&["--env", "prd"], &[], "help: did you mean `prod`?"),
        (
            &["--env", "prod", "--template", "template.yaml"],
            &[],
            "cannot be used with",
        ),
    ] {
        let shown = planned(arguments, variables);
        assert!(shown.contains(expected), "{arguments:?}: {shown}");
    }
}

#[test]
fn a_sandbox_after_a_blank_is_answered_with_the_equals_sign() {
    let folder = Folder::with_template("sandbox-blank");
    for value in ["acc.json", "http://127.0.0.1:4600"] {
        let failed = folder.run(&["plan", "--template", "template.yaml", "--sandbox", value]);
        let expected = format!("write `--sandbox={value}`");
        assert!(stderr(&failed).contains(&expected), "{}", stderr(&failed));
    }
    let other = folder.run(&["plan", "--sandbox", "--strict", "acc.json"]);
    assert!(!stderr(&other).contains("write `--sandbox"));
}

#[test]
fn an_unknown_profile_is_answered_with_the_nearest_one() {
    let folder = Folder::with_template("profiles");
    fs::create_dir_all(folder.0.join(".aws")).expect("a folder");
    folder.write(
        ".aws/config",
        "[profile production]\nregion = us-east-1\n[profile test]\nregion = us-east-1\n",
    );
    let plan = ["plan", "--template", "template.yaml", "--profile"];
    for (name, expected) in [
        (
            "producton",
            "no profile `producton`; did you mean `production`?",
        ),
        ("zz", "no profile `zz`; it has production, test"),
    ] {
        let failed = folder.run(&[&plan[..], &[name]].concat());
        assert_eq!(failed.status.code(), Some(1));
        assert!(stderr(&failed).contains(expected), "{}", stderr(&failed));
    }
}

#[test]
fn argument_errors_are_in_the_json_too() {
    let folder = Folder::with_template("json-arguments");
    for arguments in [
        &["plan", "--format=json", "--stack", "not a name"][..],
        &["plan", "--format", "json", "--stak", "shop"],
        &["explain", "--format", "json", "a", "b"],
    ] {
        let failed = folder.run(arguments);
        assert_eq!(failed.status.code(), Some(1), "{arguments:?}");
        let document: Value = serde_json::from_slice(&failed.stdout).expect("one JSON document");
        assert_eq!(document["diagnostics"][0]["code"], "failed");
        let message = document["diagnostics"][0]["message"].as_str();
        assert!(message.is_some_and(|message| !message.contains("Usage:")));
    }
    let text = folder.run(&["plan", "--stak", "shop"]);
    assert_eq!(stdout(&text), "");
}

/// What `inventory --explain` prints about a resource of a case.
fn explained(case: &str, resource: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let run = Command::new(env!("CARGO_BIN_EXE_tracewatch"))
        .current_dir(folder.join(case))
        .args(["inventory", "--explain", resource])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn an_explained_resource_has_its_definitions_with_what_changes_them_and_why_others_are_not_made() {
    let shown = explained("overrides", "Orders");
    let expected = [
        "  watched by  lambda.error-rate          critical alarm: > 1, 2 of 2 × 15m; `datapoints` from the resource's metadata (template.yaml:2); `tolerate` from [alarms] of the project file (tracewatch.toml:17); `when` from the resource's metadata (template.yaml:2)",
        "  not made    lambda.keeps-failing       off in [alarms] of the project file (tracewatch.toml:20)",
        "              lambda.near-timeout        off in the resource's metadata (template.yaml:2)",
        "              lambda.concurrency         does not apply: resource.ReservedConcurrentExecutions >= 10",
    ];
    for line in expected {
        assert!(shown.lines().any(|found| found == line), "{line}\n{shown}");
    }
}

#[test]
fn an_explained_resource_names_the_preset_that_switches_its_definitions_off() {
    let shown = explained("preset-aws-recommended", "Shipping");
    let line = "  not made    stepfunctions.failure-rate   off by the preset `aws-recommended` (tracewatch.toml:4)";
    assert!(shown.lines().any(|found| found == line), "{line}\n{shown}");
}

#[test]
fn the_catalogue_of_a_project_has_its_preset() {
    let folder = Folder::new("preset");
    folder.write(
        "tracewatch.toml",
        "preset = 'aws-recommended'\n[stack]\ndeployed = 'shop'\n",
    );
    let list = folder.result(&["catalog"]);
    let off =
        "  expires             warning   <= 30, 1 of 1 × 24h, off by the preset `aws-recommended`";
    let on = "  aws-days-to-expiry  warning   <= 44, 1 of 1 × 24h";
    for line in [off, on] {
        assert!(list.lines().any(|found| found == line), "{line}\n{list}");
    }
    let file = folder.result(&["catalog", "show", "certificate"]);
    assert!(file.contains("\"expires\"") && file.contains("\"aws-days-to-expiry\""));
    let passed = folder.result(&["test", "--filter", "certificate.aws-"]);
    assert!(passed.ends_with("2 passed, 0 failed\n"), "{passed}");
    for (file, ejected) in [
        ("certificate", "those of the preset `aws-recommended`"),
        ("stepfunctions", "the built-in ones"),
    ] {
        let written = folder.result(&["catalog", "eject", file]);
        assert!(written.contains(ejected), "{written}");
    }
    let own = fs::read_to_string(folder.0.join("alarms/certificate.toml")).unwrap();
    assert!(
        !own.contains("\"expires\""),
        "only the preset's alarms are written"
    );
    let list = folder.result(&["catalog"]);
    assert!(list.contains("failure-rate   critical  > 5, 1 of 2 × 15m\n"));
}
