//! Metric math carried out over series that share one grid of times. What only AWS knows (searches, quotas, functions of others) is refused.

use std::collections::BTreeMap;

use jiff::Zoned;

use super::functions::Function;
use super::operators::{each, join, whole};
use super::series::{self, Points};
use super::{Binding, Expr, Node};
use crate::semantics::SyntaxError;

/// The periods that all series share: when each starts (seconds since 1970, oldest first), and how many seconds one lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid<'a> {
    pub starts: &'a [i64],
    pub period: u32,
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not finite where there was nothing to reckon with.
    Scalar(f64),
    Series(Points),
    Array(Vec<Points>),
}

impl Value {
    /// The one series that an alarm would watch: a scalar stands at every time, an array has none.
    pub fn into_series(self, grid: Grid<'_>) -> Option<Points> {
        match self {
            Value::Scalar(number) => Some(series::constant(number, grid.starts.len())),
            Value::Series(points) => Some(points),
            Value::Array(_) => None,
        }
    }
}

/// Carries out an expression over the series of its metrics, oldest point first, each as long as the grid has periods.
pub fn evaluate(
    expr: &Expr,
    metrics: &BTreeMap<String, Points>,
    grid: Grid<'_>,
) -> Result<Value, SyntaxError> {
    Evaluation { metrics, grid }.value(expr)
}

struct Evaluation<'a> {
    metrics: &'a BTreeMap<String, Points>,
    grid: Grid<'a>,
}

type Outcome = Result<Value, SyntaxError>;

