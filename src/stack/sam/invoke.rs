//! `EventInvokeConfig` of a function: where its asynchronous results go.

use super::Sam;
use super::build::{
    Attributes, Properties, attribute, conditional, is_no_value, reference, text_hash,
};
use super::function::negation;
use crate::stack::node::Node;
use crate::stack::template::Declared;

/// A destination that may have to be made.
struct Destination {
    value: Node,
    /// The condition under which SAM makes it, where it is given only under another.
    under: Option<String>,
}

impl Sam<'_> {
    pub(super) fn event_invoke_config(
        &mut self,
        resource: &Declared,
        config: &Node,
        alias: Option<&str>,
    ) {
        let span = config.span;
        let id = format!("{}EventInvokeConfig", resource.id);
        let mut destinations = Properties::new(span);
        for outcome in ["OnSuccess", "OnFailure"] {
            let Some(written) = config
                .get("DestinationConfig")
                .and_then(|config| config.get(outcome))
            else {
                continue;
            };
            if let Some(value) = self.destination(resource, written, &format!("{id}{outcome}"), &id)
            {
                destinations.put(outcome, Node::map(span, [("Destination", value)]));
            }
        }
        let qualifier = alias
            .and_then(|alias| self.made(alias))
            .and_then(|alias| alias.properties()?.get("Name").cloned());
        let made = Properties::new(span)
            .copied(config, "MaximumEventAgeInSeconds MaximumRetryAttempts")
            .set("FunctionName", reference(span, &resource.id))
            .set(
                "Qualifier",
                qualifier.unwrap_or_else(|| Node::text(span, "$LATEST")),
            )
            .set("DestinationConfig", destinations.node());
        let mut attributes = Attributes::passed(resource);
        if let Some(alias) = alias {
            attributes =
                attributes.with("DependsOn", Node::list(span, vec![Node::text(span, alias)]));
        }
        self.make(id, "AWS::Lambda::EventInvokeConfig", &attributes, made);
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
        let given = written
            .get("Destination")
            .map(|value| self.conditional_destination(value, config));
        match given {
            Some(Destination { value, under: None }) => Some(value),
            _ if !matches!(kind, "SQS" | "SNS") => {
                self.refuse(
                    format!("a destination of type `{kind}` needs a `Destination`"),
                    written.span,
                );
                None
            }
            given => Some(self.made_destination(resource, kind, id, given, written)),
        }
    }

    /// `!If [A, AWS::NoValue, arn]` asks SAM to make the destination when `A` holds.
    fn conditional_destination(&mut self, value: &Node, config: &str) -> Destination {
        let plain = Destination {
            value: value.clone(),
            under: None,
        };
        let Some([condition, yes, no]) = value.get("Fn::If").and_then(Node::as_list) else {
            return plain;
        };
        let name = condition.as_text().unwrap_or_default();
        match (is_no_value(yes), is_no_value(no)) {
            (true, false) => Destination {
                value: no.clone(),
                under: Some(name.to_owned()),
            },
            (false, true) => {
                let not = format!("NOT{name}{}", text_hash(config));
                self.add_condition(&not, negation(value.span, name));
                Destination {
                    value: yes.clone(),
                    under: Some(not),
                }
            }
            (true, true) | (false, false) => plain,
        }
    }

    fn made_destination(
        &mut self,
        resource: &Declared,
        kind: &str,
        id: &str,
        given: Option<Destination>,
        written: &Node,
    ) -> Node {
        let span = written.span;
        let (id, kind) = match kind {
            "SQS" => (format!("{id}Queue"), "AWS::SQS::Queue"),
            _ => (format!("{id}Topic"), "AWS::SNS::Topic"),
        };
        let arn = if kind == "AWS::SNS::Topic" {
            reference(span, &id)
        } else {
            attribute(span, &id, "Arn")
        };
        let mut attributes = Attributes::passed(resource);
        let under = given.as_ref().and_then(|given| given.under.as_deref());
        if let Some(condition) = self.both(resource, under, written) {
            attributes = attributes.under(&condition, span);
        }
        self.make(id.as_str(), kind, &attributes, Properties::new(span));
        self.refer(
            &resource.id,
            if kind == "AWS::SQS::Queue" {
                "DestinationQueue"
            } else {
                "DestinationTopic"
            },
            &id,
        );
        match given {
            Some(Destination {
                value,
                under: Some(condition),
            }) => conditional(span, &condition, arn, value),
            Some(Destination { under: None, .. }) | None => arn,
        }
    }

    /// The condition of the resource and that of the property together.
    fn both(
        &mut self,
        resource: &Declared,
        property: Option<&str>,
        written: &Node,
    ) -> Option<String> {
        let (Some(first), Some(second)) = (resource.condition(), property) else {
            return resource.condition().or(property).map(str::to_owned);
        };
        let name = format!("{first}AND{second}{}", text_hash(&resource.id));
        let span = written.span;
        let part = |name: &str| Node::map(span, [("Condition", Node::text(span, name))]);
        let both = Node::map(
            span,
            [("Fn::And", Node::list(span, vec![part(first), part(second)]))],
        );
        self.add_condition(&name, both);
        Some(name)
    }
}
