//! Events of type `SNS`: subscriptions to a topic, directly or through a queue.

use super::event::{EventSource, EventTarget};
use super::intrinsic::{get_att, reference, referenced_id, truthy};
use super::resource::PropertiesBuilder;
use super::translator::Translator;
use crate::stack::node::Node;

impl Translator<'_> {
    pub(super) fn topic_event(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        let Some(topic) = event.get("Topic").cloned() else {
            self.requires(event, "Topic");
            return;
        };
        match event.get("SqsSubscription") {
            Some(written) if written.as_map().is_some() => {
                self.existing_queue(event, target, &topic, written);
            }
            Some(written) if truthy(Some(&self.resolved(written))).is_some() => {
                let queue = self.generated_queue(event, target, &topic);
                self.subscription(event, target, &topic, "sqs", &queue);
            }
            Some(_) | None => {
                let source = PropertiesBuilder::new(event.span).set("SourceArn", topic.clone());
                self.permission(&event.permission_id(), "sns.amazonaws.com", target, source);
                let arn = target.arn.clone();
                self.subscription(event, target, &topic, "lambda", &arn);
            }
        }
    }

    fn subscription(
        &mut self,
        event: &EventSource<'_>,
        target: &EventTarget,
        topic: &Node,
        protocol: &str,
        endpoint: &Node,
    ) {
        let span = event.span;
        let subscription = PropertiesBuilder::new(span)
            .copy_from(
                event.properties,
                "Region FilterPolicy FilterPolicyScope RedrivePolicy",
            )
            .set("TopicArn", topic.clone())
            .set("Protocol", Node::text(span, protocol))
            .set("Endpoint", endpoint.clone());
        self.generate(
            event.id.as_str(),
            "AWS::SNS::Subscription",
            &target.attributes,
            subscription,
        );
    }

    /// Generates a queue between the topic and the function. Returns its ARN.
    fn generated_queue(
        &mut self,
        event: &EventSource<'_>,
        target: &EventTarget,
        topic: &Node,
    ) -> Node {
        let span = event.span;
        let id = format!("{}Queue", event.id);
        let fifo = referenced_id(topic)
            .and_then(|id| self.source_resource(id))
            .and_then(|topic| truthy(topic.properties()?.get("FifoTopic")).cloned());
        self.generate(
            id.as_str(),
            "AWS::SQS::Queue",
            &target.attributes,
            PropertiesBuilder::new(span).set_optional("FifoQueue", fifo),
        );
        let arn = get_att(span, &id, "Arn");
        self.queue_mapping(event, target, &arn, None);
        self.queue_policy(
            &format!("{}QueuePolicy", event.id),
            reference(span, &id),
            target,
        );
        arn
    }

    /// Connects the topic to a queue of the template.
    fn existing_queue(
        &mut self,
        event: &EventSource<'_>,
        target: &EventTarget,
        topic: &Node,
        written: &Node,
    ) {
        let (Some(arn), Some(url)) = (written.get("QueueArn"), written.get("QueueUrl")) else {
            return self.refuse(
                "`SqsSubscription` needs `QueueArn` and `QueueUrl`",
                written.span,
            );
        };
        self.queue_mapping(event, target, arn, written.get("BatchSize"));
        let policy_id = written
            .text_at("QueuePolicyLogicalId")
            .map_or_else(|| format!("{}QueuePolicy", event.id), str::to_owned);
        self.queue_policy(&policy_id, url.clone(), target);
        self.subscription(event, target, topic, "sqs", arn);
    }

    fn queue_policy(&mut self, id: &str, url: Node, target: &EventTarget) {
        let span = url.span;
        self.generate(
            id,
            "AWS::SQS::QueuePolicy",
            &target.attributes,
            PropertiesBuilder::new(span).set("Queues", Node::list(span, vec![url])),
        );
    }

    fn queue_mapping(
        &mut self,
        event: &EventSource<'_>,
        target: &EventTarget,
        queue: &Node,
        batch: Option<&Node>,
    ) {
        let span = event.span;
        let mapping = PropertiesBuilder::new(span)
            .set("FunctionName", target.function_name.clone())
            .set("EventSourceArn", queue.clone())
            .set(
                "BatchSize",
                batch.cloned().unwrap_or_else(|| Node::number(span, 10)),
            )
            .set("Enabled", Node::bool(span, true));
        self.generate(
            format!("{}EventSourceMapping", event.id),
            "AWS::Lambda::EventSourceMapping",
            &target.attributes,
            mapping,
        );
    }
}
