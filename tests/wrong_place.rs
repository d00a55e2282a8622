//! Runs for the wrong Region or account, or on a source without anything: an error with the nearest right answer, never an empty plan.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod support;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use support::program::{Finished, Program};
use support::server::Server;

/// A folder of its own for each test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = support::folder().join("wrong-place").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, command: &[&str]) -> Finished {
        Program::new(&self.0, command).run()
    }

    /// Checks that each command ends with this error, and that `apply` leaves an account as it was.
    #[track_caller]
    fn is_refused(&self, source: &[&str], code: &str, texts: &[&str]) {
        for command in [&["plan"][..], &["drift"], &["apply", "--yes"]] {
            let refused = self.run(&[command, source].concat()).exits(1);
            let shown = refused.stdout + &refused.stderr;
            assert!(shown.contains(&format!("error[{code}]")), "{shown}");
            for text in texts {
                assert!(shown.contains(text), "{text}:\n{shown}");
            }
        }
    }
}

const QUEUE: &str = "{ \"Resources\": { \"Jobs\": { \"Type\": \"AWS::SQS::Queue\", \"Properties\": { \"QueueName\": \"jobs\" } } } }";

/// An assembly with a stack in each of these environments.
fn assembly(folder: &Folder, environments: &[(&str, &str)]) {
    let mut artifacts = serde_json::Map::new();
    for (name, environment) in environments {
        let template = format!("{name}.template.json");
        folder.write(&format!("cdk.out/{template}"), QUEUE);
        artifacts.insert(
            (*name).to_owned(),
            json!({ "type": "aws:cloudformation:stack", "environment": environment, "properties": { "templateFile": template } }),
        );
    }
    let manifest = json!({ "version": "36.0.0", "artifacts": artifacts });
    folder.write("cdk.out/manifest.json", &manifest.to_string());
}

#[test]
fn an_assembly_for_another_region_or_account_is_refused() {
    let folder = Folder::new("assembly");
    let source = ["--cdk", "cdk.out", "--sandbox=account.json"];
    assembly(
        &folder,
        &[
            ("Shop", "aws://123456789012/eu-west-1"),
            ("Edge", "aws://unknown-account/eu-north-1"),
        ],
    );
    folder.is_refused(
        &source,
        "assembly-elsewhere",
        &[
            "`Shop` is in eu-west-1",
            "run with `--region eu-north-1` or `--region eu-west-1`",
        ],
    );
    folder
        .run(&[&["plan", "--region", "eu-west-1"][..], &source].concat())
        .exits(0);

    assembly(&folder, &[("Shop", "aws://111122223333/us-east-1")]);
    folder.is_refused(
        &source,
        "assembly-elsewhere",
        &["`Shop` is in account 111122223333", "--profile"],
    );
}

fn state(folder: &Folder, arns: &[&str]) {
    let resources: Vec<Value> = arns
        .iter()
        .enumerate()
        .map(|(number, arn)| {
            json!({
                "address": format!("aws_sqs_queue.q{number}"), "mode": "managed", "type": "aws_sqs_queue", "name": format!("q{number}"),
                "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0,
                "values": { "name": format!("q{number}"), "arn": arn },
            })
        })
        .collect();
    let state = json!({
        "format_version": "1.0", "terraform_version": "1.9.0",
        "values": { "root_module": { "resources": resources } },
    });
    folder.write("state.json", &state.to_string());
}

#[test]
fn a_terraform_state_of_another_region_or_account_is_refused() {
    let folder = Folder::new("terraform");
    let source = [
        "--terraform",
        "state.json",
        "--stack",
        "shop",
        "--sandbox=account.json",
    ];
    state(&folder, &["arn:aws:sqs:eu-west-1:123456789012:q0"]);
    folder.is_refused(
        &source,
        "terraform-elsewhere",
        &[
            "eu-west-1 of account 123456789012",
            "run with `--region eu-west-1`",
        ],
    );
    folder
        .run(&[&["plan", "--region", "eu-west-1"][..], &source].concat())
        .exits(0);
    state(&folder, &["arn:aws:sqs:us-east-1:111122223333:q0"]);
    folder.is_refused(
        &source,
        "terraform-elsewhere",
        &["us-east-1 of account 111122223333", "--profile"],
    );
    let both = [
        "arn:aws:sqs:us-east-1:123456789012:q0",
        "arn:aws:sqs:eu-west-1:123456789012:q1",
    ];
    state(&folder, &both);
    folder.run(&[&["plan"][..], &source].concat()).exits(0);
}

