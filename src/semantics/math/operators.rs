//! What operators and functions of single numbers make of scalars, series and arrays.

use super::evaluate::{Value, wrong};
use super::series::Points;
use super::{Expr, Operator};
use crate::semantics::SyntaxError;

impl Operator {
    pub(super) fn carried_out(self) -> fn(f64, f64) -> f64 {
        match self {
            Operator::Or => |left, right| truth(left != 0.0 || right != 0.0),
            Operator::And => |left, right| truth(left != 0.0 && right != 0.0),
            #[allow(clippy::float_cmp, reason = "the author's own comparison")]
            Operator::Equal => |left, right| truth(left == right),
            #[allow(clippy::float_cmp, reason = "the author's own comparison")]
            Operator::NotEqual => |left, right| truth(left != right),
            Operator::Less => |left, right| truth(left < right),
            Operator::AtMost => |left, right| truth(left <= right),
            Operator::Greater => |left, right| truth(left > right),
            Operator::AtLeast => |left, right| truth(left >= right),
            Operator::Add => |left, right| left + right,
            Operator::Subtract => |left, right| left - right,
            Operator::Multiply => |left, right| left * right,
            Operator::Divide => |left, right| left / right,
        }
    }
}

fn truth(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// A function of each number.
pub(super) fn each(value: Value, function: fn(f64) -> f64) -> Value {
    match value {
        Value::Scalar(number) => Value::Scalar(function(number)),
        series @ (Value::Series(_) | Value::Array(_)) => whole(series, |points| {
            points
                .iter()
                .map(|point| point.map(function).filter(|number| number.is_finite()))
                .collect()
        }),
    }
}

/// A function of each series.
pub(super) fn whole(value: Value, function: impl Fn(&[Option<f64>]) -> Points) -> Value {
    match value {
        Value::Scalar(number) => Value::Scalar(number),
        Value::Series(points) => Value::Series(function(&points)),
        Value::Array(all) => Value::Array(all.iter().map(|points| function(points)).collect()),
    }
}

/// Two operands together. A point that only one series has meets 0; what comes out without being finite (a division by zero) is dropped.
pub(super) fn join(
    expr: &Expr,
    left: Value,
    right: Value,
    function: fn(f64, f64) -> f64,
) -> Result<Value, SyntaxError> {
    let finite =
        |left: f64, right: f64| Some(function(left, right)).filter(|number| number.is_finite());
    let union = |left: &[Option<f64>], right: &[Option<f64>]| -> Points {
        let at = |(left, right): (&Option<f64>, &Option<f64>)| match (left, right) {
            (None, None) => None,
            (left, right) => finite(left.unwrap_or(0.0), right.unwrap_or(0.0)),
        };
        left.iter().zip(right).map(at).collect()
    };
    Ok(match (left, right) {
        (Value::Scalar(left), Value::Scalar(right)) => Value::Scalar(function(left, right)),
        (Value::Scalar(left), right) => whole(right, |points| {
            points.iter().map(|point| finite(left, (*point)?)).collect()
        }),
        (left, Value::Scalar(right)) => whole(left, |points| {
            points
                .iter()
                .map(|point| finite((*point)?, right))
                .collect()
        }),
        (Value::Series(left), right) => whole(right, |points| union(&left, points)),
        (left @ Value::Array(_), Value::Series(right)) => {
            whole(left, |points| union(points, &right))
        }
        (Value::Array(_), Value::Array(_)) => return Err(wrong(expr, "joins two arrays")),
    })
}
