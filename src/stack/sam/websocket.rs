//! `AWS::Serverless::WebSocketApi`: the API, and for each route an integration and a permission.

use std::sync::Arc;

use super::Sam;
use super::build::{Attributes, Properties, given, reference, sub_with};
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

impl Sam<'_> {
    pub(super) fn web_socket_api(&mut self, resource: &Declared) {
        const COPIED: &str = "\
            ApiKeySelectionExpression Description DisableExecuteApiEndpoint DisableSchemaValidation IpAddressType \
            RouteSelectionExpression Tags";
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let Some(routes) =
            given(properties.get("Routes")).filter(|routes| routes.as_map().is_some())
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
        let api = Properties::new(span)
            .copied(properties, COPIED)
            .set("Name", name)
            .set("ProtocolType", Node::text(span, "WEBSOCKET"));
        self.make(
            Arc::clone(&resource.id),
            "AWS::ApiGatewayV2::Api",
            &Attributes::kept(resource),
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
        let (span, spec) = (route.span, &route.value);
        let Some(base) = route_name(&route.key).map(|name| format!("{}{name}", resource.id)) else {
            return self.refuse(
                format!("the route `{}` is neither alphanumeric nor one of `$connect`, `$disconnect`, `$default`", route.key),
                span,
            );
        };
        let Some(function) = spec.get("FunctionArn") else {
            return self.refuse(
                format!("the route `{}` needs a `FunctionArn`", route.key),
                span,
            );
        };
        let (passed, api) = (Attributes::passed(resource), reference(span, &resource.id));
        let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations";
        let integration = Properties::new(span)
            .set("ApiId", api.clone())
            .set("IntegrationType", Node::text(span, "AWS_PROXY"))
            .set(
                "IntegrationUri",
                sub_with(span, uri, [("FunctionArn", function.clone())]),
            )
            .maybe("TimeoutInMillis", spec.get("IntegrationTimeout").cloned());
        self.make(
            format!("{base}Integration"),
            "AWS::ApiGatewayV2::Integration",
            &passed,
            integration,
        );
        let made = Properties::new(span)
            .copied(
                spec,
                "ApiKeyRequired ModelSelectionExpression OperationName RequestModels RequestParameters RouteResponseSelectionExpression",
            )
            .set("ApiId", api)
            .set("RouteKey", Node::text(span, Arc::clone(&route.key)))
            .set(
                "Target",
                sub_with(span, "integrations/${Integration}", [("Integration", reference(span, &format!("{base}Integration")))]),
            );
        let made = if &*route.key == "$connect" {
            self.authorized(resource, made, properties)
        } else {
            made
        };
        self.make(
            format!("{base}Route"),
            "AWS::ApiGatewayV2::Route",
            &passed,
            made,
        );
        let source = super::build::arn(
            span,
            "execute-api",
            &format!("${{__ApiId__}}/*/{}", route.key),
            &[("__ApiId__", reference(span, &resource.id))],
        );
        let permission = Properties::new(span)
            .set("Action", Node::text(span, "lambda:InvokeFunction"))
            .set("FunctionName", function.clone())
            .set("Principal", Node::text(span, "apigateway.amazonaws.com"))
            .set("SourceArn", source);
        self.make(
            format!("{base}Permission"),
            "AWS::Lambda::Permission",
            &passed,
            permission,
        );
    }

    /// The connect route with what `Auth` asks for.
    fn authorized(
        &mut self,
        resource: &Declared,
        route: Properties,
        properties: &Node,
    ) -> Properties {
        let Some(auth) = given(properties.get("Auth")) else {
            return route;
        };
        let span = auth.span;
        if matches!(auth.text_at("AuthType"), Some("NONE" | "AWS_IAM")) && auth.entries().len() > 1
        {
            self.refuse(
                "`Auth` with the `AuthType` `NONE` or `AWS_IAM` has nothing beside it",
                span,
            );
        }
        let (kind, function) = (
            auth.get("AuthType").map(|kind| self.settled(kind)),
            auth.get("AuthArn"),
        );
        let route = route.maybe("AuthorizationType", kind.clone());
        let (Some("CUSTOM"), Some(function)) = (kind.as_ref().and_then(Node::as_text), function)
        else {
            return route;
        };
        let id = format!("{}ConnectAuthorizer", resource.id);
        let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthArn}/invocations";
        let authorizer = Properties::new(span)
            .copied(auth, "IdentitySource")
            .set("ApiId", reference(span, &resource.id))
            .set("AuthorizerType", Node::text(span, "REQUEST"))
            .set(
                "AuthorizerUri",
                sub_with(span, uri, [("AuthArn", function.clone())]),
            )
            .set(
                "Name",
                auth.get("Name")
                    .cloned()
                    .unwrap_or_else(|| Node::text(span, id.as_str())),
            );
        self.make(
            id.as_str(),
            "AWS::ApiGatewayV2::Authorizer",
            &Attributes::passed(resource),
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

/// How a route is called in logical ids: capitalised, its `$` dropped.
fn route_name(key: &str) -> Option<String> {
    let bare = match key {
        "$connect" | "$disconnect" | "$default" => &key[1..],
        key if super::build::is_alphanumeric(key) => key,
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
