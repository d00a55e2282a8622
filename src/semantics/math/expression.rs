//! The syntax tree of metric math.

use std::collections::BTreeSet;
use std::ops::Range;

use super::functions::Function;
use super::operator::BinaryOperator;

/// An expression and its span in the source text. Two expressions are equal when they have the same meaning; spans do not count.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    /// Byte range in the source text.
    pub span: Range<usize>,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The syntax tree of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Number(f64),
    /// Text enclosed in `quote` characters.
    Text {
        text: String,
        quote: char,
    },
    /// The id of a metric or of another expression.
    Id(String),
    /// An upper-case word that a function accepts as an argument: `REPEAT`, `ASC`, …
    Word(String),
    Array(Vec<Expr>),
    Negate(Box<Expr>),
    /// Operands joined by operators of equal precedence, evaluated from left to right.
    Chain {
        first: Box<Expr>,
        rest: Vec<(BinaryOperator, Expr)>,
    },
    /// `base ^ exponent`, right-associative. UNVERIFIED: AWS documents neither its precedence nor its associativity; the conventional ones apply.
    Power {
        base: Box<Expr>,
        exponent: Box<Expr>,
    },
    Call {
        function: Function,
        arguments: Vec<Expr>,
    },
}

impl Expr {
    /// All ids in the expression.
    pub fn ids(&self) -> BTreeSet<&str> {
        let mut ids = BTreeSet::new();
        self.visit(&mut |expr| {
            if let ExprKind::Id(id) = &expr.kind {
                ids.insert(id.as_str());
            }
        });
        ids
    }

    /// Whether the expression calls a function.
    pub fn calls(&self, wanted: Function) -> bool {
        let mut found = false;
        self.visit(&mut |expr| {
            found |= matches!(expr.kind, ExprKind::Call { function, .. } if function == wanted);
        });
        found
    }

    /// Whether a call of a function is at this place in the text.
    pub fn calls_at(&self, wanted: Function, span: &Range<usize>) -> bool {
        let mut found = false;
        self.visit(&mut |expr| {
            let is_call =
                matches!(expr.kind, ExprKind::Call { function, .. } if function == wanted);
            found |= is_call && expr.span == *span;
        });
        found
    }

    /// The ids whose service quota the expression reads.
    pub fn service_quotas(&self) -> BTreeSet<&str> {
        let mut ids = BTreeSet::new();
        self.visit(&mut |expr| ids.extend(expr.service_quota()));
        ids
    }

    /// The id in `SERVICE_QUOTA(id)`, if the expression is such a call.
    fn service_quota(&self) -> Option<&str> {
        let ExprKind::Call {
            function: Function::ServiceQuota,
            arguments,
        } = &self.kind
        else {
            return None;
        };
        match arguments.as_slice() {
            [
                Expr {
                    kind: ExprKind::Id(id),
                    ..
                },
            ] => Some(id),
            _ => None,
        }
    }

    /// Calls `visitor` on the expression and on all its parts, parents first.
    pub(super) fn visit<'a>(&'a self, visitor: &mut dyn FnMut(&'a Expr)) {
        visitor(self);
        match &self.kind {
            ExprKind::Number(_) | ExprKind::Text { .. } | ExprKind::Id(_) | ExprKind::Word(_) => {}
            ExprKind::Array(parts)
            | ExprKind::Call {
                arguments: parts, ..
            } => parts.iter().for_each(|part| part.visit(visitor)),
            ExprKind::Negate(operand) => operand.visit(visitor),
            ExprKind::Power { base, exponent } => [base, exponent]
                .into_iter()
                .for_each(|part| part.visit(visitor)),
            ExprKind::Chain { first, rest } => {
                first.visit(visitor);
                for (_, operand) in rest {
                    operand.visit(visitor);
                }
            }
        }
    }
}

/// An expression with every id renamed.
#[must_use]
pub fn rename(expr: &Expr, new_name: &dyn Fn(&str) -> String) -> Expr {
    replace(expr, &|expr| match &expr.kind {
        ExprKind::Id(id) => Some(ExprKind::Id(new_name(id))),
        _ => None,
    })
}

/// An expression with every `id` replaced by `id - number`.
#[must_use]
pub fn reduce(expr: &Expr, reduced: &str, number: f64) -> Expr {
    replace(expr, &|metric| match &metric.kind {
        ExprKind::Id(id) if id == reduced => Some(ExprKind::Chain {
            first: Box::new(metric.clone()),
            rest: vec![(
                BinaryOperator::Subtract,
                Expr {
                    kind: ExprKind::Number(number),
                    span: expr.span.clone(),
                },
            )],
        }),
        _ => None,
    })
}

/// An expression with a number in place of every `SERVICE_QUOTA(id)` whose quota is known.
#[must_use]
pub fn with_quotas(expr: &Expr, quota: &dyn Fn(&str) -> Option<f64>) -> Expr {
    replace(expr, &|call| {
        Some(ExprKind::Number(quota(call.service_quota()?)?))
    })
}

/// An expression with something else in place of the parts for which `new` gives it.
fn replace(expr: &Expr, new: &dyn Fn(&Expr) -> Option<ExprKind>) -> Expr {
    let kind = new(expr).unwrap_or_else(|| replace_parts(&expr.kind, new));
    Expr {
        kind,
        span: expr.span.clone(),
    }
}

fn replace_parts(kind: &ExprKind, new: &dyn Fn(&Expr) -> Option<ExprKind>) -> ExprKind {
    match kind {
        ExprKind::Id(_) | ExprKind::Number(_) | ExprKind::Text { .. } | ExprKind::Word(_) => {
            kind.clone()
        }
        ExprKind::Array(items) => ExprKind::Array(replace_all(items, new)),
        ExprKind::Negate(operand) => ExprKind::Negate(replace_boxed(operand, new)),
        ExprKind::Power { base, exponent } => ExprKind::Power {
            base: replace_boxed(base, new),
            exponent: replace_boxed(exponent, new),
        },
        ExprKind::Call {
            function,
            arguments,
        } => ExprKind::Call {
            function: *function,
            arguments: replace_all(arguments, new),
        },
        ExprKind::Chain { first, rest } => ExprKind::Chain {
            first: replace_boxed(first, new),
            rest: rest
                .iter()
                .map(|(operator, operand)| (*operator, replace(operand, new)))
                .collect(),
        },
    }
}

fn replace_all(exprs: &[Expr], new: &dyn Fn(&Expr) -> Option<ExprKind>) -> Vec<Expr> {
    exprs.iter().map(|expr| replace(expr, new)).collect()
}

fn replace_boxed(expr: &Expr, new: &dyn Fn(&Expr) -> Option<ExprKind>) -> Box<Expr> {
    Box::new(replace(expr, new))
}
