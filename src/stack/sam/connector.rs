//! `AWS::Serverless::Connector` and embedded `Connectors`: the policy or permission for access of one resource to another.

use std::sync::Arc;

use super::connector_profiles::{
    ConnectorProfile, DATA_SOURCE, FUNCTION, RULE, STATE_MACHINE, TABLE, TOPIC, profile,
};
use super::intrinsic::{arn, get_att, one_or_many, reference, referenced_id};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::{PREFIX, Translator};
use crate::stack::node::{Entry, Node, Span, word};
use crate::stack::template::Declared;

/// A connector's source or destination.
struct ConnectorResource {
    kind: String,
    /// The logical id of a resource of the template.
    id: Option<String>,
    arn: Option<Node>,
    role: Option<Node>,
    url: Option<Node>,
}

impl Translator<'_> {
    /// Replaces the `Connectors` of resources by resources of type `AWS::Serverless::Connector`.
    pub(super) fn extract_embedded_connectors(&mut self) {
        let mut embedded = Vec::new();
        for resource in &mut self.source_resources {
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
        self.source_resources.extend(embedded);
        self.rebuild_source_index();
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
        let is_list = destination.as_list().is_some();
        let mut generated = Vec::new();
        for (at, destination) in one_or_many(destination).iter().enumerate() {
            let suffix = if is_list {
                format!("Destination{at}")
            } else {
                String::new()
            };
            generated.extend(self.connect(resource, source, destination, &permissions, &suffix));
        }
        self.connector_resources
            .insert(Arc::clone(&resource.id), generated);
    }

    /// Connects the source to one destination. Returns the logical ids of the generated resources.
    fn connect(
        &mut self,
        resource: &Declared,
        source: &Node,
        destination: &Node,
        permissions: &[&str],
        suffix: &str,
    ) -> Vec<Arc<str>> {
        let from = self.connector_end(source, destination);
        let to = self.connector_end(destination, source);
        let (Some(from), Some(to)) = (from, to) else {
            self.refuse(
                format!(
                    "the source or a destination of the connector `{}` is not in the template",
                    resource.id
                ),
                resource.span,
            );
            return Vec::new();
        };
        let Some(profile) = profile(&from.kind, &to.kind) else {
            self.refuse(
                format!("SAM cannot connect `{}` to `{}`", from.kind, to.kind),
                resource.span,
            );
            return Vec::new();
        };
        let attributes = ResourceAttributes::of_main_resource(resource);
        let ids: Vec<String> = match profile {
            ConnectorProfile::SourceRolePolicy | ConnectorProfile::DestinationRolePolicy => {
                vec![format!("{}Policy{suffix}", resource.id)]
            }
            ConnectorProfile::QueuePolicy => vec![format!("{}QueuePolicy{suffix}", resource.id)],
            ConnectorProfile::TopicPolicy => vec![format!("{}TopicPolicy{suffix}", resource.id)],
            ConnectorProfile::LambdaPermission(_) => permissions
                .iter()
                .map(|name| format!("{}{name}LambdaPermission{suffix}", resource.id))
                .collect(),
        };
        for id in &ids {
            let (kind, properties) = connection(profile, &from, &to, resource.span);
            self.generate(id.as_str(), kind, &attributes, properties);
        }
        ids.into_iter().map(Arc::from).collect()
    }

    fn connector_end(&self, written: &Node, other: &Node) -> Option<ConnectorResource> {
        let Some(id) = written.text_at("Id") else {
            let kind = written.text_at("Type")?;
            return Some(ConnectorResource {
                kind: deployed_kind(kind).to_owned(),
                id: None,
                arn: written.get("Arn").cloned(),
                role: written.get("RoleName").cloned(),
                url: written.get("QueueUrl").cloned(),
            });
        };
        let resource = self.generated(id)?;
        let span = written.span;
        let arn = match &*resource.kind {
            STATE_MACHINE | TOPIC | DATA_SOURCE | "AWS::AppSync::GraphQLApi" => reference(span, id),
            _ => get_att(span, id, "Arn"),
        };
        let role = role_of(resource, other)
            .and_then(|role| referenced_id(&role).map(|id| reference(span, id)));
        Some(ConnectorResource {
            kind: resource.kind.to_string(),
            id: Some(id.to_owned()),
            arn: Some(arn),
            role,
            url: Some(reference(span, id)),
        })
    }
}

