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
        assert_eq!(share.to_string(), "(all - good) / all");
        assert_eq!(parse("(all - good) / all").unwrap(), share);
    }
}
