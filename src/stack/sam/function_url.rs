//! `FunctionUrlConfig` of a function: its URL and the permissions for public access.

use super::intrinsic::{reference, truthy};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::Node;
use crate::stack::template::Declared;

impl Translator<'_> {
    pub(super) fn function_url(
        &mut self,
        resource: &Declared,
        properties: &Node,
        alias: Option<&str>,
    ) {
        let Some(config) = truthy(properties.get("FunctionUrlConfig")) else {
            return;
        };
        let span = config.span;
        let attributes = ResourceAttributes::passthrough(resource);
        let function = reference(span, alias.unwrap_or(&resource.id));
        if config
            .single()
            .is_some_and(|entry| entry.key.starts_with("Fn::"))
        {
            let url = PropertiesBuilder::new(span).set("TargetFunctionArn", function);
            return self.generate(
                format!("{}Url", resource.id),
                "AWS::Lambda::Url",
                &attributes,
                url,
            );
        }
        let auth_type = config.get("AuthType");
        if !auth_type.is_some_and(may_be_auth_type) {
            self.refuse(
                "`FunctionUrlConfig` needs an `AuthType`: `AWS_IAM` or `NONE`",
                span,
            );
        }
        let url = PropertiesBuilder::new(span)
            .copy_from(config, "AuthType Cors InvokeMode")
            .set("TargetFunctionArn", function.clone());
        self.generate(
            format!("{}Url", resource.id),
            "AWS::Lambda::Url",
            &attributes,
            url,
        );
        if auth_type.and_then(Node::as_text) == Some("NONE") {
            self.public_permissions(resource, &function, &attributes);
        }
    }

    fn public_permissions(
        &mut self,
        resource: &Declared,
        function: &Node,
        attributes: &ResourceAttributes,
    ) {
        let span = function.span;
        let invoke_url = public_permission(function, "lambda:InvokeFunctionUrl")
            .set("FunctionUrlAuthType", Node::text(span, "NONE"));
        self.generate(
            format!("{}UrlPublicPermissions", resource.id),
            "AWS::Lambda::Permission",
            attributes,
            invoke_url,
        );
        let invoke_function = public_permission(function, "lambda:InvokeFunction")
            .set("InvokedViaFunctionUrl", Node::bool(span, true));
        self.generate(
            format!("{}URLInvokeAllowPublicAccess", resource.id),
            "AWS::Lambda::Permission",
            attributes,
            invoke_function,
        );
    }
}

/// Whether the node is a valid `AuthType`, or an intrinsic function.
fn may_be_auth_type(node: &Node) -> bool {
    node.as_text()
        .is_none_or(|text| matches!(text, "NONE" | "AWS_IAM"))
}

fn public_permission(function: &Node, action: &str) -> PropertiesBuilder {
    let span = function.span;
    PropertiesBuilder::new(span)
        .set("Action", Node::text(span, action))
        .set("FunctionName", function.clone())
        .set("Principal", Node::text(span, "*"))
}
