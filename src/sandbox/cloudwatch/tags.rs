//! Tags of alarms and dashboards, found by ARN.

use serde_json::{Value, json};

use super::super::account::Account;
use super::super::error::{Answer, AwsError};
use super::super::request::{ACCOUNT_ID, Request};
use super::super::service::Operations;
use super::super::tags::{self, BadTags, Tags};
use super::invalid;

pub const OPERATIONS: Operations =
    &[("TagResource", tag_resource), ("UntagResource", untag_resource), ("ListTagsForResource", list_tags_for_resource)];

/// CloudWatch's answers to bad tags; the texts are unverified.
pub fn refused(bad: &BadTags) -> AwsError {
    invalid(match bad {
        BadTags::DuplicateKey(key) => format!("Duplicate tag key: {key}"),
        BadTags::ReservedPrefix(key) => format!("The tag key {key} begins with aws:, which is reserved for system use"),
        BadTags::TooMany => "The maximum number of tags of a resource is 50".to_owned(),
    })
}

fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
    let arn = request.input.required("ResourceARN");
    if let Some(name) = arn.strip_prefix(&dashboard_arn("")) {
        let dashboard = account.dashboards().get_mut(name);
        return dashboard.map(|dashboard| &mut dashboard.tags).ok_or_else(|| not_found(arn));
    }
    let Some(name) = arn.strip_prefix(&super::alarms::arn(request, "")) else {
        return Err(not_found(arn));
    };
    account.region(&request.region).alarms.get_mut(name).map(|alarm| &mut alarm.tags).ok_or_else(|| not_found(arn))
}

pub fn dashboard_arn(name: &str) -> String {
    format!("arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{name}")
}

fn not_found(arn: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("Resource {arn} does not exist"))
}

fn tag_resource(account: &mut Account, request: &Request) -> Answer {
    let given = tags::read(request.input.list("Tags")).map_err(|bad| refused(&bad))?;
    tags::merge(tags_of(account, request)?, given).map_err(|bad| refused(&bad))?;
    Ok(json!({}))
}

fn untag_resource(account: &mut Account, request: &Request) -> Answer {
    let tags = tags_of(account, request)?;
    tags.retain(|key, _| !request.input.texts("TagKeys").any(|gone| gone == key));
    Ok(json!({}))
}

fn list_tags_for_resource(account: &mut Account, request: &Request) -> Answer {
    let tags: Value = tags::list(tags_of(account, request)?);
    Ok(json!({ "Tags": tags }))
}
