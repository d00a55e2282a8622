//! Tags of alarms, mute rules and dashboards by ARN.

use super::arns::{alarm_arn, dashboard_arn, mute_rule_arn};
use super::error::invalid_tags;
use crate::sandbox::account::Account;
use crate::sandbox::data::Tags;
use crate::sandbox::error::AwsError;
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;
use crate::sandbox::tags::{self, InvalidTags, TaggedService};

pub(super) const OPERATIONS: Operations = &[
    ("TagResource", tags::tag_resource::<CloudWatchTags>),
    ("UntagResource", tags::untag_resource::<CloudWatchTags>),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<CloudWatchTags>,
    ),
];

/// Tags of alarms, mute rules and dashboards.
struct CloudWatchTags;

impl TaggedService for CloudWatchTags {
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
        let arn = request.input.required("ResourceARN");
        tags_of_arn(account, request, arn).ok_or_else(|| {
            AwsError::new(
                "ResourceNotFoundException",
                format!("Resource {arn} does not exist"),
            )
        })
    }

    fn invalid_tags(invalid: &InvalidTags) -> AwsError {
        invalid_tags(invalid)
    }
}

fn tags_of_arn<'a>(account: &'a mut Account, request: &Request, arn: &str) -> Option<&'a mut Tags> {
    if let Some(name) = arn.strip_prefix(&dashboard_arn("")) {
        let dashboard = account.dashboards().get_mut(name)?;
        return Some(&mut dashboard.tags);
    }
    let region = account.region(&request.region);
    if let Some(name) = arn.strip_prefix(&mute_rule_arn(request, "")) {
        let rule = region.mute_rules.get_mut(name)?;
        return Some(&mut rule.tags);
    }
    let name = arn.strip_prefix(&alarm_arn(request, ""))?;
    let alarm = region.alarms.get_mut(name)?;
    Some(&mut alarm.tags)
}
