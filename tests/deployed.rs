//! Both examples as real CloudFormation stacks on somebody else's emulator, read from there: what the deployed stack says has to agree with
//! what its template alone says, and with what CloudFormation itself lists.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use support::ask::Somebody;
use support::program::Program;
use support::project::Project;
use support::server::Server;

struct Example {
    folder: &'static str,
    template: &'static str,
    stack: &'static str,
    resources: usize,
}

const ORDER_PROCESSING: Example = Example {
    folder: "examples/order-processing",
    template: "template.yaml",
    stack: "order-processing-dev",
    resources: 39,
};

const DISTRIBUTED_TRACING: Example = Example {
    folder: "examples/distributed-tracing",
    template: "distributed-tracing.template.json",
    stack: "DistributedTracingStack",
    resources: 39,
};

/// A stack of an example on ministack.
struct Deployed {
    example: Example,
    project: Project,
    ministack: &'static Server,
    /// By logical id: type and physical id, as CloudFormation lists them.
    resources: BTreeMap<String, (String, String)>,
}

impl Deployed {
    fn new(example: Example) -> Self {
        let project = Project::copy(example.folder);
        let ministack = Server::ministack();
        let somebody = Somebody::at(&ministack.endpoint);
        prepare(somebody);
        let body = with_stored_code(&project.read(example.template));
        project.write(example.template, &body);
        let stack = json!({ "StackName": example.stack, "TemplateBody": body, "Capabilities": CAPABILITIES });
        somebody.calls("cloudformation", "create_stack", &stack);
        let named = json!({ "StackName": example.stack });
        somebody.waits("cloudformation", "stack_create_complete", &named);
        let listed = somebody.calls("cloudformation", "list_stack_resources", &named);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let resource = |listed: &Value| {
            let described = (
                text(&listed["ResourceType"]),
                text(&listed["PhysicalResourceId"]),
            );
            (text(&listed["LogicalResourceId"]), described)
        };
        let resources = listed["StackResourceSummaries"]
            .as_array()
            .unwrap()
            .iter()
            .map(resource)
            .collect();
        Self {
            example,
            project,
            ministack,
            resources,
        }
    }

    fn inventory(&self) -> Value {
        let command = [
            "inventory",
            "--deployed",
            self.example.stack,
            "--format",
            "json",
        ];
        Program::new(&self.project.folder, &command)
            .at(&self.ministack.endpoint)
            .run()
            .exits(0)
            .json()
    }

    /// Of the template in the example's folder, with no account at all.
    fn inventory_of_the_template(&self) -> Value {
        Program::new(&self.project.folder, &["inventory", "--format", "json"])
            .run()
            .exits(0)
            .json()
    }
}

const CAPABILITIES: [&str; 3] = [
    "CAPABILITY_IAM",
    "CAPABILITY_NAMED_IAM",
    "CAPABILITY_AUTO_EXPAND",
];

const BUCKET: &str = "code";

/// An empty ZIP archive.
const CODE: &str = "PK\u{5}\u{6}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// What both templates count on: code that was uploaded, and CDK's mark of a prepared account.
fn prepare(somebody: Somebody<'_>) {
    somebody.calls("s3", "create_bucket", &json!({ "Bucket": BUCKET }));
    somebody.calls(
        "s3",
        "put_object",
        &json!({ "Bucket": BUCKET, "Key": "code.zip", "Body": CODE }),
    );
    let version = json!({ "Name": "/cdk-bootstrap/hnb659fds/version", "Value": "21", "Type": "String", "Overwrite": true });
    somebody.calls("ssm", "put_parameter", &version);
}

/// The template as `sam package` leaves it: folders of code have become objects in a bucket.
fn with_stored_code(template: &str) -> String {
    let line = |line: &str| match line.split_once("Uri: ") {
        Some((key, _)) if key.ends_with("Code") || key.ends_with("Content") => {
            format!("{key}Uri: s3://{BUCKET}/code.zip\n")
        }
        _ => format!("{line}\n"),
    };
    template.lines().map(line).collect()
}

/// By logical id.
fn resources(inventory: &Value) -> BTreeMap<String, Value> {
    let resources = inventory["resources"].as_array().unwrap().iter();
    resources
        .map(|resource| (text(resource, "logical_id"), resource.clone()))
        .collect()
}

/// The transform ends the id of an API's deployment with a hash of the whole API document, which nobody needs who watches the API.
fn without_hash(logical_id: &str) -> &str {
    match logical_id.split_once("ApiDeployment") {
        Some((api, _)) => &logical_id[..api.len() + "ApiDeployment".len()],
        None => logical_id,
    }
}

