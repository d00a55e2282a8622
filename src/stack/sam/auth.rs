//! `Auth.Authorizers` of APIs: permissions to invoke authorizer functions.

use super::intrinsic::{arn, has, reference};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::Node;
use crate::stack::template::Declared;

impl Translator<'_> {
    /// A REST API gets permissions unless `DisableFunctionDefaultPermissions` is set.
    pub(super) fn authorizer_permissions(&mut self, resource: &Declared, properties: &Node) {
        let Some(authorizers) = properties
            .get("Auth")
            .and_then(|auth| auth.get("Authorizers"))
        else {
            return;
        };
        for entry in authorizers.entries() {
            let authorizer = &entry.value;
            let is_disabled = has(authorizer, "DisableFunctionDefaultPermissions");
            if let (Some(function), false) = (authorizer.get("FunctionArn"), is_disabled) {
                let id = format!("{}{}AuthorizerPermission", resource.id, entry.key);
                self.authorizer_permission(&id, function, resource);
            }
        }
    }

    pub(super) fn authorizer_permission(&mut self, id: &str, function: &Node, resource: &Declared) {
        let span = function.span;
        let source = arn(
            span,
            "execute-api",
            "${__ApiId__}/authorizers/*",
            &[("__ApiId__", reference(span, &resource.id))],
        );
        let permission = PropertiesBuilder::new(span)
            .set("Action", Node::text(span, "lambda:InvokeFunction"))
            .set("FunctionName", function.clone())
            .set("Principal", Node::text(span, "apigateway.amazonaws.com"))
            .set("SourceArn", source);
        self.generate(
            id,
            "AWS::Lambda::Permission",
            &ResourceAttributes::passthrough(resource),
            permission,
        );
    }

    /// An HTTP API gets permissions if `EnableFunctionDefaultPermissions` is set.
    pub(super) fn http_authorizer_permissions(&mut self, resource: &Declared, properties: &Node) {
        let Some(authorizers) = properties
            .get("Auth")
            .and_then(|auth| auth.get("Authorizers"))
        else {
            return;
        };
        for entry in authorizers.entries() {
            let authorizer = &entry.value;
            let is_enabled = has(authorizer, "EnableFunctionDefaultPermissions");
            if let (Some(function), true) = (authorizer.get("FunctionArn"), is_enabled) {
                let id = format!("{}{}AuthorizerPermission", resource.id, entry.key);
                self.authorizer_permission(&id, function, resource);
            }
        }
    }
}
