//! Limits the rate of calls by AWS's request quotas. The SDK retries throttled calls.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Whether calls stay within AWS's request quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// The rates that AWS documents for an account and Region.
    Documented,
    /// No limit: an emulator has no quotas.
    Unlimited,
}

/// One token bucket for each group of operations that shares a quota.
#[derive(Debug)]
pub(super) struct Quotas {
    pub(super) alarm_writes: Bucket,
    pub(super) alarm_deletes: Bucket,
    pub(super) alarm_states: Bucket,
    pub(super) alarm_enables: Bucket,
    pub(super) alarm_reads: Bucket,
    pub(super) dashboards: Bucket,
    pub(super) cloudwatch_tags: Bucket,
    pub(super) traces: Bucket,
    pub(super) topics: Bucket,
    pub(super) topic_tags: Bucket,
    pub(super) log_reads: Bucket,
    pub(super) log_writes: Bucket,
    pub(super) events: Bucket,
    pub(super) stacks: Bucket,
    pub(super) tagging: Bucket,
}

impl Quotas {
    /// A little under the quotas of CloudWatch, SNS and CloudWatch Logs: other callers of the account share them. The rates of
    /// X-Ray, CloudFormation and tagging (not published) and of EventBridge (different in each Region) are *unverified*.
    pub(super) fn new(rate_limit: RateLimit) -> Self {
        let bucket = |calls_per_second, burst| match rate_limit {
            RateLimit::Documented => {
                Bucket::new(Duration::from_secs(1).div_f64(calls_per_second), burst)
            }
            RateLimit::Unlimited => Bucket::new(Duration::ZERO, burst),
        };
        Self {
            alarm_writes: bucket(2.5, 1),
            alarm_deletes: bucket(2.5, 1),
            alarm_states: bucket(2.5, 1),
            alarm_enables: bucket(2.5, 1),
            alarm_reads: bucket(8.0, 8),
            dashboards: bucket(9.0, 9),
            cloudwatch_tags: bucket(9.0, 9),
            traces: bucket(2.0, 4),
            topics: bucket(25.0, 25),
            topic_tags: bucket(9.0, 9),
            log_reads: bucket(9.0, 9),
            log_writes: bucket(4.5, 4),
            events: bucket(4.0, 8),
            stacks: bucket(8.0, 8),
            tagging: bucket(9.0, 9),
        }
    }
}

/// A token bucket. Calls get their times in the order of their requests.
#[derive(Debug)]
pub(super) struct Bucket {
    interval: Duration,
    /// How much earlier than its evenly spaced time a call may start: the size of a burst.
    leeway: Duration,
    /// The evenly spaced time of the next call; none before the first.
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
    pub(super) async fn acquire(&self) {
        if !self.interval.is_zero() {
            sleep_until(self.reserve()).await;
        }
    }

    /// The time at which the caller may start.
    fn reserve(&self) -> Instant {
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let evenly_spaced = next.map_or(now, |next| next.max(now));
        *next = Some(evenly_spaced + self.interval);
        evenly_spaced.checked_sub(self.leeway).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits of some calls in milliseconds, rounded to hundreds.
    fn waits(bucket: &Bucket, calls: usize) -> Vec<u128> {
        let start = Instant::now();
        (0..calls)
            .map(|_| bucket.reserve().saturating_duration_since(start))
            .map(|wait| (wait.as_millis() + 5) / 100 * 100)
            .collect()
    }

    #[test]
    fn without_a_burst_calls_are_evenly_spaced() {
        assert_eq!(
            waits(&Bucket::new(Duration::from_millis(400), 1), 4),
            [0, 400, 800, 1200]
        );
    }

    #[test]
    fn after_one_burst_calls_are_evenly_spaced() {
        assert_eq!(
            waits(&Bucket::new(Duration::from_millis(100), 3), 6),
            [0, 0, 0, 100, 200, 300]
        );
    }
}
