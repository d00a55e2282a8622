//! The program from its command line to an account behind AWS's wire, on both examples. What the account then holds is asked by boto3,
//! never by tracewatch's own code.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

#[path = "../support/mod.rs"]
mod support;

mod faults;
mod foreign;
mod lifecycle;
mod planned;

use serde_json::{Map, Value, json};
use support::ask::Somebody;
use support::program::{Finished, Program};
use support::project::Project;
use support::server::Server;

/// One of the examples, with an edit of each sort that its tests make.
pub struct Example {
    pub folder: &'static str,
    pub stack: &'static str,
    /// The head of a table of the project file, and the alarm that it is about.
    pub table: &'static str,
    pub alarm: &'static str,
    /// The template, a line of it, the function to be written behind that line, and its logical id.
    pub function: (&'static str, &'static str, &'static str, &'static str),
}

pub const EXAMPLES: [Example; 2] = [
    Example {
        folder: "examples/order-processing",
        stack: "order-processing-dev",
        table: "[resources.OrdersTable.read-throttles]\n",
        alarm: "order-processing-dev.OrdersTable.read-throttles",
        function: (
            "template.yaml",
            "\nResources:\n",
            "  ReturnFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             FunctionName: returns\n      CodeUri: src/returns/\n      Handler: app.handler\n",
            "ReturnFunction",
        ),
    },
    Example {
        folder: "examples/distributed-tracing",
        stack: "DistributedTracingStack",
        table: "[resources.OrderService34E51BCF.error-rate]\n",
        alarm: "DistributedTracingStack.OrderService34E51BCF.error-rate",
        function: (
            "distributed-tracing.template.json",
            "\n \"Resources\": {\n",
            "  \"ReturnFunction\": { \"Type\": \"AWS::Lambda::Function\", \"Properties\": { \"FunctionName\": \"returns\",\
             \"Runtime\": \"python3.12\", \"Handler\": \"index.handler\", \"Role\": \"arn:aws:iam::123456789012:role/returns\",\
             \"Code\": { \"ZipFile\": \"pass\" }, \"TracingConfig\": { \"Mode\": \"Active\" } } },\n",
            "ReturnFunction",
        ),
    },
];

/// A copy of an example, and a sandbox of its own.
pub struct Case {
    pub example: &'static Example,
    pub project: Project,
    pub server: Server,
}

impl Case {
    pub fn new(example: &'static Example) -> Self {
        Self::with(example, &[])
    }

    /// A sandbox that is told to misbehave.
    pub fn with(example: &'static Example, faults: &[&str]) -> Self {
        Self { example, project: Project::copy(example.folder), server: Server::sandbox(faults) }
    }

    pub fn program(&self, command: &[&str]) -> Program {
        let sandbox = format!("--sandbox={}", self.server.endpoint);
        Program::new(&self.project.folder, &[command, &[sandbox.as_str()]].concat())
    }

    pub fn run(&self, command: &[&str]) -> Finished {
        self.program(command).run()
    }

    pub fn apply(&self) -> Finished {
        self.run(&["apply", "--yes"])
    }

    #[track_caller]
    pub fn plan(&self) -> Value {
        self.run(&["plan", "--format", "json"]).exits(0).json()
    }

    pub fn somebody(&self) -> Somebody<'_> {
        Somebody::at(&self.server.endpoint)
    }

    pub fn account(&self) -> Value {
        self.somebody().sees()
    }

    /// Makes the log groups that the services would have made by now. The plan names those whose retention it would set.
    pub fn seed_log_groups(&self) -> Vec<String> {
        let plan = self.plan();
        let missing = plan["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == "log-group-missing");
        let names: Vec<String> = missing.map(|finding| finding["subject"]["name"].as_str().unwrap().to_owned()).collect();
        for name in &names {
            self.somebody().calls("logs", "create_log_group", &json!({ "logGroupName": name }));
        }
        names
    }

    /// What was written since the calls were last forgotten.
    pub fn writes(&self) -> Map<String, Value> {
        only(&self.server.calls(), |operation| !is_read(operation))
    }

    pub fn reads(&self) -> Map<String, Value> {
        only(&self.server.calls(), is_read)
    }
}

fn only(calls: &Value, wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    calls
        .as_object()
        .unwrap()
        .iter()
        .filter(|(operation, _)| wanted(operation))
        .map(|(name, count)| (name.clone(), count.clone()))
        .collect()
}

/// AWS names operations that only read with these words.
fn is_read(operation: &str) -> bool {
    ["Describe", "Get", "List"].iter().any(|verb| operation.starts_with(verb))
}

/// The names of what one side has and the other has not, or has otherwise, by kind.
#[track_caller]
pub fn assert_same(before: &Value, after: &Value) {
    for (kind, old) in before.as_object().unwrap() {
        let (old, new) = (old.as_object().unwrap(), after[kind].as_object().unwrap());
        for name in old.keys().chain(new.keys()) {
            assert_eq!(old.get(name), new.get(name), "{kind} {name}");
        }
    }
}
