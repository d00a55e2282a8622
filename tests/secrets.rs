//! Values of `NoEcho` parameters are in no output.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod support;

use std::fs;
use std::path::PathBuf;

use support::program::{Finished, Program};

const TEMPLATE: &str = r#"
Parameters:
  Secret: { Type: String, NoEcho: true, Default: hunter2 }
  Given: { Type: String, NoEcho: true }
  Checked: { Type: String, NoEcho: true, AllowedValues: [hunter4, hunter5], Default: hunter4 }
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${Secret}-orders"
      Environment: { Variables: { PASSWORD: !Ref Secret, URL: !Sub "https://u:${Given}@example.com" } }
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: !Ref Given }
  Named:
    Type: AWS::SQS::Queue
    Properties: { QueueName: jobs }
"#;

const PROJECT: &str = r#"
stack = { name = "shop", template = "template.yaml", parameters = { Given = "hunter3" }, names = "shop" }
"#;

/// All commands that read a template, in every format.
const COMMANDS: [&[&str]; 8] = [
    &["inventory"],
    &["inventory", "--explain"],
    &["inventory", "--format", "json"],
    &["inventory", "--explain", "--format", "json"],
    &["plan"],
    &["plan", "--format", "json"],
    &["plan", "--format", "markdown"],
    &["explain", "Named"],
];

fn folder(name: &str, project: &str) -> PathBuf {
    let folder = support::folder().join("secrets").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("template.yaml"), TEMPLATE).unwrap();
    fs::write(folder.join("tracewatch.toml"), project).unwrap();
    folder
}

#[track_caller]
fn is_silent(finished: &Finished, command: &[&str]) {
    let shown = format!("{}{}", finished.stdout, finished.stderr);
    assert!(!shown.contains("hunter"), "{command:?}:\n{shown}");
    assert!(!shown.is_empty(), "{command:?} shows nothing");
}

#[test]
fn no_command_shows_a_secret() {
    let project = PROJECT.replace(", names = \"shop\"", "");
    let folder = folder("commands", &project);
    for command in COMMANDS {
        let command = [command, &["--sandbox"]].concat();
        let done = Program::new(&folder, &command).run();
        is_silent(&done, &command);
        let given = [&command[..], &["--parameter", "Secret=hunter6"]].concat();
        is_silent(&Program::new(&folder, &given).run(), &given);
    }
}

#[test]
fn no_diagnostic_shows_a_secret() {
    let refused = ["plan", "--sandbox", "--parameter", "Checked=hunter6"];
    let folder_of_value = folder("value", &PROJECT.replace(", names = \"shop\"", ""));
    let done = Program::new(&folder_of_value, &refused).run();
    assert!(
        done.stderr.contains("error[parameter-value]: `****`"),
        "{}",
        done.stderr
    );
    is_silent(&done, &refused);

    let misspelt = ["plan", "--sandbox"];
    let done = Program::new(&folder("key", PROJECT), &misspelt).run();
    assert!(done.stderr.contains("`stack.names`"), "{}", done.stderr);
    is_silent(&done, &misspelt);
}

#[test]
fn init_copies_no_secret() {
    let folder = folder("init", "");
    fs::remove_file(folder.join("tracewatch.toml")).unwrap();
    let sam = "[default.deploy.parameters]\nstack_name = \"shop\"\nparameter_overrides = \"Given=hunter3\"\n";
    fs::write(folder.join("samconfig.toml"), sam).unwrap();
    let done = Program::new(&folder, &["init"]).run();
    is_silent(&done, &["init"]);
    let written = fs::read_to_string(folder.join("tracewatch.toml")).unwrap();
    assert!(
        written.contains("#parameters.Given = \"****\""),
        "{written}"
    );
    assert!(!written.contains("hunter"), "{written}");
}
