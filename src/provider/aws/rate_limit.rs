//! Paces the calls of each operation by AWS's request quotas. A throttled answer slows its operation down, because other callers
//! use the same quota; without further throttling the pace recovers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::semantics::request_rates::{Rate, documented_rate};

/// Whether calls stay within AWS's request quotas from the first call on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// The rates that AWS documents for an account and Region.
    Documented,
    /// No limit before the first throttled answer, then the documented rates: an emulator may have no quotas.
    OnceThrottled,
}

/// The buckets of an account in one Region.
#[derive(Debug)]
pub(super) struct Quotas {
    rate_limit: RateLimit,
    seed: u64,
    buckets: Mutex<BTreeMap<(String, String), Arc<Bucket>>>,
}

impl Quotas {
    /// `seed` has to differ between processes.
    pub(super) fn new(rate_limit: RateLimit, seed: u64) -> Self {
        Self {
            rate_limit,
            seed,
            buckets: Mutex::default(),
        }
    }

    /// The bucket of a service's operation.
    pub(super) fn bucket(&self, service: &str, operation: &str) -> Arc<Bucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets
            .entry((service.to_owned(), operation.to_owned()))
            .or_insert_with(|| {
                let rate = documented_rate(service, operation);
                let pace = Pace::new(rate, self.rate_limit, Dice(self.seed));
                Arc::new(Bucket::new(pace))
            });
        Arc::clone(bucket)
    }
}

/// The queue of one operation's calls, retries among them.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Held by the call at the head of the queue. The mutex is fair.
    turn: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
}

/// The operation is given up: no call was accepted for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoProgress {
    pub(super) seconds: u64,
    pub(super) cause: Setback,
}

/// An answer that means "not now".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setback {
    Throttled,
    /// A status from 500 on.
    ServerError,
}

impl Setback {
    /// How long an operation is tried without an accepted call. Other callers can use a whole quota for a while; an operation that
    /// answers with server errors seldom recovers within a run.
    fn patience(self) -> Duration {
        match self {
            Self::Throttled => Duration::from_mins(5),
            Self::ServerError => Duration::from_secs(20),
        }
    }
}

impl Bucket {
    fn new(pace: Pace) -> Self {
        Self {
            turn: tokio::sync::Mutex::new(()),
            pace: Mutex::new(pace),
        }
    }

    /// Waits for the caller's turn, and returns the start of its call.
    pub(super) async fn acquire(&self) -> Result<Instant, NoProgress> {
        let _turn = self.turn.lock().await;
        loop {
            let start = self.pace().next_start(Instant::now())?;
            match start {
                Start::Now(now) => return Ok(now),
                Start::At(time) => sleep_until(time).await,
            }
        }
    }

    /// Records an answer that is no setback.
    pub(super) fn accepted(&self) {
        self.pace().setbacks = None;
    }

