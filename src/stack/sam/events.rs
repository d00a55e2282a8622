//! `Events` of functions: their order and their types.

use std::sync::Arc;

use super::event::{EventSource, EventTarget};
use super::translator::Translator;
use crate::diagnostic::{Code, nearest};
use crate::stack::node::{Entry, Node, Span};

const EVENT_TYPES: &[&str] = &[
    "AlexaSkill",
    "Api",
    "CloudWatchEvent",
    "CloudWatchLogs",
    "Cognito",
    "DocumentDB",
    "DynamoDB",
    "EventBridgeRule",
    "HttpApi",
    "IoTRule",
    "Kinesis",
    "MQ",
    "MSK",
    "S3",
    "SNS",
    "SQS",
    "Schedule",
    "ScheduleV2",
    "SelfManagedKafka",
];

/// The sort key of an event: its path, else its name. An HTTP API event without a path has the path `$default`.
fn sort_key(event: &Entry) -> String {
    let properties = event.value.get("Properties");
    let path = properties.and_then(|properties| properties.text_at("Path"));
    let method = properties.and_then(|properties| properties.text_at("Method"));
    match (path, method, event.value.text_at("Type")) {
        (Some(path), _, _) => path.to_owned(),
        (None, None, Some("HttpApi")) => "$default".to_owned(),
        (None, _, _) => event.key.to_string(),
    }
}

impl Translator<'_> {
    pub(super) fn function_events(&mut self, properties: &Node, target: &EventTarget) {
        let Some(events) = properties.get("Events") else {
            return;
        };
        let function = self.function_id(target);
        let mut entries: Vec<&Entry> = events.entries().iter().collect();
        entries.sort_by_key(|entry| sort_key(entry));
        if events.as_map().is_none() {
            self.refuse("`Events` must be a map", events.span);
        }
        for entry in entries {
            self.function_event(entry, &function, target);
        }
    }

    /// The logical id of the target's function, the prefix of the ids of its events.
    fn function_id(&self, target: &EventTarget) -> Arc<str> {
        if !target.is_alias {
            return Arc::clone(&target.id);
        }
        self.generated_property(&target.id, "FunctionName")
            .and_then(|function| function.text_at("Ref"))
            .map_or_else(|| Arc::clone(&target.id), Arc::from)
    }

    fn function_event(&mut self, entry: &Entry, function: &str, target: &EventTarget) {
        let empty = Node::map(entry.span, []);
        let properties = entry.value.get("Properties").unwrap_or(&empty);
        let Some(kind) = entry.value.text_at("Type") else {
            return self.refuse(
                format!("the event `{}` has no `Type`", entry.key),
                entry.span,
            );
        };
        if properties.as_map().is_none() {
            return self.refuse(
                format!("`Properties` of the event `{}` must be a map", entry.key),
                properties.span,
            );
        }
        let event = EventSource {
            id: format!("{function}{}", entry.key),
            name: &entry.key,
            span: entry.span,
            properties,
        };
        match kind {
            "Api" => self.api_event(&event, target),
            "HttpApi" => self.http_api_event(&event, function, target),
            "Schedule" => self.schedule_rule(&event, target),
            "CloudWatchEvent" | "EventBridgeRule" => self.event_rule(&event, target),
            "ScheduleV2" => self.schedule(
                &event,
                &target.arn,
                &target.attributes,
                "lambda:InvokeFunction",
            ),
            "S3" => self.bucket_event(&event, target),
            "SNS" => self.topic_event(&event, target),
            "CloudWatchLogs" => self.log_event(&event, target),
            "IoTRule" => self.iot_event(&event, target),
            "AlexaSkill" => self.alexa_event(&event, target),
            "Cognito" => self.cognito_event(&event, target),
            "DocumentDB" | "DynamoDB" | "Kinesis" | "MQ" | "MSK" | "SQS" | "SelfManagedKafka" => {
                self.event_source_mapping(&event, kind, target);
            }
            other => self.refuse_event(other, "", EVENT_TYPES, entry.span),
        }
    }

    /// Reports an event of an unknown type. `owner` is a suffix of the message.
    pub(super) fn refuse_event(
        &mut self,
        event_type: &str,
        owner: &str,
        known: &[&'static str],
        span: Span,
    ) {
        let message = format!("SAM has no event of type `{event_type}`{owner}");
        let mut diagnostic = self.diagnostic(Code::SamUnknownEvent, message, span);
        diagnostic.help = nearest(event_type, known.iter().copied())
            .map(|near| format!("did you mean `{near}`?"));
        self.diagnostics.push(diagnostic);
    }

    /// Reports an event without a required property. Returns whether the property is present.
    pub(super) fn requires(&mut self, event: &EventSource<'_>, key: &str) -> bool {
        let is_present = event.get(key).is_some();
        if !is_present {
            self.refuse(
                format!("the event `{}` needs `{key}`", event.name),
                event.span,
            );
        }
        is_present
    }
}
