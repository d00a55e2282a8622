//! Values of `NoEcho` parameters and values that Terraform marks as sensitive are in no output.
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
const COMMANDS: [&[&str]; 7] = [
    &["inventory"],
    &["inventory", "--explain", "Function"],
    &["inventory", "--format", "json"],
    &["inventory", "--explain", "Function", "--format", "json"],
    &["plan"],
    &["plan", "--format", "json"],
    &["plan", "--format", "markdown"],
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
fn no_command_shows_what_a_template_passes_to_a_secret_parameter_of_a_nested_stack() {
    let parent = r"
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: nested.yaml
      Parameters: { Secret: hunter2, Given: shown }
  Elsewhere:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://example.com/template.yaml
      Parameters: { Secret: hunter4 }
  Sam:
    Type: AWS::Serverless::Application
    Properties:
      Location: nested.yaml
      Parameters: { Secret: hunter5, Given: shown }
  Named:
    Type: AWS::SQS::Queue
    Properties: { QueueName: jobs }
";
    let parent = format!("Transform: AWS::Serverless-2016-10-31{parent}");
    let nested = "Parameters:\n  Secret: { Type: String, NoEcho: true }\n  Given: { Type: String }\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties: { QueueName: !Sub \"${Secret}-${Given}\" }\n";
    let project = PROJECT
        .replace(", names = \"shop\"", "")
        .replace(", parameters = { Given = \"hunter3\" }", "");
    let folder = folder("nested", &project);
    fs::write(folder.join("template.yaml"), parent).unwrap();
    fs::write(folder.join("nested.yaml"), nested).unwrap();
    for command in COMMANDS {
        let command = [command, &["--sandbox"]].concat();
        is_silent(&Program::new(&folder, &command).run(), &command);
    }
    for (id, is_given_shown) in [("Nested", true), ("Elsewhere", false), ("Sam", true)] {
        for format in ["text", "json"] {
            let command = [
                "inventory",
                "--explain",
                id,
                "--format",
                format,
                "--sandbox",
            ];
            let done = Program::new(&folder, &command).run().exits(0);
            is_silent(&done, &command);
            if format == "json" {
                assert!(done.stdout.contains("****"), "{}", done.stdout);
                assert_eq!(done.stdout.contains("shown"), is_given_shown);
            }
        }
    }
}

#[test]
fn no_syntax_error_shows_a_secret() {
    let broken = TEMPLATE.replace("Default: hunter2 }", "Default: hunter2 ]");
    let folder_of_template = folder(
        "template-syntax",
        &PROJECT.replace(", names = \"shop\"", ""),
    );
    fs::write(folder_of_template.join("template.yaml"), broken).unwrap();
    let folder_of_project = folder(
        "project-syntax",
        &PROJECT.replace("\"hunter3\"", "hunter3\""),
    );
    let folder_of_terraform = folder(
        "terraform-syntax",
        "stack = { name = \"shop\", terraform = \"state.json\" }",
    );
    let state = r#"{ "format_version": "1.0", "values": { "password": "hunter2" oops } }"#;
    fs::write(folder_of_terraform.join("state.json"), state).unwrap();
    for folder in [folder_of_template, folder_of_project, folder_of_terraform] {
        for command in COMMANDS {
            let command = [command, &["--sandbox"]].concat();
            let done = Program::new(&folder, &command).run();
            assert!(done.stderr.contains("error["), "{}", done.stderr);
            is_silent(&done, &command);
        }
    }

    let folder = folder("samconfig-syntax", "");
    fs::remove_file(folder.join("tracewatch.toml")).unwrap();
    let sam = "[default.deploy.parameters]\nparameter_overrides = \"Given=hunter3\n";
    fs::write(folder.join("samconfig.toml"), sam).unwrap();
    let done = Program::new(&folder, &["init"]).run();
    assert!(done.stderr.contains("error["), "{}", done.stderr);
    is_silent(&done, &["init"]);
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

/// Everywhere that Terraform writes a value that is marked as sensitive, beside the place of a diagnostic.
const TERRAFORM_PLAN: &str = r#"{ "format_version": "1.2", "terraform_version": "1.13.4",
"variables": { "a": { "value": "hunter1" } }, "complete": false, "output_changes": { "o": { "after": "hunter2", "after_sensitive": true } }, "planned_values": { "outputs": { "o": { "sensitive": true, "value": "hunter2" } }, "root_module": { "resources": [
{ "mode": "managed", "type": "aws_lambda_function", "name": "orders", "values": { "function_name": "orders", "runtime": "hunter3", "timeout": 30, "tracing_config": [{ "mode": "hunter4" }], "environment": [{ "variables": { "A": "hunter5" } }] }, "address": "aws_lambda_function.orders", "sensitive_values": { "runtime": true, "tracing_config": [{ "mode": true }], "environment": [{ "variables": { "A": true } }] } },
{ "mode": "managed", "type": "aws_sqs_queue", "name": "jobs", "values": { "name": "hunter6" }, "address": "aws_sqs_queue.jobs", "sensitive_values": { "name": true } },
{ "mode": "managed", "type": "aws_sqs_queue", "name": "wrong", "sensitive_values": { "policy": true }, "values": { "name": "wrong", "policy": "hunter7" }, "address": "aws_sqs_queue.wrong" }
] } }, "resource_changes": [{ "address": "aws_lambda_function.orders", "change": { "before": { "runtime": "hunter8" }, "before_sensitive": { "runtime": true }, "after": { "runtime": "hunter3" }, "after_sensitive": { "runtime": true }, "after_unknown": { "arn": true } } }] }
"#;

const TERRAFORM_STATE: &str = r#"{ "version": 4, "terraform_version": "1.13.4", "serial": 1, "lineage": "x", "outputs": { "o": { "value": "hunter1", "type": "string", "sensitive": true } }, "resources": [
{ "mode": "managed", "type": "aws_lambda_function", "name": "orders", "instances": [{ "attributes": { "function_name": "orders", "runtime": "hunter2", "tracing_config": [{ "mode": "hunter3" }] }, "sensitive_attributes": [[{ "type": "get_attr", "value": "runtime" }], [{ "type": "get_attr", "value": "tracing_config" }, { "type": "index", "value": { "value": 0, "type": "number" } }, { "type": "get_attr", "value": "mode" }]] }] }
] }
"#;

