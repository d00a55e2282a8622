//! `AWS::Serverless::Connector` and embedded `Connectors`: the policy or permission between two resources.

use std::sync::Arc;

use super::build::{Attributes, Properties, attribute, mentioned, reference, sub_with};
use super::{PREFIX, Sam};
use crate::stack::node::{Entry, Node, Span, word};
use crate::stack::template::Declared;

/// How a connector lets its source reach its destination.
#[derive(Debug, Clone, Copy)]
enum Grant {
    /// A policy for the role of the source.
    SourceRole,
    /// A policy for the role of the destination.
    DestinationRole,
    QueuePolicy,
    TopicPolicy,
    /// A permission for this service to call the destination.
    Permission(&'static str),
}

const FUNCTION: &str = "AWS::Lambda::Function";
const TABLE: &str = "AWS::DynamoDB::Table";
const QUEUE: &str = "AWS::SQS::Queue";
const TOPIC: &str = "AWS::SNS::Topic";
const BUS: &str = "AWS::Events::EventBus";
const RULE: &str = "AWS::Events::Rule";
const BUCKET: &str = "AWS::S3::Bucket";
const MACHINE: &str = "AWS::StepFunctions::StateMachine";
const SOURCE: &str = "AWS::AppSync::DataSource";

/// Source, destination and what connects them (`connector_profiles/profiles.json` of the translator).
const PROFILES: &[(&str, &str, Grant)] = &[
    (TABLE, FUNCTION, Grant::DestinationRole),
    (RULE, TOPIC, Grant::TopicPolicy),
    (RULE, BUS, Grant::SourceRole),
    (RULE, MACHINE, Grant::SourceRole),
    (RULE, FUNCTION, Grant::Permission("events.amazonaws.com")),
    (RULE, QUEUE, Grant::QueuePolicy),
    (FUNCTION, FUNCTION, Grant::SourceRole),
    (FUNCTION, BUCKET, Grant::SourceRole),
    (FUNCTION, TABLE, Grant::SourceRole),
    (FUNCTION, QUEUE, Grant::SourceRole),
    (FUNCTION, TOPIC, Grant::SourceRole),
    (FUNCTION, MACHINE, Grant::SourceRole),
    (FUNCTION, BUS, Grant::SourceRole),
    (FUNCTION, "AWS::Location::PlaceIndex", Grant::SourceRole),
    (
        "AWS::ApiGatewayV2::Api",
        FUNCTION,
        Grant::Permission("apigateway.amazonaws.com"),
    ),
    (
        "AWS::ApiGateway::RestApi",
        FUNCTION,
        Grant::Permission("apigateway.amazonaws.com"),
    ),
    (TOPIC, QUEUE, Grant::QueuePolicy),
    (TOPIC, FUNCTION, Grant::Permission("sns.amazonaws.com")),
    (QUEUE, FUNCTION, Grant::DestinationRole),
    (BUCKET, FUNCTION, Grant::Permission("s3.amazonaws.com")),
    (MACHINE, FUNCTION, Grant::SourceRole),
    (MACHINE, TOPIC, Grant::SourceRole),
    (MACHINE, QUEUE, Grant::SourceRole),
    (MACHINE, BUCKET, Grant::SourceRole),
    (MACHINE, TABLE, Grant::SourceRole),
    (MACHINE, MACHINE, Grant::SourceRole),
    (MACHINE, BUS, Grant::SourceRole),
    (SOURCE, TABLE, Grant::SourceRole),
    (SOURCE, FUNCTION, Grant::SourceRole),
    (SOURCE, BUS, Grant::SourceRole),
    (
        "AWS::AppSync::GraphQLApi",
        FUNCTION,
        Grant::Permission("appsync.amazonaws.com"),
    ),
];

/// One end of a connector.
struct End {
    kind: String,
    /// The logical id, when the end is a resource of the template.
    id: Option<String>,
    arn: Option<Node>,
    role: Option<Node>,
    url: Option<Node>,
}

impl Sam<'_> {
    /// Turns `Connectors` of resources into connectors of their own.
    pub(super) fn add_embedded_connectors(&mut self) {
        let mut embedded = Vec::new();
        for resource in &mut self.written {
            let Some(connectors) = resource.body.get("Connectors").cloned() else {
                continue;
            };
            resource.body = resource.body.without("Connectors");
            embedded.extend(
                connectors
                    .entries()
                    .iter()
                    .map(|entry| embedded_connector(&resource.id, entry)),
            );
        }
        self.written.extend(embedded);
        self.reindex();
    }

