//! Builds expressions that no author wrote.

use super::expression::{Expr, ExprKind};
use super::functions::Function;
use super::operator::BinaryOperator;

impl Expr {
    /// The metric or expression with this id.
    pub fn id(id: &str) -> Self {
        built(ExprKind::Id(id.to_owned()))
    }

    pub fn number(value: f64) -> Self {
        built(ExprKind::Number(value))
    }

    /// This expression, an operator, and another expression.
    #[must_use]
    pub fn joined(self, operator: BinaryOperator, other: Expr) -> Self {
        if let ExprKind::Chain { first, mut rest } = self.kind {
            let is_equal =
                |(known, _): &(BinaryOperator, Expr)| known.precedence() == operator.precedence();
            if rest.iter().all(is_equal) {
                rest.push((operator, other));
                return built(ExprKind::Chain { first, rest });
            }
            return built(ExprKind::Chain {
                first: Box::new(built(ExprKind::Chain { first, rest })),
                rest: vec![(operator, other)],
            });
        }
        built(ExprKind::Chain {
            first: Box::new(self),
            rest: vec![(operator, other)],
        })
    }

    pub fn call(function: Function, arguments: Vec<Expr>) -> Self {
        built(ExprKind::Call {
            function,
            arguments,
        })
    }
}

fn built(kind: ExprKind) -> Expr {
    Expr { kind, span: 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::math::parse;

    #[test]
    fn a_built_expression_is_printed_as_it_is_parsed() {
        let failed = Expr::id("all").joined(BinaryOperator::Subtract, Expr::id("good"));
        let share = failed.joined(BinaryOperator::Divide, Expr::id("all"));
        let rate = share.joined(BinaryOperator::Divide, Expr::number(0.01));
        let text = "(all - good) / all / 0.01";
        assert_eq!(rate.to_string(), text);
        assert_eq!(parse(text).unwrap(), rate);
    }
}
