//! Tags of alarms and dashboards, found by ARN.

use super::super::account::Account;
use super::super::error::AwsError;
use super::super::request::{ACCOUNT_ID, Request};
use super::super::service::Operations;
use super::super::tags::{self, BadTags, Tagged, Tags};
use super::invalid;

pub const OPERATIONS: Operations = &[
    ("TagResource", tags::tag_resource::<Tagging>),
    ("UntagResource", tags::untag_resource::<Tagging>),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<Tagging>,
    ),
];

/// CloudWatch's answers to bad tags; the texts are unverified.
pub fn refused(bad: &BadTags) -> AwsError {
    invalid(match bad {
        BadTags::DuplicateKey(key) => format!("Duplicate tag key: {key}"),
        BadTags::ReservedPrefix(key) => {
            format!("The tag key {key} begins with aws:, which is reserved for system use")
        }
        BadTags::TooMany => "The maximum number of tags of a resource is 50".to_owned(),
    })
}

/// The tags of alarms and dashboards.
struct Tagging;

impl Tagged for Tagging {
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
        let arn = request.input.required("ResourceARN");
        if let Some(name) = arn.strip_prefix(&dashboard_arn("")) {
            let dashboard = account.dashboards().get_mut(name);
            return dashboard
                .map(|dashboard| &mut dashboard.tags)
                .ok_or_else(|| not_found(arn));
        }
        let Some(name) = arn.strip_prefix(&super::alarms::arn(request, "")) else {
            return Err(not_found(arn));
        };
        account
            .region(&request.region)
            .alarms
            .get_mut(name)
            .map(|alarm| &mut alarm.tags)
            .ok_or_else(|| not_found(arn))
    }

    fn refused(bad: &BadTags) -> AwsError {
        refused(bad)
    }
}

pub fn dashboard_arn(name: &str) -> String {
    format!("arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{name}")
}

fn not_found(arn: &str) -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        format!("Resource {arn} does not exist"),
    )
}
