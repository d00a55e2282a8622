//! Expressions whose value at a time depends only on the metrics' points of that time.

use super::expression::{Expr, ExprKind};
use super::functions::Function;

impl Expr {
    /// Whether each point depends only on the points of the same period. Then an expression may be evaluated over periods that overlap.
    pub fn is_pointwise(&self) -> bool {
        let mut pointwise = true;
        self.visit(&mut |expr| {
            if let ExprKind::Call {
                function,
                arguments,
            } = &expr.kind
            {
                pointwise &= is_pointwise(*function, arguments);
            }
        });
        pointwise
    }
}

fn is_pointwise(function: Function, arguments: &[Expr]) -> bool {
    match function {
        Function::Abs
        | Function::Ceil
        | Function::Floor
        | Function::Log
        | Function::Log10
        | Function::If
        | Function::Minute
        | Function::Hour
        | Function::Day
        | Function::Date
        | Function::Month
        | Function::Year
        | Function::Epoch
        | Function::Period => true,
        // Over an array they reduce each time, over a series the whole range.
        Function::Avg | Function::Max | Function::Min | Function::Sum | Function::Stddev => {
            matches!(
                arguments,
                [Expr {
                    kind: ExprKind::Array(_),
                    ..
                }]
            )
        }
        Function::Fill => matches!(
            arguments,
            [
                _,
                Expr {
                    kind: ExprKind::Number(_),
                    ..
                }
            ]
        ),
        Function::AnomalyDetectionBand
        | Function::DatapointCount
        | Function::DbPerfInsights
        | Function::Diff
        | Function::DiffTime
        | Function::First
        | Function::InsightRuleMetric
        | Function::Lambda
        | Function::Last
        | Function::MetricCount
        | Function::Metrics
        | Function::Rate
        | Function::RemoveEmpty
        | Function::RunningSum
        | Function::Search
        | Function::ServiceQuota
        | Function::Slice
        | Function::Sort
        | Function::TimeSeries => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::semantics::math;

    #[test]
    fn functions_over_time_are_not_pointwise() {
        for (text, expected) in [
            ("100 * a / b", true),
            ("IF(b >= 10, 100 * a / b, 0)", true),
            ("FILL(a, 0) + MAX([a, b])", true),
            ("FILL(a, REPEAT)", false),
            ("MAX(a)", false),
            ("a + RATE(b)", false),
            ("SUM(METRICS())", false),
        ] {
            let expression = math::parse(text).expect("an expression");
            assert_eq!(expression.is_pointwise(), expected, "{text}");
        }
    }
}
