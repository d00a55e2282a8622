//! Numbers in texts.

/// A number as people and CloudWatch both read it: `5`, `0.9`.
pub(crate) fn number_text(value: f64) -> String {
    value.to_string()
}
