//! Tags, which all services treat nearly alike: a map with at most 50 entries.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::semantics::limits::TAGS;

use super::account::Account;
use super::error::{Answer, AwsError};
use super::request::Request;

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
        let part = |member| {
            item.get(member)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
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
    if tags.len() > TAGS {
        Err(BadTags::TooMany)
    } else {
        Ok(tags)
    }
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
    tags.iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}

/// A service whose resources are tagged by ARN with `TagResource`, `UntagResource` and `ListTagsForResource`.
pub trait Tagged {
    /// The tags of the resource that the request names, or the service's way to say that there is none.
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError>;
    /// The service's answer to bad tags.
    fn refused(bad: &BadTags) -> AwsError;
}

pub fn tag_resource<T: Tagged>(account: &mut Account, request: &Request) -> Answer {
    let given = read(request.input.list("Tags")).map_err(|bad| T::refused(&bad))?;
    merge(T::tags_of(account, request)?, given).map_err(|bad| T::refused(&bad))?;
    Ok(json!({}))
}

pub fn untag_resource<T: Tagged>(account: &mut Account, request: &Request) -> Answer {
    let tags = T::tags_of(account, request)?;
    tags.retain(|key, _| !request.input.texts("TagKeys").any(|gone| gone == key));
    Ok(json!({}))
}

/// All of them: no resource has more tags than fit on a page, so a token is never given out, and one that is given is passed over.
pub fn list_tags_for_resource<T: Tagged>(account: &mut Account, request: &Request) -> Answer {
    let tags = list(T::tags_of(account, request)?);
    Ok(json!({ "Tags": tags }))
}
