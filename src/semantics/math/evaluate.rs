//! Evaluates metric math over series on one grid. Functions that only CloudWatch can evaluate (searches, quotas, Lambda functions) are an
//! error.

use std::collections::BTreeMap;

use super::arithmetic::{each, evaluation_error, join, whole};
use super::expression::{Expr, ExprKind};
use super::functions::Function;
use super::grid::{Grid, Points};
use super::implementation::Implementation;
use super::operator::Precedence;
use super::series;
use super::value::MathValue;
use crate::semantics::error::SyntaxError;

/// Evaluates an expression over the series of its metrics, oldest point first, with one point for each period of the grid.
pub fn evaluate(
    expr: &Expr,
    metrics: &BTreeMap<String, Points>,
    grid: Grid<'_>,
) -> Result<MathValue, SyntaxError> {
    MathEvaluator { metrics, grid }.value(expr)
}

struct MathEvaluator<'a> {
    metrics: &'a BTreeMap<String, Points>,
    grid: Grid<'a>,
}

impl MathEvaluator<'_> {
    fn value(&self, expr: &Expr) -> Result<MathValue, SyntaxError> {
        match &expr.kind {
            ExprKind::Number(number) => Ok(MathValue::Scalar(*number)),
            ExprKind::Text { .. } | ExprKind::Word(_) => {
                Err(evaluation_error(expr, "has no value"))
            }
            ExprKind::Id(id) => {
                let mut points = self
                    .metrics
                    .get(id)
                    .cloned()
                    .ok_or_else(|| evaluation_error(expr, "is not among the metrics"))?;
                points.resize(self.grid.starts.len(), None);
                Ok(MathValue::Series(points))
            }
            ExprKind::Array(items) => self.array(items),
            ExprKind::Negate(operand) => Ok(each(self.value(operand)?, |number| -number)),
            ExprKind::Power { base, exponent } => {
                join(expr, self.value(base)?, self.value(exponent)?, f64::powf)
            }
            ExprKind::Chain { first, rest } => {
                rest.iter()
                    .try_fold(self.value(first)?, |left, (operator, operand)| {
                        join(expr, left, self.value(operand)?, operator.implementation())
                    })
            }
            ExprKind::Call {
                function,
                arguments,
            } => self.call(*function, arguments, expr),
        }
    }

    fn array(&self, items: &[Expr]) -> Result<MathValue, SyntaxError> {
        let mut all = Vec::new();
        for item in items {
            match self.value(item)? {
                MathValue::Series(points) => all.push(points),
                MathValue::Array(several) => all.extend(several),
                MathValue::Scalar(_) => return Err(evaluation_error(item, "is not a time series")),
            }
        }
        Ok(MathValue::Array(all))
    }

    fn call(
        &self,
        function: Function,
        arguments: &[Expr],
        expr: &Expr,
    ) -> Result<MathValue, SyntaxError> {
        match Implementation::of(function) {
            Implementation::EachNumber(f) => Ok(each(self.first(arguments, expr)?, f)),
            Implementation::EachSeries(f) => Ok(whole(self.first(arguments, expr)?, f)),
            Implementation::EachSeriesOnGrid(f) => {
                Ok(whole(self.first(arguments, expr)?, |points| {
                    f(points, self.grid)
                }))
            }
            Implementation::Reduce(f) => Ok(self.reduce(self.first(arguments, expr)?, f)),
            Implementation::TimePart(f) => {
                Ok(MathValue::Series(series::parts_of_times(self.grid, f)))
            }
            Implementation::Array(f) => {
                let all = several(self.first(arguments, expr)?, expr)?;
                Ok(f(all, self.grid))
            }
            Implementation::Period => Ok(MathValue::Scalar(f64::from(self.grid.period))),
            Implementation::TimeSeries => {
                let value = self.first(arguments, expr)?;
                Ok(MathValue::Series(self.series(value, expr)?))
            }
            Implementation::Metrics => Ok(MathValue::Array(self.metrics_with(arguments))),
            Implementation::Fill => self.fill(self.first(arguments, expr)?, arguments.get(1), expr),
            Implementation::Slice => {
                let all = several(self.first(arguments, expr)?, expr)?;
                self.slice(all, arguments, expr)
            }
            Implementation::Sort => {
                let all = several(self.first(arguments, expr)?, expr)?;
                self.sort(all, arguments, expr)
            }
            Implementation::If => self.branch(arguments, expr),
            Implementation::CloudWatchOnly => Err(evaluation_error(
                expr,
                "can be evaluated only by CloudWatch",
            )),
        }
    }

    fn first(&self, arguments: &[Expr], expr: &Expr) -> Result<MathValue, SyntaxError> {
        let argument = arguments
            .first()
            .ok_or_else(|| evaluation_error(expr, "lacks an argument"))?;
        self.value(argument)
    }

    fn series(&self, value: MathValue, expr: &Expr) -> Result<Points, SyntaxError> {
        value
            .into_series(self.grid)
            .ok_or_else(|| evaluation_error(expr, "is several time series"))
    }

    /// Reduces a series to a scalar over its points, an array to a series over its points at each time.
    fn reduce(&self, value: MathValue, function: fn(&[f64]) -> f64) -> MathValue {
        match value {
            MathValue::Scalar(number) => MathValue::Scalar(number),
            MathValue::Series(points) => MathValue::Scalar(function(&series::present(&points))),
            MathValue::Array(all) => MathValue::Series(
                (0..self.grid.starts.len())
                    .map(|index| reduce_at(&all, index, function))
                    .collect(),
            ),
        }
    }

    fn metrics_with(&self, arguments: &[Expr]) -> Vec<Points> {
        let part = match arguments.first().map(|argument| &argument.kind) {
            Some(ExprKind::Text { text, .. }) => text.as_str(),
            Some(_) | None => "",
        };
        self.metrics
            .iter()
            .filter(|(id, _)| id.contains(part))
            .map(|(_, points)| points.clone())
            .collect()
    }

    fn fill(
        &self,
        value: MathValue,
        filler: Option<&Expr>,
        expr: &Expr,
    ) -> Result<MathValue, SyntaxError> {
        let filler = filler.ok_or_else(|| evaluation_error(expr, "lacks an argument"))?;
        if let ExprKind::Word(word) = &filler.kind {
            return Ok(whole(
                value,
                if word == "LINEAR" {
                    series::interpolate
                } else {
                    series::repeat
                },
            ));
        }
        let filler = self.series(self.value(filler)?, expr)?;
        Ok(whole(value, |points| {
            points
                .iter()
                .zip(&filler)
                .map(|(point, filler)| point.or(*filler))
                .collect()
        }))
    }

    fn slice(
        &self,
        all: Vec<Points>,
        arguments: &[Expr],
        expr: &Expr,
    ) -> Result<MathValue, SyntaxError> {
        let start = arguments
            .get(1)
            .ok_or_else(|| evaluation_error(expr, "lacks an argument"))?;
        let start = self.index(start)?;
        if let Some(end) = arguments.get(2) {
            let end = self.index(end)?;
            return Ok(MathValue::Array(
                all.into_iter().take(end).skip(start).collect(),
            ));
        }
        all.into_iter()
            .nth(start)
            .map(MathValue::Series)
            .ok_or_else(|| evaluation_error(expr, "has no such element"))
    }

    fn sort(
        &self,
        mut all: Vec<Points>,
        arguments: &[Expr],
        expr: &Expr,
    ) -> Result<MathValue, SyntaxError> {
        let by = match word_argument(arguments, 1, expr)? {
            "AVG" => series::average,
            "MIN" => series::minimum,
            "MAX" => series::maximum,
            _ => series::sum,
        };
        all.sort_by(|left, right| {
            by(&series::present(left)).total_cmp(&by(&series::present(right)))
        });
        if word_argument(arguments, 2, expr)? == "DESC" {
            all.reverse();
        }
        if let Some(limit) = arguments.get(3) {
            all.truncate(self.index(limit)?);
        }
        Ok(MathValue::Array(all))
    }

    fn index(&self, expr: &Expr) -> Result<usize, SyntaxError> {
        match self.value(expr)? {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be a small whole number"
            )]
            MathValue::Scalar(number) if number.fract() == 0.0 && (0.0..=1e9).contains(&number) => {
                Ok(number as usize)
            }
            MathValue::Scalar(_) | MathValue::Series(_) | MathValue::Array(_) => {
                Err(evaluation_error(expr, "is not a whole number"))
            }
        }
    }

    fn branch(&self, arguments: &[Expr], expr: &Expr) -> Result<MathValue, SyntaxError> {
        let (Some(condition), Some(then)) = (arguments.first(), arguments.get(1)) else {
            return Err(evaluation_error(expr, "lacks an argument"));
        };
        let otherwise = arguments
            .get(2)
            .map(|argument| self.value(argument))
            .transpose()?;
        let then = self.value(then)?;
        match self.value(condition)? {
            MathValue::Scalar(number) if number != 0.0 => Ok(then),
            MathValue::Scalar(_) => {
                Ok(otherwise.unwrap_or_else(|| MathValue::Series(self.grid.empty_series())))
            }
            MathValue::Series(points) => {
                let fills =
                    both_are_series(&then, otherwise.as_ref()) || compares_with_scalar(condition);
                self.branch_by_time(&points, (then, otherwise), fills, expr)
                    .map(MathValue::Series)
            }
            MathValue::Array(_) => Err(evaluation_error(condition, "is several time series")),
        }
    }

    /// Selects a branch for each period. A period without a condition point, or with a false condition and no else branch, gives no
    /// point. A missing point of the selected branch becomes 0 if `fills`.
    fn branch_by_time(
        &self,
        condition: &[Option<f64>],
        (then, otherwise): (MathValue, Option<MathValue>),
        fills: bool,
        expr: &Expr,
    ) -> Result<Points, SyntaxError> {
        let absent = fills.then_some(0.0);
        let then_is_series = matches!(then, MathValue::Series(_));
        let then = self.series(then, expr)?;
        let otherwise = otherwise
            .map(|value| self.series(value, expr))
            .transpose()?;
        let choose = |(index, condition): (usize, &Option<f64>)| match ((*condition)?, &otherwise) {
            (number, _) if number != 0.0 => {
                then[index].or(if then_is_series { Some(0.0) } else { absent })
            }
            (_, Some(otherwise)) => otherwise[index].or(absent),
            (_, None) => None,
        };
        Ok(condition.iter().enumerate().map(choose).collect())
    }
}

