//! Parses metric math within CloudWatch's limit on its length.

use super::expression::Expr;
use super::grammar;
use crate::semantics::error::SyntaxError;
use crate::semantics::{limits, syntax};

/// Parses an expression, or returns all its errors.
pub fn parse(text: &str) -> Result<Expr, Vec<SyntaxError>> {
    let length = text.chars().count();
    if length > limits::EXPRESSION {
        let message = format!(
            "the expression has {length} characters; CloudWatch takes {}",
            limits::EXPRESSION
        );
        return Err(vec![SyntaxError::error(0..text.len(), message)]);
    }
    syntax::accept(grammar::read(text))
}

/// Whether the text is a Metrics Insights query, not metric math.
pub fn is_metrics_insights(text: &str) -> bool {
    text.trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("SELECT"))
}
