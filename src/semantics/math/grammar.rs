//! The grammar of metric math: precedence climbing over the table of operators.

use winnow::Parser;
use winnow::error::ErrMode;

use super::functions::{Function, WORDS};
use super::{Binding, Expr, Node, OPERATORS, Operator};
use crate::diagnostic::nearest;
use crate::semantics::SyntaxError;
use crate::semantics::syntax::{
    Fault, Input, Parsed, advance, cut, expected, found, here, mark, nested, next_span, number,
    peek_word, require, rest, run, since, word,
};

/// Bindings of the operators that join from left to right, loosest first.
const CHAINS: [Binding; 5] = [
    Binding::Or,
    Binding::And,
    Binding::Comparison,
    Binding::Sum,
    Binding::Product,
];

pub(super) fn read(text: &str) -> (Option<Expr>, Vec<SyntaxError>) {
    run(text, expression)
}

fn expression(input: &mut Input<'_>) -> Parsed<Expr> {
    nested(input, |input| climb(input, &CHAINS))
}

/// An operand, and whatever is joined to it by operators of these bindings.
fn climb(input: &mut Input<'_>, bindings: &[Binding]) -> Parsed<Expr> {
    let start = here(input);
    let mut left = unary(input)?;
    // Bindings are taken from the closest to the loosest: each makes one chain of what the closer ones left.
    for (index, binding) in bindings.iter().enumerate().rev() {
        let mut rest = Vec::new();
        while let Some(operator) = operator(input, *binding)? {
            rest.push((operator, climb(input, &bindings[index + 1..])?));
        }
        if !rest.is_empty() {
            left = Expr {
                node: Node::Chain {
                    first: Box::new(left),
                    rest,
                },
                span: since(input, start),
            };
        }
    }
    Ok(left)
}

/// The operator that stands next, if it binds so.
fn operator(input: &mut Input<'_>, wanted: Binding) -> Parsed<Option<Operator>> {
    let next = rest(input);
    let next_word = peek_word(input);
    for (operator, binding, spellings) in &OPERATORS {
        for spelling in *spellings {
            let there = if spelling.starts_with(char::is_alphabetic) {
                next_word == *spelling
            } else {
                next.starts_with(spelling)
            };
            if there {
                return if *binding == wanted {
                    advance(input, spelling.len()).map(|()| Some(*operator))
                } else {
                    Ok(None)
                };
            }
        }
    }
    if next_word == "and" || next_word == "or" {
        let problem = SyntaxError::error(next_span(input), format!("`{next_word}` is no operator"));
        return Err(cut(
            problem.help(format!("write `{}`", next_word.to_ascii_uppercase()))
        ));
    }
    if next.starts_with('=') {
        let problem = SyntaxError::error(next_span(input), "`=` compares nothing in metric math");
        return Err(cut(problem.help("write `==`")));
    }
    Ok(None)
}

fn unary(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = here(input);
    if !rest(input).starts_with('-') {
        return power(input);
    }
    mark("-").parse_next(input)?;
    let operand = nested(input, unary)?;
    Ok(Expr {
        node: Node::Negate(Box::new(operand)),
        span: since(input, start),
    })
}

fn power(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = here(input);
    let base = operand(input)?;
    if !rest(input).starts_with('^') {
        return Ok(base);
    }
    mark("^").parse_next(input)?;
    let exponent = nested(input, unary)?;
    Ok(Expr {
        node: Node::Power {
            base: Box::new(base),
            exponent: Box::new(exponent),
        },
        span: since(input, start),
    })
}

fn operand(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = here(input);
    let node = match rest(input).chars().next() {
        Some('(') => return parenthesised(input),
        Some('[') => array(input)?,
        Some(quote @ ('"' | '\'')) => text(input, quote)?,
        Some('0'..='9' | '.') => Node::Number(number(input)?),
        Some('a'..='z') => id(input)?,
        Some('A'..='Z') => call_or_word(input)?,
        _ => return Err(expected(input, "a metric's id, a number or a function")),
    };
    Ok(Expr {
        node,
        span: since(input, start),
    })
}

fn parenthesised(input: &mut Input<'_>) -> Parsed<Expr> {
    mark("(").parse_next(input)?;
    let inner = expression(input)?;
    require(")", "to close the parenthesis").parse_next(input)?;
    Ok(inner)
}

fn array(input: &mut Input<'_>) -> Parsed<Node> {
    mark("[").parse_next(input)?;
    let items = list(input, "]")?;
    require("]", "to close the array").parse_next(input)?;
    Ok(Node::Array(items))
}

/// Expressions with commas between them, up to a mark that is left to be read.
fn list(input: &mut Input<'_>, close: &str) -> Parsed<Vec<Expr>> {
    let mut items = Vec::new();
    if rest(input).starts_with(close) {
        return Ok(items);
    }
    loop {
        items.push(expression(input)?);
        if !rest(input).starts_with(',') {
            return Ok(items);
        }
        mark(",").parse_next(input)?;
    }
}

fn text(input: &mut Input<'_>, quote: char) -> Parsed<Node> {
    let start = here(input);
    let after = &rest(input)[1..];
    let Some(length) = after.find(quote) else {
        return Err(cut(SyntaxError::error(
            start..start + 1 + after.len(),
            format!("the closing `{quote}` is missing"),
        )));
    };
    let text = after[..length].to_owned();
    advance(input, length + 2)?;
    Ok(Node::Text { text, quote })
}

fn id(input: &mut Input<'_>) -> Parsed<Node> {
    let span = next_span(input);
    let id = peek_word(input);
    if id.contains('.') {
        let problem = SyntaxError::error(span, format!("`{id}` is no id"));
        return Err(cut(
            problem.help("an id has only letters, digits and underscores")
        ));
    }
    word(input)?;
    if rest(input).starts_with('(') {
        return Err(unknown_function(
            &SyntaxError::error(span, format!("there is no function `{id}`")),
            id,
        ));
    }
    Ok(Node::Id(id.to_owned()))
}

fn call_or_word(input: &mut Input<'_>) -> Parsed<Node> {
    let span = next_span(input);
    let name = peek_word(input);
    word(input)?;
    if rest(input).starts_with('(') {
        let Some(function) = Function::named(name) else {
            return Err(unknown_function(
                &SyntaxError::error(span, format!("there is no function `{name}`")),
                name,
            ));
        };
        return call(input, function);
    }
    if WORDS.contains(&name) {
        return Ok(Node::Word(name.to_owned()));
    }
    let problem = SyntaxError::error(span, format!("`{name}` is neither an id nor a function"));
    Err(cut(problem.help(
        "an id begins with a lower-case letter; after a function's name stands `(`",
    )))
}

fn call(input: &mut Input<'_>, function: Function) -> Parsed<Node> {
    mark("(").parse_next(input)?;
    let arguments = list(input, ")")?;
    if !rest(input).starts_with(')') {
        let message = format!(
            "expected `,` or `)` in the arguments of `{}`, found {}",
            function.name(),
            found(input)
        );
        return Err(cut(SyntaxError::error(next_span(input), message)));
    }
    mark(")").parse_next(input)?;
    Ok(Node::Call {
        function,
        arguments,
    })
}

fn unknown_function(problem: &SyntaxError, written: &str) -> ErrMode<Fault> {
    let help = match nearest(written, Function::names()) {
        Some(near) if near.eq_ignore_ascii_case(written) => {
            Some(format!("functions are in upper case: `{near}`"))
        }
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => None,
    };
    cut(SyntaxError {
        help,
        ..problem.clone()
    })
}
