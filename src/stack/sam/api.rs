//! `AWS::Serverless::Api` and the events that add methods to it: the API, its deployment and its stage.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Sam;
use super::build::{
    Attributes, Properties, given, hash, is_alphanumeric, reference, sub, text_hash,
};
use super::events::Event;
use super::function::Target;
use super::implicit::REST;
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

/// The methods that events add to an API whose definition SAM writes.
#[derive(Debug, Default)]
pub(super) struct Managed {
    /// Integrations by method (in lower case) by path.
    paths: BTreeMap<String, Vec<(String, Node)>>,
    /// Functions that already serve every path that nobody else does.
    pub defaults: Vec<Arc<str>>,
}

impl Managed {
    pub(super) fn has(&self, path: &str, method: &str) -> bool {
        self.paths
            .get(path)
            .is_some_and(|methods| methods.iter().any(|(known, _)| known == method))
    }

    pub(super) fn add(&mut self, path: &str, method: &str, integration: Node) {
        self.paths
            .entry(path.to_owned())
            .or_default()
            .push((method.to_owned(), integration));
    }

    /// `paths` of the definition.
    fn node(&self, span: Span) -> Node {
        let operation = |integration: &Node| {
            let responses = Node::map(span, []);
            Node::map(
                span,
                [
                    ("x-amazon-apigateway-integration", integration.clone()),
                    ("responses", responses),
                ],
            )
        };
        let item = |methods: &[(String, Node)]| {
            Node::map_of(
                span,
                methods
                    .iter()
                    .map(|(method, integration)| (method.as_str(), operation(integration))),
            )
        };
        Node::map_of(
            span,
            self.paths
                .iter()
                .map(|(path, methods)| (path.as_str(), item(methods))),
        )
    }
}

/// The definition that SAM writes: titled with the stack's name, which becomes the API's.
pub(super) fn definition(
    managed: Option<&Managed>,
    version: (&'static str, &str),
    title: Option<Node>,
    span: Span,
) -> Node {
    let title = title.unwrap_or_else(|| reference(span, "AWS::StackName"));
    let info = Node::map(
        span,
        [("version", Node::text(span, "1.0")), ("title", title)],
    );
    let paths = managed.map_or_else(|| Node::map(span, []), |managed| managed.node(span));
    Node::map(
        span,
        [
            (version.0, Node::text(span, version.1)),
            ("info", info),
            ("paths", paths),
        ],
    )
}

/// An integration that calls a function.
pub(super) fn integration(span: Span, target: &Target) -> Node {
    let name = if target.is_alias {
        target.id.to_string()
    } else {
        format!("{}.Arn", target.id)
    };
    let uri = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}}}/invocations"
    );
    Node::map(
        span,
        [
            ("type", Node::text(span, "aws_proxy")),
            ("httpMethod", Node::text(span, "POST")),
            ("uri", sub(span, &uri)),
        ],
    )
}

