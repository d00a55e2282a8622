//! Events of functions: which kind of source each one is, and in which order SAM takes them.

use std::sync::Arc;

use super::Sam;
use super::build::{Attributes, Properties, arn, attribute, given, reference};
use super::function::Target;
use crate::diagnostic::{Code, nearest};
use crate::stack::node::{Entry, Node, Span};

const KINDS: &[&str] = &[
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

/// Properties that a schedule of the EventBridge Scheduler takes over.
const SCHEDULE: &str = "ScheduleExpression State Description StartDate EndDate ScheduleExpressionTimezone GroupName KmsKeyArn";

/// One event of a function or a state machine.
pub(super) struct Event<'e> {
    /// The logical id that its first resource gets: the owner's, then the event's.
    pub id: String,
    pub name: &'e str,
    pub span: Span,
    pub properties: &'e Node,
}

impl Event<'_> {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.properties.get(key)
    }
}

/// SAM takes events by path; one of an HTTP API without a path has the path `$default`.
fn order(event: &Entry) -> String {
    let properties = event.value.get("Properties");
    let of = |key: &str| properties.and_then(|properties| properties.text_at(key));
    match (of("Path"), of("Method"), event.value.text_at("Type")) {
        (Some(path), _, _) => path.to_owned(),
        (None, None, Some("HttpApi")) => "$default".to_owned(),
        (None, _, _) => event.key.to_string(),
    }
}

