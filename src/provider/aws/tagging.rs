//! Resource Groups Tagging: resources of all services by their tags. Its index lags: it serves to find resources, and as a hint about
//! our own artifacts, never as a proof of an owner.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};
use tracing::debug;

use super::account::Account;
use super::calls::pages;
use crate::artifact::{ArtifactId, Kind, OWNER_TAG, Tags};
use crate::provider::{AccountError, TagIndex};

/// The most resources in one page.
const MOST_PER_PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    resource_tag_mapping_list: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "ResourceARN")]
    arn: String,
    #[serde(rename = "Tags", default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

impl Account {
    pub(super) async fn tagged_resources(
        &self,
        tags: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>, AccountError> {
        let filters: Vec<Value> = tags
            .iter()
            .map(|(key, value)| json!({ "Key": key, "Values": [value] }))
            .collect();
        let pages: Vec<Page> = pages(
            self.tagging(),
            "GetResources",
            json!({ "TagFilters": filters }),
            "PaginationToken",
        )
        .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.resource_tag_mapping_list)
            .filter(|resource| !is_own(resource))
            .map(|resource| resource.arn)
            .collect())
    }

    /// The values that the tag has on resources of the Region.
    pub async fn tag_values(&self, key: &str) -> Result<BTreeSet<String>, AccountError> {
        let pages: Vec<Page> = pages(
            self.tagging(),
            "GetResources",
            json!({ "TagFilters": [{ "Key": key }], "ResourcesPerPage": MOST_PER_PAGE }),
            "PaginationToken",
        )
        .await?;
        let resources = pages
            .into_iter()
            .flat_map(|page| page.resource_tag_mapping_list);
        let tags = resources.flat_map(|resource| resource.tags);
        Ok(tags
            .filter(|tag| tag.key == key)
            .map(|tag| tag.value)
            .collect())
    }

    /// What the index lists with our owner tag. An account that does not permit or know the call has no index.
    pub(super) async fn index_of_tags(&self) -> Result<TagIndex, AccountError> {
        let listed = match self.own_resources().await {
            Ok(listed) => listed,
            Err(
                error @ (AccountError::NoCredentials { .. }
                | AccountError::Unreachable { .. }
                | AccountError::NoAnswer { .. }
                | AccountError::Throttled { .. }),
            ) => return Err(error),
            Err(
                error @ (AccountError::Denied { .. }
                | AccountError::NotFound { .. }
                | AccountError::Conflict { .. }
                | AccountError::Limit { .. }
                | AccountError::Other { .. }),
            ) => {
                debug!(%error, "without an index of tags");
                return Ok(TagIndex::default());
            }
        };
        let artifacts = listed.iter();
        let artifacts =
            artifacts.filter_map(|resource| Some((id_of(&resource.arn)?, resource.tags())));
        Ok(artifacts.collect())
    }

    async fn own_resources(&self) -> Result<Vec<Resource>, AccountError> {
        let filter = json!([{ "Key": OWNER_TAG, "Values": [self.owner_tag()] }]);
        let pages: Vec<Page> = pages(
            self.tagging(),
            "GetResources",
            json!({ "TagFilters": filter, "ResourcesPerPage": MOST_PER_PAGE }),
            "PaginationToken",
        )
        .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.resource_tag_mapping_list)
            .collect())
    }
}

impl Resource {
    fn tags(&self) -> Tags {
        let tags = self.tags.iter();
        tags.map(|tag| (tag.key.clone(), tag.value.clone()))
            .collect()
    }
}

/// The service and the beginning of the resource part in the ARNs of our artifacts. Alarms of both types have ARNs of one form.
const FORMS: [(&str, &str, Kind); 8] = [
    ("application-signals", "slo/", Kind::ServiceLevelObjective),
    ("cloudwatch", "alarm:", Kind::Alarm),
    ("cloudwatch", "alarm-mute-rule:", Kind::MuteRule),
    ("cloudwatch", "dashboard/", Kind::Dashboard),
    ("xray", "group/", Kind::TraceGroup),
    ("xray", "sampling-rule/", Kind::SamplingRule),
    ("events", "rule/", Kind::EventRule),
    ("sns", "", Kind::Topic),
];

/// The artifact that an ARN names.
fn id_of(arn: &str) -> Option<ArtifactId> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, service, _, _, resource] = parts[..] else {
        return None;
    };
    let mut forms = FORMS.iter().filter(|(of, ..)| *of == service);
    let (kind, rest) =
        forms.find_map(|(_, form, kind)| Some((*kind, resource.strip_prefix(form)?)))?;
    // The ARN of a group ends with an id behind its name.
    let name = match kind {
        Kind::TraceGroup => rest.split('/').next()?,
        _ => rest,
    };
    Some(ArtifactId {
        kind,
        name: name.to_owned(),
    })
}

/// Alarms do not watch what tracewatch created.
fn is_own(resource: &Resource) -> bool {
    resource.tags.iter().any(|tag| tag.key == OWNER_TAG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_all_kinds_name_their_artifacts() {
        let cases = [
            (
                Kind::Alarm,
                "shop.a:b/c",
                "arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop.a:b/c",
            ),
            (
                Kind::CompositeAlarm,
                "shop.any",
                "arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop.any",
            ),
            (
                Kind::MuteRule,
                "shop_mute_1",
                "arn:aws:cloudwatch:us-east-1:123456789012:alarm-mute-rule:shop_mute_1",
            ),
            (
                Kind::ServiceLevelObjective,
                "shop.Stage.availability",
                "arn:aws:application-signals:us-east-1:123456789012:slo/shop.Stage.availability",
            ),
            (
                Kind::Dashboard,
                "shop_overview",
                "arn:aws:cloudwatch::123456789012:dashboard/shop_overview",
            ),
            (
                Kind::TraceGroup,
                "shop-faults",
                "arn:aws:xray:us-east-1:123456789012:group/shop-faults/4D7A",
            ),
            (
                Kind::SamplingRule,
                "shop-rule",
                "arn:aws:xray:us-east-1:123456789012:sampling-rule/shop-rule",
            ),
            (
                Kind::EventRule,
                "shop_insights",
                "arn:aws-cn:events:cn-north-1:123456789012:rule/shop_insights",
            ),
            (
                Kind::Topic,
                "shop_critical",
                "arn:aws:sns:us-east-1:123456789012:shop_critical",
            ),
        ];
        for (kind, name, arn) in cases {
            let id = ArtifactId {
                kind,
                name: name.to_owned(),
            };
            let tags = Tags::new();
            let index: TagIndex = id_of(arn)
                .map(|id| (id, tags.clone()))
                .into_iter()
                .collect();
            assert_eq!(index.get(&id), Some(&tags), "{arn}");
        }
        assert_eq!(
            id_of("arn:aws:sqs:us-east-1:123456789012:shop_critical"),
            None
        );
    }
}
