//! The common parts of the grammars: input with positions, errors, and a limit on nesting.

use std::ops::Range;

use winnow::Parser;
use winnow::combinator::terminated;
use winnow::error::{ErrMode, ModalResult, ParserError};
use winnow::stream::{LocatingSlice, Location, Stateful, Stream};
use winnow::token::{literal, take_while};

use super::error::SyntaxError;

/// The limit on nesting: deeper than any text that people write, and safe for the stack of a thread.
const MAX_NESTING: usize = 128;

pub(super) type Input<'a> = Stateful<LocatingSlice<&'a str>, ParseState>;
pub(super) type Parsed<T> = ModalResult<T, ParseFailure>;

/// The state of a parse.
#[derive(Debug, Default)]
pub(super) struct ParseState {
    /// Errors after which the parse went on.
    errors: Vec<SyntaxError>,
    nesting: usize,
    /// The last white space read. It follows the last token.
    gap: Range<usize>,
}

/// The error that ended a parse; `None` for a branch that does not match.
#[derive(Debug)]
pub(super) struct ParseFailure(Option<Box<SyntaxError>>);

impl<I: Stream> ParserError<I> for ParseFailure {
    type Inner = Self;

    fn from_input(_: &I) -> Self {
        ParseFailure(None)
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Parses a whole text. The value is `None` if the parse ended early; the errors include warnings and hints.
pub(super) fn run<'a, T>(
    text: &'a str,
    mut grammar: impl FnMut(&mut Input<'a>) -> Parsed<T>,
) -> (Option<T>, Vec<SyntaxError>) {
    let mut input = Stateful {
        input: LocatingSlice::new(text),
        state: ParseState::default(),
    };
    let outcome = blank(&mut input)
        .and_then(|()| grammar(&mut input))
        .and_then(|value| end(&mut input).map(|()| value));
    match outcome {
        Ok(value) => (Some(value), input.state.errors),
        Err(error) => {
            let failure = match error {
                ErrMode::Backtrack(ParseFailure(failure)) | ErrMode::Cut(ParseFailure(failure)) => {
                    failure
                }
                ErrMode::Incomplete(_) => None,
            };
            let error = failure.map_or_else(|| unexpected(&input), |error| *error);
            input.state.errors.push(error);
            (None, input.state.errors)
        }
    }
}

/// Turns the result of [`run`] into the value, or into its errors if there are any. Warnings and hints are dropped.
pub(super) fn accept<T>(
    (value, errors): (Option<T>, Vec<SyntaxError>),
) -> Result<T, Vec<SyntaxError>> {
    let errors: Vec<SyntaxError> = errors.into_iter().filter(SyntaxError::is_error).collect();
    value.filter(|_| errors.is_empty()).ok_or(errors)
}

fn end(input: &mut Input<'_>) -> Parsed<()> {
    if rest(input).is_empty() {
        Ok(())
    } else {
        Err(cut(unexpected(input)))
    }
}

fn unexpected(input: &Input<'_>) -> SyntaxError {
    SyntaxError::error(next_span(input), format!("unexpected {}", found(input)))
}

/// Optional white space; called once after every word and mark.
pub(super) fn blank(input: &mut Input<'_>) -> Parsed<()> {
    let start = here(input);
    take_while(0.., char::is_whitespace)
        .void()
        .parse_next(input)?;
    input.state.gap = start..here(input);
    Ok(())
}

/// A mark such as `(`, and the white space after it.
pub(super) fn mark<'a>(mark: &'static str) -> impl Parser<Input<'a>, (), ErrMode<ParseFailure>> {
    terminated(literal(mark), blank).void()
}

/// A required mark; `purpose` completes the error message.
pub(super) fn require<'a>(
    wanted: &'static str,
    purpose: &'static str,
) -> impl Parser<Input<'a>, (), ErrMode<ParseFailure>> {
    move |input: &mut Input<'a>| {
        if rest(input).starts_with(wanted) {
            mark(wanted).parse_next(input)
        } else {
            Err(expected(input, &format!("`{wanted}` {purpose}")))
        }
    }
}

