//! The regular expressions of filter patterns: no groups, ASCII alone.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use crate::semantics::error::SyntaxError;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Regex {
    alternatives: Vec<Vec<Item>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Start,
    End,
    Repeat {
        class: Class,
        least: usize,
        most: usize,
    },
}

/// A set of characters.
#[derive(Debug, Clone, PartialEq)]
struct Class {
    ranges: Vec<(char, char)>,
    negated: bool,
}

/// Characters that stand for themselves, beside letters and digits. The guide's own example has a space.
const SYMBOLS: &str = ":_#=@/;,- ";

const OPERATORS: &str = "^$?[]{}|\\*+.";

impl Regex {
    pub(super) fn is_found_in(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        self.alternatives.iter().any(|items| is_found(items, &text))
    }
}

/// Whether the items match anywhere. `reached` has the positions behind what is matched so far.
fn is_found(items: &[Item], text: &[char]) -> bool {
    let mut reached = vec![true; text.len() + 1];
    for item in items {
        reached = match item {
            Item::Start => only(&reached, 0),
            Item::End => only(&reached, text.len()),
            Item::Repeat { class, least, most } => repeated(&reached, text, class, *least, *most),
        };
    }
    reached.contains(&true)
}

fn only(reached: &[bool], position: usize) -> Vec<bool> {
    let reached = reached.iter().enumerate();
    reached.map(|(at, is)| *is && at == position).collect()
}

/// Takes linear time: a text and an expression may be hostile.
fn repeated(
    reached: &[bool],
    text: &[char],
    class: &Class,
    least: usize,
    most: usize,
) -> Vec<bool> {
    let mut first_ends = vec![0_usize; reached.len() + 1];
    let mut after_ends = vec![0_usize; reached.len() + 1];
    let mut run = 0;
    for start in (0..reached.len()).rev() {
        run = match text.get(start) {
            Some(character) if class.has(*character) => run + 1,
            Some(_) | None => 0,
        };
        let length = run.min(most);
        if reached[start] && least <= length {
            first_ends[start + least] += 1;
            after_ends[start + length + 1] += 1;
        }
    }
    let mut open = 0;
    let ends = first_ends.iter().zip(after_ends).take(reached.len());
    ends.map(|(first, after)| {
        open = open + first - after;
        open > 0
    })
    .collect()
}

impl Class {
    fn single(character: char) -> Self {
        Self::of(&[(character, character)])
    }

    fn of(ranges: &[(char, char)]) -> Self {
        Self {
            ranges: ranges.to_vec(),
            negated: false,
        }
    }

    fn has(&self, character: char) -> bool {
        let mut ranges = self.ranges.iter();
        ranges.any(|(first, last)| (*first..=*last).contains(&character)) != self.negated
    }
}

/// Parses an expression. `start` is its position in the whole pattern.
pub(super) fn parse(expression: &str, start: usize) -> Result<Regex, SyntaxError> {
    let parser = RegexParser {
        characters: expression.char_indices().peekable(),
        start,
        end: start + expression.len(),
    };
    if expression.is_empty() {
        return Err(parser.error_at_end("the regular expression is empty"));
    }
    parser.alternatives()
}

struct RegexParser<'t> {
    characters: Peekable<CharIndices<'t>>,
    start: usize,
    end: usize,
}