fn links(inventory: &Value) -> BTreeSet<String> {
    let end = |link: &Value, end: &str| {
        without_hash(link[end]["logical_id"].as_str().unwrap()).to_owned()
    };
    let links = inventory["links"].as_array().unwrap().iter();
    links
        .map(|link| format!("{} {} {}", end(link, "from"), link["kind"], end(link, "to")))
        .collect()
}

/// Every resource that CloudFormation lists is read, with its type and its name; and everything that is known from the template alone is
/// the same.
fn assert_read(deployed: &Deployed) {
    let inventory = deployed.inventory();
    let read = resources(&inventory);
    let names: BTreeMap<String, (String, String)> = read
        .iter()
        .map(|(id, resource)| {
            (
                id.clone(),
                (text(resource, "type"), text(resource, "physical_id")),
            )
        })
        .collect();
    assert_eq!(names, deployed.resources);
    assert_eq!(names.len(), deployed.example.resources);

    let alone = deployed.inventory_of_the_template();
    let known = |read: BTreeMap<String, Value>| {
        let known = read
            .into_iter()
            .map(|(id, resource)| (without_hash(&id).to_owned(), text(&resource, "type")));
        known.collect::<BTreeMap<_, _>>()
    };
    let from_template = resources(&alone);
    // Some ids take the account's number as well as the name.
    for (id, resource) in from_template
        .iter()
        .filter(|(_, resource)| resource["physical_id"].is_string())
    {
        assert_eq!(resource["physical_id"], read[id]["physical_id"], "{id}");
    }
    assert_eq!(known(from_template), known(read));
    assert_eq!(links(&alone), links(&inventory));
}

fn text(resource: &Value, member: &str) -> String {
    resource[member].as_str().unwrap_or_default().to_owned()
}

/// Ministack has no X-Ray, and its list of dashboards cannot be read: for these two, the sandbox stands in.
fn plan(deployed: &Deployed, sandbox: &Server, command: &[&str]) -> Value {
    let program = Program::new(&deployed.project.folder, command).at(&deployed.ministack.endpoint);
    let others = [
        ("AWS_ENDPOINT_URL_XRAY", sandbox.endpoint.as_str()),
        ("AWS_ENDPOINT_URL_CLOUDWATCH", sandbox.endpoint.as_str()),
    ];
    program.with(&others).run().exits(0).json()
}

/// A plan for the deployed stack wants what a plan for its template wants.
fn assert_planned(deployed: &Deployed) {
    let sandbox = Server::sandbox(&[]);
    let by_name = plan(
        deployed,
        &sandbox,
        &[
            "plan",
            "--deployed",
            deployed.example.stack,
            "--format",
            "json",
        ],
    );
    let project = "[stack]\nname = \"{stack}\"\ntemplate = \"{template}\"\n";
    let project = project
        .replace("{stack}", deployed.example.stack)
        .replace("{template}", deployed.example.template);
    deployed.project.write("tracewatch.toml", &project);
    let by_template = plan(deployed, &sandbox, &["plan", "--format", "json"]);
    let wanted = |plan: &Value| {
        let changes = plan["changes"].as_array().unwrap().iter();
        changes
            .map(|change| {
                (
                    change["name"].as_str().unwrap().to_owned(),
                    change["new"].clone(),
                )
            })
            .collect::<BTreeMap<_, _>>()
    };
    let (by_name, by_template) = (wanted(&by_name), wanted(&by_template));
    assert_eq!(
        by_name.keys().collect::<Vec<_>>(),
        by_template.keys().collect::<Vec<_>>()
    );
    assert!(by_name.len() > 20, "{by_name:?}");
    for (name, new) in &by_name {
        assert_eq!(*new, by_template[name], "{name}");
    }
}

#[test]
fn a_stack_of_the_serverless_application_model() {
    let deployed = Deployed::new(ORDER_PROCESSING);
    assert_read(&deployed);
    assert_planned(&deployed);
}

#[test]
fn a_stack_of_the_cloud_development_kit() {
    let deployed = Deployed::new(DISTRIBUTED_TRACING);
    assert_read(&deployed);
    assert_planned(&deployed);
}

#[test]
fn a_stack_that_is_not_there_is_said_to_be_missing() {
    let project = Project::copy(ORDER_PROCESSING.folder);
    let command = ["inventory", "--deployed", "nowhere"];
    let failed = Program::new(&project.folder, &command)
        .at(&Server::ministack().endpoint)
        .run()
        .exits(1);
    assert!(
        failed
            .stderr
            .contains("there is no stack `nowhere` in us-east-1"),
        "{}",
        failed.stderr
    );
}
