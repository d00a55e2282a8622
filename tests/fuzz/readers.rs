//! The entry points, each with the bounds of what it may make of an input.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use tracewatch::diagnostic::{Colour, Source, WithDiagnostics};
use tracewatch::inventory::{Inventory, Target, TypeFacts};
use tracewatch::stack::{
    DeployedResource, DeployedStack, ReadContext, UnknownNames, read_deployed, read_template,
    read_terraform,
};

use crate::support;

static TYPES: LazyLock<BTreeMap<String, TypeFacts>> = LazyLock::new(support::types);
static NO_PARAMETERS: BTreeMap<String, String> = BTreeMap::new();

/// What loops and aliases may make, however short they are written.
const MULTIPLIED: usize = 200_000;
/// Findings that are shown: all of them would take the time of many inputs.
const SHOWN: usize = 8;

/// The template as it stands, nothing known beside it.
pub(crate) fn template(text: &str) {
    checked(text, &read_template(&Source::new("t", text), &context()));
}

/// The same with everything known that can be: an account, parameters, invented names.
pub(crate) fn resolver(text: &str) {
    let identity = identity();
    let parameters = BTreeMap::from([
        ("Stage".to_owned(), "prod".to_owned()),
        ("Names".to_owned(), "a,b,c".to_owned()),
    ]);
    let given = ReadContext {
        parameters: &parameters,
        identity: Some(&identity),
        unknown_names: UnknownNames::UsePlaceholders,
        ..context()
    };
    checked(text, &read_template(&Source::new("t", text), &given));
}

/// A deployed stack that lists every other resource of the template and one that is not in it.
pub(crate) fn deployed(text: &str) {
    let identity = identity();
    let ctx = ReadContext {
        identity: Some(&identity),
        ..context()
    };
    let read = read_template(&Source::new("t", text), &ctx).value;
    checked(text, &read_deployed(&listing(text, &read), &ctx));
}

/// What Terraform writes, and JSON that is something else.
pub(crate) fn terraform(text: &str) {
    checked(text, &read_terraform(&Source::new("t", text), &context()));
}

fn context() -> ReadContext<'static> {
    support::context(&*TYPES, &NO_PARAMETERS)
}

fn identity() -> Target {
    Target {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "123456789012".to_owned(),
    }
}

fn listing(text: &str, read: &Inventory) -> DeployedStack {
    let shapes = [
        "",
        "plain",
        "arn:aws:sns:eu-west-1:1:x",
        "https://sqs.eu-west-1.amazonaws.com/1/x",
        "bus|rule",
        "|",
    ];
    let listed = |(at, resource): (usize, &tracewatch::inventory::Resource)| {
        let physical_id = (at % 3 > 0)
            .then(|| format!("{}{}", shapes[at % shapes.len()], resource.id.logical_id));
        (
            resource.id.logical_id.to_string(),
            DeployedResource {
                kind: resource.kind.to_string(),
                physical_id,
            },
        )
    };
    let mut resources: BTreeMap<String, DeployedResource> = read
        .resources
        .values()
        .map(Box::as_ref)
        .enumerate()
        .step_by(2)
        .map(listed)
        .collect();
    resources.insert(
        "Elsewhere".to_owned(),
        DeployedResource {
            kind: "AWS::SQS::Queue".to_owned(),
            physical_id: None,
        },
    );
    DeployedStack {
        name: "shop".to_owned(),
        status: [
            "CREATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_ROLLBACK_FAILED",
        ][text.len() % 3]
            .to_owned(),
        template: text.to_owned(),
        parameters: BTreeMap::from([
            ("Stage".to_owned(), "****".to_owned()),
            ("Names".to_owned(), String::new()),
        ]),
        nested: BTreeMap::new(),
        resources,
    }
}

/// Neither resources nor findings are more than there are bytes to write them; loops and aliases have limits of their own.
fn checked(text: &str, found: &WithDiagnostics<Inventory>) {
    let multiplies = text.contains("Fn::ForEach") || text.contains('*');
    let bound = 16 + text.len() + if multiplies { MULTIPLIED } else { 0 };
    let counts = [
        ("resources", found.value.resources.len()),
        ("links", found.value.links.len()),
        ("findings", found.diagnostics.len()),
    ];
    for (what, count) in counts {
        assert!(count <= bound, "{count} {what} from {} bytes", text.len());
    }
    for diagnostic in found.diagnostics.iter().take(SHOWN) {
        diagnostic.render(Colour::Never);
    }
}