/// The unread text.
pub(super) fn rest<'a>(input: &Input<'a>) -> &'a str {
    input.input.as_ref()
}

/// The position of the next token.
pub(super) fn here(input: &Input<'_>) -> usize {
    input.current_token_start()
}

/// The span from `start` to the end of the last token.
pub(super) fn since(input: &Input<'_>, start: usize) -> Range<usize> {
    start..input.state.gap.start.max(start)
}

/// Whether a character can be part of a word.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '.'
}

/// The span of the next word or mark.
pub(super) fn next_span(input: &Input<'_>) -> Range<usize> {
    let rest = rest(input);
    let word = peek_word(input).len();
    let length = if word == 0 {
        rest.chars().next().map_or(0, char::len_utf8)
    } else {
        word
    };
    here(input)..here(input) + length
}

/// The next word or mark, for a message.
pub(super) fn found(input: &Input<'_>) -> String {
    let length = next_span(input).len();
    if length == 0 {
        "the end".to_owned()
    } else {
        format!("`{}`", &rest(input)[..length])
    }
}

/// Ends the parse with the error that `wanted` is missing here.
pub(super) fn expected(input: &Input<'_>, wanted: &str) -> ErrMode<ParseFailure> {
    cut(SyntaxError::error(
        next_span(input),
        format!("expected {wanted}, found {}", found(input)),
    ))
}

/// Ends the parse with an error.
pub(super) fn cut(error: SyntaxError) -> ErrMode<ParseFailure> {
    ErrMode::Cut(ParseFailure(Some(Box::new(error))))
}

/// Records an error, a warning or a hint and lets the parse go on.
pub(super) fn note(input: &mut Input<'_>, error: SyntaxError) {
    input.state.errors.push(error);
}

/// Parses one level deeper.
pub(super) fn nested<'a, T>(
    input: &mut Input<'a>,
    parser: impl FnOnce(&mut Input<'a>) -> Parsed<T>,
) -> Parsed<T> {
    if input.state.nesting == MAX_NESTING {
        return Err(cut(SyntaxError::error(
            next_span(input),
            format!("nested more than {MAX_NESTING} levels deep"),
        )));
    }
    input.state.nesting += 1;
    let value = parser(input);
    input.state.nesting -= 1;
    value
}

/// The next word, left unread; empty if the next token is not a word.
pub(super) fn peek_word<'a>(input: &Input<'a>) -> &'a str {
    let rest = rest(input);
    &rest[..rest
        .find(|character| !is_word(character))
        .unwrap_or(rest.len())]
}

/// Reads the next word and returns its span.
pub(super) fn word(input: &mut Input<'_>) -> Parsed<Range<usize>> {
    let span = next_span(input);
    advance(input, span.len())?;
    Ok(span)
}

/// Reads a number of bytes, and the white space after them.
pub(super) fn advance(input: &mut Input<'_>, bytes: usize) -> Parsed<()> {
    let next = &rest(input)[..bytes];
    literal(next).void().parse_next(input)?;
    blank(input)
}

/// A decimal number without sign (digits with at most one point, and an exponent), and the white space after it.
pub(super) fn number(input: &mut Input<'_>) -> Parsed<f64> {
    let span = next_span(input);
    let text = rest(input);
    let length = number_length(text);
    match text[..length].parse::<f64>() {
        Ok(value) if value.is_finite() => {
            advance(input, length)?;
            Ok(value)
        }
        _ => Err(cut(SyntaxError::error(
            span,
            "not a number that can be represented",
        ))),
    }
}

fn number_length(text: &str) -> usize {
    let mut length = digits(text);
    if text[length..].starts_with('.') {
        length += 1 + digits(&text[length + 1..]);
    }
    let exponent = text[length..]
        .strip_prefix(['e', 'E'])
        .map(|after| after.trim_start_matches(['+', '-']));
    if let Some(after) = exponent.filter(|after| after.starts_with(|c: char| c.is_ascii_digit())) {
        length = text.len() - after.len() + digits(after);
    }
    length
}

/// The number of digits at the start of a text.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