#[test]
fn no_command_shows_what_terraform_marks_as_sensitive() {
    let project = "stack = { name = \"shop\", terraform = \"file.json\" }";
    // Each wrong form is reported with an excerpt of its line.
    let wrong_form = TERRAFORM_PLAN.replace(
        "\"values\": { \"name\": \"wrong\", \"policy\": \"hunter7\" }",
        "\"values\": []",
    );
    for text in [TERRAFORM_PLAN, TERRAFORM_STATE, &wrong_form] {
        let one_line = text.replace('\n', " ");
        for text in [text, &one_line] {
            let folder = folder("terraform", project);
            fs::write(folder.join("file.json"), text).unwrap();
            for command in COMMANDS {
                let mut command = [command, &["--sandbox"]].concat();
                for word in &mut command {
                    if *word == "Function" {
                        *word = "aws_lambda_function.orders";
                    }
                }
                is_silent(&Program::new(&folder, &command).run(), &command);
            }
        }
    }
}

#[test]
fn a_sensitive_value_is_unknown_and_the_rest_of_its_resource_is_read() {
    for text in [TERRAFORM_PLAN, TERRAFORM_STATE] {
        let folder = folder(
            "terraform-read",
            "stack = { name = \"shop\", terraform = \"file.json\" }",
        );
        fs::write(folder.join("file.json"), text).unwrap();
        let explain = [
            "inventory",
            "--explain",
            "aws_lambda_function.orders",
            "--format",
            "json",
        ];
        let explained = Program::new(&folder, &explain)
            .run()
            .exits(0)
            .json()
            .to_string();
        assert!(
            explained.contains("Terraform marks it as sensitive"),
            "{explained}"
        );
        assert!(explained.contains("\"orders\""), "{explained}");
    }
}