    pub(super) fn connector(&mut self, resource: &Declared) {
        let empty = Node::map(resource.span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let (Some(source), Some(destination)) =
            (properties.get("Source"), properties.get("Destination"))
        else {
            return self.refuse(
                format!(
                    "the connector `{}` needs `Source` and `Destination`",
                    resource.id
                ),
                resource.span,
            );
        };
        let permissions: Vec<&str> = properties
            .get("Permissions")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_text)
            .collect();
        let many = destination.as_list();
        let mut made = Vec::new();
        for (at, destination) in many
            .unwrap_or(std::slice::from_ref(destination))
            .iter()
            .enumerate()
        {
            let suffix = if many.is_some() {
                format!("Destination{at}")
            } else {
                String::new()
            };
            made.extend(self.connect(resource, source, destination, &permissions, &suffix));
        }
        self.connected.insert(Arc::clone(&resource.id), made);
    }

    fn connect(
        &mut self,
        resource: &Declared,
        source: &Node,
        destination: &Node,
        permissions: &[&str],
        suffix: &str,
    ) -> Vec<Arc<str>> {
        let (from, to) = (self.end(source, destination), self.end(destination, source));
        let (Some(from), Some(to)) = (from, to) else {
            self.refuse(
                format!(
                    "an end of the connector `{}` is no resource of the template",
                    resource.id
                ),
                resource.span,
            );
            return Vec::new();
        };
        let Some((_, _, grant)) = PROFILES
            .iter()
            .find(|(source, destination, _)| *source == from.kind && *destination == to.kind)
        else {
            self.refuse(
                format!("SAM cannot connect `{}` to `{}`", from.kind, to.kind),
                resource.span,
            );
            return Vec::new();
        };
        let attributes = Attributes::kept(resource);
        let names: Vec<String> = match grant {
            Grant::SourceRole | Grant::DestinationRole => {
                vec![format!("{}Policy{suffix}", resource.id)]
            }
            Grant::QueuePolicy => vec![format!("{}QueuePolicy{suffix}", resource.id)],
            Grant::TopicPolicy => vec![format!("{}TopicPolicy{suffix}", resource.id)],
            Grant::Permission(_) => permissions
                .iter()
                .map(|name| format!("{}{name}LambdaPermission{suffix}", resource.id))
                .collect(),
        };
        for name in &names {
            let (kind, properties) = granted(*grant, &from, &to, resource.span);
            self.make(name.as_str(), kind, &attributes, properties);
        }
        names.into_iter().map(Arc::from).collect()
    }

    fn end(&self, written: &Node, other: &Node) -> Option<End> {
        let Some(id) = written.text_at("Id") else {
            let kind = written.text_at("Type")?;
            let take = |key: &str| written.get(key).cloned();
            return Some(End {
                kind: deployed_kind(kind).to_owned(),
                id: None,
                arn: take("Arn"),
                role: take("RoleName"),
                url: take("QueueUrl"),
            });
        };
        let resource = self.made(id)?;
        let span = written.span;
        let arn = match &*resource.kind {
            MACHINE | TOPIC | SOURCE | "AWS::AppSync::GraphQLApi" => reference(span, id),
            _ => attribute(span, id, "Arn"),
        };
        let role = role_of(resource, other)
            .and_then(|role| mentioned(&role).map(|id| reference(span, id)));
        Some(End {
            kind: resource.kind.to_string(),
            id: Some(id.to_owned()),
            arn: Some(arn),
            role,
            url: Some(reference(span, id)),
        })
    }
}

