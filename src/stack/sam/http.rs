//! `AWS::Serverless::HttpApi` and the events that add routes to it.

use std::sync::Arc;

use super::Sam;
use super::api::{definition, integration, method_of, without_placeholders};
use super::build::{Attributes, Properties, given, is_alphanumeric, reference, text_hash};
use super::events::Event;
use super::function::Target;
use super::implicit::HTTP;
use crate::stack::node::Node;
use crate::stack::template::Declared;

const DEFAULT_PATH: &str = "$default";
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

impl Sam<'_> {
    pub(super) fn http_api_event(&mut self, event: &Event<'_>, owner: &str, target: &Target) {
        let Some(api) = self.event_api(event, HTTP.property, HTTP.id) else {
            return;
        };
        let named = event.get("Path").is_some() || event.get("Method").is_some();
        if named && !(self.needs(event, "Path") && self.needs(event, "Method")) {
            return;
        }
        let (path, method) = if named {
            method_of(event)
        } else {
            (DEFAULT_PATH.to_owned(), ANY_METHOD.to_owned())
        };
        // A function that serves every path already has the permission for each of them.
        let covered = path != DEFAULT_PATH
            && self
                .apis
                .get(&api)
                .is_some_and(|managed| managed.defaults.iter().any(|id| &**id == owner));
        if !covered {
            let named = event
                .get(HTTP.property)
                .cloned()
                .unwrap_or_else(|| reference(event.span, &api));
            let source = Self::method_arn(event.span, &named, &route(&path, &method));
            let permission = format!("{}Permission", event.id);
            self.permission(
                &permission,
                "apigateway.amazonaws.com",
                target,
                Properties::new(event.span).set("SourceArn", source),
            );
        }
        if path == DEFAULT_PATH && !target.is_alias {
            self.apis
                .entry(Arc::clone(&api))
                .or_default()
                .defaults
                .push(owner.into());
        }
        self.add_method(&api, event, &path, &method, integration(event.span, target));
    }

    pub(super) fn http_api(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let (uri, body) = (
            given(properties.get("DefinitionUri")),
            given(properties.get("DefinitionBody")),
        );
        let name = properties.get("Name").cloned();
        let (place, definition) = match (uri, body) {
            (Some(uri), _) => (
                "BodyS3Location",
                super::function::location(uri, ["Bucket", "Key", "Version"]),
            ),
            (None, Some(body)) => ("Body", body.clone()),
            (None, None) => (
                "Body",
                definition(
                    self.apis.get(&resource.id),
                    ("openapi", "3.0.1"),
                    name.clone(),
                    span,
                ),
            ),
        };
        // API Gateway names the API after its definition's title.
        let title = name.or_else(|| {
            definition
                .get("info")
                .and_then(|info| info.get("title"))
                .cloned()
        });
        let api = Properties::new(span)
            .copied(properties, "FailOnWarnings")
            .maybe("Name", title)
            .set(place, definition);
        self.make(
            Arc::clone(&resource.id),
            "AWS::ApiGatewayV2::Api",
            &Attributes::kept(resource),
            api,
        );
        let id = http_stage_id(&resource.id, properties.get("StageName"));
        self.v2_stage(resource, properties, &id, DEFAULT_PATH);
        self.api_v2_domain(resource, properties);
        let authorizers = properties
            .get("Auth")
            .and_then(|auth| auth.get("Authorizers"))
            .map(Node::entries)
            .unwrap_or_default();
        for entry in authorizers {
            let permitted = given(entry.value.get("EnableFunctionDefaultPermissions")).is_some();
            if let (Some(function), true) = (entry.value.get("FunctionArn"), permitted) {
                self.authorizer_permission(
                    &format!("{}{}AuthorizerPermission", resource.id, entry.key),
                    function,
                    resource,
                );
            }
        }
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
        let name = given(properties.get("StageName"))
            .cloned()
            .unwrap_or_else(|| Node::text(span, default));
        let stage = Properties::new(span)
            .copied(
                properties,
                "StageVariables AccessLogSettings DefaultRouteSettings RouteSettings Tags",
            )
            .set("ApiId", reference(span, &resource.id))
            .set("StageName", name)
            .set("AutoDeploy", Node::bool(span, true));
        self.make(
            id,
            "AWS::ApiGatewayV2::Stage",
            &Attributes::passed(resource),
            stage,
        );
        self.refer(&resource.id, "Stage", id);
    }
}

fn http_stage_id(api: &str, name: Option<&Node>) -> String {
    match given(name) {
        None => format!("{api}ApiGatewayDefaultStage"),
        Some(name) => match name.as_text().unwrap_or_default() {
            DEFAULT_PATH => format!("{api}ApiGatewayDefaultStage"),
            prefix if is_alphanumeric(prefix) => format!("{api}{prefix}Stage"),
            prefix => format!("{api}Stage{}", text_hash(prefix)),
        },
    }
}

/// The route as a permission names it.
fn route(path: &str, method: &str) -> String {
    let path = without_placeholders(if path == DEFAULT_PATH { "" } else { path });
    let verb = if matches!(method, "any" | ANY_METHOD) {
        "*".to_owned()
    } else {
        method.to_uppercase()
    };
    format!("/{verb}{path}")
}
