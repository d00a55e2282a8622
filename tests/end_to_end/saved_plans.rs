//! A plan in a file: applied while it holds, refused with what changed as soon as it does not.

use serde_json::{Map, Value};

use super::{Program, Project, Server};

struct Shop {
    project: Project,
    server: Server,
}

impl Shop {
    fn new() -> Self {
        Self {
            project: Project::copy("tests/cases/queues"),
            server: Server::sandbox(&[]),
        }
    }

    fn run(&self, arguments: &[&str]) -> super::Finished {
        Program::new(&self.project.folder, arguments)
            .at(&self.server.endpoint)
            .with(&[("TRACEWATCH_ENV", "")])
            .run()
    }

    /// The numbers of the calls that are no reads.
    fn writes(&self) -> Map<String, Value> {
        super::writes(&self.server)
    }
}

fn named_queues(shop: &Shop) {
    let names = "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n    Properties: { QueueName: shop-orders }\n";
    shop.project.write("template.yaml", names);
}

#[test]
fn a_saved_plan_is_applied_once() {
    let shop = Shop::new();
    named_queues(&shop);
    shop.run(&["plan", "--out", "plan.json"]).exits(0);
    assert_eq!(shop.writes(), Map::new());
    shop.run(&["apply", "plan.json", "--yes"]).exits(0);
    shop.run(&["plan", "--exit-code"]).exits(0);
    let again = shop.run(&["apply", "plan.json", "--yes"]).exits(3);
    assert!(
        again.stderr.contains("all of its changes are made already"),
        "{}",
        again.stderr
    );
}

#[test]
fn a_saved_plan_is_refused_when_the_account_the_stack_or_the_place_changed() {
    let shop = Shop::new();
    named_queues(&shop);
    shop.run(&["apply", "--yes"]).exits(0);
    shop.project.append(
        "tracewatch.toml",
        "\n[alarms.sqs.backlog]\nwhen = \"> 1234\"\n",
    );
    shop.run(&["plan", "--out", "plan.json"]).exits(0);
    shop.server.forget_calls();

    let elsewhere = shop
        .run(&["apply", "plan.json", "--yes", "--region", "eu-west-1"])
        .exits(3);
    assert!(
        elsewhere.stderr.contains("in eu-west-1 of account"),
        "{}",
        elsewhere.stderr
    );

    shop.project.replace("tracewatch.toml", "1234", "1235");
    let otherwise = shop.run(&["apply", "plan.json", "--yes"]).exits(3);
    assert!(
        otherwise.stderr.contains("would be made differently"),
        "{}",
        otherwise.stderr
    );
    assert_eq!(shop.writes(), Map::new());

    shop.run(&["apply", "--yes"]).exits(0);
    shop.project.replace("tracewatch.toml", "1235", "1234");
    let changed = shop.run(&["apply", "plan.json", "--yes"]).exits(3);
    assert!(
        changed.stderr.contains("was changed in the account"),
        "{}",
        changed.stderr
    );
}

#[test]
fn other_files_are_neither_applied_nor_overwritten() {
    let shop = Shop::new();
    named_queues(&shop);
    let template = shop.project.read("template.yaml");
    shop.run(&["apply", "template.yaml", "--yes"]).exits(1);
    shop.run(&["plan", "--out", "template.yaml"]).exits(1);
    assert_eq!(shop.project.read("template.yaml"), template);
    let saved = shop.project.folder.join("plan.json");
    shop.run(&["plan", "--out", "plan.json"]).exits(0);
    let text = std::fs::read_to_string(&saved).unwrap();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version));
    std::fs::write(&saved, text.replace(&version, "\"version\": \"0.0.1\"")).unwrap();
    let older = shop.run(&["apply", "plan.json", "--yes"]).exits(1);
    assert!(
        older.stderr.contains("tracewatch 0.0.1 wrote it"),
        "{}",
        older.stderr
    );
}
