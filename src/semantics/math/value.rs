//! The result of an expression.

use super::grid::{Grid, Points};
use super::series;

/// The result of evaluating an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum MathValue {
    /// Not finite if the function had no points to use.
    Scalar(f64),
    Series(Points),
    Array(Vec<Points>),
}

impl MathValue {
    /// The time series that an alarm watches: a scalar gives a constant series, an array gives `None`.
    pub fn into_series(self, grid: Grid<'_>) -> Option<Points> {
        match self {
            MathValue::Scalar(number) => Some(series::constant(number, grid.starts.len())),
            MathValue::Series(points) => Some(points),
            MathValue::Array(_) => None,
        }
    }
}
