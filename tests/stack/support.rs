//! Reads cases and shows what was found in them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use tracewatch::catalog::Catalog;
use tracewatch::diagnostic::{Colour, WithDiagnostics};
use tracewatch::inventory::{Inventory, LinkFact, LinkKind, Target, TypeFacts, Types};
use tracewatch::stack::{
    CrossStackContext, DeployedResource, DeployedStack, ReadContext, UnknownNames, load,
    read_deployed, read_template, read_terraform,
};

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stack")
}

/// The case folders under a name, in order.
pub(crate) fn folders(name: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder().join(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no cases under {name}");
    found
}

pub(crate) fn template(case: &Path) -> PathBuf {
    let names = ["template.yaml", "template.json"].iter().chain(&TERRAFORM);
    names
        .map(|name| case.join(name))
        .find(|path| path.exists())
        .expect("a template")
}

/// What a case calls a file that Terraform wrote.
const TERRAFORM: [&str; 3] = ["plan.json", "state.json", "terraform.tfstate"];

/// `context.toml` of a case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Context {
    identity: bool,
    invent: bool,
    /// Whether the built-in facts about types are used, in place of a few of the tests' own.
    built_in_types: bool,
    parameters: BTreeMap<String, String>,
    deployed: Option<Deployed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Deployed {
    status: String,
    parameters: BTreeMap<String, String>,
    /// Type and physical id by logical id.
    resources: BTreeMap<String, (String, String)>,
}

pub(crate) struct Case {
    path: PathBuf,
    context: Context,
}

impl Case {
    pub(crate) fn of(path: &Path) -> Self {
        let text = std::fs::read_to_string(path.join("context.toml")).unwrap_or_default();
        Self {
            path: path.to_owned(),
            context: toml::from_str(&text).expect("a context"),
        }
    }

    pub(crate) fn read(&self) -> WithDiagnostics<Inventory> {
        let identity = Target {
            partition: "aws".to_owned(),
            region: "eu-west-1".to_owned(),
            account: "123456789012".to_owned(),
        };
        let source = load(&template(&self.path)).expect("a readable template");
        let name = source
            .name
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        let source = tracewatch::diagnostic::Source::new(name, source.text.as_str());
        let is_terraform = TERRAFORM.contains(&source.name.as_str());
        let types: Box<dyn Types> = if is_terraform || self.context.built_in_types {
            Box::new(Catalog::load(None, None).value)
        } else {
            Box::new(types())
        };
        let context = ReadContext {
            identity: self.context.identity.then_some(&identity),
            unknown_names: if self.context.invent {
                UnknownNames::UsePlaceholders
            } else {
                UnknownNames::LeaveUnknown
            },
            ..context(types.as_ref(), &self.context.parameters)
        };
        if is_terraform {
            return read_terraform(&source, &context);
        }
        match &self.context.deployed {
            None => read_template(&source, &context),
            Some(deployed) => read_deployed(&stack(deployed, &source.text), &context),
        }
    }
}

fn stack(deployed: &Deployed, template: &str) -> DeployedStack {
    let resource = |(kind, id): &(String, String)| DeployedResource {
        kind: kind.clone(),
        physical_id: (!id.is_empty()).then(|| id.clone()),
    };
    DeployedStack {
        name: "shop".to_owned(),
        status: deployed.status.clone(),
        template: template.to_owned(),
        parameters: deployed.parameters.clone(),
        nested: BTreeMap::new(),
        resources: deployed
            .resources
            .iter()
            .map(|(id, listed)| (id.clone(), resource(listed)))
            .collect(),
    }
}

pub(crate) fn context<'a>(
    types: &'a dyn Types,
    parameters: &'a BTreeMap<String, String>,
) -> ReadContext<'a> {
    ReadContext {
        stack: "shop",
        types,
        parameters,
        identity: None,
        deployed: None,
        unknown_names: UnknownNames::LeaveUnknown,
        cross_stack: CrossStackContext::default(),
    }
}

