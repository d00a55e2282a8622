//! Arrays in a dashboard body.

use serde_json::Value;

/// The elements of the array under a key; empty if there is no array.
pub(super) fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
