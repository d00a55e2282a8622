//! Random latencies as counts in narrow bins: a percentile of a week's requests needs no list of them.

use std::collections::VecDeque;
use std::sync::LazyLock;

use rand_pcg::Pcg64Mcg;

use super::random::{binomial, standard_normal};
use crate::semantics::statistics::{Bounds, Statistic, Trimmed, Unit};
use crate::trial::Latency;

/// The 99th percentile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_841;
/// With more requests in a minute than this, the count of each step is drawn; with fewer, each request.
const FEW_REQUESTS: u64 = 100;

/// Steps on each side of the median, and their width in standard deviations of the logarithm.
const STEPS: i32 = 60;
const STEP: f64 = 0.075;

/// Bins of 2 % each, from `exp(FIRST)` on.
const BINS: usize = 1500;
const BIN: f64 = 0.02;
const FIRST: f64 = -10.0;

impl LatencyBins {
    /// The number of requests within bounds, of which the lower one is exclusive and the upper one inclusive.
    pub(super) fn within(&self, bounds: Bounds) -> u64 {
        let low = bounds.low.unwrap_or(0.0);
        let high = bounds.high.unwrap_or(f64::INFINITY);
        let bins = self.0.iter().filter(|(bin, _)| {
            let latency = middle(usize::from(*bin));
            low < latency && latency <= high
        });
        bins.map(|(_, count)| count).sum()
    }

    fn sum(&self) -> f64 {
        let bins = self.0.iter();
        bins.map(|(bin, count)| middle(usize::from(*bin)) * *count as f64)
            .sum()
    }
}

/// The bounds of a statistic that counts latencies; `None` for other statistics.
pub(super) fn counted(statistic: Statistic) -> Option<Bounds> {
    let everything = Bounds {
        unit: Unit::Value,
        low: None,
        high: None,
    };
    match statistic {
        Statistic::SampleCount => Some(everything),
        Statistic::Trimmed(Trimmed::Count, bounds) => {
            Some(bounds).filter(|bounds| bounds.unit == Unit::Value)
        }
        Statistic::Trimmed(..)
        | Statistic::Average
        | Statistic::Sum
        | Statistic::Minimum
        | Statistic::Maximum
        | Statistic::Percentile(_)
        | Statistic::PercentileRank(_) => None,
    }
}

/// A log-normal distribution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    ln_median: f64,
    /// Of the logarithm.
    deviation: f64,
}

/// How many of a minute's requests are in each bin.
#[derive(Debug, Clone, Default)]
pub(super) struct LatencyBins(Vec<(u16, u64)>);

impl Shape {
    pub(super) fn new(latency: Latency) -> Self {
        Self {
            ln_median: latency.median.ln(),
            deviation: (latency.p99 / latency.median).ln() / Z_99,
        }
    }

    /// The latencies of `count` requests.
    pub(super) fn draw(self, count: u64, random: &mut Pcg64Mcg) -> LatencyBins {
        if count > FEW_REQUESTS {
            return self.draw_steps(count, random);
        }
        let each = (0..count).map(|_| (self.bin(standard_normal(random)), 1));
        LatencyBins(each.collect())
    }

    /// Divides the requests among the steps, from the smallest latency to the largest.
    fn draw_steps(self, count: u64, random: &mut Pcg64Mcg) -> LatencyBins {
        let mut bins = Vec::new();
        let (mut left, mut mass_left) = (count, 1.0);
        for (deviations, mass) in STEP_MASSES.iter() {
            let here = binomial(left, mass / mass_left, random);
            left -= here;
            mass_left = f64::max(mass_left - mass, f64::MIN_POSITIVE);
            if here > 0 {
                bins.push((self.bin(*deviations), here));
            }
        }
        LatencyBins(bins)
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the bins"
    )]
    fn bin(self, deviations: f64) -> u16 {
        let logarithm = self.ln_median + deviations * self.deviation;
        ((logarithm - FIRST) / BIN).clamp(0.0, (BINS - 1) as f64) as u16
    }
}

/// The middle of each step in standard deviations, and the probability of the step. The last one takes what is left.
static STEP_MASSES: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let steps = (-STEPS..STEPS).map(|step| {
        let low = f64::from(step) * STEP;
        let mass = below(low + STEP) - below(low);
        (low + STEP / 2.0, mass)
    });
    let mut steps: Vec<(f64, f64)> = steps.collect();
    if let Some((_, mass)) = steps.last_mut() {
        *mass = 1.0;
    }
    steps
});

/// The standard normal distribution function.
fn below(deviations: f64) -> f64 {
    0.5 * libm::erfc(-deviations / std::f64::consts::SQRT_2)
}

