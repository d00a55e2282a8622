//! `EventInvokeConfig` of a function: the destinations of its asynchronous invocations.

use super::intrinsic::{fn_and, fn_if, fn_not, get_att, is_no_value, reference};
use super::logical_id::text_hash;
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

/// A destination of an outcome.
enum InvokeDestination {
    /// The template gives its ARN.
    Given(Node),
    /// SAM generates it.
    Generated,
    /// SAM generates it under a condition; the template gives its ARN otherwise.
    GeneratedIf { condition: String, otherwise: Node },
}

impl Translator<'_> {
    pub(super) fn event_invoke_config(
        &mut self,
        resource: &Declared,
        config: &Node,
        alias: Option<&str>,
    ) {
        let span = config.span;
        let id = format!("{}EventInvokeConfig", resource.id);
        let mut destinations = PropertiesBuilder::new(span);
        for outcome in ["OnSuccess", "OnFailure"] {
            let Some(written) = config
                .get("DestinationConfig")
                .and_then(|config| config.get(outcome))
            else {
                continue;
            };
            if let Some(value) = self.destination(resource, written, &format!("{id}{outcome}"), &id)
            {
                destinations.insert(outcome, Node::map(span, [("Destination", value)]));
            }
        }
        let qualifier = alias
            .and_then(|alias| self.generated_property(alias, "Name"))
            .cloned();
        let invoke_config = PropertiesBuilder::new(span)
            .copy_from(config, "MaximumEventAgeInSeconds MaximumRetryAttempts")
            .set("FunctionName", reference(span, &resource.id))
            .set(
                "Qualifier",
                qualifier.unwrap_or_else(|| Node::text(span, "$LATEST")),
            )
            .set("DestinationConfig", destinations.into_node());
        let mut attributes = ResourceAttributes::passthrough(resource);
        if let Some(alias) = alias {
            attributes =
                attributes.with("DependsOn", Node::list(span, vec![Node::text(span, alias)]));
        }
        self.generate(
            id,
            "AWS::Lambda::EventInvokeConfig",
            &attributes,
            invoke_config,
        );
    }

    fn destination(
        &mut self,
        resource: &Declared,
        written: &Node,
        id: &str,
        config: &str,
    ) -> Option<Node> {
        let kind = written.text_at("Type").unwrap_or_default();
        if !matches!(kind, "SQS" | "SNS" | "EventBridge" | "Lambda" | "S3Bucket") {
            self.refuse("the `Type` of a destination is `SQS`, `SNS`, `EventBridge`, `Lambda` or `S3Bucket`", written.span);
            return None;
        }
        let destination = match written.get("Destination") {
            Some(value) => self.parse_destination(value, config),
            None => InvokeDestination::Generated,
        };
        if let InvokeDestination::Given(value) = destination {
            return Some(value);
        }
        if !matches!(kind, "SQS" | "SNS") {
            self.refuse(
                format!("a destination of type `{kind}` needs a `Destination`"),
                written.span,
            );
            return None;
        }
        Some(self.generate_destination(resource, kind, id, destination, written.span))
    }

    /// Reads `Destination`. With `!If [A, AWS::NoValue, arn]`, SAM generates the destination under the condition `A`.
    fn parse_destination(&mut self, value: &Node, config: &str) -> InvokeDestination {
        let given = InvokeDestination::Given(value.clone());
        let Some([condition, yes, no]) = value.get("Fn::If").and_then(Node::as_list) else {
            return given;
        };
        let name = condition.as_text().unwrap_or_default();
        match (is_no_value(yes), is_no_value(no)) {
            (true, false) => InvokeDestination::GeneratedIf {
                condition: name.to_owned(),
                otherwise: no.clone(),
            },
            (false, true) => {
                let not = format!("NOT{name}{}", text_hash(config));
                self.add_condition(&not, fn_not(value.span, name));
                InvokeDestination::GeneratedIf {
                    condition: not,
                    otherwise: yes.clone(),
                }
            }
            (true, true) | (false, false) => given,
        }
    }

    /// Generates the queue or topic. Returns the value of `Destination`.
    fn generate_destination(
        &mut self,
        resource: &Declared,
        kind: &str,
        id: &str,
        destination: InvokeDestination,
        span: Span,
    ) -> Node {
        let (id, kind, referable) = match kind {
            "SQS" => (format!("{id}Queue"), "AWS::SQS::Queue", "DestinationQueue"),
            _ => (format!("{id}Topic"), "AWS::SNS::Topic", "DestinationTopic"),
        };
        let arn = if kind == "AWS::SNS::Topic" {
            reference(span, &id)
        } else {
            get_att(span, &id, "Arn")
        };
        let property_condition = match &destination {
            InvokeDestination::GeneratedIf { condition, .. } => Some(condition.as_str()),
            InvokeDestination::Generated | InvokeDestination::Given(_) => None,
        };
        let mut attributes = ResourceAttributes::passthrough(resource);
        if let Some(condition) = self.combined_condition(resource, property_condition, span) {
            attributes = attributes.with_condition(&condition, span);
        }
        self.generate(id.as_str(), kind, &attributes, PropertiesBuilder::new(span));
        self.add_referable(&resource.id, referable, &id);
        match destination {
            InvokeDestination::GeneratedIf {
                condition,
                otherwise,
            } => fn_if(span, &condition, arn, otherwise),
            InvokeDestination::Generated | InvokeDestination::Given(_) => arn,
        }
    }

    /// The condition of the resource and the condition of the property. Adds their conjunction if both exist.
    fn combined_condition(
        &mut self,
        resource: &Declared,
        property: Option<&str>,
        span: Span,
    ) -> Option<String> {
        let (Some(first), Some(second)) = (resource.condition(), property) else {
            return resource.condition().or(property).map(str::to_owned);
        };
        let name = format!("{first}AND{second}{}", text_hash(&resource.id));
        self.add_condition(&name, fn_and(span, first, second));
        Some(name)
    }
}