impl Evaluation<'_> {
    fn value(&self, expr: &Expr) -> Outcome {
        match &expr.node {
            Node::Number(number) => Ok(Value::Scalar(*number)),
            Node::Text { .. } | Node::Word(_) => Err(wrong(expr, "has no value")),
            Node::Id(id) => {
                let mut points = self
                    .metrics
                    .get(id)
                    .cloned()
                    .ok_or_else(|| wrong(expr, "is not given"))?;
                points.resize(self.grid.starts.len(), None);
                Ok(Value::Series(points))
            }
            Node::Array(items) => self.array(items),
            Node::Negate(operand) => Ok(each(self.value(operand)?, |number| -number)),
            Node::Power { base, exponent } => {
                join(expr, self.value(base)?, self.value(exponent)?, f64::powf)
            }
            Node::Chain { first, rest } => {
                rest.iter()
                    .try_fold(self.value(first)?, |left, (operator, operand)| {
                        join(expr, left, self.value(operand)?, operator.carried_out())
                    })
            }
            Node::Call {
                function,
                arguments,
            } => self.call(*function, arguments, expr),
        }
    }

    fn array(&self, items: &[Expr]) -> Outcome {
        let mut all = Vec::new();
        for item in items {
            match self.value(item)? {
                Value::Series(points) => all.push(points),
                Value::Array(several) => all.extend(several),
                Value::Scalar(_) => return Err(wrong(item, "is no time series")),
            }
        }
        Ok(Value::Array(all))
    }

    fn call(&self, function: Function, arguments: &[Expr], expr: &Expr) -> Outcome {
        let first = || {
            arguments
                .first()
                .ok_or_else(|| wrong(expr, "lacks an argument"))
                .and_then(|argument| self.value(argument))
        };
        match function {
            Function::Abs => Ok(each(first()?, f64::abs)),
            Function::Ceil => Ok(each(first()?, f64::ceil)),
            Function::Floor => Ok(each(first()?, f64::floor)),
            Function::Log => Ok(each(first()?, f64::ln)),
            Function::Log10 => Ok(each(first()?, f64::log10)),
            Function::Avg => Ok(self.reduce(first()?, series::average)),
            Function::Max => Ok(self.reduce(first()?, |values| {
                values.iter().copied().fold(f64::NAN, f64::max)
            })),
            Function::Min => Ok(self.reduce(first()?, |values| {
                values.iter().copied().fold(f64::NAN, f64::min)
            })),
            Function::Sum => Ok(self.reduce(first()?, |values| values.iter().sum())),
            Function::Stddev => Ok(self.reduce(first()?, series::deviation)),
            Function::DatapointCount => Ok(self.reduce(first()?, |values| values.len() as f64)),
            Function::Diff => Ok(whole(first()?, series::differences)),
            Function::DiffTime => Ok(whole(first()?, |points| {
                series::time_differences(points, self.grid)
            })),
            Function::Rate => Ok(whole(first()?, |points| series::rates(points, self.grid))),
            Function::RunningSum => Ok(whole(first()?, series::running_sum)),
            Function::Minute => Ok(self.times(|time| f64::from(time.minute()))),
            Function::Hour => Ok(self.times(|time| f64::from(time.hour()))),
            Function::Day => {
                Ok(self.times(|time| f64::from(time.weekday().to_monday_one_offset())))
            }
            Function::Date => Ok(self.times(|time| f64::from(time.day()))),
            Function::Month => Ok(self.times(|time| f64::from(time.month()))),
            Function::Year => Ok(self.times(|time| f64::from(time.year()))),
            Function::Epoch => Ok(self.times(|time| time.timestamp().as_second() as f64)),
            Function::Period => Ok(Value::Scalar(f64::from(self.grid.period))),
            Function::TimeSeries => Ok(Value::Series(self.series(first()?, expr)?)),
            Function::First => Ok(Value::Series(
                several(first()?, expr)?
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| self.nothing()),
            )),
            Function::Last => Ok(Value::Series(
                several(first()?, expr)?
                    .pop()
                    .unwrap_or_else(|| self.nothing()),
            )),
            Function::MetricCount => Ok(Value::Scalar(several(first()?, expr)?.len() as f64)),
            Function::RemoveEmpty => {
                let all = several(first()?, expr)?;
                Ok(Value::Array(
                    all.into_iter()
                        .filter(|points| points.iter().any(Option::is_some))
                        .collect(),
                ))
            }
            Function::Metrics => Ok(Value::Array(self.metrics_with(arguments))),
            Function::Fill => self.fill(first()?, arguments.get(1), expr),
            Function::Slice => self.slice(several(first()?, expr)?, arguments, expr),
            Function::Sort => self.sort(several(first()?, expr)?, arguments, expr),
            Function::If => self.branch(arguments, expr),
            Function::AnomalyDetectionBand
            | Function::DbPerfInsights
            | Function::InsightRuleMetric
            | Function::Lambda
            | Function::Search
            | Function::ServiceQuota => Err(wrong(expr, "can be carried out only by CloudWatch")),
        }
    }

    fn nothing(&self) -> Points {
        vec![None; self.grid.starts.len()]
    }

    fn series(&self, value: Value, expr: &Expr) -> Result<Points, SyntaxError> {
        value
            .into_series(self.grid)
            .ok_or_else(|| wrong(expr, "is several time series"))
    }

    /// A series to the scalar of its points, an array to the series of what it has at each time.
    fn reduce(&self, value: Value, function: fn(&[f64]) -> f64) -> Value {
        match value {
            Value::Scalar(number) => Value::Scalar(number),
            Value::Series(points) => Value::Scalar(function(&series::present(&points))),
            Value::Array(all) => {
                let at = |index: usize| {
                    let values: Vec<f64> = all
                        .iter()
                        .filter_map(|points| points.get(index).copied().flatten())
                        .collect();
                    (!values.is_empty()).then(|| function(&values))
                };
                Value::Series((0..self.grid.starts.len()).map(at).collect())
            }
        }
    }

    fn times(&self, part: fn(&Zoned) -> f64) -> Value {
        Value::Series(series::parts_of_times(self.grid, part))
    }

    fn metrics_with(&self, arguments: &[Expr]) -> Vec<Points> {
        let part = match arguments.first().map(|argument| &argument.node) {
            Some(Node::Text { text, .. }) => text.as_str(),
            Some(_) | None => "",
        };
        self.metrics
            .iter()
            .filter(|(id, _)| id.contains(part))
            .map(|(_, points)| points.clone())
            .collect()
    }

    fn fill(&self, value: Value, filler: Option<&Expr>, expr: &Expr) -> Outcome {
        let filler = filler.ok_or_else(|| wrong(expr, "lacks an argument"))?;
        if let Node::Word(word) = &filler.node {
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

    fn slice(&self, all: Vec<Points>, arguments: &[Expr], expr: &Expr) -> Outcome {
        let index = |place: usize| {
            arguments
                .get(place)
                .map(|argument| self.index(argument))
                .transpose()
        };
        let start = index(1)?.ok_or_else(|| wrong(expr, "lacks an argument"))?;
        match index(2)? {
            Some(end) => Ok(Value::Array(
                all.into_iter().take(end).skip(start).collect(),
            )),
            None => all
                .into_iter()
                .nth(start)
                .map(Value::Series)
                .ok_or_else(|| wrong(expr, "has no such element")),
        }
    }

    fn sort(&self, mut all: Vec<Points>, arguments: &[Expr], expr: &Expr) -> Outcome {
        let word = |place: usize| match arguments.get(place).map(|argument| &argument.node) {
            Some(Node::Word(word)) => Ok(word.as_str()),
            Some(_) | None => Err(wrong(expr, "lacks an argument")),
        };
        let by = match word(1)? {
            "AVG" => series::average,
            "MIN" => |values: &[f64]| values.iter().copied().fold(f64::NAN, f64::min),
            "MAX" => |values: &[f64]| values.iter().copied().fold(f64::NAN, f64::max),
            _ => |values: &[f64]| values.iter().sum(),
        };
        all.sort_by(|left, right| {
            by(&series::present(left)).total_cmp(&by(&series::present(right)))
        });
        if word(2)? == "DESC" {
            all.reverse();
        }
        if let Some(limit) = arguments.get(3) {
            all.truncate(self.index(limit)?);
        }
        Ok(Value::Array(all))
    }

    fn index(&self, expr: &Expr) -> Result<usize, SyntaxError> {
        match self.value(expr)? {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be a small whole number"
            )]
            Value::Scalar(number) if number.fract() == 0.0 && (0.0..=1e9).contains(&number) => {
                Ok(number as usize)
            }
            Value::Scalar(_) | Value::Series(_) | Value::Array(_) => {
                Err(wrong(expr, "is no whole number"))
            }
        }
    }

    fn branch(&self, arguments: &[Expr], expr: &Expr) -> Outcome {
        let (Some(condition), Some(then)) = (arguments.first(), arguments.get(1)) else {
            return Err(wrong(expr, "lacks an argument"));
        };
        let otherwise = arguments
            .get(2)
            .map(|argument| self.value(argument))
            .transpose()?;
        let then = self.value(then)?;
        match self.value(condition)? {
            Value::Scalar(number) if number != 0.0 => Ok(then),
            Value::Scalar(_) => Ok(otherwise.unwrap_or_else(|| Value::Series(self.nothing()))),
            Value::Series(points) => {
                let fills =
                    both_are_series(&then, otherwise.as_ref()) || compares_with_scalar(condition);
                self.branch_by_time(&points, (then, otherwise), fills, expr)
                    .map(Value::Series)
            }
            Value::Array(_) => Err(wrong(condition, "is several time series")),
        }
    }

    /// Where the condition has no point, there is none. What a branch lacks counts as 0 if `fills`, except that a false condition
    /// without an else gives no point.
    fn branch_by_time(
        &self,
        condition: &[Option<f64>],
        (then, otherwise): (Value, Option<Value>),
        fills: bool,
        expr: &Expr,
    ) -> Result<Points, SyntaxError> {
        let absent = fills.then_some(0.0);
        let then_is_series = matches!(then, Value::Series(_));
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

/// `IF(TS, TS, TS)`: a point that the false branch lacks is 0; beside a scalar it is dropped.
fn both_are_series(then: &Value, otherwise: Option<&Value>) -> bool {
    matches!(
        (then, otherwise),
        (Value::Series(_), Some(Value::Series(_)))
    )
}

/// `IF(TS op S, …)`: AWS lists it apart, and there a point that a branch lacks is 0.
fn compares_with_scalar(condition: &Expr) -> bool {
    match &condition.node {
        Node::Chain { first, rest } => {
            let compares = rest
                .iter()
                .all(|(operator, _)| operator.binding() == Binding::Comparison);
            let mut operands =
                std::iter::once(&**first).chain(rest.iter().map(|(_, operand)| operand));
            compares && operands.any(|operand| matches!(operand.node, Node::Number(_)))
        }
        Node::Number(_)
        | Node::Text { .. }
        | Node::Id(_)
        | Node::Word(_)
        | Node::Array(_)
        | Node::Negate(_)
        | Node::Power { .. }
        | Node::Call { .. } => false,
    }
}

pub(super) fn wrong(expr: &Expr, what: &str) -> SyntaxError {
    SyntaxError::error(expr.span.clone(), format!("`{expr}` {what}"))
}

fn several(value: Value, expr: &Expr) -> Result<Vec<Points>, SyntaxError> {
    match value {
        Value::Array(all) => Ok(all),
        Value::Scalar(_) | Value::Series(_) => Err(wrong(expr, "takes several time series")),
    }
}