impl RegexParser<'_> {
    fn span(&self, at: usize, character: char) -> Range<usize> {
        self.start + at..self.start + at + character.len_utf8()
    }

    fn error_at_end(&self, message: &str) -> SyntaxError {
        SyntaxError::error(self.end..self.end, message)
    }

    fn next_is(&mut self, wanted: char) -> bool {
        self.characters
            .next_if(|(_, character)| *character == wanted)
            .is_some()
    }

    fn alternatives(mut self) -> Result<Regex, SyntaxError> {
        let mut alternatives = vec![Vec::new()];
        while let Some((at, character)) = self.characters.next() {
            let item = match character {
                '|' => {
                    alternatives.push(Vec::new());
                    continue;
                }
                '^' => Item::Start,
                '$' => Item::End,
                '*' | '+' | '?' | '{' => {
                    let message = format!("`{character}` has nothing to repeat");
                    return Err(SyntaxError::error(self.span(at, character), message));
                }
                _ => self.repeat(at, character)?,
            };
            if let Some(items) = alternatives.last_mut() {
                items.push(item);
            }
        }
        Ok(Regex { alternatives })
    }

    fn repeat(&mut self, at: usize, character: char) -> Result<Item, SyntaxError> {
        let class = match character {
            '.' => Class {
                ranges: Vec::new(),
                negated: true,
            },
            '[' => self.class(at)?,
            _ => self.one(at, character)?,
        };
        let quantifier = self.characters.next_if(|(_, c)| "*+?{".contains(*c));
        let (least, most) = match quantifier {
            None => (1, 1),
            Some((_, '*')) => (0, usize::MAX),
            Some((_, '+')) => (1, usize::MAX),
            Some((_, '?')) => (0, 1),
            Some((at, _)) => self.bounds(at)?,
        };
        Ok(Item::Repeat { class, least, most })
    }

    /// The rest of `{2}`, `{2,5}`, `{2,}` or `{,5}`.
    fn bounds(&mut self, at: usize) -> Result<(usize, usize), SyntaxError> {
        let mut written = String::new();
        loop {
            match self.characters.next() {
                Some((_, '}')) => break,
                Some((_, character)) => written.push(character),
                None => return Err(self.error_at_end("expected `}`")),
            }
        }
        let (least, most) = written.split_once(',').unwrap_or((&written, &written));
        let read = |bound: &str, absent| match bound.trim() {
            "" => Some(absent),
            digits => digits.parse().ok(),
        };
        match (read(least, 0), read(most, usize::MAX)) {
            (Some(least), Some(most)) if least <= most && !written.is_empty() => Ok((least, most)),
            _ => {
                let span = self.start + at..self.start + at + written.len() + 2;
                let error = SyntaxError::error(span, "these are no numbers of repetitions");
                Err(error.help("`{2,5}` repeats two to five times"))
            }
        }
    }

    /// The rest of `[a-z]` or `[^a-z]`.
    fn class(&mut self, at: usize) -> Result<Class, SyntaxError> {
        let negated = self.next_is('^');
        let mut ranges = Vec::new();
        while let Some((at_item, character)) = self.characters.next() {
            if character == ']' {
                return Ok(Class { ranges, negated });
            }
            let first = self.in_class(at_item, character)?;
            let is_range = first.ranges.len() == 1 && self.next_is('-');
            if !is_range {
                ranges.extend(first.ranges);
                continue;
            }
            match self.characters.next_if(|(_, c)| *c != ']') {
                Some((at_last, last)) => {
                    let last = self.in_class(at_last, last)?;
                    let ends = first.ranges.first().zip(last.ranges.first());
                    ranges.extend(ends.map(|((first, _), (last, _))| (*first, *last)));
                }
                // A trailing dash is a literal dash.
                None => ranges.extend(first.ranges.into_iter().chain([('-', '-')])),
            }
        }
        let message = "this bracket is never closed";
        Err(SyntaxError::error(self.span(at, '['), message))
    }

    fn in_class(&mut self, at: usize, character: char) -> Result<Class, SyntaxError> {
        if character != '\\' && OPERATORS.contains(character) {
            return Ok(Class::single(character));
        }
        let class = self.one(at, character)?;
        if class.negated {
            let ranges = complement(&class.ranges);
            return Ok(Class {
                ranges,
                negated: false,
            });
        }
        Ok(class)
    }

    /// A single character, or an escaped set such as `\d`.
    fn one(&mut self, at: usize, character: char) -> Result<Class, SyntaxError> {
        if character == '\\' {
            return self.escaped(at);
        }
        if character.is_ascii_alphanumeric() || SYMBOLS.contains(character) {
            return Ok(Class::single(character));
        }
        Err(self.unsupported(at, character))
    }

    fn escaped(&mut self, at: usize) -> Result<Class, SyntaxError> {
        let Some((at_letter, letter)) = self.characters.next() else {
            return Err(self.error_at_end("expected a character after the backslash"));
        };
        let known = match letter.to_ascii_lowercase() {
            'd' => Some(Class::of(&[('0', '9')])),
            's' => Some(Class::of(&[('\t', '\r'), (' ', ' ')])),
            'w' => Some(Class::of(&[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')])),
            _ => None,
        };
        if let Some(class) = known {
            let negated = letter.is_ascii_uppercase();
            return Ok(Class { negated, ..class });
        }
        if letter == 'x' {
            return self.hexadecimal(at);
        }
        if OPERATORS.contains(letter) || SYMBOLS.contains(letter) {
            return Ok(Class::single(letter));
        }
        if letter.is_ascii_alphanumeric() {
            let span = self.start + at..self.start + at_letter + 1;
            let error = SyntaxError::error(span, format!("Logs has no `\\{letter}`"));
            return Err(error.help("`\\d`, `\\s`, `\\w`, `\\D`, `\\S`, `\\W`, `\\x3A`"));
        }
        Err(self.unsupported(at_letter, letter))
    }

    fn hexadecimal(&mut self, at: usize) -> Result<Class, SyntaxError> {
        let mut digits = String::new();
        while let Some((_, digit)) = self
            .characters
            .next_if(|(_, c)| digits.len() < 2 && c.is_ascii_hexdigit())
        {
            digits.push(digit);
        }
        match u8::from_str_radix(&digits, 16) {
            Ok(code) if code.is_ascii() && digits.len() == 2 => Ok(Class::single(char::from(code))),
            _ => {
                let span = self.start + at..self.start + at + 2 + digits.len();
                let error = SyntaxError::error(span, "no ASCII character has this number");
                Err(error.help("two hexadecimal digits up to 7F: `\\x3A`"))
            }
        }
    }

    fn unsupported(&self, at: usize, character: char) -> SyntaxError {
        let message = format!("a regular expression of Logs cannot have `{character}`");
        let error = SyntaxError::error(self.span(at, character), message);
        if character.is_ascii() {
            error.help(format!(
                "write `\\x{:02X}` for the character",
                u32::from(character)
            ))
        } else {
            error.help("ASCII characters alone")
        }
    }
}

/// The ranges of all other characters.
fn complement(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable();
    let mut others = Vec::new();
    let mut next = Some('\0');
    for (first, last) in sorted {
        let before = u32::from(first).checked_sub(1).and_then(char::from_u32);
        others.extend(next.zip(before).filter(|(from, to)| from <= to));
        next = char::from_u32(u32::from(last) + 1);
    }
    others.extend(next.map(|from| (from, char::MAX)));
    others
}
