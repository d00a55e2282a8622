//! What a part of an event is compared with: a number, a text with `*`, a regular expression.

use super::regex::{self, Regex};
use super::verdict::Verdict;
use crate::semantics::error::SyntaxError;
use crate::semantics::syntax::{Input, Parsed, advance, cut, expected, here, rest, since};
use crate::semantics::wildcard::is_like;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// Longest first.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Number(f64),
    /// Without quotation marks; `*` is any text.
    Word(String),
    /// In quotation marks; `*` is any text.
    Quoted(String),
    Regex(Regex),
}

/// A comparison with its operand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparator {
    pub(super) comparison: Comparison,
    pub(super) operand: Operand,
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "both numbers are as somebody wrote them")]
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::AtMost => left <= right,
            Comparison::Greater => left > right,
            Comparison::AtLeast => left >= right,
        }
    }

    /// The result where only equality is known.
    fn of_equality(self, is_equal: bool) -> bool {
        match self {
            Comparison::Equal => is_equal,
            Comparison::NotEqual => !is_equal,
            Comparison::Less | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast => {
                false
            }
        }
    }
}

impl Comparator {
    /// The user guide compares texts with texts.
    pub(super) fn matches_text(&self, text: &str) -> Verdict {
        let is_equal = match &self.operand {
            Operand::Number(_) => return None,
            Operand::Word(pattern) | Operand::Quoted(pattern) => is_like(text, pattern),
            Operand::Regex(regex) => regex.is_found_in(text),
        };
        Some(self.comparison.of_equality(is_equal))
    }

    /// The user guide compares numbers with numbers, and with words with `*`.
    pub(super) fn matches_number(&self, number: f64, written: &str) -> Verdict {
        match &self.operand {
            Operand::Number(other) => Some(self.comparison.holds(number, *other)),
            Operand::Word(pattern) => Some(self.comparison.of_equality(is_like(written, pattern))),
            Operand::Quoted(_) | Operand::Regex(_) => None,
        }
    }

    /// Fields of a space-delimited event are texts; comparisons with a number read them as numbers.
    pub(super) fn matches_field(&self, field: &str) -> Verdict {
        let Operand::Number(other) = self.operand else {
            return self.matches_text(field);
        };
        Some(match field.parse() {
            Ok(number) => self.comparison.holds(number, other),
            Err(_) => self.comparison.of_equality(false),
        })
    }

    pub(super) fn has_regex(&self) -> bool {
        matches!(self.operand, Operand::Regex(_))
    }
}

/// `= 4*`, `>= 500`, `!= "two words"`, `= %regular expression%`.
pub(super) fn comparator(input: &mut Input<'_>) -> Parsed<Comparator> {
    let comparison = comparison(input)?;
    let start = here(input);
    let operand = operand(input)?;
    let is_equality = [Comparison::Equal, Comparison::NotEqual].contains(&comparison);
    if !is_equality && !matches!(operand, Operand::Number(_)) {
        let message = "only numbers are compared by order";
        let error = SyntaxError::error(since(input, start), message);
        return Err(cut(error.help("`=` and `!=` compare texts")));
    }
    Ok(Comparator {
        comparison,
        operand,
    })
}

fn comparison(input: &mut Input<'_>) -> Parsed<Comparison> {
    let text = rest(input);
    if text.starts_with("==") {
        let at = here(input);
        let error = SyntaxError::error(at..at + 2, "Logs has no comparison `==`");
        return Err(cut(error.help("write `=`")));
    }
    let mut known = COMPARISONS.iter();
    match known.find(|(sign, _)| text.starts_with(sign)) {
        Some((sign, comparison)) => {
            advance(input, sign.len())?;
            Ok(*comparison)
        }
        None => Err(expected(input, "`=`, `!=`, `<`, `<=`, `>` or `>=`")),
    }
}

fn operand(input: &mut Input<'_>) -> Parsed<Operand> {
    match rest(input).chars().next() {
        Some('"') => Ok(Operand::Quoted(quoted(input)?)),
        Some('%') => Ok(Operand::Regex(regex(input)?)),
        Some(_) | None => word(input),
    }
}

fn word(input: &mut Input<'_>) -> Parsed<Operand> {
    let text = rest(input);
    let end = text.find(ends_word).unwrap_or(text.len());
    if end == 0 {
        return Err(expected(input, "a number, a text or a regular expression"));
    }
    let word = text[..end].to_owned();
    advance(input, end)?;
    Ok(match word.parse::<f64>() {
        Ok(number) if number.is_finite() => Operand::Number(number),
        Ok(_) | Err(_) => Operand::Word(word),
    })
}

fn ends_word(character: char) -> bool {
    character.is_whitespace() || "()[]{},&|\"=<>".contains(character)
}

/// A text in double quotation marks; `\"` is a quotation mark.
pub(super) fn quoted(input: &mut Input<'_>) -> Parsed<String> {
    let text = rest(input);
    let mut found = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                advance(input, at + 1)?;
                return Ok(found);
            }
            '\\' => found.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => found.push(character),
        }
    }
    let start = here(input);
    let error = SyntaxError::error(start..start + 1, "this quotation mark is never closed");
    Err(cut(error))
}

/// A regular expression between two `%`.
pub(super) fn regex(input: &mut Input<'_>) -> Parsed<Regex> {
    let start = here(input) + 1;
    let Some((expression, _)) = rest(input)[1..].split_once('%') else {
        let message = "this regular expression is never closed";
        let error = SyntaxError::error(start - 1..start, message);
        return Err(cut(error.help("it ends with a `%`")));
    };
    let length = expression.len();
    let regex = regex::parse(expression, start).map_err(cut)?;
    advance(input, length + 2)?;
    Ok(regex)
}
