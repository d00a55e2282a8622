//! `AWS::Serverless::WebSocketApi`: the API, and an integration and a permission for each route.

use std::sync::Arc;

use super::intrinsic::{arn, reference, sub_with, truthy};
use super::logical_id::is_alphanumeric;
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

const INTEGRATION_URI: &str = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations";
const AUTHORIZER_URI: &str = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthArn}/invocations";

impl Translator<'_> {
    pub(super) fn web_socket_api(&mut self, resource: &Declared) {
        const COPIED: &str = "\
            ApiKeySelectionExpression Description DisableExecuteApiEndpoint DisableSchemaValidation IpAddressType \
            RouteSelectionExpression Tags";
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let Some(routes) =
            truthy(properties.get("Routes")).filter(|routes| routes.as_map().is_some())
        else {
            return self.refuse(
                format!("the WebSocket API `{}` needs `Routes`", resource.id),
                span,
            );
        };
        let name = properties
            .get("Name")
            .cloned()
            .unwrap_or_else(|| Node::text(span, Arc::clone(&resource.id)));
        let api = PropertiesBuilder::new(span)
            .copy_from(properties, COPIED)
            .set("Name", name)
            .set("ProtocolType", Node::text(span, "WEBSOCKET"));
        self.generate(
            Arc::clone(&resource.id),
            "AWS::ApiGatewayV2::Api",
            &ResourceAttributes::of_main_resource(resource),
            api,
        );
        let stage = properties.text_at("StageName");
        for route in routes.entries() {
            self.route(resource, route, properties);
        }
        self.api_v2_domain(resource, properties);
        let stage_id = match (properties.get("StageName"), stage) {
            (None, _) | (_, Some("default")) => format!("{}DefaultStage", resource.id),
            (Some(_), name) => format!("{}{}Stage", resource.id, name.unwrap_or_default()),
        };
        self.v2_stage(resource, properties, &stage_id, "default");
    }

    fn route(&mut self, resource: &Declared, route: &Entry, properties: &Node) {
        let span = route.span;
        let Some(base) = route_name(&route.key).map(|name| format!("{}{name}", resource.id)) else {
            return self.refuse(
                format!("the route `{}` is neither alphanumeric nor one of `$connect`, `$disconnect`, `$default`", route.key),
                span,
            );
        };
        let Some(function) = route.value.get("FunctionArn") else {
            return self.refuse(
                format!("the route `{}` needs a `FunctionArn`", route.key),
                span,
            );
        };
        self.route_integration(resource, route, &base, function);
        self.route_resource(resource, route, &base, properties);
        self.route_permission(resource, route, &base, function);
    }

    fn route_integration(
        &mut self,
        resource: &Declared,
        route: &Entry,
        base: &str,
        function: &Node,
    ) {
        let span = route.span;
        let integration = PropertiesBuilder::new(span)
            .set("ApiId", reference(span, &resource.id))
            .set("IntegrationType", Node::text(span, "AWS_PROXY"))
            .set(
                "IntegrationUri",
                sub_with(span, INTEGRATION_URI, [("FunctionArn", function.clone())]),
            )
            .set_optional(
                "TimeoutInMillis",
                route.value.get("IntegrationTimeout").cloned(),
            );
        self.generate(
            format!("{base}Integration"),
            "AWS::ApiGatewayV2::Integration",
            &ResourceAttributes::passthrough(resource),
            integration,
        );
    }

    fn route_resource(
        &mut self,
        resource: &Declared,
        route: &Entry,
        base: &str,
        properties: &Node,
    ) {
        const COPIED: &str = "\
            ApiKeyRequired ModelSelectionExpression OperationName RequestModels RequestParameters \
            RouteResponseSelectionExpression";
        let span = route.span;
        let integration = reference(span, &format!("{base}Integration"));
        let target = sub_with(
            span,
            "integrations/${Integration}",
            [("Integration", integration)],
        );
        let mut route_properties = PropertiesBuilder::new(span)
            .copy_from(&route.value, COPIED)
            .set("ApiId", reference(span, &resource.id))
            .set("RouteKey", Node::text(span, Arc::clone(&route.key)))
            .set("Target", target);
        if &*route.key == "$connect" {
            route_properties = self.authorized(resource, route_properties, properties);
        }
        self.generate(
            format!("{base}Route"),
            "AWS::ApiGatewayV2::Route",
            &ResourceAttributes::passthrough(resource),
            route_properties,
        );
    }

    fn route_permission(
        &mut self,
        resource: &Declared,
        route: &Entry,
        base: &str,
        function: &Node,
    ) {
        let span = route.span;
        let source = arn(
            span,
            "execute-api",
            &format!("${{__ApiId__}}/*/{}", route.key),
            &[("__ApiId__", reference(span, &resource.id))],
        );
        let permission = PropertiesBuilder::new(span)
            .set("Action", Node::text(span, "lambda:InvokeFunction"))
            .set("FunctionName", function.clone())
            .set("Principal", Node::text(span, "apigateway.amazonaws.com"))
            .set("SourceArn", source);
        self.generate(
            format!("{base}Permission"),
            "AWS::Lambda::Permission",
            &ResourceAttributes::passthrough(resource),
            permission,
        );
    }

    /// The properties of the route `$connect`, with its authorization from `Auth`.
    fn authorized(
        &mut self,
        resource: &Declared,
        route: PropertiesBuilder,
        properties: &Node,
    ) -> PropertiesBuilder {
        let Some(auth) = truthy(properties.get("Auth")) else {
            return route;
        };
        let span = auth.span;
        if matches!(auth.text_at("AuthType"), Some("NONE" | "AWS_IAM")) && auth.entries().len() > 1
        {
            self.refuse(
                "`Auth` with the `AuthType` `NONE` or `AWS_IAM` takes no other key",
                span,
            );
        }
        let kind = auth.get("AuthType").map(|kind| self.resolved(kind));
        let function = auth.get("AuthArn");
        let route = route.set_optional("AuthorizationType", kind.clone());
        let (Some("CUSTOM"), Some(function)) = (kind.as_ref().and_then(Node::as_text), function)
        else {
            return route;
        };
        let id = format!("{}ConnectAuthorizer", resource.id);
        let authorizer = PropertiesBuilder::new(span)
            .copy_from(auth, "IdentitySource")
            .set("ApiId", reference(span, &resource.id))
            .set("AuthorizerType", Node::text(span, "REQUEST"))
            .set(
                "AuthorizerUri",
                sub_with(span, AUTHORIZER_URI, [("AuthArn", function.clone())]),
            )
            .set(
                "Name",
                auth.get("Name")
                    .cloned()
                    .unwrap_or_else(|| Node::text(span, id.as_str())),
            );
        self.generate(
            id.as_str(),
            "AWS::ApiGatewayV2::Authorizer",
            &ResourceAttributes::passthrough(resource),
            authorizer,
        );
        if auth.get("InvokeRole").is_none() {
            self.authorizer_permission(
                &format!("{}AuthorizerPermission", resource.id),
                function,
                resource,
            );
        }
        route.set("AuthorizerId", reference(span, &id))
    }
}

/// The route's part of logical ids: capitalised, without `$`.
fn route_name(key: &str) -> Option<String> {
    let bare = match key {
        "$connect" | "$disconnect" | "$default" => &key[1..],
        key if is_alphanumeric(key) => key,
        _ => return None,
    };
    let mut characters = bare.chars();
    let first = characters.next()?;
    Some(
        first
            .to_uppercase()
            .chain(characters.flat_map(char::to_lowercase))
            .collect(),
    )
}
