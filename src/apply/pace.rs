//! The number of changes whose owners are read together. A write follows the reading of its owner within seconds, at whatever rate the
//! account takes writes.

use std::time::Duration;

use tokio::time::Instant;

use crate::plan::Work;

/// The time for reading the owners of a batch and writing it.
const AIM: Duration = Duration::from_secs(3);

/// `DescribeAlarms`, `DeleteAlarms` and `DeleteDashboards` take 100 names.
const MOST: usize = 100;

/// The size of the next batch. It follows the time that the batch before took.
#[derive(Debug)]
pub(super) struct Pace {
    size: usize,
}

/// A batch that is being written.
#[derive(Debug)]
pub(super) struct Batch {
    changes: usize,
    begun: Instant,
}

impl Batch {
    pub(super) fn begin(changes: usize) -> Self {
        Self {
            changes,
            begun: Instant::now(),
        }
    }
}

impl Pace {
    /// The first sizes take less than the aim at AWS's default quotas: 3 writes of alarms per second, or 10 reads of tags before one
    /// call that deletes many.
    pub(super) fn new(work: Work) -> Self {
        let size = match work {
            Work::Make => 6,
            Work::Remove => 24,
        };
        Self { size }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn end(&mut self, batch: &Batch) {
        if batch.changes > 0 {
            self.adapt(batch.changes, batch.begun.elapsed());
        }
    }

    /// Adapts the size to the time that a batch of `done` changes took: at most twice as many next time.
    fn adapt(&mut self, done: usize, took: Duration) {
        let milliseconds = took.as_millis().max(1);
        let fitting = AIM.as_millis() * done as u128 / milliseconds;
        let fitting = usize::try_from(fitting).unwrap_or(MOST);
        self.size = fitting.min(done.saturating_mul(2)).clamp(1, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_while_they_are_fast_and_shrink_when_they_are_slow() {
        let mut pace = Pace::new(Work::Make);
        let mut sizes = vec![pace.size()];
        for milliseconds in [1, 1, 1, 1, 1, 2_000, 30_000, 300_000, 3_000] {
            pace.adapt(pace.size(), Duration::from_millis(milliseconds));
            sizes.push(pace.size());
        }
        assert_eq!(sizes, [6, 12, 24, 48, 96, 100, 100, 10, 1, 1]);
    }

    #[test]
    fn at_a_steady_rate_a_batch_takes_no_longer_than_the_aim() {
        for per_second in [1_u64, 2, 3, 5] {
            let mut pace = Pace::new(Work::Make);
            for _ in 0..5 {
                let size = pace.size() as u64;
                pace.adapt(
                    pace.size(),
                    Duration::from_millis(1_000 * size / per_second),
                );
            }
            let took = pace.size() as u64 * 1_000 / per_second;
            assert!(took <= 3_000, "{per_second} per second: {took} ms");
        }
    }
}
