//! EventBridge rules of events, and their dead-letter queues.

use super::event::{EventSource, EventTarget};
use super::intrinsic::{get_att, reference, truthy};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::Node;

impl Translator<'_> {
    pub(super) fn schedule_rule(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        if !self.requires(event, "Schedule") {
            return;
        }
        let rule_target = self.rule_target(event, &target.arn, "LambdaTarget", &target.attributes);
        let rule = self
            .rule(event, rule_target)
            .copy_from(event.properties, "Name Description")
            .set_optional("ScheduleExpression", event.get("Schedule").cloned());
        self.generate(
            event.id.as_str(),
            "AWS::Events::Rule",
            &target.attributes,
            rule,
        );
        self.rule_permission(event, target);
    }

    pub(super) fn event_rule(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        let rule_target = self.rule_target(event, &target.arn, "LambdaTarget", &target.attributes);
        let rule = self
            .rule(event, rule_target)
            .copy_from(event.properties, "EventBusName")
            .set_optional("EventPattern", event.get("Pattern").cloned())
            .set_optional("Name", event.get("RuleName").cloned());
        self.generate(
            event.id.as_str(),
            "AWS::Events::Rule",
            &target.attributes,
            rule,
        );
        self.rule_permission(event, target);
    }

    fn rule_permission(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        let source = PropertiesBuilder::new(event.span)
            .set("SourceArn", get_att(event.span, &event.id, "Arn"));
        self.permission(
            &event.permission_id(),
            "events.amazonaws.com",
            target,
            source,
        );
    }

    /// The target of a rule. Generates its dead-letter queue if the event has a `DeadLetterConfig` with a `Type`.
    pub(super) fn rule_target(
        &mut self,
        event: &EventSource<'_>,
        arn: &Node,
        suffix: &str,
        attributes: &ResourceAttributes,
    ) -> PropertiesBuilder {
        let span = event.span;
        let id = event
            .get("Target")
            .and_then(|target| target.get("Id"))
            .cloned();
        let mut target = PropertiesBuilder::new(span)
            .set("Arn", arn.clone())
            .set(
                "Id",
                id.unwrap_or_else(|| Node::text(span, format!("{}{suffix}", event.id))),
            )
            .copy_from(
                event.properties,
                "Input InputPath InputTransformer RetryPolicy",
            );
        if let Some(config) = event.get("DeadLetterConfig") {
            let (queue, generated) = self.dead_letter_queue(event, config, attributes);
            if let Some(id) = generated {
                let policy = PropertiesBuilder::new(span)
                    .set("Queues", Node::list(span, vec![reference(span, &id)]));
                self.generate(
                    format!("{}QueuePolicy", event.id),
                    "AWS::SQS::QueuePolicy",
                    attributes,
                    policy,
                );
            }
            target.insert("DeadLetterConfig", Node::map(span, [("Arn", queue)]));
        }
        target
    }

    /// The ARN of an event's dead-letter queue, and the logical id of a generated queue.
    pub(super) fn dead_letter_queue(
        &mut self,
        event: &EventSource<'_>,
        config: &Node,
        attributes: &ResourceAttributes,
    ) -> (Node, Option<String>) {
        match (config.get("Arn"), config.text_at("Type")) {
            (Some(arn), None) => return (arn.clone(), None),
            (None, Some("SQS")) => {}
            (Some(_), Some(_)) => self.refuse(
                "`DeadLetterConfig` has either an `Arn` or a `Type`",
                config.span,
            ),
            (None, _) => self.refuse(
                "`DeadLetterConfig` needs an `Arn`, or the `Type` `SQS`",
                config.span,
            ),
        }
        let span = config.span;
        let id = config
            .text_at("QueueLogicalId")
            .map_or_else(|| format!("{}Queue", event.id), str::to_owned);
        self.generate(
            id.as_str(),
            "AWS::SQS::Queue",
            attributes,
            PropertiesBuilder::new(span),
        );
        (get_att(span, &id, "Arn"), Some(id))
    }

    /// The properties of a rule: its state and its target.
    pub(super) fn rule(
        &mut self,
        event: &EventSource<'_>,
        target: PropertiesBuilder,
    ) -> PropertiesBuilder {
        let span = event.span;
        PropertiesBuilder::new(span)
            .set_optional("State", self.rule_state(event))
            .set("Targets", Node::list(span, vec![target.into_node()]))
    }

    /// `State` of a rule: the property of that name, else from `Enabled`.
    fn rule_state(&self, event: &EventSource<'_>) -> Option<Node> {
        if let Some(state) = event.get("State") {
            return Some(state.clone());
        }
        let enabled = self.resolved(event.get("Enabled")?);
        let state = if truthy(Some(&enabled)).is_some() {
            "ENABLED"
        } else {
            "DISABLED"
        };
        Some(Node::text(event.span, state))
    }
}
