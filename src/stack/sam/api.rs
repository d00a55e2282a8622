//! `AWS::Serverless::Api` and the events that add methods to it: the API, its deployment and its stage.

use std::sync::Arc;

use super::api_paths::ApiPaths;
use super::event::{EventSource, EventTarget};
use super::implicit::REST;
use super::intrinsic::{arn, has, reference, sub, truthy};
use super::logical_id::{is_alphanumeric, text_hash, value_hash};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::s3_location::{DEFINITION, s3_location};
use super::tags::tag_list;
use super::translator::{PREFIX, Translator};
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

/// The OpenAPI definition that SAM writes. Its default title is the stack's name; API Gateway names the API after the title.
pub(super) fn definition(
    api_paths: Option<&ApiPaths>,
    version: (&'static str, &str),
    title: Option<Node>,
    span: Span,
) -> Node {
    let title = title.unwrap_or_else(|| reference(span, "AWS::StackName"));
    let info = Node::map(
        span,
        [("version", Node::text(span, "1.0")), ("title", title)],
    );
    let paths = api_paths.map_or_else(|| Node::map(span, []), |api_paths| api_paths.node(span));
    Node::map(
        span,
        [
            (version.0, Node::text(span, version.1)),
            ("info", info),
            ("paths", paths),
        ],
    )
}

/// The integration that invokes a function.
pub(super) fn integration(span: Span, target: &EventTarget) -> Node {
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

impl Translator<'_> {
    /// The logical id of the API of an event. Reports an event without an API of the template.
    pub(super) fn event_api(
        &mut self,
        event: &EventSource<'_>,
        property: &str,
        implicit: &str,
    ) -> Option<Arc<str>> {
        let id = match event.get(property) {
            None => Some(implicit),
            Some(api) => api.text_at("Ref").or_else(|| api.as_text()),
        };
        let api = id
            .and_then(|id| self.source_resource(id))
            .filter(|api| api.kind.contains("Api"))
            .map(|api| Arc::clone(&api.id));
        if api.is_none() {
            self.refuse(
                format!(
                    "`{property}` of the event `{}` is a `Ref` to an API of the template",
                    event.name
                ),
                event.span,
            );
        }
        api
    }

    pub(super) fn api_event(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        if !self.requires(event, "Path") || !self.requires(event, "Method") {
            return;
        }
        let Some(api) = self.event_api(event, REST.property, REST.id) else {
            return;
        };
        let (path, method) = method_of(event);
        let suffix = self.stage_suffix(&api);
        let verb = if method == "any" {
            "*".to_owned()
        } else {
            method.to_uppercase()
        };
        let id = format!("{}{suffix}", event.permission_id());
        let api_reference = event
            .get(REST.property)
            .cloned()
            .unwrap_or_else(|| reference(event.span, &api));
        let source = method_arn(
            event.span,
            &api_reference,
            &format!("/{verb}{}", without_placeholders(&path)),
        );
        self.permission(
            &id,
            "apigateway.amazonaws.com",
            target,
            PropertiesBuilder::new(event.span).set("SourceArn", source),
        );
        self.add_method(&api, event, &path, &method, integration(event.span, target));
    }

    /// The suffix of permission ids, from the stage's name.
    fn stage_suffix(&self, api: &str) -> String {
        let name = self
            .source_resource(api)
            .and_then(|api| api.properties()?.text_at("StageName"))
            .unwrap_or("Stage");
        if name.is_empty() || is_alphanumeric(name) {
            name.to_owned()
        } else {
            text_hash(name)
        }
    }

    /// Adds a method to an API whose definition SAM writes.
    pub(super) fn add_method(
        &mut self,
        api: &Arc<str>,
        event: &EventSource<'_>,
        path: &str,
        method: &str,
        integration: Node,
    ) {
        if !self.has_generated_definition(api) {
            return;
        }
        let method = if method == "any" {
            "x-amazon-apigateway-any-method"
        } else {
            method
        };
        let api_paths = self.api_paths.entry(Arc::clone(api)).or_default();
        if api_paths.has(path, method) {
            let message =
                format!("the method `{method}` of the path `{path}` is defined twice in `{api}`");
            return self.refuse(message, event.span);
        }
        api_paths.add(path, method, integration);
    }

    /// Whether SAM writes the definition of the API.
    fn has_generated_definition(&self, api: &str) -> bool {
        let Some(api) = self.source_resource(api) else {
            return false;
        };
        let has_definition = api.properties().is_some_and(|properties| {
            has(properties, "DefinitionBody") || has(properties, "DefinitionUri")
        });
        api.kind.starts_with(PREFIX) && !has_definition
    }

    pub(super) fn rest_api(&mut self, resource: &Declared) {
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
        let deployment = format!("{}Deployment{}", resource.id, value_hash(&definition.1));
        let attributes = ResourceAttributes::passthrough(resource);
        let api = rest_api_properties(span, properties, definition);
        self.generate(
            Arc::clone(&resource.id),
            "AWS::ApiGateway::RestApi",
            &ResourceAttributes::of_main_resource(resource),
            api,
        );
        let properties_of_deployment =
            PropertiesBuilder::new(span).set("RestApiId", reference(span, &resource.id));
        self.generate(
            deployment.as_str(),
            "AWS::ApiGateway::Deployment",
            &attributes,
            properties_of_deployment,
        );
        self.add_referable(&resource.id, "Deployment", &deployment);
        let stage = self.stage(resource, properties, stage_name, &deployment);
        self.rest_api_domain(resource, properties);
        self.authorizer_permissions(resource, properties);
        self.usage_plan(resource, properties, &stage);
    }

    /// The property for the definition, and the definition.
    fn rest_definition(&self, resource: &Declared, properties: &Node) -> (&'static str, Node) {
        let span = resource.span;
        if let Some(uri) = truthy(properties.get("DefinitionUri")) {
            return ("BodyS3Location", s3_location(uri, DEFINITION));
        }
        if let Some(body) = truthy(properties.get("DefinitionBody")) {
            return ("Body", body.clone());
        }
        let version = properties.get("OpenApiVersion").and_then(Node::scalar_text);
        let version = match version.as_deref() {
            Some(version) if version.starts_with('3') => ("openapi", version),
            Some(_) | None => ("swagger", "2.0"),
        };
        (
            "Body",
            definition(self.api_paths.get(&resource.id), version, None, span),
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
        let stage = PropertiesBuilder::new(span)
            .copy_from(properties, COPIED)
            .set("RestApiId", reference(span, &resource.id))
            .set("DeploymentId", reference(span, deployment))
            .set_optional("Tags", tags);
        self.generate(
            id.as_str(),
            "AWS::ApiGateway::Stage",
            &ResourceAttributes::passthrough(resource),
            stage,
        );
        self.add_referable(&resource.id, "Stage", &id);
        id
    }
}

fn rest_api_properties(
    span: Span,
    properties: &Node,
    definition: (&'static str, Node),
) -> PropertiesBuilder {
    const COPIED: &str = "\
        BinaryMediaTypes MinimumCompressionSize FailOnWarnings Description Mode ApiKeySourceType Policy SecurityPolicy \
        EndpointAccessMode";
    // Without a `Name`, API Gateway names the API after the title of its definition.
    let title = definition
        .1
        .get("info")
        .and_then(|info| info.get("title"))
        .cloned();
    let name = truthy(properties.get("Name")).cloned().or(title);
    let endpoint = properties.get("EndpointConfiguration").map(|written| {
        let kind = written.get("Type").unwrap_or(written).clone();
        let ids = written
            .get("VPCEndpointIds")
            .or_else(|| written.get("VpcEndpointIds"))
            .cloned();
        PropertiesBuilder::new(span)
            .set("Types", Node::list(span, vec![kind]))
            .set_optional("VpcEndpointIds", ids)
            .copy_from(written, "IpAddressType")
            .into_node()
    });
    PropertiesBuilder::new(span)
        .copy_from(properties, COPIED)
        .set_optional("EndpointConfiguration", endpoint)
        .set_optional("Name", name)
        .set(definition.0, definition.1)
}

/// The path and the method of an event; the method in lower case.
pub(super) fn method_of(event: &EventSource<'_>) -> (String, String) {
    let path = event.get("Path").and_then(Node::as_text).unwrap_or("/");
    let method = event.get("Method").and_then(Node::as_text).unwrap_or("any");
    (path.to_owned(), method.to_lowercase())
}

/// The path in the ARN of a permission: `/orders/{id}/` becomes `/orders/*`.
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

/// The ARN of an API's method, for a permission.
pub(super) fn method_arn(span: Span, api: &Node, resource: &str) -> Node {
    arn(
        span,
        "execute-api",
        &format!("${{__ApiId__}}/${{__Stage__}}{resource}"),
        &[
            ("__ApiId__", api.clone()),
            ("__Stage__", Node::text(span, "*")),
        ],
    )
}
