//! An approximation of anomaly detection bands. AWS does not publish its model; this one uses the metric's values at the same time of day.
//! It shows the behaviour of an alarm on a band, not AWS's exact band.

use super::datapoint::{Datapoint, DatapointSource};

/// Seconds of history that AWS's model trains on (user guide, anomaly detection).
pub const TRAINING: i64 = 14 * 86_400;
/// Seconds of history before the first band: AWS needs up to three hours.
pub const LEAST_HISTORY: i64 = 3 * 3600;
/// The tolerance in seconds around the same time of day.
const SIMILAR: i64 = 1800;
/// The minimum number of similar points; with fewer, the band uses all points.
const ENOUGH: usize = 5;
const DAY: i64 = 86_400;

/// The approximate band at a time, `width` standard deviations above and below the mean. `history` holds the points before that time, in
/// any order. `None` if the history is too short.
pub fn approximate_band(history: &[(i64, f64)], at: i64, width: f64) -> Option<(f64, f64)> {
    let training: Vec<(i64, f64)> = history
        .iter()
        .copied()
        .filter(|(time, _)| (at - TRAINING..at).contains(time))
        .collect();
    let oldest = training.iter().map(|(time, _)| *time).min()?;
    if at - oldest < LEAST_HISTORY {
        return None;
    }
    let similar: Vec<f64> = training
        .iter()
        .filter(|(time, _)| is_similar(*time, at))
        .map(|(_, value)| *value)
        .collect();
    let values = if similar.len() >= ENOUGH {
        similar
    } else {
        training.iter().map(|(_, value)| *value).collect()
    };
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let deviation = (values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / values.len() as f64)
        .sqrt();
    Some((mean - width * deviation, mean + width * deviation))
}

/// Whether two times are close in their time of day.
fn is_similar(time: i64, at: i64) -> bool {
    let apart = (at - time).rem_euclid(DAY);
    apart.min(DAY - apart) <= SIMILAR
}

/// Points with their approximate band.
#[derive(Debug, Clone)]
pub struct Banded<D> {
    data: D,
    history: Vec<(i64, f64)>,
    width: f64,
}

impl<D: DatapointSource> Banded<D> {
    /// `history` holds points of the alarm's own period, from before and during the evaluated time; `width` is the number of standard
    /// deviations on either side.
    pub fn new(data: D, history: Vec<(i64, f64)>, width: f64) -> Self {
        Self {
            data,
            history,
            width,
        }
    }
}

impl<D: DatapointSource> DatapointSource for Banded<D> {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        let points = self.data.points(starts, period);
        points
            .into_iter()
            .zip(starts)
            .map(|(point, start)| {
                point.map(|point| Datapoint {
                    band: approximate_band(&self.history, *start, self.width),
                    ..point
                })
            })
            .collect()
    }
}
