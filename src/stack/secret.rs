//! `NoEcho` parameters, whose values CloudFormation masks.

use std::collections::BTreeSet;

use super::node::Node;
use crate::diagnostic::Source;

/// The text in place of a secret value, as CloudFormation masks it.
pub const MASK: &str = "****";

/// Whether CloudFormation masks the parameter's value.
pub(crate) fn is_secret(declaration: &Node) -> bool {
    declaration
        .get("NoEcho")
        .and_then(Node::scalar_text)
        .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// The names of the secret parameters of a template.
pub(crate) fn names(parameters: &Node) -> BTreeSet<String> {
    let declared = parameters.entries().iter();
    declared
        .filter(|entry| is_secret(&entry.value))
        .map(|entry| entry.key.to_string())
        .collect()
}

/// Why the value of a secret parameter is unknown.
pub(crate) fn secret_reason(name: &str) -> String {
    format!("parameter `{name}` is secret (`NoEcho`)")
}

/// Hides the values in the declaration of a secret parameter from the excerpts of diagnostics.
pub(crate) fn hide_values(source: &Source, declaration: &Node) {
    for key in ["Default", "AllowedValues"] {
        if let Some(value) = declaration.get(key) {
            source.hide(value.span.range());
        }
    }
}
