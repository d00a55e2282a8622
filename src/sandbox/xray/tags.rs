//! Tags of groups and sampling rules by ARN. A group that is created again has a new ARN.

use serde_json::json;

use super::error::invalid_tags;
use super::sampling;
use crate::sandbox::account::Account;
use crate::sandbox::data::Tags;
use crate::sandbox::error::AwsError;
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;
use crate::sandbox::tags::{self, InvalidTags, TaggedService};

pub(super) const OPERATIONS: Operations = &[
    ("TagResource", tags::tag_resource::<XrayTags>),
    ("UntagResource", tags::untag_resource::<XrayTags>),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<XrayTags>,
    ),
];

/// Tags of groups and sampling rules.
struct XrayTags;

impl TaggedService for XrayTags {
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

    fn invalid_tags(invalid: &InvalidTags) -> AwsError {
        invalid_tags(invalid)
    }
}
