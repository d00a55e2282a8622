//! Tags of groups and sampling rules, found by ARN. A group that was deleted and made again has another ARN.

use serde_json::json;

use super::super::account::Account;
use super::super::error::{Answer, AwsError};
use super::super::request::Request;
use super::super::service::Operations;
use super::super::tags::{self, Tags};
use super::{bad_tags, sampling};

pub const OPERATIONS: Operations =
    &[("TagResource", tag_resource), ("UntagResource", untag_resource), ("ListTagsForResource", list_tags_for_resource)];

fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
    let arn = request.input.required("ResourceARN");
    let region = account.region(&request.region);
    let rule = arn.strip_prefix(&sampling::arn(request, "")).and_then(|name| region.sampling_rules.get_mut(name));
    let group = region.trace_groups.values_mut().find(|group| group.arn == arn);
    let tags = rule.map(|rule| &mut rule.tags).or(group.map(|group| &mut group.tags));
    tags.ok_or_else(|| AwsError::new("ResourceNotFoundException", "Resource not found").with("ResourceName", json!(arn)))
}

fn tag_resource(account: &mut Account, request: &Request) -> Answer {
    let given = tags::read(request.input.list("Tags")).map_err(|bad| bad_tags(&bad))?;
    tags::merge(tags_of(account, request)?, given).map_err(|bad| bad_tags(&bad))?;
    Ok(json!({}))
}

fn untag_resource(account: &mut Account, request: &Request) -> Answer {
    let tags = tags_of(account, request)?;
    tags.retain(|key, _| !request.input.texts("TagKeys").any(|gone| gone == key));
    Ok(json!({}))
}

/// A token is passed over.
fn list_tags_for_resource(account: &mut Account, request: &Request) -> Answer {
    let tags = tags::list(tags_of(account, request)?);
    Ok(json!({ "Tags": tags, "NextToken": null }))
}
