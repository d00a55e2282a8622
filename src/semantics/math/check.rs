//! The type check of metric math.

use super::data_type::DataType;
use super::expression::{Expr, ExprKind};
use super::functions::Function;
use super::operator::{BinaryOperator, Precedence};
use super::signature::Argument;
use crate::diagnostic::nearest;
use crate::semantics::error::SyntaxError;

/// The result of a type check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The type of the expression; `None` if it has a type error.
    pub result: Option<DataType>,
    pub errors: Vec<SyntaxError>,
}

/// Checks the types of an expression. `type_of` returns the type of an id, or `None` for an unknown id; `ids` are the suggestions for
/// unknown ids.
pub fn check<'a>(
    expr: &Expr,
    ids: &[&'a str],
    type_of: &dyn Fn(&str) -> Option<DataType>,
) -> Checked {
    let mut checker = Checker {
        ids,
        type_of,
        errors: Vec::new(),
    };
    let result = checker.infer(expr);
    Checked {
        result,
        errors: checker.errors,
    }
}

const QUOTA_OF_ONE_METRIC: &str = "`SERVICE_QUOTA` takes the id of one usage metric: a quota is of a metric, not of an expression";

struct Checker<'a> {
    ids: &'a [&'a str],
    type_of: &'a dyn Fn(&str) -> Option<DataType>,
    errors: Vec<SyntaxError>,
}

impl Checker<'_> {
    /// The type of a part; `None` after a type error, which is already in `errors`.
    fn infer(&mut self, expr: &Expr) -> Option<DataType> {
        match &expr.kind {
            ExprKind::Number(_) => Some(DataType::Scalar),
            ExprKind::Text { .. } => Some(DataType::Text),
            ExprKind::Id(id) => self.id(id, expr),
            ExprKind::Word(word) => self.refuse(
                expr,
                format!("`{word}` is an argument of some functions, not a value"),
            ),
            ExprKind::Array(items) => self.array(items, expr),
            ExprKind::Negate(operand) => self.numeric(operand),
            ExprKind::Power { base, exponent } => {
                self.pair(Precedence::Power, (base, exponent), expr)
            }
            ExprKind::Chain { first, rest } => self.chain(first, rest, expr),
            ExprKind::Call {
                function,
                arguments,
            } => self.call(*function, arguments, expr),
        }
    }

    fn refuse(&mut self, expr: &Expr, message: String) -> Option<DataType> {
        self.errors
            .push(SyntaxError::error(expr.span.clone(), message));
        None
    }

    fn id(&mut self, id: &str, expr: &Expr) -> Option<DataType> {
        let known = (self.type_of)(id);
        if known.is_none() {
            let help = match nearest(id, self.ids.iter().copied()) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None if self.ids.is_empty() => None,
                None => Some(format!("the ids are `{}`", self.ids.join("`, `"))),
            };
            self.errors.push(SyntaxError {
                help,
                ..SyntaxError::error(
                    expr.span.clone(),
                    format!("no metric or expression has the id `{id}`"),
                )
            });
        }
        known
    }

    fn array(&mut self, items: &[Expr], expr: &Expr) -> Option<DataType> {
        let types: Vec<Option<DataType>> = items.iter().map(|item| self.infer(item)).collect();
        let types: Vec<DataType> = types.into_iter().collect::<Option<_>>()?;
        if types.is_empty() {
            return self.refuse(expr, "an array holds at least one element".to_owned());
        }
        if types.iter().all(|kind| *kind == DataType::Text) {
            return Some(DataType::TextArray);
        }
        if types
            .iter()
            .all(|kind| matches!(kind, DataType::Series | DataType::Array | DataType::Unknown))
        {
            return Some(DataType::Array);
        }
        self.refuse(expr, "an array holds time series, or texts".to_owned())
    }

    fn numeric(&mut self, expr: &Expr) -> Option<DataType> {
        let kind = self.infer(expr)?;
        if kind.is_numeric() {
            Some(kind)
        } else {
            self.refuse(
                expr,
                format!("{} is not a number or a time series", kind.name()),
            )
        }
    }

    fn pair(
        &mut self,
        precedence: Precedence,
        (left, right): (&Expr, &Expr),
        whole: &Expr,
    ) -> Option<DataType> {
        let (left, right) = (self.numeric(left), self.numeric(right));
        self.join(precedence, left?, right?, whole)
    }

    fn chain(
        &mut self,
        first: &Expr,
        rest: &[(BinaryOperator, Expr)],
        whole: &Expr,
    ) -> Option<DataType> {
        let mut joined = self.numeric(first);
        for (operator, operand) in rest {
            let right = self.numeric(operand);
            joined = match (joined, right) {
                (Some(left), Some(right)) => self.join(operator.precedence(), left, right, whole),
                (None, _) | (_, None) => None,
            };
        }
        joined
    }

    /// The result type of a binary operator: arithmetic accepts one array, comparison and logic none.
    fn join(
        &mut self,
        precedence: Precedence,
        left: DataType,
        right: DataType,
        whole: &Expr,
    ) -> Option<DataType> {
        if left == DataType::Unknown || right == DataType::Unknown {
            return Some(DataType::Unknown);
        }
        let arrays = usize::from(left == DataType::Array) + usize::from(right == DataType::Array);
        let compares = matches!(
            precedence,
            Precedence::Or | Precedence::And | Precedence::Comparison
        );
        if compares && arrays > 0 {
            return self.refuse(
                whole,
                "comparison and logic take scalars and single time series, not arrays".to_owned(),
            );
        }
        if arrays == 2 {
            return self.refuse(whole, "an operator takes at most one array".to_owned());
        }
        Some(left.max(right))
    }

    fn call(&mut self, function: Function, arguments: &[Expr], whole: &Expr) -> Option<DataType> {
        let types: Vec<Option<Argument>> = arguments
            .iter()
            .map(|argument| self.argument(argument))
            .collect();
        let types: Vec<Argument> = types.into_iter().collect::<Option<_>>()?;
        let signatures = function.spec().signatures;
        if let Some(signature) = signatures
            .iter()
            .find(|signature| signature.accepts(&types))
        {
            if function == Function::ServiceQuota && whole.service_quotas().is_empty() {
                return self.refuse(whole, QUOTA_OF_ONE_METRIC.to_owned());
            }
            return Some(signature.result_of(&types));
        }
        let written: Vec<&str> = types.iter().map(Argument::name).collect();
        let message = match written.as_slice() {
            [] => format!("`{}` takes arguments", function.name()),
            written => format!("`{}` does not take {}", function.name(), written.join(", ")),
        };
        let usage: Vec<String> = signatures
            .iter()
            .map(|signature| format!("`{}({})`", function.name(), signature.usage()))
            .collect();
        self.errors.push(
            SyntaxError::error(whole.span.clone(), message)
                .help(format!("write {}", usage.join(" or "))),
        );
        None
    }

    fn argument<'a>(&mut self, expr: &'a Expr) -> Option<Argument<'a>> {
        if let ExprKind::Word(word) = &expr.kind {
            Some(Argument::Word(word))
        } else {
            self.infer(expr).map(Argument::Value)
        }
    }
}
