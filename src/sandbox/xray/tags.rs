//! Tags of groups and sampling rules, found by ARN. A group that was deleted and made again has another ARN.

use serde_json::json;

use super::super::account::Account;
use super::super::error::AwsError;
use super::super::request::Request;
use super::super::service::Operations;
use super::super::tags::{self, BadTags, Tagged, Tags};
use super::{bad_tags, sampling};

pub const OPERATIONS: Operations = &[
    ("TagResource", tags::tag_resource::<Tagging>),
    ("UntagResource", tags::untag_resource::<Tagging>),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<Tagging>,
    ),
];

/// The tags of groups and rules.
struct Tagging;

impl Tagged for Tagging {
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
        let arn = request.input.required("ResourceARN");
        let region = account.region(&request.region);
        let rule = arn
            .strip_prefix(&sampling::arn(request, ""))
            .and_then(|name| region.sampling_rules.get_mut(name));
        let group = region
            .trace_groups
            .values_mut()
            .find(|group| group.arn == arn);
        let tags = rule
            .map(|rule| &mut rule.tags)
            .or(group.map(|group| &mut group.tags));
        tags.ok_or_else(|| {
            AwsError::new("ResourceNotFoundException", "Resource not found")
                .with("ResourceName", json!(arn))
        })
    }

    fn refused(bad: &BadTags) -> AwsError {
        bad_tags(bad)
    }
}
