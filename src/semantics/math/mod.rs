//! CloudWatch metric math: parsed, checked, evaluated, printed. An expression refers to metrics by id only.

mod alarm;
mod arithmetic;
mod build;
mod check;
mod data_type;
mod evaluate;
mod expression;
mod functions;
mod grammar;
mod grid;
mod implementation;
mod operator;
mod parse;
mod pointwise;
mod print;
mod series;
mod signature;
mod value;

pub use alarm::check_alarm;
pub use check::{Checked, check};
pub use data_type::DataType;
pub use evaluate::evaluate;
pub use expression::{Expr, ExprKind, reduce, rename, with_quotas};
pub use functions::Function;
pub use grid::{Grid, Points};
pub use operator::BinaryOperator;
pub use parse::{is_metrics_insights, parse};
pub use value::MathValue;

#[cfg(test)]
mod evaluate_tests;
#[cfg(test)]
mod tests;
