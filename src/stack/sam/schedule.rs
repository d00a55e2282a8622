//! Events of type `ScheduleV2`: schedules of EventBridge Scheduler.

use super::event::EventSource;
use super::iam::InvocationRole;
use super::intrinsic::truthy;
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::Node;

/// Properties that the schedule copies from the event.
const COPIED: &str = "\
    ScheduleExpression State Description StartDate EndDate ScheduleExpressionTimezone GroupName KmsKeyArn";

impl Translator<'_> {
    /// Generates a schedule that performs `action` on the resource `arn`.
    pub(super) fn schedule(
        &mut self,
        event: &EventSource<'_>,
        arn: &Node,
        attributes: &ResourceAttributes,
        action: &str,
    ) {
        if !self.requires(event, "ScheduleExpression") {
            return;
        }
        let span = event.span;
        let mut target = PropertiesBuilder::new(span)
            .set("Arn", arn.clone())
            .copy_from(event.properties, "Input RetryPolicy");
        if let Some(config) = event.get("DeadLetterConfig") {
            let (queue, _) = self.dead_letter_queue(event, config, attributes);
            target.insert("DeadLetterConfig", Node::map(span, [("Arn", queue)]));
        }
        let role = match event.get("RoleArn") {
            Some(role) => role.clone(),
            None => self.invocation_role(
                &InvocationRole {
                    id: format!("{}Role", event.id),
                    service: "scheduler.amazonaws.com",
                    action,
                    resource_arn: arn,
                },
                attributes,
            ),
        };
        target.insert("RoleArn", role);
        let window = Node::map(span, [("Mode", Node::text(span, "OFF"))]);
        let mut schedule = PropertiesBuilder::new(span)
            .copy_from(event.properties, COPIED)
            .set(
                "FlexibleTimeWindow",
                event.get("FlexibleTimeWindow").cloned().unwrap_or(window),
            )
            .set("Target", target.into_node());
        if truthy(event.get("OmitName")).is_none() {
            schedule.insert(
                "Name",
                event
                    .get("Name")
                    .cloned()
                    .unwrap_or_else(|| Node::text(span, event.id.as_str())),
            );
        }
        self.generate(
            event.id.as_str(),
            "AWS::Scheduler::Schedule",
            attributes,
            schedule,
        );
    }
}
