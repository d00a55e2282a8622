//! Levels: values that wander around a mean from minute to minute.

use std::collections::{BTreeMap, VecDeque};

use rand_pcg::Pcg64Mcg;

use super::random::standard_normal;
use crate::semantics::statistics::Statistic;
use crate::trial::Level;

/// The part of a deviation from the mean that is left after a minute: half of it after seven. Uses of processors and memory change
/// slowly; independent minutes would average out in every period, and an alarm would look quieter than it is.
const KEPT: f64 = 0.9;

/// The deviations of levels from their means, in standard deviations, by word.
#[derive(Debug, Default)]
pub(super) struct Deviations<'w>(BTreeMap<&'w str, f64>);

impl<'w> Deviations<'w> {
    /// The level in the next minute.
    pub(super) fn next(&mut self, word: &'w str, level: Level, random: &mut Pcg64Mcg) -> f64 {
        let step = standard_normal(random);
        let deviation = match self.0.get(word) {
            Some(last) => KEPT * last + (1.0 - KEPT * KEPT).sqrt() * step,
            None => step,
        };
        self.0.insert(word, deviation);
        (level.mean + level.sd * deviation).max(0.0)
    }
}

/// Whether minutes can be combined to the statistic of a longer period.
pub(super) fn is_supported(statistic: Statistic) -> bool {
    matches!(
        statistic,
        Statistic::Average
            | Statistic::Sum
            | Statistic::SampleCount
            | Statistic::Minimum
            | Statistic::Maximum
    )
}

/// The statistic of each window of `period` minutes, given its value in each minute; the first windows are shorter.
pub(super) fn windows(statistic: Statistic, minutes: &[f64], period: usize) -> Vec<Option<f64>> {
    let values = match statistic {
        Statistic::Average => averages(minutes, period),
        Statistic::Sum | Statistic::SampleCount => sums(minutes, period),
        Statistic::Minimum => extremes(minutes, period, |new, old| new <= old),
        Statistic::Maximum => extremes(minutes, period, |new, old| new >= old),
        Statistic::Percentile(_) | Statistic::Trimmed(..) | Statistic::PercentileRank(_) => {
            return vec![None; minutes.len()];
        }
    };
    values.into_iter().map(Some).collect()
}

fn averages(minutes: &[f64], period: usize) -> Vec<f64> {
    let sums = sums(minutes, period).into_iter().enumerate();
    sums.map(|(minute, sum)| sum / period.min(minute + 1) as f64)
        .collect()
}

fn sums(minutes: &[f64], period: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let windows = minutes.iter().enumerate().map(|(minute, value)| {
        sum += value;
        sum -= minute.checked_sub(period).map_or(0.0, |gone| minutes[gone]);
        sum
    });
    windows.collect()
}

/// The largest or smallest value of each window: `replaces(new, old)` says which of two values wins. `candidates` holds the minutes whose value is
/// the extreme of a window, now or later: a minute leaves when a newer value wins, or when its window is over.
fn extremes(minutes: &[f64], period: usize, replaces: impl Fn(f64, f64) -> bool) -> Vec<f64> {
    let mut candidates: VecDeque<usize> = VecDeque::new();
    let windows = minutes.iter().enumerate().map(|(minute, value)| {
        while let Some(last) = candidates.back()
            && replaces(*value, minutes[*last])
        {
            candidates.pop_back();
        }
        candidates.push_back(minute);
        if candidates
            .front()
            .is_some_and(|first| first + period <= minute)
        {
            candidates.pop_front();
        }
        candidates.front().map_or(*value, |first| minutes[*first])
    });
    windows.collect()
}

#[cfg(test)]
mod tests {
    use rand_pcg::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn a_window_has_the_statistic_of_its_minutes() {
        let minutes = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0];
        for statistic in [
            Statistic::Average,
            Statistic::Sum,
            Statistic::Minimum,
            Statistic::Maximum,
        ] {
            for period in 1..=4 {
                let expected = (0..minutes.len()).map(|minute| {
                    let from = (minute + 1_usize).saturating_sub(period);
                    statistic.of(&minutes[from..=minute])
                });
                let found = windows(statistic, &minutes, period);
                assert_eq!(
                    found,
                    expected.collect::<Vec<_>>(),
                    "{statistic:?} {period}"
                );
            }
        }
    }

    /// Mean, standard deviation and autocorrelation of 200,000 minutes.
    #[test]
    fn a_level_wanders_around_its_mean() {
        const MINUTES: usize = 200_000;
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let mut deviations = Deviations::default();
        let level = Level {
            mean: 50.0,
            sd: 5.0,
        };
        let drawn: Vec<f64> = (0..MINUTES)
            .map(|_| deviations.next("cpu", level, &mut random))
            .collect();
        let mean = drawn.iter().sum::<f64>() / MINUTES as f64;
        let product = |later: usize| {
            let pairs = drawn.iter().zip(&drawn[later..]);
            pairs
                .map(|(one, other)| (one - mean) * (other - mean))
                .sum::<f64>()
                / MINUTES as f64
        };
        assert!((mean - 50.0).abs() < 0.2, "{mean}");
        assert!(
            (product(0).sqrt() - 5.0).abs() < 0.1,
            "{}",
            product(0).sqrt()
        );
        assert!((product(1) / product(0) - KEPT).abs() < 0.01);
    }
}
