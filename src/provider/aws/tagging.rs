//! Resource Groups Tagging: resources of all services by their tags. Its index lags: it serves to find resources, not to prove owners.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::calls::pages;
use crate::artifact::OWNER_TAG;
use crate::provider::AccountError;

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
}

/// Alarms do not watch what tracewatch created.
fn is_own(resource: &Resource) -> bool {
    resource.tags.iter().any(|tag| tag.key == OWNER_TAG)
}
