//! CloudWatch Logs: the retention of log groups.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::account::Account;
use super::calls::{concurrently, pages, send};
use crate::artifact::{Artifact, LogRetention};
use crate::provider::AccountError;

/// Names that share at least this many letters after the last slash are listed by their common prefix.
const COMMON_LETTERS: usize = 4;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    log_groups: Vec<LogGroup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogGroup {
    log_group_name: String,
    retention_in_days: Option<u32>,
}

impl Account {
    /// The retention of those log groups that exist.
    pub(super) async fn log_retentions(
        &self,
        names: &BTreeSet<&str>,
    ) -> Result<Vec<Artifact>, AccountError> {
        let prefixes = prefixes(names).into_iter();
        let listings = concurrently(prefixes.map(|prefix| self.log_groups(prefix))).await?;
        Ok(listings
            .into_iter()
            .flatten()
            .filter(|setting| names.contains(setting.log_group.as_str()))
            .map(Artifact::LogRetention)
            .collect())
    }

    async fn log_groups(&self, prefix: &str) -> Result<Vec<LogRetention>, AccountError> {
        let pages: Vec<Page> = pages(
            self.logs(),
            "DescribeLogGroups",
            json!({ "logGroupNamePrefix": prefix, "limit": 50 }),
            "nextToken",
        )
        .await?;
        let groups = pages.into_iter().flat_map(|page| page.log_groups);
        Ok(groups
            .map(|group| LogRetention {
                log_group: group.log_group_name,
                days: group.retention_in_days,
            })
            .collect())
    }

    pub(super) async fn put_log_retention(
        &self,
        setting: &LogRetention,
    ) -> Result<(), AccountError> {
        let (operation, input) = match setting.days {
            Some(days) => (
                "PutRetentionPolicy",
                json!({ "logGroupName": setting.log_group, "retentionInDays": days }),
            ),
            None => (
                "DeleteRetentionPolicy",
                json!({ "logGroupName": setting.log_group }),
            ),
        };
        send(self.logs(), operation, input).await
    }
}

/// Prefixes that together match all names. None matches a whole folder such as `/aws/lambda/`, which may hold thousands of groups.
fn prefixes<'a>(names: &BTreeSet<&'a str>) -> Vec<&'a str> {
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
    fn names_with_a_common_beginning_share_a_prefix_and_no_prefix_is_a_whole_folder() {
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
            let names = names.iter().copied().collect();
            assert_eq!(prefixes(&names), expected);
        }
    }
}
