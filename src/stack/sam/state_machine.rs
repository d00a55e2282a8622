//! `AWS::Serverless::StateMachine`: the state machine, its role, version and alias, and its events.

use std::sync::Arc;

use super::api::method_of;
use super::event::EventSource;
use super::iam::{InvocationRole, service_role};
use super::implicit::REST;
use super::intrinsic::{entries_at, get_att, has, reference, sub, truthy};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::s3_location::{DEFINITION, s3_location};
use super::tags::tags_with_sam;
use super::translator::Translator;
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

/// The event types of state machines.
const EVENT_TYPES: &[&str] = &[
    "Api",
    "CloudWatchEvent",
    "EventBridgeRule",
    "Schedule",
    "ScheduleV2",
];

impl Translator<'_> {
    pub(super) fn state_machine(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let mut machine = PropertiesBuilder::new(span)
            .copy_from(properties, "Definition DefinitionSubstitutions")
            .set_optional("StateMachineName", properties.get("Name").cloned())
            .set_optional("StateMachineType", properties.get("Type").cloned())
            .set_optional("LoggingConfiguration", properties.get("Logging").cloned())
            .set_optional("TracingConfiguration", properties.get("Tracing").cloned())
            .set(
                "Tags",
                tags_with_sam(span, "stateMachine:createdBy", properties.get("Tags")),
            );
        match (
            truthy(properties.get("Definition")),
            truthy(properties.get("DefinitionUri")),
        ) {
            (Some(_), None) => {}
            (None, Some(uri)) => {
                machine.insert("DefinitionS3Location", s3_location(uri, DEFINITION));
            }
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
        let role = match truthy(properties.get("Role")) {
            Some(role) => role.clone(),
            None => self.state_machine_role(resource, properties),
        };
        self.generate(
            Arc::clone(&resource.id),
            "AWS::StepFunctions::StateMachine",
            &ResourceAttributes::of_main_resource(resource),
            machine.set("RoleArn", role),
        );
        let alias = self.state_machine_alias(resource, properties);
        let target = alias.filter(|_| has(properties, "UseAliasAsEventTarget"));
        let target_arn = reference(span, target.as_deref().unwrap_or(&resource.id));
        for entry in entries_at(properties, "Events") {
            self.state_machine_event(resource, entry, &target_arn);
        }
    }

    fn state_machine_role(&mut self, resource: &Declared, properties: &Node) -> Node {
        let span = resource.span;
        let is_traced = properties
            .get("Tracing")
            .and_then(|tracing| tracing.get("Enabled"))
            .and_then(Node::as_bool)
            == Some(true);
        let managed: &[&str] = if is_traced {
            &["AWSXrayWriteOnlyAccess"]
        } else {
            &[]
        };
        let id = format!("{}Role", resource.id);
        let role = service_role(span, "states.amazonaws.com", managed)
            .copy_from(properties, "PermissionsBoundary")
            .set_optional("Path", properties.get("RolePath").cloned());
        self.generate(
            id.as_str(),
            "AWS::IAM::Role",
            &ResourceAttributes::passthrough(resource),
            role,
        );
        get_att(span, &id, "Arn")
    }

    fn state_machine_alias(&mut self, resource: &Declared, properties: &Node) -> Option<String> {
        let name = truthy(properties.get("AutoPublishAlias"))?;
        let span = resource.span;
        let version = format!("{}Version", resource.id);
        let version_properties = PropertiesBuilder::new(span)
            .set("StateMachineArn", reference(span, &resource.id))
            .set(
                "StateMachineRevisionId",
                get_att(span, &resource.id, "StateMachineRevisionId"),
            );
        let attributes = ResourceAttributes::passthrough(resource);
        self.generate(
            version.as_str(),
            "AWS::StepFunctions::StateMachineVersion",
            &attributes,
            version_properties,
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
        let alias = PropertiesBuilder::new(span)
            .set("Name", name.clone())
            .set("DeploymentPreference", preference);
        self.generate(
            id.as_str(),
            "AWS::StepFunctions::StateMachineAlias",
            &attributes,
            alias,
        );
        Some(id)
    }

    fn state_machine_event(&mut self, resource: &Declared, entry: &Entry, target_arn: &Node) {
        let empty = Node::map(entry.span, []);
        let properties = entry.value.get("Properties").unwrap_or(&empty);
        let event = EventSource {
            id: format!("{}{}", resource.id, entry.key),
            name: &entry.key,
            span: entry.span,
            properties,
        };
        let attributes = ResourceAttributes::passthrough(resource);
        match entry.value.text_at("Type").unwrap_or_default() {
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => {
                self.state_machine_rule(&event, target_arn, &attributes);
            }
            "ScheduleV2" => self.schedule(&event, target_arn, &attributes, "states:StartExecution"),
            "Api" => self.state_machine_api_event(&event, target_arn, &attributes),
            other => self.refuse_event(other, " for state machines", EVENT_TYPES, entry.span),
        }
    }

    fn state_machine_rule(
        &mut self,
        event: &EventSource<'_>,
        target_arn: &Node,
        attributes: &ResourceAttributes,
    ) {
        let role = match event
            .get("RoleArn")
            .filter(|_| event.get("Schedule").is_some())
        {
            Some(role) => role.clone(),
            None => self.invocation_role(
                &start_role(event, "events.amazonaws.com", target_arn),
                attributes,
            ),
        };
        let target = self
            .rule_target(event, target_arn, "StepFunctionsTarget", attributes)
            .set("RoleArn", role);
        let rule = self
            .rule(event, target)
            .copy_from(event.properties, "EventBusName Name Description")
            .set_optional("ScheduleExpression", event.get("Schedule").cloned())
            .set_optional("EventPattern", event.get("Pattern").cloned());
        let rule = match event.get("RuleName") {
            Some(name) => rule.set("Name", name.clone()),
            None => rule,
        };
        self.generate(event.id.as_str(), "AWS::Events::Rule", attributes, rule);
    }

    fn state_machine_api_event(
        &mut self,
        event: &EventSource<'_>,
        target_arn: &Node,
        attributes: &ResourceAttributes,
    ) {
        if !self.requires(event, "Path") || !self.requires(event, "Method") {
            return;
        }
        let Some(api) = self.event_api(event, REST.property, REST.id) else {
            return;
        };
        let credentials = self.invocation_role(
            &start_role(event, "apigateway.amazonaws.com", target_arn),
            attributes,
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

/// The role with which a service starts executions.
fn start_role<'r>(
    event: &EventSource<'_>,
    service: &'r str,
    resource_arn: &'r Node,
) -> InvocationRole<'r> {
    InvocationRole {
        id: format!("{}Role", event.id),
        service,
        action: "states:StartExecution",
        resource_arn,
    }
}
