//! The points that an alarm evaluates.

/// The statistic of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datapoint {
    pub value: f64,
    /// The number of samples, if known.
    pub samples: Option<f64>,
    /// The lower and upper edge of the anomaly band, for a [`Criterion::Band`].
    pub band: Option<(f64, f64)>,
}

impl From<f64> for Datapoint {
    fn from(value: f64) -> Self {
        Self {
            value,
            samples: None,
            band: None,
        }
    }
}

/// A source of an alarm's points.
pub trait DatapointSource {
    /// The points of the periods with these starts, oldest first; `period` is the length of a period in seconds.
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>>;
}

/// A function from the start and the length of a period to its point.
impl<F: Fn(i64, u32) -> Option<Datapoint>> DatapointSource for F {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        starts.iter().map(|start| self(*start, period)).collect()
    }
}
