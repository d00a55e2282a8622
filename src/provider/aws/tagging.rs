//! Resource Groups Tagging: resources of all services by their tags. Its index lags: it serves to find resources, and as a hint about
//! our own artifacts, never as a proof of an owner.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};
use tracing::debug;

use super::account::Account;
use super::calls::pages;
use crate::artifact::{ArtifactId, Kind, OWNER_TAG, Tags};
use crate::provider::AccountError;

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

    /// The tags of those artifacts that the index lists with our owner tag. An account that does not permit or know the call has no
    /// index.
    pub(super) async fn tags_in_index(
        &self,
        ids: &[ArtifactId],
    ) -> Result<BTreeMap<ArtifactId, Tags>, AccountError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
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
                return Ok(BTreeMap::new());
            }
        };
        let by_key: BTreeMap<ResourceKey<'_>, &Resource> = listed
            .iter()
            .filter_map(|resource| Some((ResourceKey::of_arn(&resource.arn)?, resource)))
            .collect();
        Ok(ids
            .iter()
            .filter_map(|id| Some((id.clone(), by_key.get(&ResourceKey::of_id(id)?)?.tags())))
            .collect())
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

/// A resource as its ARN names it. Alarms of both types have ARNs of one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ResourceKey<'a> {
    form: &'static str,
    name: &'a str,
}

/// The service and the beginning of the resource part in the ARNs of our artifacts.
const FORMS: [(&str, &str); 7] = [
    ("cloudwatch", "alarm:"),
    ("cloudwatch", "alarm-mute-rule:"),
    ("cloudwatch", "dashboard/"),
    ("xray", "group/"),
    ("xray", "sampling-rule/"),
    ("events", "rule/"),
    ("sns", ""),
];

impl<'a> ResourceKey<'a> {
    fn of_arn(arn: &'a str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, service, _, _, resource] = parts[..] else {
            return None;
        };
        let mut forms = FORMS.iter().filter(|(of, _)| *of == service);
        let (form, rest) =
            forms.find_map(|(_, form)| Some((*form, resource.strip_prefix(form)?)))?;
        // The ARN of a group ends with an id behind its name.
        let name = if form == "group/" {
            rest.split('/').next()?
        } else {
            rest
        };
        Some(Self { form, name })
    }

    fn of_id(id: &'a ArtifactId) -> Option<Self> {
        let form = match id.kind {
            Kind::Alarm | Kind::CompositeAlarm => "alarm:",
            Kind::MuteRule => "alarm-mute-rule:",
            Kind::Dashboard => "dashboard/",
            Kind::TraceGroup => "group/",
            Kind::SamplingRule => "sampling-rule/",
            Kind::EventRule => "rule/",
            Kind::Topic => "",
            // The index may have them in another Region.
            Kind::LogRetention | Kind::ChatConfiguration => return None,
        };
        Some(Self {
            form,
            name: &id.name,
        })
    }
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
            assert_eq!(ResourceKey::of_arn(arn), ResourceKey::of_id(&id), "{arn}");
        }
        assert_eq!(
            ResourceKey::of_arn("arn:aws:sqs:us-east-1:123456789012:shop_critical"),
            None
        );
    }
}
