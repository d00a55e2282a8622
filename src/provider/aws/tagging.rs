//! Resource Groups Tagging: what bears given tags, whatever service it belongs to. An index that lags: good for looking, not for proving.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::config::Builder;
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};

use super::Account;
use super::connection::patience;
use super::fault::fault;
use crate::artifact::OWNER_TAG;
use crate::provider::AccountError;

pub(super) fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).retry_partition(patience()).build())
}

impl Account {
    pub(super) async fn tagged_resources(
        &self,
        tags: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>, AccountError> {
        let filters = tags
            .iter()
            .map(|(key, value)| TagFilter::builder().key(key).values(value).build())
            .collect();
        let mut listed = self
            .tagging()
            .get_resources()
            .set_tag_filters(Some(filters))
            .into_paginator()
            .items()
            .send();
        let mut found = BTreeSet::new();
        while let Some(resource) = listed.next().await {
            let resource = resource.map_err(fault("GetResources"))?;
            if !is_own(&resource) {
                found.extend(resource.resource_arn);
            }
        }
        Ok(found)
    }
}

/// What tracewatch made is not watched.
fn is_own(resource: &ResourceTagMapping) -> bool {
    resource.tags().iter().any(|tag| tag.key == OWNER_TAG)
}
