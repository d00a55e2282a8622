//! The tags that decide about a plan, with as few calls as possible.
//!
//! AWS's index of tags lists everything of the stack in one call for a hundred artifacts, but it lags by minutes. So it confirms an
//! unchanged artifact, and whatever would be written is read from its own service.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::session::Session;
use crate::artifact::{ArtifactId, Kind, OWNER_TAG, Tags};
use crate::inventory::Target;
use crate::plan::{Comparison, OwnershipRules, ToVerify};
use crate::provider::aws::Account;
use crate::provider::{AccountError, Actual, Reader, TagIndex};

/// The number of surplus artifacts without an entry in the index whose tags are read together.
const SAMPLE: usize = 20;

type Found = BTreeMap<ArtifactId, Option<Tags>>;

/// Reads the index of every target that has artifacts.
pub(super) async fn indices(
    session: &Session,
    actual: &BTreeMap<Target, Actual>,
) -> Result<BTreeMap<Target, TagIndex>, AccountError> {
    let mut indices = BTreeMap::new();
    for (target, actual) in actual {
        let account = session.accounts().get(target);
        if let Some(account) = account.filter(|_| !actual.state.is_empty()) {
            indices.insert(target.clone(), account.tag_index().await?);
        }
    }
    Ok(indices)
}

/// Reads the tags of the existing artifacts of each target.
pub(super) async fn read(
    session: &Session,
    stack: &str,
    comparison: &Comparison,
    rules: OwnershipRules<'_>,
    configured: &BTreeMap<Target, BTreeMap<ArtifactId, i64>>,
    indices: &BTreeMap<Target, TagIndex>,
) -> Result<BTreeMap<Target, Found>, AccountError> {
    let mut wanted = rules.tags.clone();
    wanted.insert(OWNER_TAG.to_owned(), stack.to_owned());
    let never = BTreeMap::new();
    let no_index = TagIndex::default();
    let mut found = BTreeMap::new();
    for (target, ids) in comparison.to_verify(rules.adopt) {
        if let Some(account) = session.accounts().get(&target) {
            let times = configured.get(&target).unwrap_or(&never);
            let index = indices.get(&target).unwrap_or(&no_index);
            let of_target = read_target(account, ids, &wanted, times, index).await?;
            found.insert(target, of_target);
        }
    }
    Ok(found)
}

async fn read_target(
    account: &Account,
    ids: ToVerify,
    wanted: &Tags,
    configured: &BTreeMap<ArtifactId, i64>,
    index: &TagIndex,
) -> Result<Found, AccountError> {
    let mut found = Found::new();
    let mut direct = ids.written;
    for id in ids.unchanged {
        match index.get(&id) {
            Some(tags) if contains(tags, wanted) => {
                found.insert(id, Some(tags.clone()));
            }
            Some(_) | None => direct.push(id),
        }
    }
    let (indexed, unknown): (Vec<_>, Vec<_>) = ids
        .surplus
        .into_iter()
        .partition(|id| index.get(id).is_some() || !id.kind.has_tags());
    direct.extend(indexed);
    if !direct.is_empty() {
        found.extend(account.tags(&direct).await?);
    }
    for (_, of_kind) in by_kind(unknown) {
        let newest = newest_first(of_kind, configured);
        found.extend(read_until_foreign(account, &newest, wanted).await?);
    }
    Ok(found)
}

fn contains(tags: &Tags, wanted: &Tags) -> bool {
    wanted
        .iter()
        .all(|(key, value)| tags.get(key) == Some(value))
}

fn by_kind(ids: Vec<ArtifactId>) -> BTreeMap<Kind, Vec<ArtifactId>> {
    let mut kinds: BTreeMap<Kind, Vec<ArtifactId>> = BTreeMap::new();
    for id in ids {
        kinds.entry(id.kind).or_default().push(id);
    }
    kinds
}

/// Without a time an artifact counts as new.
fn newest_first(
    mut ids: Vec<ArtifactId>,
    configured: &BTreeMap<ArtifactId, i64>,
) -> Vec<ArtifactId> {
    ids.sort_by_key(|id| Reverse(configured.get(id).copied().unwrap_or(i64::MAX)));
    ids
}

/// Reads the tags of surplus artifacts that the index does not list. Those of the stack are then newer than the index, so the newest
/// artifacts come first, and a sample without any of the stack ends the search. The others stay without an entry and are left alone.
async fn read_until_foreign(
    account: &Account,
    newest: &[ArtifactId],
    wanted: &Tags,
) -> Result<Found, AccountError> {
    let owner = wanted.get(OWNER_TAG);
    let mut found = Found::new();
    for sample in newest.chunks(SAMPLE) {
        let tags = account.tags(sample).await?;
        let is_ours =
            |tags: &Option<Tags>| tags.as_ref().and_then(|tags| tags.get(OWNER_TAG)) == owner;
        let has_ours = tags.values().any(is_ours);
        found.extend(tags);
        if !has_ours {
            break;
        }
    }
    Ok(found)
}
