//! CloudWatch's requirements for the expression that an alarm watches.

use super::check::check;
use super::data_type::DataType;
use super::expression::{Expr, ExprKind};
use super::functions::{Function, InAlarm};
use super::operator::BinaryOperator;
use crate::semantics::error::SyntaxError;
use crate::semantics::limits;

/// Checks the expression that an alarm watches, over metrics with these ids. Its result must be one time series.
pub fn check_alarm(expr: &Expr, ids: &[&str]) -> Vec<SyntaxError> {
    let series = |id: &str| ids.contains(&id).then_some(DataType::Series);
    let checked = check(expr, ids, &series);
    let mut errors = checked.errors;
    errors.extend(checked.result.and_then(|result| check_result(expr, result)));
    errors.extend(check_size(expr));
    check_functions(expr, &series, &mut errors);
    expr.visit(&mut |part| errors.extend(check_sum(part)));
    errors
}

/// A sum of metrics of which only one is divided (`http4xx + http5xx / requests`) adds a ratio to a number.
fn check_sum(expr: &Expr) -> Option<SyntaxError> {
    let ExprKind::Chain { first, rest } = &expr.kind else {
        return None;
    };
    if rest
        .iter()
        .any(|(operator, _)| *operator != BinaryOperator::Add)
    {
        return None;
    }
    let terms = || {
        [&**first]
            .into_iter()
            .chain(rest.iter().map(|(_, term)| term))
    };
    let is_metric = |term: &Expr| matches!(term.kind, ExprKind::Id(_));
    let mut ratios = terms().filter(|term| is_ratio(term));
    let (ratio, None) = (ratios.next()?, ratios.next()) else {
        return None;
    };
    let others = terms().filter(|term| !is_ratio(term)).all(is_metric);
    others.then(|| {
        let message = format!("only `{ratio}` is divided, and added to a metric that is not");
        SyntaxError::warning(expr.span.clone(), message)
            .help("put the sum in parentheses: `(a + b) / c`")
    })
}

/// Whether an expression divides one metric by another.
fn is_ratio(expr: &Expr) -> bool {
    let ExprKind::Chain { first, rest } = &expr.kind else {
        return false;
    };
    let [(BinaryOperator::Divide, divisor)] = rest.as_slice() else {
        return false;
    };
    [&**first, divisor]
        .iter()
        .all(|operand| matches!(operand.kind, ExprKind::Id(_)))
}

fn check_result(expr: &Expr, result: DataType) -> Option<SyntaxError> {
    let error = SyntaxError::error(
        expr.span.clone(),
        format!(
            "an alarm watches one time series, but this is {}",
            result.name()
        ),
    );
    match result {
        DataType::Series | DataType::Unknown => None,
        DataType::Scalar => Some(error.help(format!("write `TIME_SERIES({expr})`"))),
        DataType::Array => Some(error.help("reduce it, for example with `SUM(…)` or `MAX(…)`")),
        DataType::Text | DataType::TextArray => Some(error),
    }
}

fn check_size(expr: &Expr) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    let metrics = expr.ids().len();
    if metrics > limits::ALARM_METRICS {
        let message = format!(
            "an alarm takes {} metrics; this expression uses {metrics}",
            limits::ALARM_METRICS
        );
        errors.push(SyntaxError::error(expr.span.clone(), message));
    }
    let length = expr.to_string().chars().count();
    if length > limits::EXPRESSION {
        let message = format!(
            "the expression has {length} characters; CloudWatch takes {}",
            limits::EXPRESSION
        );
        errors.push(SyntaxError::error(expr.span.clone(), message));
    }
    errors
}

fn check_functions(
    expr: &Expr,
    series: &dyn Fn(&str) -> Option<DataType>,
    errors: &mut Vec<SyntaxError>,
) {
    expr.visit(&mut |part| {
        if let ExprKind::Call { function, .. } = &part.kind {
            errors.extend(check_function(*function, part, series));
        }
    });
}

fn check_function(
    function: Function,
    call: &Expr,
    series: &dyn Fn(&str) -> Option<DataType>,
) -> Option<SyntaxError> {
    let name = function.name();
    match function.spec().in_alarm {
        InAlarm::Allowed => None,
        InAlarm::Discouraged(reason) => Some(discouraged(call, name, reason)),
        InAlarm::DiscouragedAsScalar => {
            let is_scalar = check(call, &[], series).result == Some(DataType::Scalar);
            let reason = "over one series it uses more points than the alarm evaluates";
            is_scalar.then(|| {
                discouraged(call, name, reason).help(format!(
                    "over several series, `{name}([m1, m2])`, it is fine"
                ))
            })
        }
        InAlarm::Refused(reason) => Some(SyntaxError::error(
            call.span.clone(),
            format!("`{name}` in an alarm: {reason}"),
        )),
    }
}

fn discouraged(call: &Expr, name: &str, reason: &str) -> SyntaxError {
    SyntaxError::warning(
        call.span.clone(),
        format!("AWS advises against `{name}` in an alarm: {reason}"),
    )
}
