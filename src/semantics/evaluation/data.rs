//! The sources of an alarm's points: raw samples, points of shorter periods, metric math.

use std::collections::BTreeMap;

use super::datapoint::{Datapoint, DatapointSource};
use crate::semantics::error::SyntaxError;
use crate::semantics::math::{self, Expr, Grid};
use crate::semantics::statistics::Statistic;

/// Raw samples in any order, aggregated by one statistic.
#[derive(Debug, Clone)]
pub struct Samples {
    statistic: Statistic,
    by_time: Vec<(i64, f64)>,
}

impl Samples {
    /// Samples as times (seconds since 1970) and values.
    pub fn new(statistic: Statistic, samples: Vec<(i64, f64)>) -> Self {
        Self {
            statistic,
            by_time: sorted(samples),
        }
    }
}

impl DatapointSource for Samples {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        let point = |start: &i64| {
            let values = within(&self.by_time, *start, period);
            Some(Datapoint {
                value: self.statistic.of(&values)?,
                samples: Some(values.len() as f64),
                band: None,
            })
        };
        starts.iter().map(point).collect()
    }
}

/// Points of one statistic over short periods, combined into the longer periods of an alarm. Exact for sums, counts and extremes; see
/// [`Statistic::combine`].
#[derive(Debug, Clone)]
pub struct History {
    statistic: Statistic,
    by_time: Vec<(i64, f64)>,
}

impl History {
    /// Points as the starts of their periods (seconds since 1970) and values. `None` for a statistic whose points cannot be combined.
    pub fn new(statistic: Statistic, points: Vec<(i64, f64)>) -> Option<Self> {
        statistic.combine(&[1.0])?;
        Some(Self {
            statistic,
            by_time: sorted(points),
        })
    }
}

impl DatapointSource for History {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        let point = |start: &i64| {
            self.statistic
                .combine(&within(&self.by_time, *start, period))
                .map(Datapoint::from)
        };
        starts.iter().map(point).collect()
    }
}

fn sorted(mut points: Vec<(i64, f64)>) -> Vec<(i64, f64)> {
    points.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
    points
}

fn within(by_time: &[(i64, f64)], start: i64, period: u32) -> Vec<f64> {
    let end = start.saturating_add(i64::from(period));
    let from = by_time.partition_point(|(time, _)| *time < start);
    let to = by_time.partition_point(|(time, _)| *time < end);
    by_time[from..to].iter().map(|(_, value)| *value).collect()
}

/// An expression over metrics. Like in CloudWatch, it is evaluated over all points that the alarm fetches.
pub struct Math {
    expr: Expr,
    metrics: BTreeMap<String, Box<dyn DatapointSource>>,
}

impl Math {
    /// An error for an expression that cannot be evaluated, or that uses an unknown metric.
    pub fn new(
        expr: Expr,
        metrics: BTreeMap<String, Box<dyn DatapointSource>>,
    ) -> Result<Self, SyntaxError> {
        let math = Self { expr, metrics };
        math.evaluate(&[0], 60)?;
        Ok(math)
    }

    fn evaluate(&self, starts: &[i64], period: u32) -> Result<Vec<Option<f64>>, SyntaxError> {
        let metrics = self
            .metrics
            .iter()
            .map(|(id, source)| (id.clone(), values(&**source, starts, period)))
            .collect();
        let grid = Grid { starts, period };
        math::evaluate(&self.expr, &metrics, grid)?
            .into_series(grid)
            .ok_or_else(|| {
                SyntaxError::error(
                    self.expr.span.clone(),
                    "the expression gives several time series",
                )
            })
    }
}

fn values(source: &dyn DatapointSource, starts: &[i64], period: u32) -> Vec<Option<f64>> {
    source
        .points(starts, period)
        .iter()
        .map(|point| point.map(|point| point.value))
        .collect()
}

impl DatapointSource for Math {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        let points = self
            .evaluate(starts, period)
            .unwrap_or_else(|_| vec![None; starts.len()]);
        points
            .into_iter()
            .map(|point| point.map(Datapoint::from))
            .collect()
    }
}
