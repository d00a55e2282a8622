//! An enabled `DeploymentPreference` of a function.

use std::sync::Arc;

use crate::stack::node::{Node, Span};

/// An enabled deployment preference.
pub(super) struct DeploymentPreference {
    pub function: Arc<str>,
    pub span: Span,
    pub role: Option<Node>,
    pub condition: Option<String>,
    /// The value of the property.
    pub written: Node,
}
