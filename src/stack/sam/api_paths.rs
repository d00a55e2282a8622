//! The paths of an API whose OpenAPI definition SAM writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::stack::node::{Node, Span};

/// The methods that events add to an API.
#[derive(Debug, Default)]
pub(super) struct ApiPaths {
    /// Integrations by path; each with its method in lower case.
    paths: BTreeMap<String, Vec<(String, Node)>>,
    /// Functions that serve the path `$default`.
    pub(super) default_functions: Vec<Arc<str>>,
}

impl ApiPaths {
    pub(super) fn has(&self, path: &str, method: &str) -> bool {
        self.paths
            .get(path)
            .is_some_and(|methods| methods.iter().any(|(known, _)| known == method))
    }

    pub(super) fn add(&mut self, path: &str, method: &str, integration: Node) {
        self.paths
            .entry(path.to_owned())
            .or_default()
            .push((method.to_owned(), integration));
    }

    /// The object `paths` of the OpenAPI definition.
    pub(super) fn node(&self, span: Span) -> Node {
        let paths = self.paths.iter();
        Node::map_of(
            span,
            paths.map(|(path, methods)| (path.as_str(), path_item(span, methods))),
        )
    }
}

fn path_item(span: Span, methods: &[(String, Node)]) -> Node {
    Node::map_of(
        span,
        methods
            .iter()
            .map(|(method, integration)| (method.as_str(), operation(span, integration))),
    )
}

fn operation(span: Span, integration: &Node) -> Node {
    Node::map(
        span,
        [
            ("x-amazon-apigateway-integration", integration.clone()),
            ("responses", Node::map(span, [])),
        ],
    )
}
