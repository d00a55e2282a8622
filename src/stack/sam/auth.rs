//! `Auth` of APIs: permissions for authorizers that are functions, usage plans and their keys.

use super::Sam;
use super::build::{Attributes, Properties, arn, given, reference};
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

impl Sam<'_> {
    /// A REST API may call its authorizers unless it is told otherwise.
    pub(super) fn authorizer_permissions(&mut self, resource: &Declared, properties: &Node) {
        let Some(authorizers) = properties
            .get("Auth")
            .and_then(|auth| auth.get("Authorizers"))
        else {
            return;
        };
        for entry in authorizers.entries() {
            let authorizer = &entry.value;
            let disabled = given(authorizer.get("DisableFunctionDefaultPermissions")).is_some();
            if let (Some(function), false) = (authorizer.get("FunctionArn"), disabled) {
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
        let permission = Properties::new(span)
            .set("Action", Node::text(span, "lambda:InvokeFunction"))
            .set("FunctionName", function.clone())
            .set("Principal", Node::text(span, "apigateway.amazonaws.com"))
            .set("SourceArn", source);
        self.make(
            id,
            "AWS::Lambda::Permission",
            &Attributes::passed(resource),
            permission,
        );
    }

    pub(super) fn usage_plan(&mut self, resource: &Declared, properties: &Node, stage: &str) {
        let Some(plan) = properties
            .get("Auth")
            .and_then(|auth| auth.get("UsagePlan"))
        else {
            return;
        };
        let span = plan.span;
        let (names, attributes) = match plan
            .get("CreateUsagePlan")
            .map(|kind| self.settled(kind))
            .as_ref()
            .and_then(Node::as_text)
        {
            Some("PER_API") => (PlanNames::of(&resource.id), Attributes::passed(resource)),
            Some("SHARED") => (
                PlanNames::of("Serverless"),
                self.shared_attributes(resource, span),
            ),
            Some("NONE") => return,
            Some(_) | None => {
                return self.refuse("`CreateUsagePlan` is `PER_API`, `SHARED` or `NONE`", span);
            }
        };
        let stages = self.with_stage(
            &names.plan,
            "ApiStages",
            span,
            [("ApiId", &*resource.id), ("Stage", stage)],
        );
        let made = Properties::new(span)
            .copied(plan, "UsagePlanName Description Quota Tags Throttle")
            .set("ApiStages", stages);
        self.make(
            names.plan.as_str(),
            "AWS::ApiGateway::UsagePlan",
            &attributes,
            made,
        );
        let keys = self.with_stage(
            &names.key,
            "StageKeys",
            span,
            [("RestApiId", &*resource.id), ("StageName", stage)],
        );
        let key = Properties::new(span)
            .set("Enabled", Node::bool(span, true))
            .set("StageKeys", keys);
        self.make(
            names.key.as_str(),
            "AWS::ApiGateway::ApiKey",
            &attributes,
            key,
        );
        let joint = Properties::new(span)
            .set("KeyId", reference(span, &names.key))
            .set("KeyType", Node::text(span, "API_KEY"))
            .set("UsagePlanId", reference(span, &names.plan));
        self.make(
            names.joint.as_str(),
            "AWS::ApiGateway::UsagePlanKey",
            &attributes,
            joint,
        );
        for (property, id) in [
            ("UsagePlan", &names.plan),
            ("ApiKey", &names.key),
            ("UsagePlanKey", &names.joint),
        ] {
            self.refer(&resource.id, property, id);
        }
    }

    /// The stages that a plan or a key has already, and one more.
    fn with_stage(
        &self,
        id: &str,
        property: &str,
        span: Span,
        stage: [(&'static str, &str); 2],
    ) -> Node {
        let known = self
            .made(id)
            .and_then(|made| made.properties()?.get(property))
            .map(Node::items)
            .unwrap_or_default();
        let stage = Node::map(span, stage.map(|(key, id)| (key, reference(span, id))));
        Node::list(span, known.iter().cloned().chain([stage]).collect())
    }

    /// A shared plan exists when any of its APIs does.
    fn shared_attributes(&mut self, resource: &Declared, span: Span) -> Attributes {
        const CONDITION: &str = "SharedUsagePlanCondition";
        let made = self
            .made("ServerlessUsagePlan")
            .map(|plan| plan.condition().is_some());
        let known = self
            .conditions
            .iter()
            .position(|entry| &*entry.key == CONDITION);
        let Some(name) = resource.condition().filter(|_| made != Some(false)) else {
            return Attributes::passed(&without_condition(resource));
        };
        let part = Node::map(span, [("Condition", Node::text(span, name))]);
        let mut parts = known
            .map(|at| {
                self.conditions[at]
                    .value
                    .get("Fn::Or")
                    .map(Node::items)
                    .unwrap_or_default()
                    .to_vec()
            })
            .unwrap_or_default();
        parts.push(part);
        let any = Node::map(span, [("Fn::Or", Node::list(span, parts))]);
        match known {
            Some(at) => self.conditions[at].value = any,
            None => self.add_condition(CONDITION, any),
        }
        Attributes::passed(resource).under(CONDITION, span)
    }
}

fn without_condition(resource: &Declared) -> Declared {
    Declared {
        body: resource.body.without("Condition"),
        ..resource.clone()
    }
}

/// Logical ids of a plan, its key and what joins them.
struct PlanNames {
    plan: String,
    key: String,
    joint: String,
}

impl PlanNames {
    fn of(prefix: &str) -> Self {
        Self {
            plan: format!("{prefix}UsagePlan"),
            key: format!("{prefix}ApiKey"),
            joint: format!("{prefix}UsagePlanKey"),
        }
    }
}
