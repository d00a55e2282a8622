//! Tags of configurations, whose members have names of their own.

use serde_json::{Value, json};

use super::not_found;
use crate::sandbox::account::Account;
use crate::sandbox::data::Tags;
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;
use crate::sandbox::tags;

pub(super) const OPERATIONS: Operations = &[
    ("TagResource", tag_resource),
    ("UntagResource", untag_resource),
    ("ListTagsForResource", list_tags_for_resource),
];

/// Reads `[{TagKey, TagValue}…]`.
pub(super) fn read(items: &[Value]) -> Result<Tags, AwsError> {
    let renamed: Vec<Value> = items
        .iter()
        .map(|item| json!({ "Key": item["TagKey"], "Value": item["TagValue"] }))
        .collect();
    tags::read(&renamed).map_err(|_| too_many())
}

fn too_many() -> AwsError {
    AwsError::new("TooManyTagsException", "The tags are not valid")
}

/// `[{TagKey, TagValue}…]`
pub(super) fn list(tags: &Tags) -> Value {
    tags.iter()
        .map(|(key, value)| json!({ "TagKey": key, "TagValue": value }))
        .collect()
}

fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
    let arn = request.input.required("ResourceARN");
    let stored = account.chats().configurations.get_mut(arn);
    stored
        .map(|stored| &mut stored.tags)
        .ok_or_else(|| not_found(arn))
}

fn tag_resource(account: &mut Account, request: &Request) -> OperationResult {
    let given = read(request.input.list("Tags"))?;
    tags::merge(tags_of(account, request)?, given).map_err(|_| too_many())?;
    Ok(json!({}))
}

fn untag_resource(account: &mut Account, request: &Request) -> OperationResult {
    let tags = tags_of(account, request)?;
    tags.retain(|key, _| !request.input.lists("TagKeys", key));
    Ok(json!({}))
}

fn list_tags_for_resource(account: &mut Account, request: &Request) -> OperationResult {
    let tags = list(tags_of(account, request)?);
    Ok(json!({ "Tags": tags }))
}