/// The role with which a resource calls others.
fn role_of(resource: &Declared, other: &Node) -> Option<Node> {
    let properties = resource.properties()?;
    match &*resource.kind {
        FUNCTION => properties.get("Role").cloned(),
        MACHINE => properties.get("RoleArn").cloned(),
        SOURCE => properties.get("ServiceRoleArn").cloned(),
        RULE => {
            let aims =
                |target: &&Node| target.get("Arn").and_then(mentioned) == other.text_at("Id");
            properties
                .get("Targets")?
                .items()
                .iter()
                .find(aims)?
                .get("RoleArn")
                .cloned()
        }
        _ => None,
    }
}

fn deployed_kind(kind: &str) -> &str {
    match kind.strip_prefix(PREFIX) {
        Some("Function") => FUNCTION,
        Some("StateMachine") => MACHINE,
        Some("Api") => "AWS::ApiGateway::RestApi",
        Some("HttpApi") => "AWS::ApiGatewayV2::Api",
        Some("SimpleTable") => TABLE,
        Some(_) | None => kind,
    }
}

fn granted(grant: Grant, from: &End, to: &End, span: Span) -> (&'static str, Properties) {
    let made = Properties::new(span);
    let listed = |node: &Option<Node>| node.clone().map(|node| Node::list(span, vec![node]));
    match grant {
        Grant::SourceRole => (
            "AWS::IAM::ManagedPolicy",
            made.maybe("Roles", listed(&from.role)),
        ),
        Grant::DestinationRole => (
            "AWS::IAM::ManagedPolicy",
            made.maybe("Roles", listed(&to.role)),
        ),
        Grant::QueuePolicy => (
            "AWS::SQS::QueuePolicy",
            made.maybe("Queues", listed(&to.url)),
        ),
        Grant::TopicPolicy => (
            "AWS::SNS::TopicPolicy",
            made.maybe("Topics", listed(&to.arn)),
        ),
        Grant::Permission(service) => {
            let permission = made
                .set("Action", Node::text(span, "lambda:InvokeFunction"))
                .maybe("FunctionName", to.arn.clone())
                .set("Principal", Node::text(span, service))
                .maybe("SourceArn", source_arn(from, span));
            ("AWS::Lambda::Permission", permission)
        }
    }
}

fn source_arn(from: &End, span: Span) -> Option<Node> {
    let arn = |service: &str, resource: &str, id: Node| {
        let text = format!(
            "arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"
        );
        sub_with(span, &text, [("SourceResourceId", id)])
    };
    match (from.kind.as_str(), &from.id) {
        ("AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api", Some(id)) => Some(arn(
            "execute-api",
            "${SourceResourceId}/*",
            reference(span, id),
        )),
        ("AWS::AppSync::GraphQLApi", Some(id)) => Some(arn(
            "appsync",
            "apis/${SourceResourceId}",
            attribute(span, id, "ApiId"),
        )),
        _ => from.arn.clone(),
    }
}

fn embedded_connector(owner: &str, entry: &Entry) -> Declared {
    let span = entry.span;
    let empty = Node::map(span, []);
    let properties = entry.value.get("Properties").unwrap_or(&empty);
    let mut source = vec![Entry {
        key: word("Id"),
        span,
        value: Node::text(span, owner),
    }];
    source.extend(
        properties
            .get("SourceReference")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .cloned(),
    );
    let properties = properties
        .without("SourceReference")
        .with("Source", Node::of_entries(span, source));
    let body = entry.value.with("Properties", properties);
    Declared {
        id: format!("{owner}{}", entry.key).into(),
        kind: "AWS::Serverless::Connector".into(),
        span,
        body,
    }
}
