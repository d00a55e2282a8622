//! The APIs that SAM makes by itself for events which name none: `ServerlessRestApi` and `ServerlessHttpApi`.

use std::sync::Arc;

use super::Sam;
use super::build::Properties;
use super::deployment::any_of;
use crate::stack::node::{Entry, Node, Span};
use crate::stack::template::Declared;

/// How one kind of implicit API is called.
pub(super) struct Implicit {
    pub id: &'static str,
    kind: &'static str,
    event: &'static str,
    /// The property of an event that names an API.
    pub property: &'static str,
    condition: &'static str,
}

pub(super) const REST: Implicit = Implicit {
    id: "ServerlessRestApi",
    kind: "AWS::Serverless::Api",
    event: "Api",
    property: "RestApiId",
    condition: "ServerlessRestApiCondition",
};

pub(super) const HTTP: Implicit = Implicit {
    id: "ServerlessHttpApi",
    kind: "AWS::Serverless::HttpApi",
    event: "HttpApi",
    property: "ApiId",
    condition: "ServerlessHttpApiCondition",
};

/// What the owners of an implicit API's events hand on to it.
#[derive(Default)]
struct Owners {
    span: Option<Span>,
    conditions: Vec<Option<String>>,
    deletion: Vec<String>,
    replacement: Vec<String>,
    tags: Vec<Entry>,
}

impl Implicit {
    fn takes(&self, event: &Node) -> bool {
        if event.text_at("Type") != Some(self.event) {
            return false;
        }
        let Some(properties) = event.get("Properties") else {
            return self.event == "HttpApi";
        };
        if properties.entries().is_empty() && self.event == "Api" {
            return false;
        }
        properties
            .get(self.property)
            .is_none_or(|api| api.text_at("Ref").or_else(|| api.as_text()) == Some(self.id))
    }

    fn owners(&self, resources: &[Declared]) -> Owners {
        let mut owners = Owners::default();
        for resource in resources.iter().filter(|resource| {
            matches!(
                &*resource.kind,
                "AWS::Serverless::Function" | "AWS::Serverless::StateMachine"
            )
        }) {
            let Some(properties) = resource.properties() else {
                continue;
            };
            let events = properties
                .get("Events")
                .map(Node::entries)
                .unwrap_or_default();
            let Some(event) = events.iter().find(|event| self.takes(&event.value)) else {
                continue;
            };
            owners.span = owners.span.or(Some(event.span));
            owners
                .conditions
                .push(resource.condition().map(str::to_owned));
            owners
                .deletion
                .extend(resource.body.text_at("DeletionPolicy").map(str::to_owned));
            owners.replacement.extend(
                resource
                    .body
                    .text_at("UpdateReplacePolicy")
                    .map(str::to_owned),
            );
            if properties.get("PropagateTags").and_then(Node::as_bool) == Some(true) {
                owners.tags.extend(
                    properties
                        .get("Tags")
                        .map(Node::entries)
                        .unwrap_or_default()
                        .iter()
                        .cloned(),
                );
            }
        }
        owners
    }
}

impl Sam<'_> {
    pub(super) fn add_implicit_apis(&mut self) {
        for implicit in [REST, HTTP] {
            let owners = implicit.owners(&self.written);
            if let Some(span) = owners.span {
                let resource = self.implicit_api(&implicit, owners, span);
                match self.index.get(implicit.id) {
                    Some(at) => self.written[*at] = resource,
                    None => self.written.push(resource),
                }
                self.reindex();
            }
        }
    }

    fn implicit_api(&mut self, implicit: &Implicit, owners: Owners, span: Span) -> Declared {
        let mut properties = Properties::new(span);
        if implicit.event == "Api" {
            properties.put("StageName", Node::text(span, "Prod"));
        }
        if !owners.tags.is_empty() {
            properties.put("Tags", Node::of_entries(span, owners.tags));
            properties.put("PropagateTags", Node::bool(span, true));
        }
        let mut body = Properties::new(span).set("Properties", properties.node());
        if let Some(condition) = self.implicit_condition(implicit, owners.conditions, span) {
            body.put("Condition", Node::text(span, condition));
        }
        for (attribute, values) in [
            ("DeletionPolicy", owners.deletion),
            ("UpdateReplacePolicy", owners.replacement),
        ] {
            let strictest = ["Retain", "Snapshot", "Delete"]
                .into_iter()
                .find(|policy| values.iter().any(|value| value == policy));
            body = body.maybe(attribute, strictest.map(|policy| Node::text(span, policy)));
        }
        Declared {
            id: Arc::from(implicit.id),
            kind: Arc::from(implicit.kind),
            span,
            body: body.node(),
        }
    }

    /// The API exists when any of its methods does.
    fn implicit_condition(
        &mut self,
        implicit: &Implicit,
        conditions: Vec<Option<String>>,
        span: Span,
    ) -> Option<String> {
        let mut names: Vec<String> = conditions.into_iter().collect::<Option<_>>()?;
        names.sort_unstable();
        names.dedup();
        if let [only] = names.as_slice() {
            return Some(only.clone());
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.add_condition(implicit.condition, any_of(span, &names));
        Some(implicit.condition.to_owned())
    }
}
