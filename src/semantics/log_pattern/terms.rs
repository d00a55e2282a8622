//! Patterns of terms, for unstructured events: `ERROR -"cache miss"`.

use crate::semantics::error::SyntaxError;
use crate::semantics::syntax::{Input, Parsed, advance, cut, expected, here, note, rest};

use super::operand::quoted;

/// Terms that an event contains, as parts of words too.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Terms {
    required: Vec<String>,
    excluded: Vec<String>,
    /// One of them is enough. Logs ignores them beside other terms.
    optional: Vec<String>,
}

impl Terms {
    pub(super) fn matches(&self, message: &str) -> bool {
        // A phrase of spaces alone matches everything.
        let has = |term: &String| term.trim().is_empty() || message.contains(term.as_str());
        if self.required.is_empty() && self.excluded.is_empty() {
            return self.optional.is_empty() || self.optional.iter().any(has);
        }
        self.required.iter().all(has) && !self.excluded.iter().any(has)
    }
}

pub(super) fn pattern(input: &mut Input<'_>) -> Parsed<Terms> {
    let mut terms = Terms::default();
    let mut first_optional = None;
    while let Some(first) = rest(input).chars().next() {
        let start = here(input);
        let list = match first {
            '?' => {
                first_optional.get_or_insert(start);
                &mut terms.optional
            }
            '-' => &mut terms.excluded,
            _ => &mut terms.required,
        };
        if ['?', '-'].contains(&first) {
            if rest(input)[1..].starts_with(|c: char| c.is_whitespace()) {
                return Err(expected(input, &format!("a term after `{first}`")));
            }
            advance(input, 1)?;
        }
        list.push(term(input)?);
    }
    let is_mixed = !terms.required.is_empty() || !terms.excluded.is_empty();
    if let Some(at) = first_optional.filter(|_| is_mixed) {
        let message = "Logs ignores all terms with `?` where others have none";
        let help = "give all of them a `?`, or none";
        note(input, SyntaxError::warning(at..at + 1, message).help(help));
    }
    Ok(terms)
}

fn term(input: &mut Input<'_>) -> Parsed<String> {
    if rest(input).starts_with('"') {
        return quoted(input);
    }
    let text = rest(input);
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let word = &text[..end];
    if word.is_empty() {
        return Err(expected(input, "a term"));
    }
    if let Some((at, wrong)) = word.char_indices().find(|(_, c)| !is_plain(*c)) {
        let at = here(input) + at;
        let message = format!("a term with `{wrong}` has to be in double quotation marks");
        let help = format!("\"{}\"", word.replace('"', ""));
        let error = SyntaxError::error(at..at + wrong.len_utf8(), message);
        return Err(cut(error.help(help)));
    }
    let word = word.to_owned();
    advance(input, end)?;
    Ok(word)
}

/// The user guide names alphanumeric characters alone; other letters are not known to be refused.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}