/// The execution role of a resource. `other` is the opposite end, which selects the target of a rule.
fn role_of(resource: &Declared, other: &Node) -> Option<Node> {
    let properties = resource.properties()?;
    match &*resource.kind {
        FUNCTION => properties.get("Role").cloned(),
        STATE_MACHINE => properties.get("RoleArn").cloned(),
        DATA_SOURCE => properties.get("ServiceRoleArn").cloned(),
        RULE => {
            let other_id = other.text_at("Id");
            let mut targets = properties.get("Targets")?.items().iter();
            targets
                .find(|target| target.get("Arn").and_then(referenced_id) == other_id)?
                .get("RoleArn")
                .cloned()
        }
        _ => None,
    }
}

/// The type that replaces a SAM type.
fn deployed_kind(kind: &str) -> &str {
    match kind.strip_prefix(PREFIX) {
        Some("Function") => FUNCTION,
        Some("StateMachine") => STATE_MACHINE,
        Some("Api") => "AWS::ApiGateway::RestApi",
        Some("HttpApi") => "AWS::ApiGatewayV2::Api",
        Some("SimpleTable") => TABLE,
        Some(_) | None => kind,
    }
}

/// The type and the properties of the resource that connects the ends.
fn connection(
    profile: ConnectorProfile,
    from: &ConnectorResource,
    to: &ConnectorResource,
    span: Span,
) -> (&'static str, PropertiesBuilder) {
    let properties = PropertiesBuilder::new(span);
    match profile {
        ConnectorProfile::SourceRolePolicy => (
            "AWS::IAM::ManagedPolicy",
            properties.set_optional("Roles", single_item(from.role.as_ref(), span)),
        ),
        ConnectorProfile::DestinationRolePolicy => (
            "AWS::IAM::ManagedPolicy",
            properties.set_optional("Roles", single_item(to.role.as_ref(), span)),
        ),
        ConnectorProfile::QueuePolicy => (
            "AWS::SQS::QueuePolicy",
            properties.set_optional("Queues", single_item(to.url.as_ref(), span)),
        ),
        ConnectorProfile::TopicPolicy => (
            "AWS::SNS::TopicPolicy",
            properties.set_optional("Topics", single_item(to.arn.as_ref(), span)),
        ),
        ConnectorProfile::LambdaPermission(service) => {
            let permission = properties
                .set("Action", Node::text(span, "lambda:InvokeFunction"))
                .set_optional("FunctionName", to.arn.clone())
                .set("Principal", Node::text(span, service))
                .set_optional("SourceArn", source_arn(from, span));
            ("AWS::Lambda::Permission", permission)
        }
    }
}

fn single_item(node: Option<&Node>, span: Span) -> Option<Node> {
    let node = node?.clone();
    Some(Node::list(span, vec![node]))
}

/// `SourceArn` of a permission.
fn source_arn(from: &ConnectorResource, span: Span) -> Option<Node> {
    match (from.kind.as_str(), &from.id) {
        ("AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api", Some(id)) => {
            let id = [("SourceResourceId", reference(span, id))];
            Some(arn(span, "execute-api", "${SourceResourceId}/*", &id))
        }
        ("AWS::AppSync::GraphQLApi", Some(id)) => {
            let id = [("SourceResourceId", get_att(span, id, "ApiId"))];
            Some(arn(span, "appsync", "apis/${SourceResourceId}", &id))
        }
        _ => from.arn.clone(),
    }
}

/// The connector resource for one entry of `Connectors`.
fn embedded_connector(source_id: &str, entry: &Entry) -> Declared {
    let span = entry.span;
    let empty = Node::map(span, []);
    let properties = entry.value.get("Properties").unwrap_or(&empty);
    let mut source = vec![Entry {
        key: word("Id"),
        span,
        value: Node::text(span, source_id),
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
        id: format!("{source_id}{}", entry.key).into(),
        kind: "AWS::Serverless::Connector".into(),
        span,
        body,
    }
}
