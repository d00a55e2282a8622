//! Where the points of an alarm can come from: raw samples under a statistic, points of shorter periods put together, metric math.

use std::collections::BTreeMap;

use super::Datapoint;
use super::timeline::Data;
use crate::semantics::SyntaxError;
use crate::semantics::math::{self, Expr, Grid};
use crate::semantics::statistics::Statistic;

/// Raw samples under one statistic, in whatever order they came.
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

impl Data for Samples {
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

/// Points of one statistic over short periods, as a history gives them, put together for the longer periods of an alarm, however those
/// lie. Exact for sums, counts and extremes; see [`Statistic::combine`].
#[derive(Debug, Clone)]
pub struct History {
    statistic: Statistic,
    by_time: Vec<(i64, f64)>,
}

impl History {
    /// Points as the starts of their periods (seconds since 1970) and values. `None` for a statistic whose points cannot be put together.
    pub fn new(statistic: Statistic, points: Vec<(i64, f64)>) -> Option<Self> {
        statistic.combine(&[1.0])?;
        Some(Self {
            statistic,
            by_time: sorted(points),
        })
    }
}

impl Data for History {
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

/// An expression over metrics. Like CloudWatch, it is carried out over all points that the alarm fetches.
pub struct Math {
    expr: Expr,
    metrics: BTreeMap<String, Box<dyn Data>>,
}

impl Math {
    /// Refuses an expression that cannot be carried out, or names a metric that is not there.
    pub fn new(expr: Expr, metrics: BTreeMap<String, Box<dyn Data>>) -> Result<Self, SyntaxError> {
        let math = Self { expr, metrics };
        math.carried_out(&[0], 60)?;
        Ok(math)
    }

    fn carried_out(&self, starts: &[i64], period: u32) -> Result<Vec<Option<f64>>, SyntaxError> {
        let values = |data: &dyn Data| {
            data.points(starts, period)
                .iter()
                .map(|point| point.map(|point| point.value))
                .collect()
        };
        let metrics = self
            .metrics
            .iter()
            .map(|(id, data)| (id.clone(), values(&**data)))
            .collect();
        let grid = Grid { starts, period };
        let several = || {
            SyntaxError::error(
                self.expr.span.clone(),
                "the expression gives several time series",
            )
        };
        math::evaluate(&self.expr, &metrics, grid)?
            .into_series(grid)
            .ok_or_else(several)
    }
}

impl Data for Math {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        let points = self
            .carried_out(starts, period)
            .unwrap_or_else(|_| vec![None; starts.len()]);
        points
            .into_iter()
            .map(|point| point.map(Datapoint::from))
            .collect()
    }
}
