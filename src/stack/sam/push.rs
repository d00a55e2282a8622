//! Events that a service pushes to a function: rules, schedules, buckets, topics, logs, IoT, Cognito, Alexa.

use super::Sam;
use super::build::{Properties, arn, attribute, conditional, given, mentioned, reference};
use super::events::Event;
use super::function::Target;
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

impl Sam<'_> {
    pub(super) fn schedule(&mut self, event: &Event<'_>, target: &Target) {
        if !self.needs(event, "Schedule") {
            return;
        }
        let aim = self.rule_target(event, &target.arn, "LambdaTarget", &target.passed);
        let rule = self
            .rule(event, aim)
            .copied(event.properties, "Name Description")
            .maybe("ScheduleExpression", event.get("Schedule").cloned());
        self.make(event.id.as_str(), "AWS::Events::Rule", &target.passed, rule);
        self.rule_permission(event, target);
    }

    pub(super) fn event_rule(&mut self, event: &Event<'_>, target: &Target) {
        let aim = self.rule_target(event, &target.arn, "LambdaTarget", &target.passed);
        let rule = self
            .rule(event, aim)
            .copied(event.properties, "EventBusName")
            .maybe("EventPattern", event.get("Pattern").cloned())
            .maybe("Name", event.get("RuleName").cloned());
        self.make(event.id.as_str(), "AWS::Events::Rule", &target.passed, rule);
        self.rule_permission(event, target);
    }

    fn rule_permission(&mut self, event: &Event<'_>, target: &Target) {
        let source =
            Properties::new(event.span).set("SourceArn", attribute(event.span, &event.id, "Arn"));
        self.permission(
            &format!("{}Permission", event.id),
            "events.amazonaws.com",
            target,
            source,
        );
    }

    pub(super) fn bucket_event(&mut self, event: &Event<'_>, target: &Target) {
        let span = event.span;
        let Some(bucket) = event
            .get("Bucket")
            .and_then(|bucket| bucket.text_at("Ref"))
            .and_then(|id| self.current(id))
        else {
            return self.refuse(
                format!(
                    "`Bucket` of the event `{}` is a `Ref` to a bucket of the template",
                    event.name
                ),
                span,
            );
        };
        let permission = format!("{}Permission", event.id);
        let source = Properties::new(span).set("SourceAccount", reference(span, "AWS::AccountId"));
        self.permission(&permission, "s3.amazonaws.com", target, source);
        let kinds = event
            .get("Events")
            .map(|kinds| {
                kinds
                    .as_list()
                    .map_or_else(|| vec![kinds.clone()], <[Node]>::to_vec)
            })
            .unwrap_or_default();
        let notified = kinds
            .into_iter()
            .map(|kind| notification(event, target, kind))
            .collect();
        let mut body = bucket
            .body
            .with("Properties", with_notifications(&bucket, notified));
        if target.passed.condition().is_none() {
            body = body.with(
                "DependsOn",
                joined(bucket.body.get("DependsOn"), &permission, span),
            );
        }
        self.add(Declared { body, ..bucket });
    }

    /// A resource of the template as it is now, after what earlier events did to it.
    fn current(&self, id: &str) -> Option<Declared> {
        self.made(id).cloned()
    }

    pub(super) fn topic_event(&mut self, event: &Event<'_>, target: &Target) {
        let Some(topic) = event.get("Topic").cloned() else {
            self.needs(event, "Topic");
            return;
        };
        match event.get("SqsSubscription") {
            Some(written) if written.as_map().is_some() => {
                self.queued_topic(event, target, &topic, written)
            }
            Some(written) if given(Some(&self.settled(written))).is_some() => {
                let queue = self.subscribed_queue(event, target, &topic);
                self.subscription(event, target, &topic, "sqs", &queue);
            }
            Some(_) | None => {
                let source = Properties::new(event.span).set("SourceArn", topic.clone());
                self.permission(
                    &format!("{}Permission", event.id),
                    "sns.amazonaws.com",
                    target,
                    source,
                );
                let arn = target.arn.clone();
                self.subscription(event, target, &topic, "lambda", &arn);
            }
        }
    }

    fn subscription(
        &mut self,
        event: &Event<'_>,
        target: &Target,
        topic: &Node,
        protocol: &str,
        endpoint: &Node,
    ) {
        let span = event.span;
        let subscription = Properties::new(span)
            .copied(
                event.properties,
                "Region FilterPolicy FilterPolicyScope RedrivePolicy",
            )
            .set("TopicArn", topic.clone())
            .set("Protocol", Node::text(span, protocol))
            .set("Endpoint", endpoint.clone());
        self.make(
            event.id.as_str(),
            "AWS::SNS::Subscription",
            &target.passed,
            subscription,
        );
    }

    /// A queue of SAM's own between the topic and the function; its ARN.
    fn subscribed_queue(&mut self, event: &Event<'_>, target: &Target, topic: &Node) -> Node {
        let span = event.span;
        let id = format!("{}Queue", event.id);
        let fifo = mentioned(topic)
            .and_then(|id| self.resource(id))
            .and_then(|topic| given(topic.properties()?.get("FifoTopic")).cloned());
        self.make(
            id.as_str(),
            "AWS::SQS::Queue",
            &target.passed,
            Properties::new(span).maybe("FifoQueue", fifo),
        );
        let arn = attribute(span, &id, "Arn");
        self.queue_mapping(event, target, &arn, None);
        self.queue_policy(
            &format!("{}QueuePolicy", event.id),
            reference(span, &id),
            target,
        );
        arn
    }

    fn queued_topic(&mut self, event: &Event<'_>, target: &Target, topic: &Node, written: &Node) {
        let (Some(arn), Some(url)) = (written.get("QueueArn"), written.get("QueueUrl")) else {
            return self.refuse(
                "`SqsSubscription` needs `QueueArn` and `QueueUrl`",
                written.span,
            );
        };
        self.queue_mapping(event, target, arn, written.get("BatchSize"));
        let policy = written
            .text_at("QueuePolicyLogicalId")
            .map_or_else(|| format!("{}QueuePolicy", event.id), str::to_owned);
        self.queue_policy(&policy, url.clone(), target);
        self.subscription(event, target, topic, "sqs", arn);
    }

    fn queue_policy(&mut self, id: &str, url: Node, target: &Target) {
        let span = url.span;
        self.make(
            id,
            "AWS::SQS::QueuePolicy",
            &target.passed,
            Properties::new(span).set("Queues", Node::list(span, vec![url])),
        );
    }

    fn queue_mapping(
        &mut self,
        event: &Event<'_>,
        target: &Target,
        queue: &Node,
        batch: Option<&Node>,
    ) {
        let span = event.span;
        let mapping = Properties::new(span)
            .set("FunctionName", target.name.clone())
            .set("EventSourceArn", queue.clone())
            .set(
                "BatchSize",
                batch.cloned().unwrap_or_else(|| Node::number(span, 10)),
            )
            .set("Enabled", Node::bool(span, true));
        self.make(
            format!("{}EventSourceMapping", event.id),
            "AWS::Lambda::EventSourceMapping",
            &target.passed,
            mapping,
        );
    }

    pub(super) fn log_event(&mut self, event: &Event<'_>, target: &Target) {
        let Some(group) = event.get("LogGroupName").cloned() else {
            self.needs(event, "LogGroupName");
            return;
        };
        let span = event.span;
        let permission = format!("{}Permission", event.id);
        let source = arn(
            span,
            "logs",
            "log-group:${__LogGroupName__}:*",
            &[("__LogGroupName__", group)],
        );
        self.permission(
            &permission,
            "logs.amazonaws.com",
            target,
            Properties::new(span).set("SourceArn", source),
        );
        let filter = Properties::new(span)
            .copied(event.properties, "LogGroupName FilterPattern")
            .set("DestinationArn", target.arn.clone());
        let attributes = target.passed.clone().with(
            "DependsOn",
            Node::list(span, vec![Node::text(span, permission)]),
        );
        self.make(
            event.id.as_str(),
            "AWS::Logs::SubscriptionFilter",
            &attributes,
            filter,
        );
    }

    pub(super) fn iot_event(&mut self, event: &Event<'_>, target: &Target) {
        if !self.needs(event, "Sql") {
            return;
        }
        let span = event.span;
        let source = arn(
            span,
            "iot",
            "rule/${RuleName}",
            &[("RuleName", reference(span, &event.id))],
        );
        let source = Properties::new(span)
            .set("SourceArn", source)
            .set("SourceAccount", reference(span, "AWS::AccountId"));
        self.permission(
            &format!("{}Permission", event.id),
            "iot.amazonaws.com",
            target,
            source,
        );
        let action = Node::map(
            span,
            [(
                "Lambda",
                Node::map(span, [("FunctionArn", target.arn.clone())]),
            )],
        );
        let payload = Properties::new(span)
            .copied(event.properties, "Sql AwsIotSqlVersion")
            .set("RuleDisabled", Node::bool(span, false))
            .set("Actions", Node::list(span, vec![action]));
        let rule = Properties::new(span).set("TopicRulePayload", payload.node());
        self.make(
            event.id.as_str(),
            "AWS::IoT::TopicRule",
            &target.passed,
            rule,
        );
    }

    pub(super) fn alexa_event(&mut self, event: &Event<'_>, target: &Target) {
        let source =
            Properties::new(event.span).maybe("EventSourceToken", event.get("SkillId").cloned());
        self.permission(
            &format!("{}Permission", event.id),
            "alexa-appkit.amazon.com",
            target,
            source,
        );
    }

    pub(super) fn cognito_event(&mut self, event: &Event<'_>, target: &Target) {
        let span = event.span;
        let Some(pool) = event
            .get("UserPool")
            .and_then(|pool| pool.text_at("Ref"))
            .and_then(|id| self.current(id))
        else {
            return self.refuse(
                format!(
                    "`UserPool` of the event `{}` is a `Ref` to a user pool of the template",
                    event.name
                ),
                span,
            );
        };
        let source = Properties::new(span).set("SourceArn", attribute(span, &pool.id, "Arn"));
        self.permission(
            &format!("{}CognitoPermission", target.id),
            "cognito-idp.amazonaws.com",
            target,
            source,
        );
        let empty = Node::map(span, []);
        let properties = pool.properties().unwrap_or(&empty);
        let mut config = properties
            .get("LambdaConfig")
            .cloned()
            .unwrap_or_else(|| empty.clone());
        let triggers = event
            .get("Trigger")
            .map(|trigger| trigger.as_list().unwrap_or(std::slice::from_ref(trigger)))
            .unwrap_or_default();
        for trigger in triggers.iter().filter_map(Node::as_text) {
            if config.get(trigger).is_some() {
                self.refuse(
                    format!("the trigger `{trigger}` of `{}` is defined twice", pool.id),
                    event.span,
                );
            }
            config = config.with(trigger, target.arn.clone());
        }
        let body = pool
            .body
            .with("Properties", properties.with("LambdaConfig", config));
        self.add(Declared { body, ..pool });
    }
}

