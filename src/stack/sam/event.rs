//! An event of a function or a state machine, and the resource that it invokes.

use std::sync::Arc;

use super::intrinsic::{get_att, reference};
use super::resource::ResourceAttributes;
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

/// One entry of `Events`.
pub(super) struct EventSource<'e> {
    /// The logical id of its first generated resource: the id of the function or state machine, then the event's name.
    pub id: String,
    pub name: &'e str,
    pub span: Span,
    pub properties: &'e Node,
}

impl EventSource<'_> {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.properties.get(key)
    }

    pub(super) fn permission_id(&self) -> String {
        format!("{}Permission", self.id)
    }
}

/// The function that events invoke, or its published alias.
pub(super) struct EventTarget {
    /// The logical id of the function or alias.
    pub id: Arc<str>,
    pub span: Span,
    pub arn: Node,
    /// `FunctionName` of permissions and event source mappings.
    pub function_name: Node,
    pub attributes: ResourceAttributes,
    pub is_alias: bool,
}

impl EventTarget {
    pub(super) fn function(resource: &Declared) -> Self {
        let span = resource.span;
        Self {
            id: Arc::clone(&resource.id),
            span,
            arn: get_att(span, &resource.id, "Arn"),
            function_name: reference(span, &resource.id),
            attributes: ResourceAttributes::passthrough(resource),
            is_alias: false,
        }
    }

    pub(super) fn alias(resource: &Declared, id: Arc<str>) -> Self {
        let span = resource.span;
        Self {
            span,
            arn: reference(span, &id),
            function_name: reference(span, &id),
            attributes: ResourceAttributes::passthrough(resource),
            is_alias: true,
            id,
        }
    }
}
