//! How fast each operation may be called. Knows AWS's quotas; repeating what was throttled is the SDK's work.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Whether to keep within AWS's request quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// The rates that AWS documents for an account and Region.
    Documented,
    /// As fast as answers come: an emulator has no quotas.
    Unlimited,
}

/// One bucket for each group of operations that shares a quota.
#[derive(Debug)]
pub(super) struct Quotas {
    pub(super) alarm_writes: Bucket,
    pub(super) alarm_deletes: Bucket,
    pub(super) alarm_reads: Bucket,
    pub(super) dashboards: Bucket,
    pub(super) cloudwatch_tags: Bucket,
    pub(super) traces: Bucket,
    pub(super) topics: Bucket,
    pub(super) topic_tags: Bucket,
    pub(super) log_reads: Bucket,
    pub(super) log_writes: Bucket,
    pub(super) events: Bucket,
}

impl Quotas {
    /// Rates are a little under those of the CloudWatch, SNS and CloudWatch Logs quota pages: an account has other callers too.
    /// X-Ray publishes no rates, and those of EventBridge depend on the Region: both rates here are *unverified*.
    pub(super) fn new(rate_limit: RateLimit) -> Self {
        let bucket = |per_second, burst| match rate_limit {
            RateLimit::Documented => Bucket::new(Duration::from_secs(1).div_f64(per_second), burst),
            RateLimit::Unlimited => Bucket::new(Duration::ZERO, burst),
        };
        Self {
            alarm_writes: bucket(2.5, 1),
            alarm_deletes: bucket(2.5, 1),
            alarm_reads: bucket(8.0, 8),
            dashboards: bucket(9.0, 9),
            cloudwatch_tags: bucket(9.0, 9),
            traces: bucket(2.0, 4),
            topics: bucket(25.0, 25),
            topic_tags: bucket(9.0, 9),
            log_reads: bucket(9.0, 9),
            log_writes: bucket(4.5, 4),
            events: bucket(4.0, 8),
        }
    }
}

/// A token bucket that hands out turns in the order in which they were asked for.
#[derive(Debug)]
pub(super) struct Bucket {
    interval: Duration,
    /// How much earlier than its even place a turn may be: what a burst has saved up.
    leeway: Duration,
    /// The even place of the next turn; none before the first.
    next: Mutex<Option<Instant>>,
}

impl Bucket {
    fn new(interval: Duration, burst: u32) -> Self {
        Self {
            interval,
            leeway: interval * burst.saturating_sub(1),
            next: Mutex::new(None),
        }
    }

    /// Waits until one more call is within the rate.
    pub(super) async fn turn(&self) {
        if !self.interval.is_zero() {
            sleep_until(self.book()).await;
        }
    }

    fn book(&self) -> Instant {
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let place = next.map_or(now, |next| next.max(now));
        *next = Some(place + self.interval);
        place.checked_sub(self.leeway).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(bucket: &Bucket, turns: usize) -> Vec<u64> {
        let start = Instant::now();
        let millis = |turn: Instant| {
            u64::try_from(turn.saturating_duration_since(start).as_millis()).unwrap()
        };
        (0..turns)
            .map(|_| millis(bucket.book()))
            .map(|wait| (wait + 5) / 100 * 100)
            .collect()
    }

    #[test]
    fn without_a_burst_turns_are_evenly_spread() {
        assert_eq!(
            waits(&Bucket::new(Duration::from_millis(400), 1), 4),
            [0, 400, 800, 1200]
        );
    }

    #[test]
    fn a_burst_is_spent_once_and_then_turns_are_evenly_spread() {
        assert_eq!(
            waits(&Bucket::new(Duration::from_millis(100), 3), 6),
            [0, 0, 0, 100, 200, 300]
        );
    }
}