    /// Records a setback of a call that started at `start`.
    pub(super) fn set_back(&self, by: Setback, start: Instant) {
        let now = Instant::now();
        let mut pace = self.pace();
        pace.setbacks.get_or_insert((now, by));
        if by == Setback::Throttled {
            pace.slow_down(start, now);
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When calls may start. Like the SDK's adaptive mode it follows CUBIC (RFC 9438): after a throttled answer the rate falls to a
/// part of its value, soon returns to near that value, stays there for a while, and then rises faster and faster.
#[derive(Debug)]
struct Pace {
    highest: Rate,
    is_limited: bool,
    /// The evenly spaced time of the last call. It is in the future during a burst.
    last: Option<Instant>,
    /// The factor of the interval before the next call.
    next_interval: f64,
    slowdown: Option<Slowdown>,
    /// The first setback since the last accepted call.
    setbacks: Option<(Instant, Setback)>,
    dice: Dice,
}

/// Pseudo-random numbers.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    /// From `1.0 - SPREAD` to `1.0 + SPREAD`.
    fn factor(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let fraction = (self.0 >> 40) as f64 / f64::from(1_u32 << 24);
        1.0 + SPREAD * (2.0 * fraction - 1.0)
    }
}

#[derive(Debug, Clone, Copy)]
struct Slowdown {
    at: Instant,
    /// The calls per second before it.
    rate: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Now(Instant),
    At(Instant),
}

/// The part of a documented rate that is used: network delays vary, and a call that arrives a little early is throttled.
const USED_SHARE: f64 = 0.97;

/// The part of the rate that remains after a throttled answer. With a smaller one the quota is not used up while the pace recovers.
const REMAINING_SHARE: f64 = 0.85;

/// The growth of the rate, in calls per second to the fourth.
const GROWTH: f64 = 1.0;

/// The spread of the interval after a slowdown. Without it, callers in step with each other would meet again and again, and always
/// the same one would be throttled.
const SPREAD: f64 = 0.3;

/// The lowest rate, in calls per second.
const LOWEST_RATE: f64 = 0.3;

impl Pace {
    fn new(documented: Rate, rate_limit: RateLimit, dice: Dice) -> Self {
        Self {
            highest: Rate {
                per_second: documented.per_second * USED_SHARE,
                burst: documented.burst,
            },
            is_limited: rate_limit == RateLimit::Documented,
            last: None,
            next_interval: 1.0,
            slowdown: None,
            setbacks: None,
            dice,
        }
    }

    /// Whether a call may start now, which counts as started, or else when to ask again.
    fn next_start(&mut self, now: Instant) -> Result<Start, NoProgress> {
        if let Some((since, cause)) = self.setbacks {
            let waited = now.saturating_duration_since(since);
            if waited >= cause.patience() {
                let seconds = waited.as_secs();
                return Err(NoProgress { seconds, cause });
            }
        }
        if !self.is_limited {
            return Ok(Start::Now(now));
        }
        let interval = self.interval(now);
        let evenly_spaced = self.last.map_or(now, |last| (last + interval).max(now));
        let earliest = evenly_spaced
            .checked_sub(self.leeway(interval))
            .unwrap_or(now);
        if earliest > now {
            return Ok(Start::At(earliest));
        }
        self.last = Some(evenly_spaced);
        self.next_interval = 1.0;
        Ok(Start::Now(now))
    }

    /// Calls in flight at a slowdown say nothing about the pace after it.
    fn slow_down(&mut self, start: Instant, now: Instant) {
        if self.slowdown.is_some_and(|slowdown| start < slowdown.at) {
            return;
        }
        let rate = self.rate(now);
        self.is_limited = true;
        self.slowdown = Some(Slowdown { at: now, rate });
        self.next_interval = self.dice.factor();
        let used_burst = now + self.leeway(self.interval(now));
        self.last = Some(self.last.map_or(used_burst, |last| last.max(used_burst)));
    }

    /// How much earlier than its evenly spaced time a call may start.
    fn leeway(&self, interval: Duration) -> Duration {
        interval * self.highest.burst.saturating_sub(1)
    }

    fn interval(&self, now: Instant) -> Duration {
        Duration::from_secs_f64(self.next_interval / self.rate(now))
    }

    /// Calls per second.
    fn rate(&self, now: Instant) -> f64 {
        let Some(slowdown) = self.slowdown else {
            return self.highest.per_second;
        };
        let elapsed = now.saturating_duration_since(slowdown.at).as_secs_f64();
        let until_recovered = ((1.0 - REMAINING_SHARE) * slowdown.rate / GROWTH).cbrt();
        let rate = slowdown.rate + GROWTH * (elapsed - until_recovered).powi(3);
        rate.clamp(LOWEST_RATE, self.highest.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::request_rates::rate;

    fn pace(per_second: f64, burst: u32) -> Pace {
        let mut pace = Pace::new(rate(per_second, burst), RateLimit::Documented, Dice(1));
        pace.highest.per_second = per_second;
        pace
    }

    /// The starts of some calls in milliseconds after the first, rounded to hundreds.
    fn starts(pace: &mut Pace, calls: usize) -> Vec<u128> {
        let first = Instant::now();
        let mut now = first;
        let mut starts = Vec::new();
        while starts.len() < calls {
            match pace.next_start(now).unwrap() {
                Start::Now(start) => starts.push((start - first).as_millis()),
                Start::At(time) => now = time,
            }
        }
        starts
            .into_iter()
            .map(|start| (start + 5) / 100 * 100)
            .collect()
    }

    #[test]
    fn without_a_burst_calls_are_evenly_spaced() {
        assert_eq!(starts(&mut pace(2.5, 1), 4), [0, 400, 800, 1200]);
    }

    #[test]
    fn after_one_burst_calls_are_evenly_spaced() {
        assert_eq!(starts(&mut pace(10.0, 3), 6), [0, 0, 0, 100, 200, 300]);
    }

    #[test]
    fn a_throttled_answer_slows_down_and_the_rate_recovers() {
        let mut pace = pace(3.0, 1);
        let now = Instant::now();
        pace.slow_down(now, now);
        for (after, expected) in [(0, "2.55"), (800, "3.00"), (60_000, "3.00")] {
            let rate = pace.rate(now + Duration::from_millis(after));
            assert_eq!(format!("{rate:.2}"), expected, "after {after} ms");
        }
    }

    #[test]
    fn throttled_answers_of_calls_in_flight_slow_down_once() {
        let mut pace = pace(3.0, 1);
        let sent = Instant::now();
        let later = sent + Duration::from_millis(100);
        for _ in 0..16 {
            pace.slow_down(sent, later);
        }
        assert!((pace.rate(later) - 3.0 * REMAINING_SHARE).abs() < 1e-6);
    }

    #[test]
    fn many_throttled_answers_leave_a_lowest_rate() {
        let mut pace = pace(3.0, 1);
        let mut now = Instant::now();
        for _ in 0..100 {
            pace.slow_down(now, now);
            now += Duration::from_millis(1);
        }
        assert!(
            (pace.rate(now) - LOWEST_RATE).abs() < 0.1,
            "{}",
            pace.rate(now)
        );
    }

    #[test]
    fn an_endpoint_without_quotas_has_no_pace_before_it_throttles() {
        let mut pace = Pace::new(rate(3.0, 1), RateLimit::OnceThrottled, Dice(1));
        assert_eq!(starts(&mut pace, 3), [0, 0, 0]);
        let now = Instant::now();
        pace.slow_down(now, now);
        assert!(matches!(pace.next_start(now), Ok(Start::At(_))));
    }

    #[test]
    fn an_operation_is_given_up_by_the_time_without_progress() {
        for (by, seconds) in [(Setback::Throttled, 300), (Setback::ServerError, 20)] {
            let bucket = Bucket::new(pace(3.0, 1));
            let start = Instant::now();
            for _ in 0..50 {
                bucket.set_back(by, start);
            }
            let since = bucket.pace().setbacks.unwrap().0;
            let at = |seconds| since + Duration::from_secs(seconds);
            assert!(bucket.pace().next_start(at(seconds - 1)).is_ok());
            let given_up = bucket.pace().next_start(at(seconds)).unwrap_err();
            assert_eq!(given_up, NoProgress { seconds, cause: by });
            bucket.accepted();
            assert!(bucket.pace().next_start(at(seconds)).is_ok());
        }
    }
}