impl Sam<'_> {
    /// The API that an event names; `None` after a fault.
    pub(super) fn event_api(
        &mut self,
        event: &Event<'_>,
        property: &str,
        implicit: &str,
    ) -> Option<Arc<str>> {
        let id = match event.get(property) {
            None => Some(implicit),
            Some(api) => api.text_at("Ref").or_else(|| api.as_text()),
        };
        let found = id
            .and_then(|id| self.resource(id))
            .filter(|api| api.kind.contains("Api"))
            .map(|api| Arc::clone(&api.id));
        if found.is_none() {
            self.refuse(
                format!(
                    "`{property}` of the event `{}` is a `Ref` to an API of the template",
                    event.name
                ),
                event.span,
            );
        }
        found
    }

    pub(super) fn api_event(&mut self, event: &Event<'_>, target: &Target) {
        if !self.needs(event, "Path") || !self.needs(event, "Method") {
            return;
        }
        let Some(api) = self.event_api(event, REST.property, REST.id) else {
            return;
        };
        let (path, method) = method_of(event);
        let suffix = self.stage_suffix(&api);
        let suffix = if suffix.is_empty() || is_alphanumeric(&suffix) {
            suffix
        } else {
            text_hash(&suffix)
        };
        let verb = if method == "any" {
            "*".to_owned()
        } else {
            method.to_uppercase()
        };
        let id = format!("{}Permission{suffix}", event.id);
        let named = event
            .get(REST.property)
            .cloned()
            .unwrap_or_else(|| reference(event.span, &api));
        let source = Self::method_arn(
            event.span,
            &named,
            &format!("/{verb}{}", without_placeholders(&path)),
        );
        self.permission(
            &id,
            "apigateway.amazonaws.com",
            target,
            Properties::new(event.span).set("SourceArn", source),
        );
        self.add_method(&api, event, &path, &method, integration(event.span, target));
    }

    /// What the stage's name adds to the id of a permission.
    fn stage_suffix(&self, api: &str) -> String {
        let name = self
            .resource(api)
            .and_then(|api| api.properties()?.get("StageName"));
        name.and_then(Node::as_text).unwrap_or("Stage").to_owned()
    }

    pub(super) fn add_method(
        &mut self,
        api: &Arc<str>,
        event: &Event<'_>,
        path: &str,
        method: &str,
        integration: Node,
    ) {
        if !self.is_managed(api) {
            return;
        }
        let method = if method == "any" {
            "x-amazon-apigateway-any-method"
        } else {
            method
        };
        let managed = self.apis.entry(Arc::clone(api)).or_default();
        if managed.has(path, method) {
            let message =
                format!("the method `{method}` of the path `{path}` is defined twice in `{api}`");
            return self.refuse(message, event.span);
        }
        managed.add(path, method, integration);
    }

    /// Whether SAM writes the definition of the API.
    fn is_managed(&self, api: &str) -> bool {
        self.resource(api).is_some_and(|api| {
            let has = |key: &str| {
                given(api.properties().and_then(|properties| properties.get(key))).is_some()
            };
            api.kind.starts_with(super::PREFIX) && !has("DefinitionBody") && !has("DefinitionUri")
        })
    }

    pub(super) fn api(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let Some(stage_name) = properties.get("StageName") else {
            return self.refuse(
                format!("the API `{}` needs a `StageName`", resource.id),
                span,
            );
        };
        let definition = self.rest_definition(resource, properties);
        let deployment = format!("{}Deployment{}", resource.id, hash(&definition.1));
        let passed = Attributes::passed(resource);
        let api = rest_api(span, properties, definition);
        self.make(
            Arc::clone(&resource.id),
            "AWS::ApiGateway::RestApi",
            &Attributes::kept(resource),
            api,
        );
        let made = Properties::new(span).set("RestApiId", reference(span, &resource.id));
        self.make(
            deployment.as_str(),
            "AWS::ApiGateway::Deployment",
            &passed,
            made,
        );
        self.refer(&resource.id, "Deployment", &deployment);
        let stage = self.stage(resource, properties, stage_name, &deployment);
        self.api_domain(resource, properties);
        self.authorizer_permissions(resource, properties);
        self.usage_plan(resource, properties, &stage);
    }

    /// The property that holds the definition, and the definition.
    fn rest_definition(&self, resource: &Declared, properties: &Node) -> (&'static str, Node) {
        let span = resource.span;
        if let Some(uri) = given(properties.get("DefinitionUri")) {
            return (
                "BodyS3Location",
                super::function::location(uri, ["Bucket", "Key", "Version"]),
            );
        }
        if let Some(body) = given(properties.get("DefinitionBody")) {
            return ("Body", body.clone());
        }
        let version = properties.get("OpenApiVersion").and_then(Node::scalar_text);
        let version = match version.as_deref() {
            Some(version) if version.starts_with('3') => ("openapi", version),
            Some(_) | None => ("swagger", "2.0"),
        };
        (
            "Body",
            definition(self.apis.get(&resource.id), version, None, span),
        )
    }

    fn stage(
        &mut self,
        resource: &Declared,
        properties: &Node,
        name: &Node,
        deployment: &str,
    ) -> String {
        const COPIED: &str = "\
            StageName CacheClusterEnabled CacheClusterSize Variables MethodSettings AccessLogSetting CanarySetting \
            TracingEnabled";
        let span = resource.span;
        let prefix = name.as_text().unwrap_or_default();
        let id = if is_alphanumeric(prefix) {
            format!("{}{prefix}Stage", resource.id)
        } else {
            format!("{}Stage{}", resource.id, text_hash(prefix))
        };
        let tags = properties.get("Tags").map(|tags| tag_list(span, tags));
        let stage = Properties::new(span)
            .copied(properties, COPIED)
            .set("RestApiId", reference(span, &resource.id))
            .set("DeploymentId", reference(span, deployment))
            .maybe("Tags", tags);
        self.make(
            id.as_str(),
            "AWS::ApiGateway::Stage",
            &Attributes::passed(resource),
            stage,
        );
        self.refer(&resource.id, "Stage", &id);
        id
    }
}

fn rest_api(span: Span, properties: &Node, definition: (&'static str, Node)) -> Properties {
    const COPIED: &str = "\
        BinaryMediaTypes MinimumCompressionSize FailOnWarnings Description Mode ApiKeySourceType Policy SecurityPolicy \
        EndpointAccessMode";
    // API Gateway names the API after its definition's title when the template gives no name.
    let title = definition
        .1
        .get("info")
        .and_then(|info| info.get("title"))
        .cloned();
    let name = given(properties.get("Name")).cloned().or(title);
    let endpoint = properties.get("EndpointConfiguration").map(|written| {
        let kind = written.get("Type").unwrap_or(written).clone();
        let ids = written
            .get("VPCEndpointIds")
            .or_else(|| written.get("VpcEndpointIds"))
            .cloned();
        Properties::new(span)
            .set("Types", Node::list(span, vec![kind]))
            .maybe("VpcEndpointIds", ids)
            .copied(written, "IpAddressType")
            .node()
    });
    Properties::new(span)
        .copied(properties, COPIED)
        .maybe("EndpointConfiguration", endpoint)
        .maybe("Name", name)
        .set(definition.0, definition.1)
}

pub(super) fn tag_list(span: Span, tags: &Node) -> Node {
    let tag = |entry: &crate::stack::node::Entry| {
        Node::map(
            span,
            [
                ("Key", Node::text(span, Arc::clone(&entry.key))),
                ("Value", entry.value.clone()),
            ],
        )
    };
    Node::list(span, tags.entries().iter().map(tag).collect())
}

/// Path and method of an event; the method in lower case.
pub(super) fn method_of(event: &Event<'_>) -> (String, String) {
    let path = event.get("Path").and_then(Node::as_text).unwrap_or("/");
    let method = event.get("Method").and_then(Node::as_text).unwrap_or("any");
    (path.to_owned(), method.to_lowercase())
}

/// The path as a permission names it: `/orders/{id}/` becomes `/orders/*`.
pub(super) fn without_placeholders(path: &str) -> String {
    let trimmed = if path.len() > 1 {
        path.strip_suffix('/').unwrap_or(path)
    } else {
        path
    };
    let mut result = String::with_capacity(trimmed.len());
    let mut rest = trimmed;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, end)) = after.split_once('}') else {
            break;
        };
        result.push_str(before);
        result.push('*');
        rest = end;
    }
    result.push_str(rest);
    result
}
