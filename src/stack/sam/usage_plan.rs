//! `Auth.UsagePlan` of REST APIs: the usage plan, its API key, and the association of both.

use super::intrinsic::{condition, reference};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

const SHARED_CONDITION: &str = "SharedUsagePlanCondition";

/// Logical ids of a usage plan, its API key and their association.
struct UsagePlanIds {
    plan: String,
    key: String,
    plan_key: String,
}

impl UsagePlanIds {
    fn with_prefix(prefix: &str) -> Self {
        Self {
            plan: format!("{prefix}UsagePlan"),
            key: format!("{prefix}ApiKey"),
            plan_key: format!("{prefix}UsagePlanKey"),
        }
    }
}

impl Translator<'_> {
    pub(super) fn usage_plan(&mut self, resource: &Declared, properties: &Node, stage: &str) {
        let Some(plan) = properties
            .get("Auth")
            .and_then(|auth| auth.get("UsagePlan"))
        else {
            return;
        };
        let span = plan.span;
        let mode = plan.get("CreateUsagePlan").map(|mode| self.resolved(mode));
        let (ids, attributes) = match mode.as_ref().and_then(Node::as_text) {
            Some("PER_API") => (
                UsagePlanIds::with_prefix(&resource.id),
                ResourceAttributes::passthrough(resource),
            ),
            Some("SHARED") => (
                UsagePlanIds::with_prefix("Serverless"),
                self.shared_plan_attributes(resource, span),
            ),
            Some("NONE") => return,
            Some(_) | None => {
                return self.refuse("`CreateUsagePlan` is `PER_API`, `SHARED` or `NONE`", span);
            }
        };
        let api_stage = [("ApiId", &*resource.id), ("Stage", stage)];
        let plan = PropertiesBuilder::new(span)
            .copy_from(plan, "UsagePlanName Description Quota Tags Throttle")
            .set(
                "ApiStages",
                self.with_stage(&ids.plan, "ApiStages", span, api_stage),
            );
        self.generate(
            ids.plan.as_str(),
            "AWS::ApiGateway::UsagePlan",
            &attributes,
            plan,
        );
        self.usage_plan_key(resource, &ids, &attributes, stage, span);
        self.add_referable(&resource.id, "UsagePlan", &ids.plan);
        self.add_referable(&resource.id, "ApiKey", &ids.key);
        self.add_referable(&resource.id, "UsagePlanKey", &ids.plan_key);
    }

    /// Generates the API key and its association with the plan.
    fn usage_plan_key(
        &mut self,
        resource: &Declared,
        ids: &UsagePlanIds,
        attributes: &ResourceAttributes,
        stage: &str,
        span: Span,
    ) {
        let key_stage = [("RestApiId", &*resource.id), ("StageName", stage)];
        let key = PropertiesBuilder::new(span)
            .set("Enabled", Node::bool(span, true))
            .set(
                "StageKeys",
                self.with_stage(&ids.key, "StageKeys", span, key_stage),
            );
        self.generate(ids.key.as_str(), "AWS::ApiGateway::ApiKey", attributes, key);
        let plan_key = PropertiesBuilder::new(span)
            .set("KeyId", reference(span, &ids.key))
            .set("KeyType", Node::text(span, "API_KEY"))
            .set("UsagePlanId", reference(span, &ids.plan));
        self.generate(
            ids.plan_key.as_str(),
            "AWS::ApiGateway::UsagePlanKey",
            attributes,
            plan_key,
        );
    }

    /// The stages of a generated plan or key, and one more stage.
    fn with_stage(
        &self,
        id: &str,
        property: &str,
        span: Span,
        stage: [(&'static str, &str); 2],
    ) -> Node {
        let mut stages = self
            .generated_property(id, property)
            .map(Node::items)
            .unwrap_or_default()
            .to_vec();
        stages.push(Node::map(
            span,
            stage.map(|(key, id)| (key, reference(span, id))),
        ));
        Node::list(span, stages)
    }

    /// The attributes of the shared plan. CloudFormation creates the plan if it creates any of its APIs.
    fn shared_plan_attributes(&mut self, resource: &Declared, span: Span) -> ResourceAttributes {
        let is_unconditional = self
            .generated("ServerlessUsagePlan")
            .is_some_and(|plan| plan.condition().is_none());
        let Some(name) = resource.condition().filter(|_| !is_unconditional) else {
            return ResourceAttributes::passthrough(resource).without_condition();
        };
        self.extend_shared_condition(condition(span, name), span);
        ResourceAttributes::passthrough(resource).with_condition(SHARED_CONDITION, span)
    }

    /// Adds an alternative to the condition of the shared plan.
    fn extend_shared_condition(&mut self, alternative: Node, span: Span) {
        let existing = self
            .conditions
            .iter_mut()
            .find(|entry| &*entry.key == SHARED_CONDITION);
        let mut alternatives = existing
            .as_ref()
            .and_then(|entry| entry.value.get("Fn::Or"))
            .map(Node::items)
            .unwrap_or_default()
            .to_vec();
        alternatives.push(alternative);
        let any = Node::map(span, [("Fn::Or", Node::list(span, alternatives))]);
        match existing {
            Some(entry) => entry.value = any,
            None => self.add_condition(SHARED_CONDITION, any),
        }
    }
}
