//! The types of metric math, and whether an expression's parts go together.

use super::functions::{Form, Function, Parameter};
use super::{Binding, Expr, Node, Operator};
use crate::diagnostic::nearest;
use crate::semantics::SyntaxError;

/// What an expression stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    Scalar,
    Series,
    /// Several series.
    Array,
    Text,
    TextArray,
    /// A series or several, as a function outside CloudWatch decides.
    Unknown,
}

impl Type {
    pub(super) fn name(self) -> &'static str {
        match self {
            Type::Scalar => "a scalar",
            Type::Series => "a time series",
            Type::Array => "an array of time series",
            Type::Text => "text",
            Type::TextArray => "an array of texts",
            Type::Unknown => "what a function decides",
        }
    }

    fn is_numeric(self) -> bool {
        matches!(
            self,
            Type::Scalar | Type::Series | Type::Array | Type::Unknown
        )
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The type of the whole, where it could be told.
    pub result: Option<Type>,
    pub problems: Vec<SyntaxError>,
}

/// Checks the types of an expression. `type_of` tells the type of each id, and `None` for one that does not exist; `ids` are those to
/// suggest in its place.
pub fn check<'a>(expr: &Expr, ids: &[&'a str], type_of: &dyn Fn(&str) -> Option<Type>) -> Checked {
    let mut checker = Checker {
        ids,
        type_of,
        problems: Vec::new(),
    };
    let result = checker.infer(expr);
    Checked {
        result,
        problems: checker.problems,
    }
}

struct Checker<'a> {
    ids: &'a [&'a str],
    type_of: &'a dyn Fn(&str) -> Option<Type>,
    problems: Vec<SyntaxError>,
}

impl Checker<'_> {
    /// The type of a part; `None` where a problem has been noted already.
    fn infer(&mut self, expr: &Expr) -> Option<Type> {
        match &expr.node {
            Node::Number(_) => Some(Type::Scalar),
            Node::Text { .. } => Some(Type::Text),
            Node::Id(id) => self.id(id, expr),
            Node::Word(word) => self.refuse(
                expr,
                format!("`{word}` is a word that some functions take, not a value"),
            ),
            Node::Array(items) => self.array(items, expr),
            Node::Negate(operand) => self.numeric(operand),
            Node::Power { base, exponent } => self.pair(Binding::Power, (base, exponent), expr),
            Node::Chain { first, rest } => self.chain(first, rest, expr),
            Node::Call {
                function,
                arguments,
            } => self.call(*function, arguments, expr),
        }
    }

    fn refuse(&mut self, expr: &Expr, message: String) -> Option<Type> {
        self.problems
            .push(SyntaxError::error(expr.span.clone(), message));
        None
    }

    fn id(&mut self, id: &str, expr: &Expr) -> Option<Type> {
        let known = (self.type_of)(id);
        if known.is_none() {
            let help = match nearest(id, self.ids.iter().copied()) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None if self.ids.is_empty() => None,
                None => Some(format!("the ids are `{}`", self.ids.join("`, `"))),
            };
            self.problems.push(SyntaxError {
                help,
                ..SyntaxError::error(expr.span.clone(), format!("there is no `{id}`"))
            });
        }
        known
    }

    fn array(&mut self, items: &[Expr], expr: &Expr) -> Option<Type> {
        let types: Vec<Option<Type>> = items.iter().map(|item| self.infer(item)).collect();
        let types: Vec<Type> = types.into_iter().collect::<Option<_>>()?;
        if types.is_empty() {
            return self.refuse(expr, "an array holds at least one element".to_owned());
        }
        if types.iter().all(|kind| *kind == Type::Text) {
            return Some(Type::TextArray);
        }
        if types
            .iter()
            .all(|kind| matches!(kind, Type::Series | Type::Array | Type::Unknown))
        {
            return Some(Type::Array);
        }
        self.refuse(expr, "an array holds time series, or texts".to_owned())
    }

    fn numeric(&mut self, expr: &Expr) -> Option<Type> {
        let kind = self.infer(expr)?;
        if kind.is_numeric() {
            Some(kind)
        } else {
            self.refuse(expr, format!("{} cannot be reckoned with", kind.name()))
        }
    }

    fn pair(
        &mut self,
        binding: Binding,
        (left, right): (&Expr, &Expr),
        whole: &Expr,
    ) -> Option<Type> {
        let (left, right) = (self.numeric(left), self.numeric(right));
        self.join(binding, left?, right?, whole)
    }

    fn chain(&mut self, first: &Expr, rest: &[(Operator, Expr)], whole: &Expr) -> Option<Type> {
        let mut joined = self.numeric(first);
        for (operator, operand) in rest {
            let right = self.numeric(operand);
            joined = match (joined, right) {
                (Some(left), Some(right)) => self.join(operator.binding(), left, right, whole),
                (None, _) | (_, None) => None,
            };
        }
        joined
    }

    /// The type of two operands together: arithmetic takes one array, comparison and logic none.
    fn join(&mut self, binding: Binding, left: Type, right: Type, whole: &Expr) -> Option<Type> {
        if left == Type::Unknown || right == Type::Unknown {
            return Some(Type::Unknown);
        }
        let arrays = usize::from(left == Type::Array) + usize::from(right == Type::Array);
        let compares = matches!(binding, Binding::Or | Binding::And | Binding::Comparison);
        if compares && arrays > 0 {
            return self.refuse(
                whole,
                "comparison and logic take scalars and single time series, not arrays".to_owned(),
            );
        }
        if arrays == 2 {
            return self.refuse(
                whole,
                "two arrays cannot be reckoned with each other".to_owned(),
            );
        }
        Some(left.max(right))
    }

    fn call(&mut self, function: Function, arguments: &[Expr], whole: &Expr) -> Option<Type> {
        let types: Vec<Option<Argument>> = arguments
            .iter()
            .map(|argument| self.argument(argument))
            .collect();
        let types: Vec<Argument> = types.into_iter().collect::<Option<_>>()?;
        let forms = function.entry().forms;
        if let Some(form) = forms.iter().find(|form| form.takes(&types)) {
            return Some(form.result_of(&types));
        }
        let written: Vec<&str> = types.iter().map(Argument::name).collect();
        let message = match written.as_slice() {
            [] => format!("`{}` takes arguments", function.name()),
            written => format!("`{}` does not take {}", function.name(), written.join(", ")),
        };
        let usage: Vec<String> = forms
            .iter()
            .map(|form| format!("`{}({})`", function.name(), form.usage()))
            .collect();
        self.problems.push(
            SyntaxError::error(whole.span.clone(), message)
                .help(format!("it is used as {}", usage.join(" or "))),
        );
        None
    }

    fn argument<'a>(&mut self, expr: &'a Expr) -> Option<Argument<'a>> {
        if let Node::Word(word) = &expr.node {
            Some(Argument::Word(word))
        } else {
            self.infer(expr).map(Argument::Value)
        }
    }
}