fn notification(event: &Event<'_>, target: &Target, kind: Node) -> Node {
    let span = event.span;
    let notification = Properties::new(span)
        .set("Function", target.arn.clone())
        .copied(event.properties, "Filter")
        .set("Event", kind)
        .node();
    match target.passed.condition() {
        Some(condition) => conditional(
            span,
            condition,
            notification,
            reference(span, "AWS::NoValue"),
        ),
        None => notification,
    }
}

fn with_notifications(bucket: &Declared, added: Vec<Node>) -> Node {
    let empty = Node::map(bucket.span, []);
    let properties = bucket.properties().unwrap_or(&empty);
    let config = properties
        .get("NotificationConfiguration")
        .unwrap_or(&empty);
    let mut all = config
        .get("LambdaConfigurations")
        .map(Node::items)
        .unwrap_or_default()
        .to_vec();
    for notification in added {
        if !all.iter().any(|known| known.same(&notification)) {
            all.push(notification);
        }
    }
    properties.with(
        "NotificationConfiguration",
        config.with("LambdaConfigurations", Node::list(bucket.span, all)),
    )
}

/// The names of `DependsOn` and one more.
fn joined(written: Option<&Node>, name: &str, span: Span) -> Node {
    let mut names: Vec<Node> = written
        .map(|node| {
            node.as_list()
                .unwrap_or(std::slice::from_ref(node))
                .to_vec()
        })
        .unwrap_or_default();
    names.push(Node::text(span, name));
    Node::list(span, names)
}
