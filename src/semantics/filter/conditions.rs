//! Single conditions of a filter expression, and the rules of scope and type.

use std::ops::Range;

use winnow::Parser;
use winnow::error::ErrMode;
use winnow::token::take_while;

use super::expression::{EdgeEnd, Filter, Literal, Operand};
use super::keywords::{
    ConditionScope, KEYWORDS, Keyword, KeywordType, MISTAKES, OTHER_WORDS, keyword,
};
use super::operator::{FILTER_OPERATORS, FilterOperator};
use super::print;
use crate::diagnostic::nearest;
use crate::semantics::error::SyntaxError;
use crate::semantics::syntax::{
    Input, ParseFailure, Parsed, advance, cut, expected, here, mark, next_span, note, number,
    peek_word, require, rest, since, word,
};

pub(super) fn condition(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Filter> {
    let start = here(input);
    let operand = operand(input, scope)?;
    let span = since(input, start);
    let Some(operator) = operator(input)? else {
        return present(operand, span);
    };
    let value_start = here(input);
    let value = literal(input)?;
    let value_span = since(input, value_start);
    let value = match &operand {
        Operand::Keyword(keyword) => {
            typed(input, keyword, operator, value, span.start..value_span.end)
        }
        Operand::Annotation { .. } | Operand::GroupName | Operand::GroupArn => {
            annotated(input, operator, &value, span.start..value_span.end);
            value
        }
    };
    Ok(Filter::Compare {
        operand,
        operator,
        value,
    })
}

fn present(operand: Operand, span: Range<usize>) -> Parsed<Filter> {
    if let Operand::Keyword(Keyword {
        word,
        kind: KeywordType::Number,
        ..
    }) = operand
    {
        let error =
            SyntaxError::error(span, format!("`{word}` is a number and needs a comparison"));
        return Err(cut(error.help(format!("write `{word} > 1`"))));
    }
    Ok(Filter::Present(operand))
}

/// Checks the types of a comparison with a keyword. Returns the value converted to the keyword's type.
fn typed(
    input: &mut Input<'_>,
    keyword: &Keyword,
    operator: FilterOperator,
    value: Literal,
    span: Range<usize>,
) -> Literal {
    let value = match (keyword.kind, value) {
        (KeywordType::Boolean, Literal::Text(text)) if text == "true" || text == "false" => {
            Literal::Boolean(text == "true")
        }
        (_, value) => value,
    };
    if !keyword.kind.accepts(operator) || keyword.kind != value.kind() {
        let (type_name, comparisons) = keyword.kind.usage();
        let error = SyntaxError::error(span, format!("`{}` is {type_name}", keyword.word));
        note(input, error.help(format!("it is used {comparisons}")));
    }
    value
}

/// Checks that the operator suits the value's type. An annotation can have any type.
fn annotated(input: &mut Input<'_>, operator: FilterOperator, value: &Literal, span: Range<usize>) {
    let kind = value.kind();
    if !kind.accepts(operator) {
        let (type_name, comparisons) = kind.usage();
        note(
            input,
            SyntaxError::error(span, format!("the annotation's value is {type_name}"))
                .help(format!("such an annotation is used {comparisons}")),
        );
    }
}

impl Literal {
    fn kind(&self) -> KeywordType {
        match self {
            Literal::Boolean(_) => KeywordType::Boolean,
            Literal::Number(_) => KeywordType::Number,
            Literal::Text(_) => KeywordType::Text,
        }
    }
}

fn operand(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Operand> {
    let name = peek_word(input).to_ascii_lowercase();
    for (prefix, end) in [
        ("annotation", None),
        ("source.annotation", Some(EdgeEnd::Source)),
        ("destination.annotation", Some(EdgeEnd::Destination)),
    ] {
        if name == prefix
            || name
                .strip_prefix(prefix)
                .is_some_and(|key| key.starts_with('.'))
        {
            return annotation(input, scope, prefix.len(), end);
        }
    }
    let Some(keyword) = keyword(&name) else {
        return Err(unknown_word(input));
    };
    let span = word(input)?;
    check_scope(input, keyword, scope, span);
    Ok(Operand::Keyword(keyword))
}

fn unknown_word(input: &Input<'_>) -> ErrMode<ParseFailure> {
    let written = peek_word(input);
    let error = SyntaxError::error(next_span(input), format!("unknown keyword `{written}`"));
    let mistake = MISTAKES
        .iter()
        .find(|(wrong, _)| wrong.eq_ignore_ascii_case(written))
        .map(|(_, help)| (*help).to_owned());
    let known = KEYWORDS
        .iter()
        .map(|keyword| keyword.word)
        .chain(OTHER_WORDS)
        .chain(FILTER_OPERATORS.iter().map(|(word, _)| *word));
    let help =
        mistake.or_else(|| nearest(written, known).map(|near| format!("did you mean `{near}`?")));
    cut(SyntaxError { help, ..error })
}

fn check_scope(
    input: &mut Input<'_>,
    keyword: &Keyword,
    scope: ConditionScope,
    span: Range<usize>,
) {
    if !keyword.scopes.contains(&scope) {
        let message = format!("`{}` has no meaning {}", keyword.word, scope.name());
        note(
            input,
            if keyword.strict {
                SyntaxError::error(span, message)
            } else {
                SyntaxError::warning(span, message)
            },
        );
    } else if keyword.doubtful.contains(&scope) {
        note(
            input,
            SyntaxError::warning(
                span,
                format!("AWS does not document `{}` {}", keyword.word, scope.name()),
            ),
        );
    }
}

fn annotation(
    input: &mut Input<'_>,
    scope: ConditionScope,
    prefix: usize,
    end: Option<EdgeEnd>,
) -> Parsed<Operand> {
    let start = here(input);
    let name = peek_word(input);
    let key = if name.len() == prefix {
        bracketed_key(input)?
    } else {
        dotted_key(input, &name[prefix + 1..])?
    };
    let allowed = match end {
        None => matches!(
            scope,
            ConditionScope::Trace | ConditionScope::Service | ConditionScope::Edge
        ),
        Some(_) => scope == ConditionScope::Edge,
    };
    let operand = Operand::Annotation { end, key };
    if !allowed {
        note(
            input,
            SyntaxError::error(
                since(input, start),
                format!("`{operand}` has no meaning {}", scope.name()),
            ),
        );
    }
    Ok(operand)
}

fn bracketed_key(input: &mut Input<'_>) -> Parsed<String> {
    word(input)?;
    require("[", "and the annotation's key").parse_next(input)?;
    let key: &str = take_while(0.., |c| c != ']').parse_next(input)?;
    if key.is_empty() {
        return Err(expected(input, "the annotation's key"));
    }
    require("]", "after the annotation's key").parse_next(input)?;
    Ok(key.to_owned())
}

fn dotted_key(input: &mut Input<'_>, key: &str) -> Parsed<String> {
    let next = rest(input);
    let run = next
        .find(|c: char| !c.is_alphanumeric() && !"._-/".contains(c))
        .unwrap_or(next.len());
    if key.is_empty() || key.contains('.') || run > peek_word(input).len() {
        let span = here(input)..here(input) + run;
        let whole_key = &next[peek_word(input).len() - key.len()..run];
        let error = SyntaxError::error(
            span,
            "only a key of letters, digits and underscores can follow the dot",
        );
        return Err(cut(error.help(format!("write `annotation[{whole_key}]`"))));
    }
    let span = word(input)?;
    note(
        input,
        SyntaxError::info(span, "the older form of an annotation")
            .help(format!("write `annotation[{key}]`")),
    );
    Ok(key.to_owned())
}

/// Reads an operator if one is next.
pub(super) fn operator(input: &mut Input<'_>) -> Parsed<Option<FilterOperator>> {
    let marks = rest(input).len() - rest(input).trim_start_matches(['=', '<', '>', '!']).len();
    let symbol = &rest(input)[..marks];
    // A `!` alone begins the next condition: `ok !partial`.
    if marks > 0 && symbol != "!" {
        let Some((_, operator)) = FILTER_OPERATORS.iter().find(|(word, _)| *word == symbol) else {
            let span = here(input)..here(input) + marks;
            let known = SyntaxError::error(span, format!("unknown operator `{symbol}`"));
            return Err(cut(
                known.help("the operators are `=`, `!=`, `<`, `<=`, `>`, `>=`, `CONTAINS`, `BEGINSWITH` and `ENDSWITH`")
            ));
        };
        advance(input, marks)?;
        return Ok(Some(*operator));
    }
    let written = peek_word(input);
    let Some((word_in_upper_case, operator)) = FILTER_OPERATORS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(written))
    else {
        return Ok(None);
    };
    if written != *word_in_upper_case {
        let error = SyntaxError::warning(
            next_span(input),
            format!("AWS documents only upper case for `{written}`"),
        );
        note(input, error.help(format!("write `{word_in_upper_case}`")));
    }
    word(input)?;
    Ok(Some(*operator))
}

fn literal(input: &mut Input<'_>) -> Parsed<Literal> {
    let next = rest(input);
    if next.starts_with('"') {
        return Ok(Literal::Text(text(input, "a value")?));
    }
    if next.starts_with(|c: char| c.is_ascii_digit()) || next.starts_with('-') {
        let negative = next.starts_with('-');
        if negative {
            mark("-").parse_next(input)?;
        }
        if !rest(input).starts_with(|c: char| c.is_ascii_digit()) {
            return Err(expected(input, "a number"));
        }
        let value = number(input)?;
        return Ok(Literal::Number(if negative { -value } else { value }));
    }
    match peek_word(input).to_ascii_lowercase().as_str() {
        "true" => word(input).map(|_| Literal::Boolean(true)),
        "false" => word(input).map(|_| Literal::Boolean(false)),
        _ => Ok(Literal::Text(text(input, "a value")?)),
    }
}

/// Text in double quotes. The error for unquoted text suggests the quoted text.
pub(super) fn text(input: &mut Input<'_>, what: &str) -> Parsed<String> {
    let start = here(input);
    if !rest(input).starts_with('"') {
        return Err(unquoted(input, what));
    }
    let after = &rest(input)[1..];
    let Some(length) = after.find('"') else {
        return Err(cut(SyntaxError::error(
            start..start + 1 + after.len(),
            "the closing `\"` is missing",
        )));
    };
    let value = after[..length].to_owned();
    advance(input, length + 2)?;
    if value.contains('\\') {
        note(
            input,
            SyntaxError::warning(
                since(input, start),
                "AWS does not document what `\\` means in text",
            ),
        );
    }
    Ok(value)
}

fn unquoted(input: &Input<'_>, what: &str) -> ErrMode<ParseFailure> {
    let next = rest(input);
    let bare = next.trim_start_matches('\'');
    let length = bare
        .find(|c: char| c.is_whitespace() || matches!(c, '\'' | ')' | '}' | ',' | '{'))
        .unwrap_or(bare.len());
    if length == 0 {
        return expected(input, &format!("{what} in double quotes"));
    }
    let span = here(input)..here(input) + (next.len() - bare.len()) + length;
    let error = SyntaxError::error(span, format!("{what} needs double quotes"));
    cut(SyntaxError {
        help: print::quote(&bare[..length]).map(|quoted| format!("write `{quoted}`")),
        ..error
    })
}
