//! Statistics of the samples in one period.

use serde::{Deserialize, Serialize};

/// A published value, or a published statistic set, at an instant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sample {
    /// Seconds since 1970.
    pub at: i64,
    pub count: f64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
}

/// `None` for a statistic that the sandbox cannot compute.
pub fn statistic(name: &str, samples: &[&Sample]) -> Option<f64> {
    let count: f64 = samples.iter().map(|sample| sample.count).sum();
    let sum: f64 = samples.iter().map(|sample| sample.sum).sum();
    match name {
        "SampleCount" => Some(count),
        "Sum" => Some(sum),
        "Average" => Some(sum / count),
        "Minimum" => samples.iter().map(|sample| sample.min).reduce(f64::min),
        "Maximum" => samples.iter().map(|sample| sample.max).reduce(f64::max),
        _ => percentile(name.strip_prefix('p')?.parse().ok()?, samples, count),
    }
}

/// The least value with at least this share of all values at or under it; AWS's own interpolation is not published.
fn percentile(percent: f64, samples: &[&Sample], count: f64) -> Option<f64> {
    let mut values: Vec<(f64, f64)> = samples.iter().map(|sample| (sample.sum / sample.count, sample.count)).collect();
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let wanted = percent / 100.0 * count;
    let mut seen = 0.0;
    let found = values.iter().find(|(_, weight)| {
        seen += weight;
        seen >= wanted
    });
    found.or(values.last()).map(|(value, _)| *value)
}
