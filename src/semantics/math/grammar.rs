//! The grammar of metric math: precedence climbing over the table of operators.

use winnow::Parser;
use winnow::error::ErrMode;

use super::expression::{Expr, ExprKind};
use super::functions::{Function, WORDS};
use super::operator::{BINARY_OPERATORS, BinaryOperator, Precedence};
use crate::diagnostic::nearest;
use crate::semantics::error::SyntaxError;
use crate::semantics::syntax::{
    Input, ParseFailure, Parsed, advance, cut, expected, found, here, mark, nested, next_span,
    number, peek_word, require, rest, run, since, word,
};

/// The precedences of left-associative operators, lowest first.
const CHAINS: [Precedence; 5] = [
    Precedence::Or,
    Precedence::And,
    Precedence::Comparison,
    Precedence::Sum,
    Precedence::Product,
];

pub(super) fn read(text: &str) -> (Option<Expr>, Vec<SyntaxError>) {
    run(text, expression)
}

fn expression(input: &mut Input<'_>) -> Parsed<Expr> {
    nested(input, |input| climb(input, &CHAINS))
}

/// Parses an operand, then operators of the given precedences.
fn climb(input: &mut Input<'_>, precedences: &[Precedence]) -> Parsed<Expr> {
    let start = here(input);
    let mut left = unary(input)?;
    // From the highest precedence to the lowest: each level joins the chains of the level above it.
    for (index, precedence) in precedences.iter().enumerate().rev() {
        let mut rest = Vec::new();
        while let Some(operator) = operator(input, *precedence)? {
            rest.push((operator, climb(input, &precedences[index + 1..])?));
        }
        if !rest.is_empty() {
            left = Expr {
                kind: ExprKind::Chain {
                    first: Box::new(left),
                    rest,
                },
                span: since(input, start),
            };
        }
    }
    Ok(left)
}

/// Reads the next token if it is an operator of this precedence.
fn operator(input: &mut Input<'_>, wanted: Precedence) -> Parsed<Option<BinaryOperator>> {
    let next = rest(input);
    let next_word = peek_word(input);
    for (operator, precedence, spellings) in &BINARY_OPERATORS {
        for spelling in *spellings {
            let matches = if spelling.starts_with(char::is_alphabetic) {
                next_word == *spelling
            } else {
                next.starts_with(spelling)
            };
            if matches {
                return if *precedence == wanted {
                    advance(input, spelling.len()).map(|()| Some(*operator))
                } else {
                    Ok(None)
                };
            }
        }
    }
    if next_word == "and" || next_word == "or" {
        let error = SyntaxError::error(
            next_span(input),
            format!("`{next_word}` is not an operator"),
        );
        return Err(cut(
            error.help(format!("write `{}`", next_word.to_ascii_uppercase()))
        ));
    }
    if next.starts_with('=') {
        let error = SyntaxError::error(next_span(input), "metric math has no `=`");
        return Err(cut(error.help("write `==`")));
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
        kind: ExprKind::Negate(Box::new(operand)),
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
        kind: ExprKind::Power {
            base: Box::new(base),
            exponent: Box::new(exponent),
        },
        span: since(input, start),
    })
}

fn operand(input: &mut Input<'_>) -> Parsed<Expr> {
    let start = here(input);
    let kind = match rest(input).chars().next() {
        Some('(') => return parenthesised(input),
        Some('[') => array(input)?,
        Some(quote @ ('"' | '\'')) => text(input, quote)?,
        Some('0'..='9' | '.') => ExprKind::Number(number(input)?),
        Some('a'..='z') => id(input)?,
        Some('A'..='Z') => call_or_word(input)?,
        _ => return Err(expected(input, "a metric's id, a number or a function")),
    };
    Ok(Expr {
        kind,
        span: since(input, start),
    })
}

fn parenthesised(input: &mut Input<'_>) -> Parsed<Expr> {
    mark("(").parse_next(input)?;
    let inner = expression(input)?;
    require(")", "to close the parenthesis").parse_next(input)?;
    Ok(inner)
}

fn array(input: &mut Input<'_>) -> Parsed<ExprKind> {
    mark("[").parse_next(input)?;
    let items = list(input, "]")?;
    require("]", "to close the array").parse_next(input)?;
    Ok(ExprKind::Array(items))
}

/// Comma-separated expressions up to `close`, which stays unread.
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

fn text(input: &mut Input<'_>, quote: char) -> Parsed<ExprKind> {
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
    Ok(ExprKind::Text { text, quote })
}

fn id(input: &mut Input<'_>) -> Parsed<ExprKind> {
    let span = next_span(input);
    let id = peek_word(input);
    if id.contains('.') {
        let error = SyntaxError::error(span, format!("`{id}` is not an id"));
        return Err(cut(
            error.help("an id has only letters, digits and underscores")
        ));
    }
    word(input)?;
    if rest(input).starts_with('(') {
        return Err(unknown_function(
            &SyntaxError::error(span, format!("there is no function `{id}`")),
            id,
        ));
    }
    Ok(ExprKind::Id(id.to_owned()))
}

fn call_or_word(input: &mut Input<'_>) -> Parsed<ExprKind> {
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
        return Ok(ExprKind::Word(name.to_owned()));
    }
    let error = SyntaxError::error(span, format!("`{name}` is neither an id nor a function"));
    Err(cut(error.help(
        "an id begins with a lower-case letter; a function's name is followed by `(`",
    )))
}

fn call(input: &mut Input<'_>, function: Function) -> Parsed<ExprKind> {
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
    Ok(ExprKind::Call {
        function,
        arguments,
    })
}

fn unknown_function(error: &SyntaxError, written: &str) -> ErrMode<ParseFailure> {
    let help = match nearest(written, Function::names()) {
        Some(near) if near.eq_ignore_ascii_case(written) => {
            Some(format!("functions are in upper case: `{near}`"))
        }
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => None,
    };
    cut(SyntaxError {
        help,
        ..error.clone()
    })
}
