//! CloudWatch's rules for namespaces and dimensions, which the API reference states and the model does not.

use serde_json::Value;

use super::metric_queries::text;

/// Why a namespace is refused.
pub(super) fn namespace_error(namespace: &str) -> Option<String> {
    namespace
        .starts_with(':')
        .then(|| format!("Value '{namespace}' at 'namespace' must not start with a colon"))
}

/// Why a list of `Dimension` structures is refused.
pub(super) fn dimension_error(dimensions: &[Value]) -> Option<String> {
    dimensions.iter().enumerate().find_map(|(at, dimension)| {
        let (name, value) = (text(dimension, "Name"), text(dimension, "Value"));
        let path = format!("dimensions.{}.member", at + 1);
        if name.starts_with(':') {
            return Some(format!(
                "Value '{name}' at '{path}.name' must not start with a colon"
            ));
        }
        [("name", name), ("value", value)]
            .into_iter()
            .find_map(|(member, text)| {
                let reason = text_error(text)?;
                Some(format!("Value '{text}' at '{path}.{member}' {reason}"))
            })
    })
}

/// The rule for names and values of dimensions.
fn text_error(text: &str) -> Option<&'static str> {
    if !text.is_ascii() {
        Some("must contain only ASCII characters")
    } else if text.chars().any(|letter| letter.is_ascii_control()) {
        Some("must not contain ASCII control characters")
    } else if text.trim().is_empty() {
        Some("must contain at least one character that is no whitespace")
    } else {
        None
    }
}
