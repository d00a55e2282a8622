//! The binary operators of metric math: precedence and spellings.

/// An operator with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Operator precedence, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precedence {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Sign,
    Power,
    Operand,
}

/// The spellings of each operator; the first one is printed.
pub(super) const BINARY_OPERATORS: [(BinaryOperator, Precedence, &[&str]); 12] = [
    (BinaryOperator::Or, Precedence::Or, &["OR", "||"]),
    (BinaryOperator::And, Precedence::And, &["AND", "&&"]),
    (BinaryOperator::Equal, Precedence::Comparison, &["=="]),
    (BinaryOperator::NotEqual, Precedence::Comparison, &["!="]),
    (BinaryOperator::AtMost, Precedence::Comparison, &["<="]),
    (BinaryOperator::Less, Precedence::Comparison, &["<"]),
    (BinaryOperator::AtLeast, Precedence::Comparison, &[">="]),
    (BinaryOperator::Greater, Precedence::Comparison, &[">"]),
    (BinaryOperator::Add, Precedence::Sum, &["+"]),
    (BinaryOperator::Subtract, Precedence::Sum, &["-"]),
    (BinaryOperator::Multiply, Precedence::Product, &["*"]),
    (BinaryOperator::Divide, Precedence::Product, &["/"]),
];

impl BinaryOperator {
    pub(super) fn precedence(self) -> Precedence {
        BINARY_OPERATORS
            .iter()
            .find(|(operator, ..)| *operator == self)
            .map_or(Precedence::Operand, |(_, precedence, _)| *precedence)
    }

    pub(super) fn word(self) -> &'static str {
        BINARY_OPERATORS
            .iter()
            .find(|(operator, ..)| *operator == self)
            .map_or("", |(.., spellings)| spellings[0])
    }
}
