//! `AWS::Serverless::HttpApi` and the events that add routes to it.

use std::sync::Arc;

use super::api::{definition, integration, method_arn, method_of, without_placeholders};
use super::event::{EventSource, EventTarget};
use super::implicit::HTTP;
use super::intrinsic::{reference, truthy};
use super::logical_id::{is_alphanumeric, text_hash};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::s3_location::{DEFINITION, s3_location};
use super::translator::Translator;
use crate::stack::node::Node;
use crate::stack::template::Declared;

const DEFAULT_PATH: &str = "$default";
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

impl Translator<'_> {
    pub(super) fn http_api_event(
        &mut self,
        event: &EventSource<'_>,
        function: &str,
        target: &EventTarget,
    ) {
        let Some(api) = self.event_api(event, HTTP.property, HTTP.id) else {
            return;
        };
        let has_route = event.get("Path").is_some() || event.get("Method").is_some();
        if has_route && !(self.requires(event, "Path") && self.requires(event, "Method")) {
            return;
        }
        let (path, method) = if has_route {
            method_of(event)
        } else {
            (DEFAULT_PATH.to_owned(), ANY_METHOD.to_owned())
        };
        // The permission for `$default` covers all paths.
        let has_permission = path != DEFAULT_PATH
            && self
                .api_paths
                .get(&api)
                .is_some_and(|paths| paths.default_functions.iter().any(|id| &**id == function));
        if !has_permission {
            let api_reference = event
                .get(HTTP.property)
                .cloned()
                .unwrap_or_else(|| reference(event.span, &api));
            let source = method_arn(event.span, &api_reference, &route(&path, &method));
            self.permission(
                &event.permission_id(),
                "apigateway.amazonaws.com",
                target,
                PropertiesBuilder::new(event.span).set("SourceArn", source),
            );
        }
        if path == DEFAULT_PATH && !target.is_alias {
            let api_paths = self.api_paths.entry(Arc::clone(&api)).or_default();
            api_paths.default_functions.push(function.into());
        }
        self.add_method(&api, event, &path, &method, integration(event.span, target));
    }

    pub(super) fn http_api(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let (property, definition) = self.http_definition(resource, properties);
        // API Gateway names the API after the title of its definition.
        let name = properties.get("Name").cloned().or_else(|| {
            definition
                .get("info")
                .and_then(|info| info.get("title"))
                .cloned()
        });
        let api = PropertiesBuilder::new(span)
            .copy_from(properties, "FailOnWarnings")
            .set_optional("Name", name)
            .set(property, definition);
        self.generate(
            Arc::clone(&resource.id),
            "AWS::ApiGatewayV2::Api",
            &ResourceAttributes::of_main_resource(resource),
            api,
        );
        let id = http_stage_id(&resource.id, properties.get("StageName"));
        self.v2_stage(resource, properties, &id, DEFAULT_PATH);
        self.api_v2_domain(resource, properties);
        self.http_authorizer_permissions(resource, properties);
    }

    /// The definition property's name and value.
    fn http_definition(&self, resource: &Declared, properties: &Node) -> (&'static str, Node) {
        if let Some(uri) = truthy(properties.get("DefinitionUri")) {
            return ("BodyS3Location", s3_location(uri, DEFINITION));
        }
        if let Some(body) = truthy(properties.get("DefinitionBody")) {
            return ("Body", body.clone());
        }
        let api_paths = self.api_paths.get(&resource.id);
        let title = properties.get("Name").cloned();
        let version = ("openapi", "3.0.1");
        let definition = definition(api_paths, version, title, resource.span);
        ("Body", definition)
    }

    /// The stage of an HTTP or WebSocket API.
    pub(super) fn v2_stage(
        &mut self,
        resource: &Declared,
        properties: &Node,
        id: &str,
        default: &str,
    ) {
        let span = resource.span;
        let name = truthy(properties.get("StageName"))
            .cloned()
            .unwrap_or_else(|| Node::text(span, default));
        let stage = PropertiesBuilder::new(span)
            .copy_from(
                properties,
                "StageVariables AccessLogSettings DefaultRouteSettings RouteSettings Tags",
            )
            .set("ApiId", reference(span, &resource.id))
            .set("StageName", name)
            .set("AutoDeploy", Node::bool(span, true));
        self.generate(
            id,
            "AWS::ApiGatewayV2::Stage",
            &ResourceAttributes::passthrough(resource),
            stage,
        );
        self.add_referable(&resource.id, "Stage", id);
    }
}

fn http_stage_id(api: &str, name: Option<&Node>) -> String {
    match truthy(name) {
        None => format!("{api}ApiGatewayDefaultStage"),
        Some(name) => match name.as_text().unwrap_or_default() {
            DEFAULT_PATH => format!("{api}ApiGatewayDefaultStage"),
            prefix if is_alphanumeric(prefix) => format!("{api}{prefix}Stage"),
            prefix => format!("{api}Stage{}", text_hash(prefix)),
        },
    }
}

/// The method and path in the ARN of a permission.
fn route(path: &str, method: &str) -> String {
    let path = without_placeholders(if path == DEFAULT_PATH { "" } else { path });
    let verb = if matches!(method, "any" | ANY_METHOD) {
        "*".to_owned()
    } else {
        method.to_uppercase()
    };
    format!("/{verb}{path}")
}
