//! CloudWatch Logs: how long log groups keep their events.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::Builder;

use super::connection::patience;
use super::fault::fault;
use super::{Account, concurrently};
use crate::artifact::{Artifact, LogRetention};
use crate::provider::AccountError;

/// How far names have to agree beyond their folder before one listing is worth more than a look-up of each.
const COMMON_LETTERS: usize = 4;

pub(super) fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).retry_partition(patience()).build())
}

impl Account {
    /// The retention of those of the named groups that exist.
    pub(super) async fn log_retentions(
        &self,
        names: &BTreeSet<String>,
    ) -> Result<Vec<Artifact>, AccountError> {
        let listings = concurrently(
            prefixes(names)
                .into_iter()
                .map(|prefix| self.log_groups(prefix)),
        )
        .await?;
        let found = listings
            .into_iter()
            .flatten()
            .filter(|setting| names.contains(&setting.log_group));
        Ok(found.map(Artifact::LogRetention).collect())
    }

    async fn log_groups(&self, prefix: &str) -> Result<Vec<LogRetention>, AccountError> {
        let mut pages = self
            .logs()
            .describe_log_groups()
            .log_group_name_prefix(prefix)
            .limit(50)
            .into_paginator()
            .send();
        let mut settings = Vec::new();
        self.quotas.log_reads.turn().await;
        while let Some(page) = pages.next().await {
            let page = page.map_err(fault("DescribeLogGroups"))?;
            settings.extend(page.log_groups().iter().filter_map(|group| {
                let days = group
                    .retention_in_days
                    .and_then(|days| u32::try_from(days).ok());
                Some(LogRetention {
                    log_group: group.log_group_name()?.to_owned(),
                    days,
                })
            }));
            if page.next_token().is_some() {
                self.quotas.log_reads.turn().await;
            }
        }
        Ok(settings)
    }

    pub(super) async fn put_log_retention(
        &self,
        setting: &LogRetention,
    ) -> Result<(), AccountError> {
        self.quotas.log_writes.turn().await;
        if let Some(days) = setting.days {
            let put = self
                .logs()
                .put_retention_policy()
                .log_group_name(&setting.log_group);
            let days = i32::try_from(days).unwrap_or(i32::MAX);
            put.retention_in_days(days)
                .send()
                .await
                .map(drop)
                .map_err(fault("PutRetentionPolicy"))
        } else {
            let delete = self
                .logs()
                .delete_retention_policy()
                .log_group_name(&setting.log_group);
            delete
                .send()
                .await
                .map(drop)
                .map_err(fault("DeleteRetentionPolicy"))
        }
    }
}

/// Few listings that together hold all names, without asking for a whole folder such as `/aws/lambda/`, which may hold thousands.
fn prefixes(names: &BTreeSet<String>) -> Vec<&str> {
    let mut prefixes: Vec<&str> = Vec::new();
    for name in names {
        if let Some(last) = prefixes.last_mut() {
            let common = common_prefix(last, name);
            let folder = name.rfind('/').map_or(0, |slash| slash + 1);
            if common.len() >= folder + COMMON_LETTERS {
                *last = common;
                continue;
            }
        }
        prefixes.push(name);
    }
    prefixes
}

fn common_prefix<'a>(one: &'a str, other: &str) -> &'a str {
    let end = one
        .char_indices()
        .zip(other.chars())
        .find(|((_, a), b)| a != b)
        .map_or(one.len().min(other.len()), |((at, _), _)| at);
    &one[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_stack_are_one_listing_and_a_folder_is_never_listed_whole() {
        let cases: [(&[&str], &[&str]); 4] = [
            (
                &["/aws/lambda/shop-create", "/aws/lambda/shop-read"],
                &["/aws/lambda/shop-"],
            ),
            (
                &["/aws/lambda/a", "/aws/lambda/b"],
                &["/aws/lambda/a", "/aws/lambda/b"],
            ),
            (
                &[
                    "/aws/lambda/other",
                    "/aws/lambda/shop-create",
                    "/aws/lambda/shop-read",
                    "/aws/vendedlogs/states/shop",
                ],
                &[
                    "/aws/lambda/other",
                    "/aws/lambda/shop-",
                    "/aws/vendedlogs/states/shop",
                ],
            ),
            (&["shop", "shop-a"], &["shop"]),
        ];
        for (names, expected) in cases {
            let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(prefixes(&names), expected);
        }
    }
}
