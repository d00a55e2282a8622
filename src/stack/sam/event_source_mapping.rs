//! Events that Lambda polls: event source mappings of streams, queues, brokers and databases.

use super::event::{EventSource, EventTarget};
use super::intrinsic::truthy;
use super::resource::PropertiesBuilder;
use super::translator::Translator;
use crate::stack::node::Node;

/// Properties that the event source mapping copies from the event.
const COPIED: &str = "\
    StartingPosition StartingPositionTimestamp BatchSize Enabled MaximumBatchingWindowInSeconds MaximumRetryAttempts \
    BisectBatchOnFunctionError MaximumRecordAgeInSeconds ParallelizationFactor Topics Queues \
    SourceAccessConfigurations TumblingWindowInSeconds FunctionResponseTypes FilterCriteria KmsKeyArn ScalingConfig \
    ProvisionedPollerConfig MetricsConfig LoggingConfig";

impl Translator<'_> {
    pub(super) fn event_source_mapping(
        &mut self,
        event: &EventSource<'_>,
        event_type: &str,
        target: &EventTarget,
    ) {
        let source_property = match event_type {
            "SQS" => Some("Queue"),
            "MQ" => Some("Broker"),
            "DocumentDB" => Some("Cluster"),
            "SelfManagedKafka" => None,
            _ => Some("Stream"),
        };
        if source_property.is_some_and(|property| !self.requires(event, property)) {
            return;
        }
        let span = event.span;
        let mut mapping = PropertiesBuilder::new(span)
            .copy_from(event.properties, COPIED)
            .set("FunctionName", target.function_name.clone())
            .set_optional(
                "EventSourceArn",
                source_property
                    .and_then(|property| event.get(property))
                    .cloned(),
            )
            .set_optional(
                "DestinationConfig",
                event.get("DestinationConfig").map(without_type),
            );
        if let Some(servers) = truthy(event.get("KafkaBootstrapServers")) {
            let endpoints = Node::map(span, [("KafkaBootstrapServers", servers.clone())]);
            mapping.insert(
                "SelfManagedEventSource",
                Node::map(span, [("Endpoints", endpoints)]),
            );
        }
        let config = PropertiesBuilder::new(span)
            .copy_from(event.properties, "ConsumerGroupId SchemaRegistryConfig")
            .into_node();
        match event_type {
            "MSK" if !config.entries().is_empty() => {
                mapping.insert("AmazonManagedKafkaEventSourceConfig", config);
            }
            "SelfManagedKafka" if !config.entries().is_empty() => {
                mapping.insert("SelfManagedKafkaEventSourceConfig", config);
            }
            "DocumentDB" => {
                let config = PropertiesBuilder::new(span)
                    .copy_from(event.properties, "DatabaseName CollectionName FullDocument");
                mapping.insert("DocumentDBEventSourceConfig", config.into_node());
            }
            _ => {}
        }
        self.generate(
            event.id.as_str(),
            "AWS::Lambda::EventSourceMapping",
            &target.attributes,
            mapping,
        );
    }
}

/// The destination without `Type`, which only selects a permission of the role.
fn without_type(config: &Node) -> Node {
    match config.get("OnFailure") {
        Some(failure) => config.with("OnFailure", failure.without("Type")),
        None => config.clone(),
    }
}