#[test]
fn a_source_without_resources_is_refused_and_one_of_other_types_is_not() {
    let folder = Folder::new("empty");
    state(&folder, &[]);
    let source = [
        "--terraform",
        "state.json",
        "--stack",
        "shop",
        "--sandbox=account.json",
    ];
    folder.is_refused(
        &source,
        "stack-empty",
        &["`shop` has no resources for us-east-1"],
    );

    let conditional = QUEUE
        .replace("\"Type\"", "\"Condition\": \"Never\", \"Type\"")
        .replacen(
            '{',
            "{ \"Conditions\": { \"Never\": { \"Fn::Equals\": [\"a\", \"b\"] } },",
            1,
        );
    folder.write("template.json", &conditional);
    let source = [
        "--template",
        "template.json",
        "--stack",
        "shop",
        "--sandbox=account.json",
    ];
    folder.is_refused(&source, "stack-empty", &[]);

    folder.write(
        "template.json",
        &QUEUE.replace(
            "AWS::SQS::Queue",
            "AWS::CloudFormation::WaitConditionHandle",
        ),
    );
    let planned = folder.run(&[&["plan"][..], &source].concat()).exits(0);
    let shown = planned.stdout + &planned.stderr;
    assert!(shown.contains("warning[nothing-to-watch]"), "{shown}");
}

/// An account in which one stack is deployed and one queue has a tag.
fn account(folder: &Folder) {
    let queue = "arn:aws:sqs:us-east-1:123456789012:jobs";
    let account = json!({ "format": "tracewatch-sandbox", "version": 1, "regions": { "us-east-1": {
        "stacks": { "shop-prod": { "name": "shop-prod", "status": "CREATE_COMPLETE", "template": QUEUE,
                                   "resources": [] } },
        "tagged_elsewhere": { queue: { "Project": "orders" } },
    } } });
    folder.write("account.json", &account.to_string());
}

#[test]
fn a_missing_stack_and_missing_tags_are_answered_with_the_nearest_ones() {
    let folder = Folder::new("names");
    account(&folder);
    folder.is_refused(
        &["--deployed", "shop-prd", "--sandbox=account.json"],
        "stack-not-found",
        &[
            "there is no stack `shop-prd` in us-east-1 of account 123456789012",
            "did you mean `shop-prod`?",
        ],
    );
    folder.is_refused(
        &["--deployed", "billing", "--sandbox=account.json"],
        "stack-not-found",
        &["here are: `shop-prod`"],
    );
    let project = |tags: &str| {
        folder.write(
            "tracewatch.toml",
            &format!("[stack]\nname = \"orders\"\ntags = {tags}\n"),
        );
    };
    project("{ Project = \"ordres\" }");
    folder.is_refused(
        &["--sandbox=account.json"],
        "nothing-tagged",
        &["no resource has `Project = ordres`; did you mean `orders`?"],
    );
    project("{ Team = \"x\" }");
    folder.is_refused(
        &["--sandbox=account.json"],
        "nothing-tagged",
        &["no resource here has a tag `Team`"],
    );
    project("{ Project = \"orders\" }");
    folder.run(&["plan", "--sandbox=account.json"]).exits(0);
}

/// A sandbox account with one stack in one Region, served as AWS is reached: by an address in the environment.
fn served(folder: &Folder, region: &str, stack: &Value) -> Server {
    let name = stack["name"].as_str().unwrap();
    let account = json!({ "format": "tracewatch-sandbox", "version": 1, "regions": { region: { "stacks": { name: stack } } } });
    folder.write("account.json", &account.to_string());
    Server::sandbox(&["--file", folder.0.join("account.json").to_str().unwrap()])
}

