//! Roles that SAM generates, and permissions to invoke functions.

use super::event::EventTarget;
use super::intrinsic::{get_att, sub};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::{Node, Span};

/// The properties of a role that a service assumes, with managed policies of AWS.
pub(super) fn service_role(
    span: Span,
    service: &str,
    managed_policies: &[&str],
) -> PropertiesBuilder {
    let policies = managed_policies
        .iter()
        .map(|policy| managed_policy_arn(span, policy))
        .collect();
    PropertiesBuilder::new(span)
        .set("AssumeRolePolicyDocument", trust_policy(span, service))
        .set("ManagedPolicyArns", Node::list(span, policies))
}

fn trust_policy(span: Span, service: &str) -> Node {
    let services = Node::list(span, vec![Node::text(span, service)]);
    let actions = Node::list(span, vec![Node::text(span, "sts:AssumeRole")]);
    let statement = Node::map(
        span,
        [
            ("Action", actions),
            ("Effect", Node::text(span, "Allow")),
            ("Principal", Node::map(span, [("Service", services)])),
        ],
    );
    Node::map(
        span,
        [
            ("Version", Node::text(span, "2012-10-17")),
            ("Statement", Node::list(span, vec![statement])),
        ],
    )
}

fn managed_policy_arn(span: Span, policy: &str) -> Node {
    sub(
        span,
        &format!("arn:${{AWS::Partition}}:iam::aws:policy/{policy}"),
    )
}

/// A role that allows a service one action on one resource.
pub(super) struct InvocationRole<'r> {
    pub id: String,
    pub service: &'r str,
    pub action: &'r str,
    pub resource_arn: &'r Node,
}

impl Translator<'_> {
    /// Generates the role. Returns its ARN.
    pub(super) fn invocation_role(
        &mut self,
        role: &InvocationRole<'_>,
        attributes: &ResourceAttributes,
    ) -> Node {
        let span = role.resource_arn.span;
        let statement = Node::map(
            span,
            [
                ("Action", Node::text(span, role.action)),
                ("Effect", Node::text(span, "Allow")),
                ("Resource", role.resource_arn.clone()),
            ],
        );
        let document = Node::map(span, [("Statement", Node::list(span, vec![statement]))]);
        let policy_name = format!("{}Policy", role.id);
        let policy = Node::map(
            span,
            [
                ("PolicyName", Node::text(span, policy_name)),
                ("PolicyDocument", document),
            ],
        );
        let mut properties =
            service_role(span, role.service, &[]).set("Policies", Node::list(span, vec![policy]));
        properties.insert("ManagedPolicyArns", Node::null(span));
        self.generate(role.id.as_str(), "AWS::IAM::Role", attributes, properties);
        get_att(span, &role.id, "Arn")
    }

    /// Generates a permission for a service to invoke the target. `source` holds its source conditions.
    pub(super) fn permission(
        &mut self,
        id: &str,
        principal: &str,
        target: &EventTarget,
        source: PropertiesBuilder,
    ) {
        let span = target.span;
        let mut permission = source
            .set("Action", Node::text(span, "lambda:InvokeFunction"))
            .set("FunctionName", target.function_name.clone());
        permission.insert("Principal", Node::text(span, principal));
        self.generate(
            id,
            "AWS::Lambda::Permission",
            &target.attributes,
            permission,
        );
    }
}
