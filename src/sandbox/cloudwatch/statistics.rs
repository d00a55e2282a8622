//! Statistics of the samples of one period. Samples may be statistic sets, whose values are unknown.

use crate::sandbox::data::Sample;
use crate::semantics::statistics::{Statistic, percentile_of_counts};

/// The greatest count of a single value. It keeps memory small and hardly changes trimmed statistics.
const MOST_COPIES: f64 = 10_000.0;

/// `None` if the samples do not determine the statistic: percentiles, for example, need every value.
pub(super) fn statistic(statistic: Statistic, samples: &[&Sample]) -> Option<f64> {
    let count: f64 = samples.iter().map(|sample| sample.count).sum();
    let sum: f64 = samples.iter().map(|sample| sample.sum).sum();
    match statistic {
        Statistic::SampleCount => Some(count),
        Statistic::Sum => Some(sum),
        Statistic::Average => Some(sum / count),
        Statistic::Minimum => samples.iter().map(|sample| sample.min).reduce(f64::min),
        Statistic::Maximum => samples.iter().map(|sample| sample.max).reduce(f64::max),
        Statistic::Percentile(percent) => percentile_of_counts(&mut counts(samples)?, percent),
        Statistic::Trimmed(..) | Statistic::PercentileRank(_) => statistic.of(&values(samples)?),
    }
}

/// The values of the samples with their counts; `None` with a statistic set of different values.
fn counts(samples: &[&Sample]) -> Option<Vec<(f64, f64)>> {
    let counts = samples.iter().map(|sample| {
        let is_known = sample.count <= 1.0 || sample.min.total_cmp(&sample.max).is_eq();
        is_known.then_some((sample.max, sample.count))
    });
    counts.collect()
}

/// All values of the samples; `None` with a statistic set of different values.
fn values(samples: &[&Sample]) -> Option<Vec<f64>> {
    let counts = counts(samples)?.into_iter();
    let values = counts.flat_map(|(value, count)| std::iter::repeat_n(value, copies(count)));
    Some(values.collect())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between zero and MOST_COPIES"
)]
fn copies(count: f64) -> usize {
    count.clamp(0.0, MOST_COPIES) as usize
}
