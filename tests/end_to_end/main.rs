//! The program from its command line to an account behind AWS's wire, on both examples. What the account then holds is asked by boto3,
//! never by tracewatch's own code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "../support/mod.rs"]
mod support;

mod chats;
mod faults;
mod foreign;
mod lifecycle;
mod log_metrics;
mod objectives;
mod mutes;
mod planned;
mod quiet;
mod tags;
mod topics;
mod saved_plans;
mod unknown_names;

use serde_json::{Map, Value, json};
use support::ask::Somebody;
use support::program::{Finished, Program};
use support::project::Project;
use support::server::Server;

/// One of the examples, with an edit of each sort that its tests make.
struct Example {
    folder: &'static str,
    stack: &'static str,
    /// The head of a table of the project file, and the alarm that it is about.
    table: &'static str,
    alarm: &'static str,
    /// The template, a line of it, the function to be written behind that line, and its logical id.
    function: (&'static str, &'static str, &'static str, &'static str),
}

const EXAMPLES: [Example; 2] = [
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

/// A copy of an example, and a sandbox of its own with its account in the same folder.
struct Case {
    example: &'static Example,
    /// Ends before its folder goes.
    server: Server,
    project: Project,
}

const ACCOUNT: &str = "account.json";

impl Case {
    fn new(example: &'static Example) -> Self {
        Self::misbehaving(example, &[])
    }

    /// On a sandbox that is told to misbehave.
    fn misbehaving(example: &'static Example, faults: &[&str]) -> Self {
        let project = Project::copy(example.folder);
        let server = serve(&project, faults);
        Self {
            example,
            server,
            project,
        }
    }

    /// On a sandbox that begins with this account.
    fn with_account(example: &'static Example, account: &Value) -> Self {
        let project = Project::copy(example.folder);
        project.write(ACCOUNT, &account.to_string());
        let server = serve(&project, &[]);
        Self {
            example,
            server,
            project,
        }
    }

    /// The same account, from now on on a sandbox that does what it is asked to.
    fn behaving(self) -> Self {
        let Self {
            example,
            server,
            project,
        } = self;
        server.stop();
        let server = serve(&project, &[]);
        Self {
            example,
            server,
            project,
        }
    }

    fn program(&self, command: &[&str]) -> Program {
        let sandbox = format!("--sandbox={}", self.server.endpoint);
        Program::new(
            &self.project.folder,
            &[command, &[sandbox.as_str()]].concat(),
        )
    }

    fn run(&self, command: &[&str]) -> Finished {
        self.program(command).run()
    }

    fn apply(&self) -> Finished {
        self.run(&["apply", "--yes"])
    }

    #[track_caller]
    fn plan(&self) -> Value {
        self.run(&["plan", "--format", "json"]).exits(0).json()
    }

    fn somebody(&self) -> Somebody<'_> {
        Somebody::at(&self.server.endpoint)
    }

    fn account(&self) -> Value {
        self.somebody().sees()
    }

    /// Makes the log groups that the services would have made by now. The plan names those whose retention it would set.
    fn seed_log_groups(&self) -> Vec<String> {
        let plan = self.plan();
        let missing = plan["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["code"] == "log-group-missing");
        let names: Vec<String> = missing
            .map(|finding| finding["subject"]["name"].as_str().unwrap().to_owned())
            .collect();
        for name in &names {
            self.somebody()
                .calls("logs", "create_log_group", &json!({ "logGroupName": name }));
        }
        names
    }

    /// What was written since the calls were last forgotten.
    fn writes(&self) -> Map<String, Value> {
        writes(&self.server)
    }

    fn reads(&self) -> Map<String, Value> {
        only(&self.server.calls(), is_read)
    }
}

fn serve(project: &Project, faults: &[&str]) -> Server {
    let account = project.folder.join(ACCOUNT);
    Server::sandbox(&[&["--file", account.to_str().unwrap()], faults].concat())
}

/// The numbers of the calls that change something.
fn writes(server: &Server) -> Map<String, Value> {
    only(&server.calls(), |operation| !is_read(operation))
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
    ["Describe", "Get", "List"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

/// The names of what one side has and the other has not, or has otherwise, by kind.
#[track_caller]
fn assert_same(before: &Value, after: &Value) {
    for (kind, old) in before.as_object().unwrap() {
        let (old, new) = (old.as_object().unwrap(), after[kind].as_object().unwrap());
        for name in old.keys().chain(new.keys()) {
            assert_eq!(old.get(name), new.get(name), "{kind} {name}");
        }
    }
}
