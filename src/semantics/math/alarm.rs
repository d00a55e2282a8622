//! What CloudWatch asks of the expression that an alarm watches.

use super::functions::InAlarm;
use super::types::{Type, check};
use super::{Expr, Node};
use crate::semantics::{SyntaxError, limits};

/// Checks an expression as the one an alarm watches, over metrics with these ids: it has to be one time series.
pub fn check_alarm(expr: &Expr, ids: &[&str]) -> Vec<SyntaxError> {
    let series = |id: &str| ids.contains(&id).then_some(Type::Series);
    let checked = check(expr, ids, &series);
    let mut problems = checked.problems;
    problems.extend(checked.result.and_then(|result| check_result(expr, result)));
    problems.extend(check_size(expr));
    check_functions(expr, &series, &mut problems);
    problems
}

fn check_result(expr: &Expr, result: Type) -> Option<SyntaxError> {
    let problem = SyntaxError::error(
        expr.span.clone(),
        format!(
            "an alarm watches one time series, and this is {}",
            result.name()
        ),
    );
    match result {
        Type::Series | Type::Unknown => None,
        Type::Scalar => Some(problem.help(format!("write `TIME_SERIES({expr})`"))),
        Type::Array => Some(problem.help("reduce it, for example with `SUM(…)` or `MAX(…)`")),
        Type::Text | Type::TextArray => Some(problem),
    }
}

fn check_size(expr: &Expr) -> Vec<SyntaxError> {
    let mut problems = Vec::new();
    let metrics = expr.ids().len();
    if metrics > limits::ALARM_METRICS {
        let message = format!(
            "an alarm takes {} metrics, and this names {metrics}",
            limits::ALARM_METRICS
        );
        problems.push(SyntaxError::error(expr.span.clone(), message));
    }
    let length = expr.to_string().chars().count();
    if length > limits::EXPRESSION {
        let message = format!(
            "the expression has {length} characters; CloudWatch takes {}",
            limits::EXPRESSION
        );
        problems.push(SyntaxError::error(expr.span.clone(), message));
    }
    problems
}

fn check_functions(
    expr: &Expr,
    series: &dyn Fn(&str) -> Option<Type>,
    problems: &mut Vec<SyntaxError>,
) {
    expr.visit(&mut |part| {
        let Node::Call { function, .. } = &part.node else {
            return;
        };
        let name = function.name();
        let warning = |why: &str| {
            SyntaxError::warning(
                part.span.clone(),
                format!("AWS advises against `{name}` in an alarm: {why}"),
            )
        };
        match function.entry().in_alarm {
            InAlarm::Fine => {}
            InAlarm::Discouraged(why) => problems.push(warning(why)),
            InAlarm::DiscouragedAsScalar => {
                if check(part, &[], series).result == Some(Type::Scalar) {
                    let why = "over one series it sees more points than the alarm evaluates";
                    problems.push(warning(why).help(format!(
                        "over several series, `{name}([m1, m2])`, it is fine"
                    )));
                }
            }
            InAlarm::Refused(why) => problems.push(SyntaxError::error(
                part.span.clone(),
                format!("`{name}` in an alarm: {why}"),
            )),
        }
    });
}
