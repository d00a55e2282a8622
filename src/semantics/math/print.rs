//! Prints an expression with only the parentheses that its meaning requires.

use std::fmt;

use super::expression::{Expr, ExprKind};
use super::operator::Precedence;

impl Expr {
    fn precedence(&self) -> Precedence {
        match &self.kind {
            ExprKind::Number(number) if *number < 0.0 => Precedence::Sign,
            ExprKind::Number(_)
            | ExprKind::Text { .. }
            | ExprKind::Id(_)
            | ExprKind::Word(_)
            | ExprKind::Array(_)
            | ExprKind::Call { .. } => Precedence::Operand,
            ExprKind::Negate(_) => Precedence::Sign,
            ExprKind::Power { .. } => Precedence::Power,
            ExprKind::Chain { rest, .. } => rest
                .first()
                .map_or(Precedence::Operand, |(operator, _)| operator.precedence()),
        }
    }

    /// In parentheses unless its precedence is higher than `outer`.
    fn write_within(&self, f: &mut fmt::Formatter<'_>, outer: Precedence) -> fmt::Result {
        if self.precedence() > outer {
            write!(f, "{self}")
        } else {
            write!(f, "({self})")
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(number) => write!(f, "{number}"),
            ExprKind::Text { text, quote } => write!(f, "{quote}{text}{quote}"),
            ExprKind::Id(word) | ExprKind::Word(word) => f.write_str(word),
            ExprKind::Array(items) => write_list(f, ("[", items, "]")),
            ExprKind::Negate(operand) => {
                f.write_str("-")?;
                operand.write_within(f, Precedence::Product)
            }
            ExprKind::Power { base, exponent } => {
                base.write_within(f, Precedence::Power)?;
                f.write_str(" ^ ")?;
                exponent.write_within(f, Precedence::Product)
            }
            ExprKind::Call {
                function,
                arguments,
            } => {
                f.write_str(function.name())?;
                write_list(f, ("(", arguments, ")"))
            }
            ExprKind::Chain { first, rest } => {
                first.write_within(f, self.precedence())?;
                rest.iter().try_for_each(|(operator, operand)| {
                    write!(f, " {} ", operator.word())?;
                    operand.write_within(f, self.precedence())
                })
            }
        }
    }
}

fn write_list(
    f: &mut fmt::Formatter<'_>,
    (open, items, close): (&str, &[Expr], &str),
) -> fmt::Result {
    f.write_str(open)?;
    for (index, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
    }
    f.write_str(close)
}