/// A few types; what is known of all others stands in the catalogue.
#[allow(clippy::too_many_lines, reason = "a list of facts")]
pub(crate) fn types() -> BTreeMap<String, TypeFacts> {
    let fact = |name: &str,
                physical: &[&str],
                attributes: &[(&str, &str)],
                links: &[(LinkKind, &str, &str)]| TypeFacts {
        name_property: (!name.is_empty()).then(|| name.to_owned()),
        physical_id: physical
            .iter()
            .map(|pattern| (*pattern).to_owned())
            .collect(),
        attributes: attributes
            .iter()
            .map(|(name, pattern)| ((*name).to_owned(), (*pattern).to_owned()))
            .collect(),
        log_group: (name == "FunctionName").then(|| "/aws/lambda/{id}".to_owned()),
        is_log_group: name == "LogGroupName",
        arn_uri: (name == "FunctionName").then(|| "{uri}/functions/{arn}/invocations".to_owned()),
        lowercase_name: name == "BucketName",
        links: links
            .iter()
            .map(|(kind, from, to)| LinkFact {
                kind: *kind,
                from: path(from),
                to: path(to),
                outside: Vec::new(),
            })
            .collect(),
        ..TypeFacts::default()
    };
    let function = [(
        "Arn",
        "arn:{partition}:lambda:{region}:{account}:function:{id}",
    )];
    let queue = [
        ("Arn", "arn:{partition}:sqs:{region}:{account}:{id}"),
        ("QueueName", "{id}"),
    ];
    let targets = [
        (LinkKind::Invokes, "", "Targets.Arn"),
        (LinkKind::DeadLetter, "", "Targets.DeadLetterConfig.Arn"),
        (LinkKind::PartOf, "", "EventBusName"),
    ];
    [
        (
            "AWS::Lambda::Function",
            fact(
                "FunctionName",
                &[],
                &function,
                &[(LinkKind::DeadLetter, "", "DeadLetterConfig.TargetArn")],
            ),
        ),
        (
            "AWS::Lambda::Permission",
            fact(
                "",
                &[],
                &[],
                &[(LinkKind::Invokes, "SourceArn", "FunctionName")],
            ),
        ),
        (
            "AWS::Lambda::EventSourceMapping",
            fact(
                "",
                &[],
                &[],
                &[(LinkKind::Invokes, "EventSourceArn", "FunctionName")],
            ),
        ),
        (
            "AWS::Events::Rule",
            fact(
                "Name",
                &["{EventBusName}|{id}", "{id}"],
                &[(
                    "Arn",
                    "arn:{partition}:events:{region}:{account}:rule/{EventBusName}/{id}",
                )],
                &targets,
            ),
        ),
        (
            "AWS::Events::EventBus",
            fact(
                "Name",
                &[],
                &[(
                    "Arn",
                    "arn:{partition}:events:{region}:{account}:event-bus/{id}",
                )],
                &[],
            ),
        ),
        (
            "AWS::SQS::Queue",
            fact(
                "QueueName",
                &["https://sqs.{region}.amazonaws.com/{account}/{id}"],
                &queue,
                &[(
                    LinkKind::DeadLetter,
                    "",
                    "RedrivePolicy.deadLetterTargetArn",
                )],
            ),
        ),
        (
            "AWS::SNS::Topic",
            fact(
                "TopicName",
                &["arn:{partition}:sns:{region}:{account}:{id}"],
                &[],
                &[],
            ),
        ),
        ("AWS::DynamoDB::Table", fact("TableName", &[], &[], &[])),
        ("AWS::S3::Bucket", fact("BucketName", &[], &[], &[])),
        ("AWS::Logs::LogGroup", fact("LogGroupName", &[], &[], &[])),
        ("AWS::ApiGateway::RestApi", fact("", &[], &[], &[])),
        (
            "AWS::ApiGateway::Stage",
            fact(
                "StageName",
                &[],
                &[],
                &[(LinkKind::PartOf, "", "RestApiId")],
            ),
        ),
    ]
    .map(|(kind, facts)| (kind.to_owned(), facts))
    .into()
}

fn path(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The inventory as a person checks it: absent and empty parts are left out.
pub(crate) fn inventory(found: &WithDiagnostics<Inventory>) -> Value {
    let resources: Vec<Value> = found
        .value
        .resources
        .values()
        .map(|found| resource(found))
        .collect();
    let links: Vec<String> = found
        .value
        .links
        .iter()
        .map(|link| {
            format!(
                "{} {} {}",
                link.from.logical_id,
                serde_json::to_value(link.kind).unwrap().as_str().unwrap(),
                link.to.logical_id
            )
        })
        .collect();
    json!({ "resources": resources, "links": links })
}

fn resource(resource: &tracewatch::inventory::Resource) -> Value {
    let mut shown = json!({ "logical_id": resource.id.logical_id, "type": resource.kind, "name_source": resource.name_source });
    let mut set = |key: &str, value: Value| {
        if !matches!(&value, Value::Null | Value::Bool(false))
            && value != json!([])
            && value != json!({})
        {
            shown[key] = value;
        }
    };
    set(
        "title",
        if resource.title == resource.id.logical_id {
            Value::Null
        } else {
            (*resource.title).into()
        },
    );
    set(
        "tf_type",
        json!(resource.terraform.as_ref().map(|origin| &origin.kind)),
    );
    set("physical_id", json!(resource.physical_id));
    set("properties", json!(resource.properties));
    set("metadata", json!(resource.metadata));
    set(
        "references",
        resource
            .references
            .iter()
            .map(|at| format!("{}: {} {}", at.path, at.attribute, at.to))
            .collect(),
    );
    set(
        "unresolved",
        resource
            .unresolved
            .iter()
            .map(|at| format!("{}: {}", at.path, at.reason))
            .collect(),
    );
    set("conditional", resource.conditional.into());
    shown
}

pub(crate) fn diagnostics(found: &WithDiagnostics<Inventory>) -> String {
    found
        .diagnostics
        .iter()
        .fold(String::new(), |mut text, found| {
            writeln!(text, "{}\n", found.render(Colour::Never)).unwrap();
            text
        })
}

pub(crate) fn compare(path: &Path, found: &Value) {
    compare_text(
        path,
        &format!("{}\n", serde_json::to_string_pretty(found).unwrap()),
    );
}

/// No file stands for no text.
pub(crate) fn compare_text(path: &Path, found: &str) {
    if std::env::var_os("BLESS").is_some() && !found.is_empty() {
        std::fs::write(path, found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == found,
        "{} differs; found:\n{found}",
        path.display()
    );
}
