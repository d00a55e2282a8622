//! Tags, whose rules are nearly the same in all services: at most 50, no duplicate keys, no reserved prefix.

use serde_json::{Value, json};

use super::account::Account;
use super::data::Tags;
use super::error::{AwsError, OperationResult};
use super::request::Request;
use crate::semantics::limits::TAGS;

const RESERVED_PREFIX: &str = "aws:";

/// The reason why a service refuses the tags of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InvalidTags {
    DuplicateKey(String),
    ReservedPrefix(String),
    TooMany,
}

/// Reads `[{Key, Value}…]`.
pub(super) fn read(items: &[Value]) -> Result<Tags, InvalidTags> {
    let mut tags = Tags::new();
    for item in items {
        let key = text(item, "Key");
        if key.to_ascii_lowercase().starts_with(RESERVED_PREFIX) {
            return Err(InvalidTags::ReservedPrefix(key));
        }
        if tags.insert(key.clone(), text(item, "Value")).is_some() {
            return Err(InvalidTags::DuplicateKey(key));
        }
    }
    within_limit(tags)
}

fn text(item: &Value, member: &str) -> String {
    item.get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn within_limit(tags: Tags) -> Result<Tags, InvalidTags> {
    if tags.len() > TAGS {
        Err(InvalidTags::TooMany)
    } else {
        Ok(tags)
    }
}

/// Adds all tags to a resource, or no tags if they exceed the limit.
pub(super) fn merge(tags: &mut Tags, more: Tags) -> Result<(), InvalidTags> {
    let mut merged = tags.clone();
    merged.extend(more);
    *tags = within_limit(merged)?;
    Ok(())
}

/// `[{Key, Value}…]`
pub(super) fn list(tags: &Tags) -> Value {
    tags.iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}

/// A service with `TagResource`, `UntagResource` and `ListTagsForResource`, which take an ARN.
pub(super) trait TaggedService {
    /// The tags of the resource in the request, or the service's error for a missing resource.
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError>;
    /// The service's error for invalid tags.
    fn invalid_tags(invalid: &InvalidTags) -> AwsError;
}

pub(super) fn tag_resource<S: TaggedService>(
    account: &mut Account,
    request: &Request,
) -> OperationResult {
    let given = read(request.input.list("Tags")).map_err(|invalid| S::invalid_tags(&invalid))?;
    merge(S::tags_of(account, request)?, given).map_err(|invalid| S::invalid_tags(&invalid))?;
    Ok(json!({}))
}

pub(super) fn untag_resource<S: TaggedService>(
    account: &mut Account,
    request: &Request,
) -> OperationResult {
    let tags = S::tags_of(account, request)?;
    tags.retain(|key, _| !request.input.lists("TagKeys", key));
    Ok(json!({}))
}

/// Returns one page: its size is above the limit of tags. Ignores a token.
pub(super) fn list_tags_for_resource<S: TaggedService>(
    account: &mut Account,
    request: &Request,
) -> OperationResult {
    let tags = list(S::tags_of(account, request)?);
    Ok(json!({ "Tags": tags }))
}
