//! What the small grammars share: input that knows positions, faults that are problems, and a bound on nesting.

use std::ops::Range;

use winnow::Parser;
use winnow::combinator::terminated;
use winnow::error::{ErrMode, ModalResult, ParserError};
use winnow::stream::{LocatingSlice, Location, Stateful, Stream};
use winnow::token::{literal, take_while};

use super::SyntaxError;

/// Deep enough for anything a person writes, shallow enough for the stack of any thread.
const DEEPEST: usize = 128;

pub(super) type Input<'a> = Stateful<LocatingSlice<&'a str>, Notes>;
pub(super) type Parsed<T> = ModalResult<T, Fault>;

/// What a grammar gathers on its way: problems that do not end the parse, and how deep it is.
#[derive(Debug, Default)]
pub(super) struct Notes {
    problems: Vec<SyntaxError>,
    nesting: usize,
    /// The white space read last: what was read before it ends where it begins.
    gap: Range<usize>,
}

/// Why a parse ended. A branch that merely does not match carries nothing.
#[derive(Debug)]
pub(super) struct Fault(Option<Box<SyntaxError>>);

impl<I: Stream> ParserError<I> for Fault {
    type Inner = Self;

    fn from_input(_: &I) -> Self {
        Fault(None)
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Runs a grammar over a whole text. The value is absent when the text cannot be read; the problems are all that was found.
pub(super) fn run<'a, T>(
    text: &'a str,
    mut grammar: impl FnMut(&mut Input<'a>) -> Parsed<T>,
) -> (Option<T>, Vec<SyntaxError>) {
    let mut input = Stateful {
        input: LocatingSlice::new(text),
        state: Notes::default(),
    };
    let outcome = blank(&mut input)
        .and_then(|()| grammar(&mut input))
        .and_then(|value| end(&mut input).map(|()| value));
    match outcome {
        Ok(value) => (Some(value), input.state.problems),
        Err(error) => {
            let fault = match error {
                ErrMode::Backtrack(Fault(problem)) | ErrMode::Cut(Fault(problem)) => problem,
                ErrMode::Incomplete(_) => None,
            };
            let problem = fault.map_or_else(|| unexpected(&input), |problem| *problem);
            input.state.problems.push(problem);
            (None, input.state.problems)
        }
    }
}

/// Splits what [`run`] found: the value when nothing in it is an error, else the errors.
pub(super) fn accept<T>(
    (value, problems): (Option<T>, Vec<SyntaxError>),
) -> Result<T, Vec<SyntaxError>> {
    let errors: Vec<SyntaxError> = problems.into_iter().filter(SyntaxError::is_error).collect();
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

/// White space, if any; called once after every word and mark.
pub(super) fn blank(input: &mut Input<'_>) -> Parsed<()> {
    let start = here(input);
    take_while(0.., char::is_whitespace)
        .void()
        .parse_next(input)?;
    input.state.gap = start..here(input);
    Ok(())
}

/// A mark such as `(`, and the white space after it.
pub(super) fn mark<'a>(mark: &'static str) -> impl Parser<Input<'a>, (), ErrMode<Fault>> {
    terminated(literal(mark), blank).void()
}

/// A mark without which the text cannot be read; `purpose` says what it would do.
pub(super) fn require<'a>(
    wanted: &'static str,
    purpose: &'static str,
) -> impl Parser<Input<'a>, (), ErrMode<Fault>> {
    move |input: &mut Input<'a>| {
        if rest(input).starts_with(wanted) {
            mark(wanted).parse_next(input)
        } else {
            Err(expected(input, &format!("`{wanted}` {purpose}")))
        }
    }
}

/// What has not been read yet.
pub(super) fn rest<'a>(input: &Input<'a>) -> &'a str {
    input.input.as_ref()
}

/// Where the next thing begins.
pub(super) fn here(input: &Input<'_>) -> usize {
    input.current_token_start()
}

/// From `start` to the end of what was read, without the white space after it.
pub(super) fn since(input: &Input<'_>, start: usize) -> Range<usize> {
    start..input.state.gap.start.max(start)
}

/// Whether a character may stand in a word of these languages.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '.'
}

/// The place of the next word or mark.
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

/// Ends the parse: `wanted` should stand here.
pub(super) fn expected(input: &Input<'_>, wanted: &str) -> ErrMode<Fault> {
    cut(SyntaxError::error(
        next_span(input),
        format!("expected {wanted}, found {}", found(input)),
    ))
}

/// Ends the parse with a problem.
pub(super) fn cut(problem: SyntaxError) -> ErrMode<Fault> {
    ErrMode::Cut(Fault(Some(Box::new(problem))))
}

/// A problem that does not end the parse.
pub(super) fn note(input: &mut Input<'_>, problem: SyntaxError) {
    input.state.problems.push(problem);
}

/// Parses one level deeper.
pub(super) fn nested<'a, T>(
    input: &mut Input<'a>,
    parser: impl FnOnce(&mut Input<'a>) -> Parsed<T>,
) -> Parsed<T> {
    if input.state.nesting == DEEPEST {
        return Err(cut(SyntaxError::error(
            next_span(input),
            format!("nested more than {DEEPEST} levels deep"),
        )));
    }
    input.state.nesting += 1;
    let value = parser(input);
    input.state.nesting -= 1;
    value
}

/// The word that stands next, not yet read; empty when something else does.
pub(super) fn peek_word<'a>(input: &Input<'a>) -> &'a str {
    let rest = rest(input);
    &rest[..rest
        .find(|character| !is_word(character))
        .unwrap_or(rest.len())]
}

/// Reads the next word; gives its place.
pub(super) fn word(input: &mut Input<'_>) -> Parsed<Range<usize>> {
    let span = next_span(input);
    advance(input, span.len())?;
    Ok(span)
}

/// Reads so many bytes, and the white space after them.
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
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if text[length..].starts_with('.') {
        length += 1 + digits(length + 1);
    }
    let exponent = text[length..]
        .strip_prefix(['e', 'E'])
        .map(|after| after.trim_start_matches(['+', '-']));
    if let Some(after) = exponent.filter(|after| after.starts_with(|c: char| c.is_ascii_digit())) {
        let start = text.len() - after.len();
        length = start + digits(start);
    }
    length
}
