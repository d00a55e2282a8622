//! Request quotas, as AWS has them: a token bucket for each operation of an account and Region. A call without a token is throttled.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::semantics::request_rates::{Rate, documented_rate};

/// `aws`, or a multiple of AWS's documented rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    factor: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `aws` nor a multiple of AWS's rates, such as 2 or 0.5")]
pub struct BadQuota(String);

impl FromStr for Quota {
    type Err = BadQuota;

    fn from_str(text: &str) -> Result<Self, BadQuota> {
        if text == "aws" {
            return Ok(Self { factor: 1.0 });
        }
        text.parse()
            .ok()
            .filter(|factor: &f64| factor.is_finite() && *factor > 0.0)
            .map(|factor| Self { factor })
            .ok_or_else(|| BadQuota(text.to_owned()))
    }
}

/// The buckets of an account, by Region, service and operation.
#[derive(Debug, Default)]
pub(super) struct Buckets(BTreeMap<(String, &'static str, &'static str), Bucket>);

impl Buckets {
    /// Takes a token for a call. `false`: the call is throttled.
    pub(super) fn take(
        &mut self,
        quota: Quota,
        (region, service, operation): (&str, &'static str, &'static str),
        now: Timestamp,
    ) -> bool {
        self.0
            .entry((region.to_owned(), service, operation))
            .or_insert_with(|| Bucket::new(quota, signing_name(service), operation, now))
            .take(now)
    }

    /// Forgets all buckets: new ones are full.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The numbers of accepted, throttled and unused calls.
    pub(super) fn report(&self) -> Value {
        let buckets = self.0.iter().map(|((region, service, operation), bucket)| {
            json!({
                "region": region,
                "service": service,
                "operation": operation,
                "calls_per_second": bucket.per_second,
                "accepted": bucket.accepted,
                "throttled": bucket.throttled,
                "unused": bucket.unused(),
            })
        });
        buckets.collect()
    }
}

/// The name of a service in signatures, from botocore's.
fn signing_name(service: &'static str) -> &'static str {
    match service {
        "cloudwatch" => "monitoring",
        "resourcegroupstaggingapi" => "tagging",
        other => other,
    }
}

#[derive(Debug)]
struct Bucket {
    per_second: f64,
    capacity: f64,
    tokens: f64,
    counted: Timestamp,
    /// Tokens that a full bucket did not hold.
    lost: f64,
    /// Tokens lost before the last accepted call, and left after it.
    unused: f64,
    accepted: u64,
    throttled: u64,
}

impl Bucket {
    /// AWS publishes the capacity of no bucket (*unverified*): here it has the calls of one second.
    fn new(quota: Quota, service: &str, operation: &str, now: Timestamp) -> Self {
        let Rate { per_second, burst } = documented_rate(service, operation);
        let per_second = per_second * quota.factor;
        let capacity = per_second.max(f64::from(burst)).max(1.0);
        Self {
            per_second,
            capacity,
            tokens: capacity,
            counted: now,
            lost: 0.0,
            unused: 0.0,
            accepted: 0,
            throttled: 0,
        }
    }

    fn take(&mut self, now: Timestamp) -> bool {
        self.refill(now);
        if self.tokens < 1.0 {
            self.throttled += 1;
            return false;
        }
        self.tokens -= 1.0;
        self.accepted += 1;
        self.unused = self.lost + self.tokens;
        true
    }

    /// A clock that is set back adds no tokens.
    fn refill(&mut self, now: Timestamp) {
        let elapsed = now.duration_since(self.counted).as_secs_f64().max(0.0);
        let tokens = self.tokens + elapsed * self.per_second;
        self.lost += (tokens - self.capacity).max(0.0);
        self.tokens = tokens.min(self.capacity);
        self.counted = now;
    }

    /// Calls that the quota allowed before the last accepted call, and nobody made.
    fn unused(&self) -> f64 {
        (self.unused * 10.0).round() / 10.0
    }
}

#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{BadQuota, Buckets, Quota};

    #[test]
    fn a_call_without_a_token_is_throttled_until_the_clock_adds_one() {
        // Milliseconds, and whether the call is accepted. Three calls a second, three at once.
        let calls = [
            (0, true),
            (0, true),
            (0, true),
            (0, false),
            (300, false),
            (340, true),
            (340, false),
            (3000, true),
            (3000, true),
            (3000, true),
            (3000, false),
        ];
        let mut buckets = Buckets::default();
        let quota = "aws".parse().unwrap();
        for (milliseconds, accepted) in calls {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_millis(milliseconds);
            let place = ("us-east-1", "cloudwatch", "PutMetricAlarm");
            assert_eq!(buckets.take(quota, place, now), accepted, "{milliseconds}");
        }
        let report = buckets.report();
        assert_eq!(report[0]["accepted"], 7);
        assert_eq!(report[0]["throttled"], 4);
        // Nine tokens in three seconds, and three at first; seven were taken.
        assert_eq!(report[0]["unused"], 5.0);
    }

    #[test]
    fn regions_and_operations_have_buckets_of_their_own() {
        let mut buckets = Buckets::default();
        let slow: Quota = "0.1".parse().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        for place in [
            ("us-east-1", "cloudwatch", "PutMetricAlarm"),
            ("us-east-1", "cloudwatch", "DeleteAlarms"),
            ("eu-west-1", "cloudwatch", "PutMetricAlarm"),
        ] {
            assert!(buckets.take(slow, place, now), "{place:?}");
            assert!(!buckets.take(slow, place, now), "{place:?}");
        }
    }

    #[test]
    fn a_quota_is_aws_or_a_positive_multiple() {
        assert_eq!("aws".parse(), Ok(Quota { factor: 1.0 }));
        assert_eq!("2.5".parse(), Ok(Quota { factor: 2.5 }));
        for text in ["", "0", "-1", "inf", "NaN", "fast"] {
            assert_eq!(text.parse::<Quota>(), Err(BadQuota(text.to_owned())));
        }
    }
}
