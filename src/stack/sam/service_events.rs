//! Events of types `CloudWatchLogs`, `IoTRule` and `AlexaSkill`.

use super::event::{EventSource, EventTarget};
use super::intrinsic::{arn, reference};
use super::resource::PropertiesBuilder;
use super::translator::Translator;
use crate::stack::node::Node;

impl Translator<'_> {
    pub(super) fn log_event(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        let Some(group) = event.get("LogGroupName").cloned() else {
            self.requires(event, "LogGroupName");
            return;
        };
        let span = event.span;
        let permission = event.permission_id();
        let source = arn(
            span,
            "logs",
            "log-group:${__LogGroupName__}:*",
            &[("__LogGroupName__", group)],
        );
        self.permission(
            &permission,
            "logs.amazonaws.com",
            target,
            PropertiesBuilder::new(span).set("SourceArn", source),
        );
        let filter = PropertiesBuilder::new(span)
            .copy_from(event.properties, "LogGroupName FilterPattern")
            .set("DestinationArn", target.arn.clone());
        let attributes = target.attributes.clone().with(
            "DependsOn",
            Node::list(span, vec![Node::text(span, permission)]),
        );
        self.generate(
            event.id.as_str(),
            "AWS::Logs::SubscriptionFilter",
            &attributes,
            filter,
        );
    }

    pub(super) fn iot_event(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        if !self.requires(event, "Sql") {
            return;
        }
        let span = event.span;
        let source = arn(
            span,
            "iot",
            "rule/${RuleName}",
            &[("RuleName", reference(span, &event.id))],
        );
        let source = PropertiesBuilder::new(span)
            .set("SourceArn", source)
            .set("SourceAccount", reference(span, "AWS::AccountId"));
        self.permission(&event.permission_id(), "iot.amazonaws.com", target, source);
        let action = Node::map(
            span,
            [(
                "Lambda",
                Node::map(span, [("FunctionArn", target.arn.clone())]),
            )],
        );
        let payload = PropertiesBuilder::new(span)
            .copy_from(event.properties, "Sql AwsIotSqlVersion")
            .set("RuleDisabled", Node::bool(span, false))
            .set("Actions", Node::list(span, vec![action]));
        let rule = PropertiesBuilder::new(span).set("TopicRulePayload", payload.into_node());
        self.generate(
            event.id.as_str(),
            "AWS::IoT::TopicRule",
            &target.attributes,
            rule,
        );
    }

    pub(super) fn alexa_event(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        let source = PropertiesBuilder::new(event.span)
            .set_optional("EventSourceToken", event.get("SkillId").cloned());
        self.permission(
            &event.permission_id(),
            "alexa-appkit.amazon.com",
            target,
            source,
        );
    }
}
