//! Events that Lambda polls for: streams, queues, brokers, databases.

use super::Sam;
use super::build::{Properties, given};
use super::events::Event;
use super::function::Target;
use crate::stack::node::Node;

/// Properties that the event source mapping takes over.
const COPIED: &str = "\
    StartingPosition StartingPositionTimestamp BatchSize Enabled MaximumBatchingWindowInSeconds MaximumRetryAttempts \
    BisectBatchOnFunctionError MaximumRecordAgeInSeconds ParallelizationFactor Topics Queues \
    SourceAccessConfigurations TumblingWindowInSeconds FunctionResponseTypes FilterCriteria KmsKeyArn ScalingConfig \
    ProvisionedPollerConfig MetricsConfig LoggingConfig";

impl Sam<'_> {
    pub(super) fn pull_event(&mut self, event: &Event<'_>, kind: &str, target: &Target) {
        let source = match kind {
            "SQS" => Some("Queue"),
            "MQ" => Some("Broker"),
            "DocumentDB" => Some("Cluster"),
            "SelfManagedKafka" => None,
            _ => Some("Stream"),
        };
        if source.is_some_and(|source| !self.needs(event, source)) {
            return;
        }
        let span = event.span;
        let mut mapping = Properties::new(span)
            .copied(event.properties, COPIED)
            .set("FunctionName", target.name.clone())
            .maybe(
                "EventSourceArn",
                source.and_then(|source| event.get(source)).cloned(),
            )
            .maybe(
                "DestinationConfig",
                event.get("DestinationConfig").map(without_type),
            );
        if let Some(servers) = given(event.get("KafkaBootstrapServers")) {
            let endpoints = Node::map(span, [("KafkaBootstrapServers", servers.clone())]);
            mapping.put(
                "SelfManagedEventSource",
                Node::map(span, [("Endpoints", endpoints)]),
            );
        }
        let config = Properties::new(span)
            .copied(event.properties, "ConsumerGroupId SchemaRegistryConfig")
            .node();
        match kind {
            "MSK" if !config.entries().is_empty() => {
                mapping.put("AmazonManagedKafkaEventSourceConfig", config)
            }
            "SelfManagedKafka" if !config.entries().is_empty() => {
                mapping.put("SelfManagedKafkaEventSourceConfig", config)
            }
            "DocumentDB" => {
                let config = Properties::new(span)
                    .copied(event.properties, "DatabaseName CollectionName FullDocument");
                mapping.put("DocumentDBEventSourceConfig", config.node());
            }
            _ => {}
        }
        self.make(
            event.id.as_str(),
            "AWS::Lambda::EventSourceMapping",
            &target.passed,
            mapping,
        );
    }
}

/// `Type` only tells SAM which permission the role needs.
fn without_type(config: &Node) -> Node {
    match config.get("OnFailure") {
        Some(failure) => config.with("OnFailure", failure.without("Type")),
        None => config.clone(),
    }
}
