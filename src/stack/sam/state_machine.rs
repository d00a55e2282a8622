//! `AWS::Serverless::StateMachine`: the state machine, its role, version and alias, and its events.

use std::sync::Arc;

use super::Sam;
use super::api::method_of;
use super::build::{Attributes, Properties, attribute, given, reference, sub};
use super::events::Event;
use super::function::{location, role, tags};
use super::implicit::REST;
use crate::diagnostic::{Code, nearest};
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

const EVENTS: &[&str] = &[
    "Api",
    "CloudWatchEvent",
    "EventBridgeRule",
    "Schedule",
    "ScheduleV2",
];

impl Sam<'_> {
    pub(super) fn state_machine(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let mut made = Properties::new(span)
            .copied(properties, "Definition DefinitionSubstitutions")
            .maybe("StateMachineName", properties.get("Name").cloned())
            .maybe("StateMachineType", properties.get("Type").cloned())
            .maybe("LoggingConfiguration", properties.get("Logging").cloned())
            .maybe("TracingConfiguration", properties.get("Tracing").cloned())
            .set(
                "Tags",
                tags(span, "stateMachine:createdBy", properties.get("Tags")),
            );
        match (
            given(properties.get("Definition")),
            given(properties.get("DefinitionUri")),
        ) {
            (Some(_), None) => {}
            (None, Some(uri)) => made.put(
                "DefinitionS3Location",
                location(uri, ["Bucket", "Key", "Version"]),
            ),
            (_, _) => {
                self.refuse(
                    format!(
                        "the state machine `{}` needs either `Definition` or `DefinitionUri`",
                        resource.id
                    ),
                    span,
                );
            }
        }
        let made = match given(properties.get("Role")) {
            Some(role) => made.set("RoleArn", role.clone()),
            None => made.set("RoleArn", self.state_machine_role(resource, properties)),
        };
        self.make(
            Arc::clone(&resource.id),
            "AWS::StepFunctions::StateMachine",
            &Attributes::kept(resource),
            made,
        );
        let alias = self.state_machine_alias(resource, properties);
        let aim = alias.filter(|_| given(properties.get("UseAliasAsEventTarget")).is_some());
        let called = reference(span, aim.as_deref().unwrap_or(&resource.id));
        for entry in properties
            .get("Events")
            .map(Node::entries)
            .unwrap_or_default()
        {
            self.state_machine_event(resource, entry, &called);
        }
    }

    fn state_machine_role(&mut self, resource: &Declared, properties: &Node) -> Node {
        let span = resource.span;
        let traced = properties
            .get("Tracing")
            .and_then(|tracing| tracing.get("Enabled"))
            .and_then(Node::as_bool)
            == Some(true);
        let managed: &[&str] = if traced {
            &["AWSXrayWriteOnlyAccess"]
        } else {
            &[]
        };
        let id = format!("{}Role", resource.id);
        let made = role(span, "states.amazonaws.com", managed)
            .copied(properties, "PermissionsBoundary")
            .maybe("Path", properties.get("RolePath").cloned());
        self.make(
            id.as_str(),
            "AWS::IAM::Role",
            &Attributes::passed(resource),
            made,
        );
        attribute(span, &id, "Arn")
    }

    fn state_machine_alias(&mut self, resource: &Declared, properties: &Node) -> Option<String> {
        let name = given(properties.get("AutoPublishAlias"))?;
        let span = resource.span;
        let version = format!("{}Version", resource.id);
        let made = Properties::new(span)
            .set("StateMachineArn", reference(span, &resource.id))
            .set(
                "StateMachineRevisionId",
                attribute(span, &resource.id, "StateMachineRevisionId"),
            );
        let passed = Attributes::passed(resource);
        self.make(
            version.as_str(),
            "AWS::StepFunctions::StateMachineVersion",
            &passed,
            made,
        );
        let id = format!(
            "{}Alias{}",
            resource.id,
            name.scalar_text().unwrap_or_default()
        );
        let preference = match properties.get("DeploymentPreference") {
            Some(preference) => preference.clone(),
            None => Node::map(span, [("Type", Node::text(span, "ALL_AT_ONCE"))]),
        };
        let preference = preference.with("StateMachineVersionArn", reference(span, &version));
        let made = Properties::new(span)
            .set("Name", name.clone())
            .set("DeploymentPreference", preference);
        self.make(
            id.as_str(),
            "AWS::StepFunctions::StateMachineAlias",
            &passed,
            made,
        );
        Some(id)
    }

    fn state_machine_event(&mut self, resource: &Declared, entry: &Entry, called: &Node) {
        let empty = Node::map(entry.span, []);
        let properties = entry.value.get("Properties").unwrap_or(&empty);
        let event = Event {
            id: format!("{}{}", resource.id, entry.key),
            name: &entry.key,
            span: entry.span,
            properties,
        };
        let passed = Attributes::passed(resource);
        match entry.value.text_at("Type").unwrap_or_default() {
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => {
                self.state_machine_rule(&event, called, &passed)
            }
            "ScheduleV2" => self.schedule_v2(&event, called, &passed, "states:StartExecution"),
            "Api" => self.state_machine_api_event(&event, called, &passed),
            other => {
                let mut fault = self.fault(
                    Code::SamUnknownEvent,
                    format!("SAM has no event of type `{other}` for state machines"),
                    entry.span,
                );
                fault.help = nearest(other, EVENTS.iter().copied())
                    .map(|near| format!("did you mean `{near}`?"));
                self.diagnostics.push(fault);
            }
        }
    }

    fn state_machine_rule(&mut self, event: &Event<'_>, called: &Node, passed: &Attributes) {
        let starter = match event
            .get("RoleArn")
            .filter(|_| event.get("Schedule").is_some())
        {
            Some(role) => role.clone(),
            None => self.calling_role(
                &format!("{}Role", event.id),
                "events.amazonaws.com",
                "states:StartExecution",
                called,
                passed,
            ),
        };
        let target = self
            .rule_target(event, called, "StepFunctionsTarget", passed)
            .set("RoleArn", starter);
        let rule = self
            .rule(event, target)
            .copied(event.properties, "EventBusName Name Description")
            .maybe("ScheduleExpression", event.get("Schedule").cloned())
            .maybe("EventPattern", event.get("Pattern").cloned());
        let rule = match event.get("RuleName") {
            Some(name) => rule.set("Name", name.clone()),
            None => rule,
        };
        self.make(event.id.as_str(), "AWS::Events::Rule", passed, rule);
    }

    fn state_machine_api_event(&mut self, event: &Event<'_>, called: &Node, passed: &Attributes) {
        if !self.needs(event, "Path") || !self.needs(event, "Method") {
            return;
        }
        let Some(api) = self.event_api(event, REST.property, REST.id) else {
            return;
        };
        let credentials = self.calling_role(
            &format!("{}Role", event.id),
            "apigateway.amazonaws.com",
            "states:StartExecution",
            called,
            passed,
        );
        let span = event.span;
        let integration = Node::map(
            span,
            [
                ("type", Node::text(span, "aws")),
                ("httpMethod", Node::text(span, "POST")),
                (
                    "uri",
                    sub(
                        span,
                        "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution",
                    ),
                ),
                ("credentials", credentials),
            ],
        );
        let (path, method) = method_of(event);
        self.add_method(&api, event, &path, &method, integration);
    }
}
