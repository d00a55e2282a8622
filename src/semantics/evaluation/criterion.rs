//! The criterion of an alarm: a static threshold, or an anomaly detection band.

use super::datapoint::Datapoint;

/// The condition under which a point breaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Criterion {
    Threshold(ComparisonOperator, f64),
    /// A comparison with the anomaly detection band of the point.
    Band(BandOperator),
}

/// A comparison with a static threshold; the point is the left operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonOperator {
    GreaterThan,
    GreaterThanOrEqualTo,
    LessThan,
    LessThanOrEqualTo,
}

/// A comparison with an anomaly detection band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandOperator {
    Above,
    Below,
    Outside,
}

impl Criterion {
    /// Whether a point breaches. `None` for a point without a band: it counts as missing.
    pub fn breached_by(self, point: &Datapoint) -> Option<bool> {
        match self {
            Criterion::Threshold(comparison, threshold) => {
                Some(comparison.holds(point.value, threshold))
            }
            Criterion::Band(operator) => {
                let (low, high) = point.band?;
                Some(match operator {
                    BandOperator::Above => point.value > high,
                    BandOperator::Below => point.value < low,
                    BandOperator::Outside => point.value > high || point.value < low,
                })
            }
        }
    }

    /// The criterion for `ComparisonOperator` and `Threshold`; `None` for an unknown operator, or for a missing threshold.
    pub fn named(operator: &str, threshold: Option<f64>) -> Option<Self> {
        let comparison = match operator {
            "GreaterThanThreshold" => ComparisonOperator::GreaterThan,
            "GreaterThanOrEqualToThreshold" => ComparisonOperator::GreaterThanOrEqualTo,
            "LessThanThreshold" => ComparisonOperator::LessThan,
            "LessThanOrEqualToThreshold" => ComparisonOperator::LessThanOrEqualTo,
            "GreaterThanUpperThreshold" => return Some(Criterion::Band(BandOperator::Above)),
            "LessThanLowerThreshold" => return Some(Criterion::Band(BandOperator::Below)),
            "LessThanLowerOrGreaterThanUpperThreshold" => {
                return Some(Criterion::Band(BandOperator::Outside));
            }
            _ => return None,
        };
        Some(Criterion::Threshold(comparison, threshold?))
    }
}

impl ComparisonOperator {
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            ComparisonOperator::GreaterThan => value > threshold,
            ComparisonOperator::GreaterThanOrEqualTo => value >= threshold,
            ComparisonOperator::LessThan => value < threshold,
            ComparisonOperator::LessThanOrEqualTo => value <= threshold,
        }
    }
}
