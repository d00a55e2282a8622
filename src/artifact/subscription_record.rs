//! The record of the subscriptions that tracewatch made, in tags of their topic.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::subscription::Subscription;

/// The keys of the tags. SNS allows 50 tags on a topic, and the project has its own.
const KEYS: [&str; 4] = [
    "tracewatch:subscribed",
    "tracewatch:subscribed-2",
    "tracewatch:subscribed-3",
    "tracewatch:subscribed-4",
];

/// The bytes of a hash. An endpoint cannot be read out of it, and somebody else's has the same one in four billion.
const HASH_BYTES: usize = 4;

/// The hashes in one tag: with the spaces between them, fewer than the 256 characters of a value.
const IN_ONE_TAG: usize = 28;

/// Hashes of the subscriptions that tracewatch made. Only these are removed once the project no longer names them. A full record takes no
/// more: subscriptions beyond are left alone when they are removed from the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionRecord(BTreeSet<String>);

impl SubscriptionRecord {
    pub fn insert(&mut self, subscription: &Subscription) {
        if self.0.len() < KEYS.len() * IN_ONE_TAG {
            self.0.insert(hash(subscription));
        }
    }

    /// This record with the hashes of another, as far as there is room.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let room = (KEYS.len() * IN_ONE_TAG).saturating_sub(self.0.len());
        let more = other.0.difference(&self.0).take(room);
        Self(self.0.iter().chain(more).cloned().collect())
    }

    pub fn contains(&self, subscription: &Subscription) -> bool {
        self.0.contains(&hash(subscription))
    }

    pub fn hashes(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    /// The record in the tags of a topic. Other tags, and words that are no hash, do not matter.
    pub fn from_tags(tags: &BTreeMap<String, String>) -> Self {
        let values = KEYS.iter().filter_map(|key| tags.get(*key));
        let words = values.flat_map(|value| value.split(' '));
        Self(
            words
                .filter(|word| is_hash(word))
                .map(str::to_owned)
                .collect(),
        )
    }

    /// The tags of the record; an empty record has none.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let hashes: Vec<&str> = self.0.iter().map(String::as_str).collect();
        let values = hashes.chunks(IN_ONE_TAG).map(|chunk| chunk.join(" "));
        let keys = KEYS.iter().map(|key| (*key).to_owned());
        keys.zip(values).collect()
    }

    pub fn is_key(key: &str) -> bool {
        KEYS.contains(&key)
    }
}

impl<'a> FromIterator<&'a Subscription> for SubscriptionRecord {
    fn from_iter<I: IntoIterator<Item = &'a Subscription>>(subscriptions: I) -> Self {
        let mut record = Self::default();
        for subscription in subscriptions {
            record.insert(subscription);
        }
        record
    }
}

fn hash(subscription: &Subscription) -> String {
    let Subscription { protocol, endpoint } = subscription;
    let digest = Sha256::digest(format!("{protocol}:{endpoint}"));
    let mut text = String::new();
    for byte in digest.iter().take(HASH_BYTES) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn is_hash(word: &str) -> bool {
    word.len() == 2 * HASH_BYTES && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(number: usize) -> Subscription {
        Subscription {
            protocol: "email".to_owned(),
            endpoint: format!("person-{number}@example.com"),
        }
    }

    #[test]
    fn a_record_survives_its_tags_and_each_value_has_room() {
        for count in [0, 1, IN_ONE_TAG, IN_ONE_TAG + 1, KEYS.len() * IN_ONE_TAG] {
            let subscriptions: Vec<Subscription> = (0..count).map(mail).collect();
            let record: SubscriptionRecord = subscriptions.iter().collect();
            let tags = record.tags();
            assert_eq!(tags.len(), count.div_ceil(IN_ONE_TAG));
            assert!(tags.values().all(|value| value.len() <= 256));
            assert_eq!(SubscriptionRecord::from_tags(&tags), record);
            assert!(subscriptions.iter().all(|one| record.contains(one)));
        }
    }

    #[test]
    fn a_full_record_takes_no_more() {
        let most = KEYS.len() * IN_ONE_TAG;
        let subscriptions: Vec<Subscription> = (0..=most).map(mail).collect();
        let record: SubscriptionRecord = subscriptions.iter().collect();
        assert_eq!(record.hashes().count(), most);
        assert!(!record.contains(&mail(most)));
    }

    #[test]
    fn no_endpoint_is_in_the_tags_and_other_protocols_and_tags_do_not_count() {
        let record: SubscriptionRecord = [&mail(1)].into_iter().collect();
        let mut tags = record.tags();
        assert!(tags.values().all(|value| !value.contains("person")));
        tags.insert("team".to_owned(), "payments".to_owned());
        tags.insert(KEYS[1].to_owned(), "some words".to_owned());
        let read = SubscriptionRecord::from_tags(&tags);
        assert_eq!(read, record);
        let json = Subscription {
            protocol: "email-json".to_owned(),
            ..mail(1)
        };
        assert!(!read.contains(&json) && !read.contains(&mail(2)));
    }
}