/// A stack of which the apply is refused: the name that the run gives, what is deployed, and the answer.
struct Undeployed {
    stack: &'static str,
    deployed: (&'static str, &'static str, &'static str),
    answer: &'static str,
}

const UNDEPLOYED: &[Undeployed] = &[
    Undeployed {
        stack: "shop",
        deployed: ("eu-west-1", "orders", "CREATE_COMPLETE"),
        answer: "deploy it before `tracewatch apply`",
    },
    Undeployed {
        stack: "shop-prd",
        deployed: ("eu-west-1", "shop-prod", "CREATE_COMPLETE"),
        answer: "did you mean `--stack shop-prod`?",
    },
    Undeployed {
        stack: "shop",
        deployed: ("us-east-1", "shop", "CREATE_COMPLETE"),
        answer: "it is in us-east-1: run with `--region us-east-1`",
    },
    Undeployed {
        stack: "shop",
        deployed: ("eu-west-1", "shop", "REVIEW_IN_PROGRESS"),
        answer: "deploy it before `tracewatch apply`",
    },
    Undeployed {
        stack: "shop",
        deployed: ("eu-west-1", "shop", "ROLLBACK_COMPLETE"),
        answer: "deploy it before `tracewatch apply`",
    },
];

#[test]
fn a_template_with_all_names_is_planned_before_its_deployment_and_applied_after_it() {
    for case in UNDEPLOYED {
        let folder = Folder::new("undeployed");
        folder.write("template.json", QUEUE);
        let project = format!(
            "[stack]\nname = \"{}\"\ntemplate = \"template.json\"\n",
            case.stack
        );
        folder.write("tracewatch.toml", &project);
        let (region, name, status) = case.deployed;
        let server = served(&folder, region, &json!({ "name": name, "status": status }));
        let in_sandbox = format!("--sandbox={}", server.endpoint);
        for account in [None, Some(in_sandbox.as_str())] {
            let run = |command: &[&str]| {
                let command = [command, &["--region", "eu-west-1"], account.as_slice()].concat();
                Program::new(&folder.0, &command).at(&server.endpoint).run()
            };
            let planned = run(&["plan"]).exits(0);
            let note = format!("info[stack-not-in-region]: the stack `{}`", case.stack);
            assert!(planned.stdout.contains(&note), "{}", planned.stdout);
            assert!(planned.stdout.contains(case.answer), "{}", planned.stdout);
            for options in [&["--yes"][..], &["--yes", "--skip-unknown"]] {
                let refused = run(&[&["apply"], options].concat()).exits(3);
                let shown = refused.stdout + &refused.stderr;
                assert!(shown.contains("error[stack-not-in-region]"), "{shown}");
                assert!(shown.contains(case.answer), "{shown}");
            }
            run(&["destroy", "--yes"]).exits(0);
        }
        let calls = server.calls();
        assert!(calls["PutMetricAlarm"].is_null(), "{calls}");

        let allowed = format!("{project}[diagnostics]\nallow = [\"stack-not-in-region\"]\n");
        folder.write("tracewatch.toml", &allowed);
        Program::new(&folder.0, &["apply", "--yes", "--region", "eu-west-1"])
            .at(&server.endpoint)
            .run()
            .exits(0);
    }
}

#[test]
fn a_deployed_template_an_account_without_stacks_and_a_role_that_cannot_read_them_are_not_refused()
{
    let folder = Folder::new("not-refused");
    folder.write("template.json", QUEUE);
    let apply = [
        "apply",
        "--template",
        "template.json",
        "--stack",
        "shop",
        "--yes",
    ];
    let server = served(
        &folder,
        "us-east-1",
        &json!({ "name": "shop", "status": "UPDATE_COMPLETE" }),
    );
    Program::new(&folder.0, &apply)
        .at(&server.endpoint)
        .run()
        .exits(0);
    for options in [&[][..], &["--fail", "DescribeStacks=AccessDenied"]] {
        let empty = Server::sandbox(options);
        Program::new(&folder.0, &apply)
            .at(&empty.endpoint)
            .run()
            .exits(0);
    }
}
