//! Events of type `Cognito`: triggers of a user pool of the template.

use super::event::{EventSource, EventTarget};
use super::intrinsic::{get_att, one_or_many};
use super::resource::PropertiesBuilder;
use super::translator::Translator;
use crate::stack::node::Node;
use crate::stack::template::Declared;

impl Translator<'_> {
    pub(super) fn cognito_event(&mut self, event: &EventSource<'_>, target: &EventTarget) {
        let span = event.span;
        let Some(pool) = event
            .get("UserPool")
            .and_then(|pool| pool.text_at("Ref"))
            .and_then(|id| self.generated(id))
            .cloned()
        else {
            return self.refuse(
                format!(
                    "`UserPool` of the event `{}` is a `Ref` to a user pool of the template",
                    event.name
                ),
                span,
            );
        };
        let source = PropertiesBuilder::new(span).set("SourceArn", get_att(span, &pool.id, "Arn"));
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
        let triggers = event.get("Trigger").map(one_or_many).unwrap_or_default();
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
        self.add_resource(Declared { body, ..pool });
    }
}