impl Sam<'_> {
    pub(super) fn function_events(&mut self, properties: &Node, target: &Target) {
        let Some(events) = properties.get("Events") else {
            return;
        };
        let owner = self.owner_of(target);
        let mut entries: Vec<&Entry> = events.entries().iter().collect();
        entries.sort_by_key(|entry| order(entry));
        if events.as_map().is_none() {
            self.refuse("`Events` is a map", events.span);
        }
        for entry in entries {
            self.function_event(entry, &owner, target);
        }
    }

    /// The function behind the target: events are named after it even where they call its alias.
    fn owner_of(&self, target: &Target) -> Arc<str> {
        let function = self.made(&target.id).and_then(|made| {
            made.properties()?
                .get("FunctionName")?
                .text_at("Ref")
                .map(Arc::from)
        });
        if target.is_alias {
            function.unwrap_or_else(|| Arc::clone(&target.id))
        } else {
            Arc::clone(&target.id)
        }
    }

    fn function_event(&mut self, entry: &Entry, owner: &str, target: &Target) {
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
                format!("`Properties` of the event `{}` is a map", entry.key),
                properties.span,
            );
        }
        let event = Event {
            id: format!("{owner}{}", entry.key),
            name: &entry.key,
            span: entry.span,
            properties,
        };
        match kind {
            "Api" => self.api_event(&event, target),
            "HttpApi" => self.http_api_event(&event, owner, target),
            "Schedule" => self.schedule(&event, target),
            "CloudWatchEvent" | "EventBridgeRule" => self.event_rule(&event, target),
            "ScheduleV2" => {
                self.schedule_v2(&event, &target.arn, &target.passed, "lambda:InvokeFunction")
            }
            "S3" => self.bucket_event(&event, target),
            "SNS" => self.topic_event(&event, target),
            "CloudWatchLogs" => self.log_event(&event, target),
            "IoTRule" => self.iot_event(&event, target),
            "AlexaSkill" => self.alexa_event(&event, target),
            "Cognito" => self.cognito_event(&event, target),
            "DocumentDB" | "DynamoDB" | "Kinesis" | "MQ" | "MSK" | "SQS" | "SelfManagedKafka" => {
                self.pull_event(&event, kind, target);
            }
            other => {
                let mut fault = self.fault(
                    Code::SamUnknownEvent,
                    format!("SAM has no event of type `{other}`"),
                    entry.span,
                );
                fault.help = nearest(other, KINDS.iter().copied())
                    .map(|near| format!("did you mean `{near}`?"));
                self.diagnostics.push(fault);
            }
        }
    }

    /// Whether the event has a property that SAM does not do without.
    pub(super) fn needs(&mut self, event: &Event<'_>, key: &str) -> bool {
        let found = event.get(key).is_some();
        if !found {
            self.refuse(
                format!("the event `{}` needs `{key}`", event.name),
                event.span,
            );
        }
        found
    }

    /// The target of a rule, and the dead-letter queue that SAM makes for it when asked to.
    pub(super) fn rule_target(
        &mut self,
        event: &Event<'_>,
        arn: &Node,
        suffix: &str,
        passed: &Attributes,
    ) -> Properties {
        let span = event.span;
        let id = event
            .get("Target")
            .and_then(|target| target.get("Id"))
            .cloned();
        let mut target = Properties::new(span)
            .set("Arn", arn.clone())
            .set(
                "Id",
                id.unwrap_or_else(|| Node::text(span, format!("{}{suffix}", event.id))),
            )
            .copied(
                event.properties,
                "Input InputPath InputTransformer RetryPolicy",
            );
        if let Some(config) = event.get("DeadLetterConfig") {
            let (queue, made) = self.dead_letter_queue(event, config, passed);
            if let Some(id) = made {
                let policy = Properties::new(span)
                    .set("Queues", Node::list(span, vec![reference(span, &id)]));
                self.make(
                    format!("{}QueuePolicy", event.id),
                    "AWS::SQS::QueuePolicy",
                    passed,
                    policy,
                );
            }
            target.put("DeadLetterConfig", Node::map(span, [("Arn", queue)]));
        }
        target
    }

    /// The ARN of an event's dead-letter queue, and the queue's id where SAM makes it.
    fn dead_letter_queue(
        &mut self,
        event: &Event<'_>,
        config: &Node,
        passed: &Attributes,
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
        self.make(
            id.as_str(),
            "AWS::SQS::Queue",
            passed,
            Properties::new(span),
        );
        (attribute(span, &id, "Arn"), Some(id))
    }

    /// The properties that a rule has whatever it targets.
    pub(super) fn rule(&mut self, event: &Event<'_>, target: Properties) -> Properties {
        let span = event.span;
        let state = match (
            event.get("State"),
            event.get("Enabled").map(|enabled| self.settled(enabled)),
        ) {
            (Some(state), _) => Some(state.clone()),
            (None, Some(enabled)) => Some(Node::text(
                span,
                if given(Some(&enabled)).is_some() {
                    "ENABLED"
                } else {
                    "DISABLED"
                },
            )),
            (None, None) => None,
        };
        Properties::new(span)
            .maybe("State", state)
            .set("Targets", Node::list(span, vec![target.node()]))
    }

    pub(super) fn schedule_v2(
        &mut self,
        event: &Event<'_>,
        arn: &Node,
        passed: &Attributes,
        action: &str,
    ) {
        if !self.needs(event, "ScheduleExpression") {
            return;
        }
        let span = event.span;
        let mut target = Properties::new(span)
            .set("Arn", arn.clone())
            .copied(event.properties, "Input RetryPolicy");
        if let Some(config) = event.get("DeadLetterConfig") {
            let (queue, _) = self.dead_letter_queue(event, config, passed);
            target.put("DeadLetterConfig", Node::map(span, [("Arn", queue)]));
        }
        let role = match event.get("RoleArn") {
            Some(role) => role.clone(),
            None => self.calling_role(
                &format!("{}Role", event.id),
                "scheduler.amazonaws.com",
                action,
                arn,
                passed,
            ),
        };
        target.put("RoleArn", role);
        let window = Node::map(span, [("Mode", Node::text(span, "OFF"))]);
        let mut schedule = Properties::new(span)
            .copied(event.properties, SCHEDULE)
            .set(
                "FlexibleTimeWindow",
                event.get("FlexibleTimeWindow").cloned().unwrap_or(window),
            )
            .set("Target", target.node());
        if given(event.get("OmitName")).is_none() {
            schedule.put(
                "Name",
                event
                    .get("Name")
                    .cloned()
                    .unwrap_or_else(|| Node::text(span, event.id.as_str())),
            );
        }
        self.make(
            event.id.as_str(),
            "AWS::Scheduler::Schedule",
            passed,
            schedule,
        );
    }

    /// A role with which a service calls what an event starts; its ARN.
    pub(super) fn calling_role(
        &mut self,
        id: &str,
        service: &str,
        action: &str,
        called: &Node,
        passed: &Attributes,
    ) -> Node {
        let span = called.span;
        let statement = Node::map(
            span,
            [
                ("Action", Node::text(span, action)),
                ("Effect", Node::text(span, "Allow")),
                ("Resource", called.clone()),
            ],
        );
        let document = Node::map(span, [("Statement", Node::list(span, vec![statement]))]);
        let policy = Node::map(
            span,
            [
                ("PolicyName", Node::text(span, format!("{id}Policy"))),
                ("PolicyDocument", document),
            ],
        );
        let mut role = super::function::role(span, service, &[])
            .set("Policies", Node::list(span, vec![policy]));
        role.put("ManagedPolicyArns", Node::null(span));
        self.make(id, "AWS::IAM::Role", passed, role);
        attribute(span, id, "Arn")
    }

    /// A permission for a service to call the target. `suffix` ends its logical id.
    pub(super) fn permission(
        &mut self,
        id: &str,
        principal: &str,
        target: &Target,
        source: Properties,
    ) {
        let span = target.span;
        let mut permission = source
            .set("Action", Node::text(span, "lambda:InvokeFunction"))
            .set("FunctionName", target.name.clone());
        permission.put("Principal", Node::text(span, principal));
        self.make(id, "AWS::Lambda::Permission", &target.passed, permission);
    }

    /// The ARN of an API's method, as a permission names it.
    pub(super) fn method_arn(span: Span, api: &Node, resource: &str) -> Node {
        arn(
            span,
            "execute-api",
            &format!("${{__ApiId__}}/${{__Stage__}}{resource}"),
            &[
                ("__ApiId__", api.clone()),
                ("__Stage__", Node::text(span, "*")),
            ],
        )
    }
}
