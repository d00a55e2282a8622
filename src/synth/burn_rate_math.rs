//! The metric math of error budgets.

use crate::semantics::math::{BinaryOperator, Expr, Function};

/// The id of the metric in an expression over minutes.
pub const MINUTE_VALUE: &str = "measured";

/// How many times faster than allowed failures happen. `budget` is the allowed fraction.
pub(super) fn burn_rate(bad: &Expr, total: &Expr, budget: f64) -> Expr {
    share(bad, total).joined(BinaryOperator::Divide, Expr::number(budget))
}

/// The value, or 0 while fewer than `min` requests failed.
pub(super) fn from_failures(bad: &Expr, min: f64, value: Expr) -> Expr {
    let enough = bad
        .clone()
        .joined(BinaryOperator::AtLeast, Expr::number(min));
    Expr::call(Function::If, vec![enough, value, Expr::number(0.0)])
}

/// 1 for a bad minute, 0 for a good one.
pub fn bad_minute(bad_from: f64) -> Expr {
    let is_bad = Expr::id(MINUTE_VALUE).joined(BinaryOperator::AtLeast, Expr::number(bad_from));
    let (bad, good) = (Expr::number(1.0), Expr::number(0.0));
    Expr::call(Function::If, vec![is_bad, bad, good])
}

/// The percentage of the budget that the failures of one period leave.
pub(super) fn budget_left(bad: &Expr, total: &Expr, budget: f64) -> Expr {
    left(burn_rate(bad, total, budget))
}

/// The percentage of the budget that bad periods leave, of `periods` in the whole window.
pub(super) fn budget_left_of_minutes(bad_from: f64, periods: f64, budget: f64) -> Expr {
    let bad = Expr::call(Function::Sum, vec![bad_minute(bad_from)]);
    let spent = burn_rate(&bad, &Expr::number(periods), budget);
    Expr::call(Function::TimeSeries, vec![left(spent)])
}

fn share(bad: &Expr, total: &Expr) -> Expr {
    bad.clone().joined(BinaryOperator::Divide, total.clone())
}

fn left(spent: Expr) -> Expr {
    let left = Expr::number(1.0).joined(BinaryOperator::Subtract, spent);
    Expr::number(100.0).joined(BinaryOperator::Multiply, left)
}
