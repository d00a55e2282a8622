//! The alarms of the account belong to one stack of an account and Region: how another one finds them, takes them over, and leaves them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::program::{Finished, Program};

const TEMPLATE: &str = "{ \"Resources\": { \"Jobs\": { \"Type\": \"AWS::SQS::Queue\", \"Properties\": { \"QueueName\": \"jobs\" } } } }";
const LAMBDA: &str = "tracewatch_account.lambda-concurrency";
const WATCH: &str = "[account]\nwatch = true\n";

/// A folder with the projects of two stacks, and the account that they share.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = support::folder().join("account").join(name);
        let _ = fs::remove_dir_all(&folder);
        for stack in ["platform", "shop"] {
            fs::create_dir_all(folder.join(stack)).unwrap();
            fs::write(folder.join(stack).join("template.json"), TEMPLATE).unwrap();
            write_project(&folder.join(stack), stack, WATCH);
        }
        Self(folder)
    }

    fn run(&self, stack: &str, arguments: &[&str]) -> Finished {
        let account = self.0.join("account.json");
        let account = format!("--sandbox={}", account.display());
        let arguments = [arguments, &[&account]].concat();
        Program::new(&self.0.join(stack), &arguments).run()
    }

    fn plan(&self, stack: &str) -> Value {
        let plan = ["plan", "--format", "json", "--allow-deletes"];
        self.run(stack, &plan).exits(0).json()
    }

    /// The alarms of the account that a plan would change.
    fn planned(&self, stack: &str) -> BTreeSet<String> {
        let plan = self.plan(stack);
        let changes = plan["changes"].as_array().unwrap();
        let names = changes
            .iter()
            .map(|change| change["name"].as_str().unwrap());
        names
            .filter(|name| name.starts_with("tracewatch_account."))
            .map(str::to_owned)
            .collect()
    }

    /// The stack that the plan of another one names as the owner, if any.
    fn owner_for(&self, stack: &str) -> Option<String> {
        let plan = self.plan(stack);
        let findings = plan["findings"].as_array().unwrap();
        let found = findings
            .iter()
            .find(|finding| finding["code"] == "account-watched-by-another")?;
        let message = found["message"].as_str().unwrap();
        let owner = message.split("the stack `").nth(1).unwrap();
        Some(owner.split('`').next().unwrap().to_owned())
    }

    fn holds_account_alarms(&self) -> bool {
        let account = fs::read_to_string(self.0.join("account.json")).unwrap();
        let account: Value = serde_json::from_str(&account).unwrap();
        account["regions"]["us-east-1"]["alarms"]
            .get(LAMBDA)
            .is_some()
    }
}

fn write_project(folder: &Path, stack: &str, more: &str) {
    let text = format!(
        "[stack]\nname = \"{stack}\"\ntemplate = \"template.json\"\n\n[notify.warning]\nemail = [\"a@example.com\"]\n\n[tracing]\nenabled = false\n\n{more}"
    );
    fs::write(folder.join("tracewatch.toml"), text).unwrap();
}

#[test]
fn a_second_stack_neither_changes_nor_deletes_them() {
    let folder = Folder::new("second");
    assert!(!folder.planned("platform").is_empty());
    folder.run("platform", &["apply", "--yes"]).exits(0);
    assert_eq!(folder.owner_for("platform"), None);
    assert_eq!(folder.owner_for("shop").as_deref(), Some("platform"));
    assert_eq!(folder.planned("shop"), BTreeSet::new());
    folder.run("shop", &["apply", "--yes"]).exits(0);
    folder.run("shop", &["destroy", "--yes"]).exits(0);
    assert!(folder.holds_account_alarms());
    folder.run("platform", &["destroy", "--yes"]).exits(0);
    assert!(!folder.holds_account_alarms());
    assert_eq!(folder.owner_for("shop"), None);
}

#[test]
fn they_go_with_the_key_and_another_stack_can_have_them() {
    let folder = Folder::new("given-up");
    folder.run("platform", &["apply", "--yes"]).exits(0);
    write_project(&folder.0.join("platform"), "platform", "");
    let deleted = folder.planned("platform");
    assert!(deleted.contains(LAMBDA));
    let apply = ["apply", "--yes", "--allow-deletes"];
    folder.run("platform", &apply).exits(0);
    assert!(!folder.holds_account_alarms());
    assert_eq!(folder.planned("shop"), deleted);
}

#[test]
fn a_stack_takes_them_over_by_name() {
    let folder = Folder::new("taken-over");
    let all = folder.planned("platform");
    folder.run("platform", &["apply", "--yes"]).exits(0);
    let adopt = all.iter().flat_map(|name| ["--adopt", name.as_str()]);
    let apply: Vec<&str> = ["apply", "--yes"].into_iter().chain(adopt).collect();
    folder.run("shop", &apply).exits(0);
    assert_eq!(folder.owner_for("shop"), None);
    assert_eq!(folder.owner_for("platform").as_deref(), Some("shop"));
    folder.run("platform", &["destroy", "--yes"]).exits(0);
    assert!(folder.holds_account_alarms());
}

#[test]
fn they_are_muted_as_those_of_a_resource() {
    let folder = Folder::new("muted");
    folder.run("platform", &["apply", "--yes"]).exits(0);
    let mute = ["mute", "--for", "1h", "--with-group", "--resource"];
    let account = [&mute[..], &["aws-account"]].concat();
    let refused = folder.run("shop", &account).exits(1).stderr;
    assert!(
        refused.contains("nothing to mute"),
        "they are another's: {refused}"
    );
    let misspelt = [&mute[..], &["aws_account"]].concat();
    let refused = folder.run("platform", &misspelt).exits(1).stderr;
    assert!(refused.contains("did you mean `aws-account`?"), "{refused}");
    folder.run("platform", &account).exits(0);
}