/// What a call gives a function.
enum Argument<'a> {
    Value(Type),
    Word(&'a str),
}

impl Argument<'_> {
    fn name(&self) -> &str {
        match self {
            Argument::Value(kind) => kind.name(),
            Argument::Word(word) => word,
        }
    }
}

impl Form {
    fn takes(&self, arguments: &[Argument<'_>]) -> bool {
        let least = self.parameters.len() - self.optional;
        (least..=self.parameters.len()).contains(&arguments.len())
            && self
                .parameters
                .iter()
                .zip(arguments)
                .all(|(parameter, argument)| parameter.takes(argument))
    }

    /// An unknown first argument leaves the result of a function that maps series or arrays unknown.
    fn result_of(&self, arguments: &[Argument<'_>]) -> Type {
        match arguments.first() {
            Some(Argument::Value(Type::Unknown))
                if matches!(self.result, Type::Scalar | Type::Series | Type::Array) =>
            {
                Type::Unknown
            }
            Some(_) | None => self.result,
        }
    }

    fn usage(&self) -> String {
        let least = self.parameters.len() - self.optional;
        let required: Vec<String> = self.parameters[..least]
            .iter()
            .map(Parameter::usage)
            .collect();
        match self.parameters.get(least) {
            Some(next) if required.is_empty() => format!("[{}]", next.usage()),
            Some(next) => format!("{}[, {}]", required.join(", "), next.usage()),
            None => required.join(", "),
        }
    }
}

impl Parameter {
    fn takes(&self, argument: &Argument<'_>) -> bool {
        match argument {
            Argument::Value(Type::Unknown) => {
                self.types.contains(&Type::Series) || self.types.contains(&Type::Array)
            }
            Argument::Value(kind) => self.types.contains(kind),
            Argument::Word(word) => self.words.contains(word),
        }
    }

    fn usage(&self) -> String {
        let types = self.types.iter().map(|kind| kind.name());
        types
            .chain(self.words.iter().copied())
            .collect::<Vec<_>>()
            .join(" | ")
    }
}
