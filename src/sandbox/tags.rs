//! Tags, which all services treat nearly alike: a map with at most 50 entries.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::semantics::limits::TAGS;

pub type Tags = BTreeMap<String, String>;

/// What is wrong with the tags of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadTags {
    DuplicateKey(String),
    ReservedPrefix(String),
    TooMany,
}

/// Reads `[{Key, Value}…]`.
pub fn read(items: &[Value]) -> Result<Tags, BadTags> {
    let mut tags = Tags::new();
    for item in items {
        let part = |member| item.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let key = part("Key");
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(BadTags::ReservedPrefix(key));
        }
        if tags.insert(key.clone(), part("Value")).is_some() {
            return Err(BadTags::DuplicateKey(key));
        }
    }
    within_limit(tags)
}

fn within_limit(tags: Tags) -> Result<Tags, BadTags> {
    if tags.len() > TAGS { Err(BadTags::TooMany) } else { Ok(tags) }
}

/// Adds tags to those of a resource; all or nothing.
pub fn merge(tags: &mut Tags, more: Tags) -> Result<(), BadTags> {
    let mut merged = tags.clone();
    merged.extend(more);
    *tags = within_limit(merged)?;
    Ok(())
}

/// `[{Key, Value}…]`
pub fn list(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}
