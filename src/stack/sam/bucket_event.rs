//! Events of type `S3`: notifications of a bucket of the template.

use super::event::{EventSource, EventTarget};
use super::intrinsic::{fn_if, one_or_many, reference};
use super::resource::PropertiesBuilder;
use super::translator::Translator;
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

impl Translator<'_> {
    pub(super) fn bucket_event(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        let span = event.span;
        let Some(bucket) = event
            .get("Bucket")
            .and_then(|bucket| bucket.text_at("Ref"))
            .and_then(|id| self.generated(id))
            .cloned()
        else {
            return self.refuse(
                format!(
                    "`Bucket` of the event `{}` is a `Ref` to a bucket of the template",
                    event.name
                ),
                span,
            );
        };
        let permission = event.permission_id();
        let source =
            PropertiesBuilder::new(span).set("SourceAccount", reference(span, "AWS::AccountId"));
        self.permission(&permission, "s3.amazonaws.com", target, source);
        let event_types = event.get("Events").map(one_or_many).unwrap_or_default();
        let notifications = event_types
            .iter()
            .map(|event_type| notification(event, target, event_type.clone()))
            .collect();
        let mut body = bucket
            .body
            .with("Properties", with_notifications(&bucket, notifications));
        if target.attributes.condition().is_none() {
            body = body.with(
                "DependsOn",
                depends_on_with(bucket.body.get("DependsOn"), &permission, span),
            );
        }
        self.add_resource(Declared { body, ..bucket });
    }
}

fn notification(event: &EventSource<'_>, target: &EventTarget, event_type: Node) -> Node {
    let span = event.span;
    let notification = PropertiesBuilder::new(span)
        .set("Function", target.arn.clone())
        .copy_from(event.properties, "Filter")
        .set("Event", event_type)
        .into_node();
    match target.attributes.condition() {
        Some(condition) => fn_if(
            span,
            condition,
            notification,
            reference(span, "AWS::NoValue"),
        ),
        None => notification,
    }
}

/// The properties of the bucket with more Lambda configurations. A configuration that exists is not added again.
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

/// `DependsOn` with one more logical id.
fn depends_on_with(written: Option<&Node>, name: &str, span: Span) -> Node {
    let mut names = written.map(one_or_many).unwrap_or_default().to_vec();
    names.push(Node::text(span, name));
    Node::list(span, names)
}
