//! Implicit APIs, which SAM generates for events without an API: `ServerlessRestApi` and `ServerlessHttpApi`.

use std::sync::Arc;

use super::intrinsic::fn_or;
use super::resource::PropertiesBuilder;
use super::translator::Translator;
use crate::stack::node::{Entry, Node, Span};
use crate::stack::template::Declared;

/// The names of one kind of implicit API.
pub(super) struct ImplicitApi {
    pub id: &'static str,
    kind: &'static str,
    event: &'static str,
    /// The property of an event that names an API.
    pub property: &'static str,
    condition: &'static str,
}

pub(super) const REST: ImplicitApi = ImplicitApi {
    id: "ServerlessRestApi",
    kind: "AWS::Serverless::Api",
    event: "Api",
    property: "RestApiId",
    condition: "ServerlessRestApiCondition",
};

pub(super) const HTTP: ImplicitApi = ImplicitApi {
    id: "ServerlessHttpApi",
    kind: "AWS::Serverless::HttpApi",
    event: "HttpApi",
    property: "ApiId",
    condition: "ServerlessHttpApiCondition",
};

/// The attributes and tags that an implicit API inherits from the resources with its events.
#[derive(Default)]
struct InheritedAttributes {
    /// The place of the first event.
    span: Option<Span>,
    conditions: Vec<Option<String>>,
    deletion: Vec<String>,
    replacement: Vec<String>,
    tags: Vec<Entry>,
}

impl ImplicitApi {
    /// Whether an event belongs to this implicit API.
    fn has_event(&self, event: &Node) -> bool {
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

    fn inherited_attributes(&self, resources: &[Declared]) -> InheritedAttributes {
        let mut inherited = InheritedAttributes::default();
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
            let Some(event) = events.iter().find(|event| self.has_event(&event.value)) else {
                continue;
            };
            inherited.span = inherited.span.or(Some(event.span));
            inherited
                .conditions
                .push(resource.condition().map(str::to_owned));
            inherited
                .deletion
                .extend(resource.body.text_at("DeletionPolicy").map(str::to_owned));
            inherited.replacement.extend(
                resource
                    .body
                    .text_at("UpdateReplacePolicy")
                    .map(str::to_owned),
            );
            if properties.get("PropagateTags").and_then(Node::as_bool) == Some(true) {
                inherited.tags.extend(
                    properties
                        .get("Tags")
                        .map(Node::entries)
                        .unwrap_or_default()
                        .iter()
                        .cloned(),
                );
            }
        }
        inherited
    }
}

impl Translator<'_> {
    pub(super) fn add_implicit_apis(&mut self) {
        for implicit in [REST, HTTP] {
            let inherited = implicit.inherited_attributes(&self.source_resources);
            if let Some(span) = inherited.span {
                let resource = self.implicit_api(&implicit, inherited, span);
                match self.source_index.get(implicit.id) {
                    Some(at) => self.source_resources[*at] = resource,
                    None => self.source_resources.push(resource),
                }
                self.rebuild_source_index();
            }
        }
    }

    fn implicit_api(
        &mut self,
        implicit: &ImplicitApi,
        inherited: InheritedAttributes,
        span: Span,
    ) -> Declared {
        let mut properties = PropertiesBuilder::new(span);
        if implicit.event == "Api" {
            properties.insert("StageName", Node::text(span, "Prod"));
        }
        if !inherited.tags.is_empty() {
            properties.insert("Tags", Node::of_entries(span, inherited.tags));
            properties.insert("PropagateTags", Node::bool(span, true));
        }
        let mut body = PropertiesBuilder::new(span).set("Properties", properties.into_node());
        if let Some(condition) = self.implicit_condition(implicit, inherited.conditions, span) {
            body.insert("Condition", Node::text(span, condition));
        }
        for (attribute, values) in [
            ("DeletionPolicy", inherited.deletion),
            ("UpdateReplacePolicy", inherited.replacement),
        ] {
            let strictest = ["Retain", "Snapshot", "Delete"]
                .into_iter()
                .find(|policy| values.iter().any(|value| value == policy));
            body = body.set_optional(attribute, strictest.map(|policy| Node::text(span, policy)));
        }
        Declared {
            id: Arc::from(implicit.id),
            kind: Arc::from(implicit.kind),
            span,
            body: body.into_node(),
        }
    }

    /// CloudFormation creates the API if it creates any of the resources with its events.
    fn implicit_condition(
        &mut self,
        implicit: &ImplicitApi,
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
        self.add_condition(implicit.condition, fn_or(span, &names));
        Some(implicit.condition.to_owned())
    }
}
