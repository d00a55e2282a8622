//! CloudWatch metric math: read, checked, printed back. It knows ids, not the metrics behind them.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use super::{SyntaxError, limits, syntax};

mod alarm;
mod evaluate;
mod functions;
mod grammar;
mod operators;
mod series;
mod types;

pub use alarm::check_alarm;
pub use evaluate::{Grid, Value, evaluate};
pub use functions::Function;
pub use series::Points;
pub use types::{Checked, Type, check};

/// An expression, and where it stands in the text it was read from. Equal when it means the same, wherever it stands.
#[derive(Debug, Clone)]
pub struct Expr {
    pub node: Node,
    /// Bytes into the text.
    pub span: Range<usize>,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// What an expression is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Number(f64),
    /// Text in quotes, of the kind that `quote` is.
    Text {
        text: String,
        quote: char,
    },
    /// The id of a metric or of another expression.
    Id(String),
    /// An upper-case word that some functions take: `REPEAT`, `ASC`, …
    Word(String),
    Array(Vec<Expr>),
    Negate(Box<Expr>),
    /// Operands joined from left to right by operators that bind equally.
    Chain {
        first: Box<Expr>,
        rest: Vec<(Operator, Expr)>,
    },
    /// `base ^ exponent`, from right to left. UNVERIFIED: AWS documents no precedence and no direction; the usual ones are taken.
    Power {
        base: Box<Expr>,
        exponent: Box<Expr>,
    },
    Call {
        function: Function,
        arguments: Vec<Expr>,
    },
}

/// What joins the operands of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
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

/// How closely operators bind: the later, the closer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Sign,
    Power,
    Operand,
}

/// Each operator's spellings, the canonical one first.
const OPERATORS: [(Operator, Binding, &[&str]); 12] = [
    (Operator::Or, Binding::Or, &["OR", "||"]),
    (Operator::And, Binding::And, &["AND", "&&"]),
    (Operator::Equal, Binding::Comparison, &["=="]),
    (Operator::NotEqual, Binding::Comparison, &["!="]),
    (Operator::AtMost, Binding::Comparison, &["<="]),
    (Operator::Less, Binding::Comparison, &["<"]),
    (Operator::AtLeast, Binding::Comparison, &[">="]),
    (Operator::Greater, Binding::Comparison, &[">"]),
    (Operator::Add, Binding::Sum, &["+"]),
    (Operator::Subtract, Binding::Sum, &["-"]),
    (Operator::Multiply, Binding::Product, &["*"]),
    (Operator::Divide, Binding::Product, &["/"]),
];

/// Reads an expression; all errors when there are any.
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

/// Whether an expression is a Metrics Insights query and not math.
pub fn is_metrics_insights(text: &str) -> bool {
    text.trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("SELECT"))
}

/// An expression with every id renamed.
#[must_use]
pub fn rename(expr: &Expr, new_name: &dyn Fn(&str) -> String) -> Expr {
    let again = |expr: &Expr| rename(expr, new_name);
    let boxed = |expr: &Expr| Box::new(again(expr));
    let node = match &expr.node {
        Node::Id(id) => Node::Id(new_name(id)),
        Node::Number(_) | Node::Text { .. } | Node::Word(_) => expr.node.clone(),
        Node::Array(items) => Node::Array(items.iter().map(again).collect()),
        Node::Negate(operand) => Node::Negate(boxed(operand)),
        Node::Power { base, exponent } => Node::Power {
            base: boxed(base),
            exponent: boxed(exponent),
        },
        Node::Call {
            function,
            arguments,
        } => Node::Call {
            function: *function,
            arguments: arguments.iter().map(again).collect(),
        },
        Node::Chain { first, rest } => Node::Chain {
            first: boxed(first),
            rest: rest
                .iter()
                .map(|(operator, operand)| (*operator, again(operand)))
                .collect(),
        },
    };
    Expr {
        node,
        span: expr.span.clone(),
    }
}

impl Expr {
    /// All ids that it names.
    pub fn ids(&self) -> BTreeSet<&str> {
        let mut ids = BTreeSet::new();
        self.visit(&mut |expr| {
            if let Node::Id(id) = &expr.node {
                ids.insert(id.as_str());
            }
        });
        ids
    }

    /// Whether it calls a function.
    pub fn calls(&self, wanted: Function) -> bool {
        let mut found = false;
        self.visit(&mut |expr| {
            found |= matches!(expr.node, Node::Call { function, .. } if function == wanted)
        });
        found
    }

    /// Shows this and every part of it, outer ones first.
    fn visit<'a>(&'a self, look: &mut dyn FnMut(&'a Expr)) {
        look(self);
        match &self.node {
            Node::Number(_) | Node::Text { .. } | Node::Id(_) | Node::Word(_) => {}
            Node::Array(parts)
            | Node::Call {
                arguments: parts, ..
            } => parts.iter().for_each(|part| part.visit(look)),
            Node::Negate(operand) => operand.visit(look),
            Node::Power { base, exponent } => [base, exponent]
                .into_iter()
                .for_each(|part| part.visit(look)),
            Node::Chain { first, rest } => {
                first.visit(look);
                for (_, operand) in rest {
                    operand.visit(look);
                }
            }
        }
    }

    fn binding(&self) -> Binding {
        match &self.node {
            Node::Number(number) if *number < 0.0 => Binding::Sign,
            Node::Number(_)
            | Node::Text { .. }
            | Node::Id(_)
            | Node::Word(_)
            | Node::Array(_)
            | Node::Call { .. } => Binding::Operand,
            Node::Negate(_) => Binding::Sign,
            Node::Power { .. } => Binding::Power,
            Node::Chain { rest, .. } => rest
                .first()
                .map_or(Binding::Operand, |(operator, _)| operator.binding()),
        }
    }

    /// In parentheses unless it binds more closely than `outer`.
    fn write_within(&self, f: &mut fmt::Formatter<'_>, outer: Binding) -> fmt::Result {
        if self.binding() > outer {
            write!(f, "{self}")
        } else {
            write!(f, "({self})")
        }
    }
}

impl Operator {
    fn binding(self) -> Binding {
        OPERATORS
            .iter()
            .find(|(operator, ..)| *operator == self)
            .map_or(Binding::Operand, |(_, binding, _)| *binding)
    }

    fn word(self) -> &'static str {
        OPERATORS
            .iter()
            .find(|(operator, ..)| *operator == self)
            .map_or("", |(.., spellings)| spellings[0])
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Number(number) => write!(f, "{number}"),
            Node::Text { text, quote } => write!(f, "{quote}{text}{quote}"),
            Node::Id(word) | Node::Word(word) => f.write_str(word),
            Node::Array(items) => write_list(f, ("[", items, "]")),
            Node::Negate(operand) => {
                f.write_str("-")?;
                operand.write_within(f, Binding::Product)
            }
            Node::Power { base, exponent } => {
                base.write_within(f, Binding::Power)?;
                f.write_str(" ^ ")?;
                exponent.write_within(f, Binding::Product)
            }
            Node::Call {
                function,
                arguments,
            } => {
                f.write_str(function.name())?;
                write_list(f, ("(", arguments, ")"))
            }
            Node::Chain { first, rest } => {
                first.write_within(f, self.binding())?;
                rest.iter().try_for_each(|(operator, operand)| {
                    write!(f, " {} ", operator.word())?;
                    operand.write_within(f, self.binding())
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

#[cfg(test)]
mod evaluate_tests;
#[cfg(test)]
mod tests;
