//! Arithmetic on scalars, series and arrays.

use super::expression::Expr;
use super::grid::Points;
use super::operator::BinaryOperator;
use super::value::MathValue;
use crate::semantics::error::SyntaxError;

impl BinaryOperator {
    pub(super) fn implementation(self) -> fn(f64, f64) -> f64 {
        match self {
            BinaryOperator::Or => |left, right| truth(left != 0.0 || right != 0.0),
            BinaryOperator::And => |left, right| truth(left != 0.0 && right != 0.0),
            #[allow(clippy::float_cmp, reason = "metric math compares exactly")]
            BinaryOperator::Equal => |left, right| truth(left == right),
            #[allow(clippy::float_cmp, reason = "metric math compares exactly")]
            BinaryOperator::NotEqual => |left, right| truth(left != right),
            BinaryOperator::Less => |left, right| truth(left < right),
            BinaryOperator::AtMost => |left, right| truth(left <= right),
            BinaryOperator::Greater => |left, right| truth(left > right),
            BinaryOperator::AtLeast => |left, right| truth(left >= right),
            BinaryOperator::Add => |left, right| left + right,
            BinaryOperator::Subtract => |left, right| left - right,
            BinaryOperator::Multiply => |left, right| left * right,
            BinaryOperator::Divide => |left, right| left / right,
        }
    }
}

fn truth(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// Applies a function to each number.
pub(super) fn each(value: MathValue, function: fn(f64) -> f64) -> MathValue {
    match value {
        MathValue::Scalar(number) => MathValue::Scalar(function(number)),
        series @ (MathValue::Series(_) | MathValue::Array(_)) => whole(series, |points| {
            points
                .iter()
                .map(|point| point.map(function).filter(|number| number.is_finite()))
                .collect()
        }),
    }
}

/// Applies a function to each series. A scalar stays as it is.
pub(super) fn whole(value: MathValue, function: impl Fn(&[Option<f64>]) -> Points) -> MathValue {
    match value {
        MathValue::Scalar(number) => MathValue::Scalar(number),
        MathValue::Series(points) => MathValue::Series(function(&points)),
        MathValue::Array(all) => {
            MathValue::Array(all.iter().map(|points| function(points)).collect())
        }
    }
}

/// Applies a binary operator. With two series, a point missing from one series counts as 0; a result that is not finite (a
/// division by zero) gives a missing point.
pub(super) fn join(
    expr: &Expr,
    left: MathValue,
    right: MathValue,
    function: fn(f64, f64) -> f64,
) -> Result<MathValue, SyntaxError> {
    Ok(match (left, right) {
        (MathValue::Scalar(left), MathValue::Scalar(right)) => {
            MathValue::Scalar(function(left, right))
        }
        (MathValue::Scalar(left), right) => whole(right, |points| {
            points
                .iter()
                .map(|point| finite(function(left, (*point)?)))
                .collect()
        }),
        (left, MathValue::Scalar(right)) => whole(left, |points| {
            points
                .iter()
                .map(|point| finite(function((*point)?, right)))
                .collect()
        }),
        (MathValue::Series(left), right) => {
            whole(right, |points| join_series(&left, points, function))
        }
        (left @ MathValue::Array(_), MathValue::Series(right)) => {
            whole(left, |points| join_series(points, &right, function))
        }
        (MathValue::Array(_), MathValue::Array(_)) => {
            return Err(evaluation_error(expr, "joins two arrays"));
        }
    })
}

fn join_series(
    left: &[Option<f64>],
    right: &[Option<f64>],
    function: fn(f64, f64) -> f64,
) -> Points {
    left.iter()
        .zip(right)
        .map(|points| match points {
            (None, None) => None,
            (left, right) => finite(function(left.unwrap_or(0.0), right.unwrap_or(0.0))),
        })
        .collect()
}

fn finite(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}

/// The error for an expression that cannot be evaluated: `` `expr` message ``.
pub(super) fn evaluation_error(expr: &Expr, message: &str) -> SyntaxError {
    SyntaxError::error(expr.span.clone(), format!("`{expr}` {message}"))
}