/// The latencies of the newest minutes.
#[derive(Debug)]
pub(super) struct LatencyWindow<'a> {
    minutes: usize,
    /// The minutes with the sums of their latencies.
    newest: VecDeque<(&'a LatencyBins, f64)>,
    counts: Vec<u64>,
    /// No bin below this one has a request.
    lowest: usize,
    total: u64,
}

impl<'a> LatencyWindow<'a> {
    pub(super) fn new(minutes: usize) -> Self {
        Self {
            minutes,
            newest: VecDeque::new(),
            counts: vec![0; BINS],
            lowest: BINS,
            total: 0,
        }
    }

    /// Adds a minute, and drops the one that leaves the window.
    pub(super) fn push(&mut self, minute: &'a LatencyBins) {
        for (bin, count) in &minute.0 {
            self.counts[usize::from(*bin)] += count;
            self.lowest = self.lowest.min(usize::from(*bin));
            self.total += count;
        }
        self.newest.push_back((minute, minute.sum()));
        if self.newest.len() <= self.minutes {
            return;
        }
        let oldest = self.newest.pop_front();
        for (bin, count) in oldest.iter().flat_map(|(oldest, _)| &oldest.0) {
            self.counts[usize::from(*bin)] -= count;
            self.total -= count;
        }
    }

    /// `None` without requests, and for the statistics that [`is_supported`] refuses.
    pub(super) fn statistic(&self, statistic: Statistic) -> Option<f64> {
        let total = self.total as f64;
        if self.total == 0 {
            return None;
        }
        match statistic {
            Statistic::SampleCount => Some(total),
            Statistic::Sum => Some(self.sum()),
            Statistic::Average => Some(self.sum() / total),
            Statistic::Minimum => self.ranked(1.0),
            Statistic::Maximum => self.ranked(total),
            Statistic::Percentile(percent) => self.ranked((percent / 100.0 * total).ceil()),
            Statistic::Trimmed(..) | Statistic::PercentileRank(_) => None,
        }
    }

    fn sum(&self) -> f64 {
        self.newest.iter().map(|(_, sum)| sum).sum()
    }

    /// The latency with this rank among all, ascending from 1.
    fn ranked(&self, rank: f64) -> Option<f64> {
        let mut seen = 0;
        let mut bins = self.counts.iter().enumerate().skip(self.lowest);
        let found = bins.find(|(_, count)| {
            seen += *count;
            seen > 0 && seen as f64 >= rank
        });
        found.map(|(bin, _)| middle(bin))
    }
}

/// Whether trials can compute the statistic of latencies.
pub(super) fn is_supported(statistic: Statistic) -> bool {
    counted(statistic).is_some()
        || !matches!(
            statistic,
            Statistic::Trimmed(..) | Statistic::PercentileRank(_)
        )
}

fn middle(bin: usize) -> f64 {
    MIDDLES[bin]
}

static MIDDLES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let bins = 0..BINS;
    bins.map(|bin| (FIRST + (bin as f64 + 0.5) * BIN).exp())
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use rand_pcg::rand_core::SeedableRng as _;

    /// The percentiles of a long draw are the stated ones, to the width of two bins and of two steps.
    #[test]
    fn draws_have_the_stated_median_and_p99() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        for (per_minute, minutes) in [(1, 200_000), (60, 4000), (5000, 100)] {
            for latency in [(200.0, 900.0), (0.4, 0.5), (30.0, 20_000.0)] {
                let (median, p99) = latency;
                let shape = Shape::new(Latency { median, p99 });
                let drawn: Vec<LatencyBins> = (0..minutes)
                    .map(|_| shape.draw(per_minute, &mut random))
                    .collect();
                let mut window = LatencyWindow::new(minutes);
                for minute in &drawn {
                    window.push(minute);
                }
                for (percent, expected) in [(50.0, median), (99.0, p99)] {
                    let found = window.statistic(Statistic::Percentile(percent));
                    let ratio = found.expect("requests") / expected;
                    let width = 2.0 * BIN + 2.0 * STEP * shape.deviation;
                    assert!(
                        (ratio - 1.0).abs() < width,
                        "{latency:?} p{percent}: {ratio}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_window_holds_its_newest_minutes_only() {
        let minutes: Vec<LatencyBins> = (1..=5).map(|bin| LatencyBins(vec![(bin, 2)])).collect();
        let mut window = LatencyWindow::new(2);
        for minute in &minutes {
            window.push(minute);
        }
        assert_eq!(window.total, 4);
        assert_eq!(window.ranked(1.0), Some(middle(4)));
        assert_eq!(window.ranked(4.0), Some(middle(5)));
    }
}
