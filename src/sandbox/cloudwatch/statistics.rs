//! Statistics of the samples in one period, some of which may themselves be sets of which only the statistics were published.

use serde::{Deserialize, Serialize};

use crate::semantics::statistics::Statistic;

/// A published value, or a published statistic set, at an instant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sample {
    /// Seconds since 1970.
    pub at: i64,
    pub count: f64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl Sample {
    /// The unit that it was published in; `None` is the name of the unit of what was published in none.
    pub fn unit(&self) -> &str {
        self.unit.as_deref().unwrap_or("None")
    }
}

/// One value that was published very many times counts as this many: percentiles stay what they are, memory stays small.
const MOST_COPIES: f64 = 10_000.0;

/// `None` where there is nothing to compute it from: percentiles and their like need the values themselves.
pub fn statistic(statistic: Statistic, samples: &[&Sample]) -> Option<f64> {
    let count: f64 = samples.iter().map(|sample| sample.count).sum();
    let sum: f64 = samples.iter().map(|sample| sample.sum).sum();
    match statistic {
        Statistic::SampleCount => Some(count),
        Statistic::Sum => Some(sum),
        Statistic::Average => Some(sum / count),
        Statistic::Minimum => samples.iter().map(|sample| sample.min).reduce(f64::min),
        Statistic::Maximum => samples.iter().map(|sample| sample.max).reduce(f64::max),
        Statistic::Percentile(_) | Statistic::Trimmed(..) | Statistic::PercentileRank(_) => {
            statistic.of(&values(samples)?)
        }
    }
}

fn values(samples: &[&Sample]) -> Option<Vec<f64>> {
    let copies = samples.iter().map(|sample| {
        // The values of a set are known only if they are all the same.
        let is_known = sample.count <= 1.0 || sample.min.total_cmp(&sample.max).is_eq();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between zero and MOST_COPIES"
        )]
        let copies = sample.count.clamp(0.0, MOST_COPIES) as usize;
        is_known.then(|| vec![sample.max; copies])
    });
    copies
        .collect::<Option<Vec<_>>>()
        .map(|copies| copies.concat())
}