/// The reduced value of all series at one period; `None` if all their points are missing.
fn reduce_at(all: &[Points], index: usize, function: fn(&[f64]) -> f64) -> Option<f64> {
    let values: Vec<f64> = all
        .iter()
        .filter_map(|points| points.get(index).copied().flatten())
        .collect();
    (!values.is_empty()).then(|| function(&values))
}

fn word_argument<'a>(
    arguments: &'a [Expr],
    index: usize,
    expr: &Expr,
) -> Result<&'a str, SyntaxError> {
    match arguments.get(index).map(|argument| &argument.kind) {
        Some(ExprKind::Word(word)) => Ok(word.as_str()),
        Some(_) | None => Err(evaluation_error(expr, "lacks an argument")),
    }
}

/// `IF(TS, TS, TS)`: a missing point of the else branch becomes 0; with a scalar branch it stays missing.
fn both_are_series(then: &MathValue, otherwise: Option<&MathValue>) -> bool {
    matches!(
        (then, otherwise),
        (MathValue::Series(_), Some(MathValue::Series(_)))
    )
}

/// `IF(TS op S, …)`: AWS lists this form separately, and here a missing point of a branch becomes 0.
fn compares_with_scalar(condition: &Expr) -> bool {
    match &condition.kind {
        ExprKind::Chain { first, rest } => {
            let compares = rest
                .iter()
                .all(|(operator, _)| operator.precedence() == Precedence::Comparison);
            let mut operands =
                std::iter::once(&**first).chain(rest.iter().map(|(_, operand)| operand));
            compares && operands.any(|operand| matches!(operand.kind, ExprKind::Number(_)))
        }
        ExprKind::Number(_)
        | ExprKind::Text { .. }
        | ExprKind::Id(_)
        | ExprKind::Word(_)
        | ExprKind::Array(_)
        | ExprKind::Negate(_)
        | ExprKind::Power { .. }
        | ExprKind::Call { .. } => false,
    }
}

fn several(value: MathValue, expr: &Expr) -> Result<Vec<Points>, SyntaxError> {
    match value {
        MathValue::Array(all) => Ok(all),
        MathValue::Scalar(_) | MathValue::Series(_) => {
            Err(evaluation_error(expr, "takes several time series"))
        }
    }
}
