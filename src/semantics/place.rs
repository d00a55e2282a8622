//! Places inside a string that an author wrote.

use std::ops::Range;

use super::error::SyntaxError;
use crate::diagnostic::{Code, Diagnostic, Place};

/// A diagnostic for a syntax error inside the string at `place`, with the error's own place in the file.
pub(crate) fn in_text(place: &Place, code: Code, error: &SyntaxError) -> Diagnostic {
    let text_start = place.span.start + quotes_before(place);
    let start = (text_start + error.span.start).min(place.span.end);
    let end = (text_start + error.span.end).min(place.span.end);
    let span: Range<usize> = start..end.max(start);
    let mut diagnostic = Diagnostic::new(code.at_level(error.severity), error.message.clone());
    diagnostic.help.clone_from(&error.help);
    diagnostic.at(Place {
        span,
        ..place.clone()
    })
}

/// The place of `fragment` inside the string at `place`; the whole place if the file spells the fragment differently (with escapes).
pub(crate) fn part(place: &Place, fragment: &str) -> Place {
    let written = text_at(place);
    match written.find(fragment).filter(|_| !fragment.is_empty()) {
        Some(at) => Place {
            span: place.span.start + at..place.span.start + at + fragment.len(),
            ..place.clone()
        },
        None => place.clone(),
    }
}

/// The length of the string's opening quotes.
fn quotes_before(place: &Place) -> usize {
    let written = text_at(place);
    ["\"\"\"", "'''", "\"", "'"]
        .iter()
        .find(|quotes| written.starts_with(**quotes))
        .map_or(0, |quotes| quotes.len())
}

fn text_at(place: &Place) -> &str {
    place
        .source
        .text
        .get(place.span.clone())
        .unwrap_or_default()
}
