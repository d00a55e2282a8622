//! Source texts and places in them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A source text with its display name (usually the path as given).
#[derive(PartialEq, Eq)]
pub struct Source {
    pub name: String,
    pub text: String,
    pub encoding: Encoding,
    pub location: Location,
    hidden: HiddenRanges,
}

/// The ranges of a text that diagnostics do not show. They do not count in comparisons of sources.
#[derive(Default)]
struct HiddenRanges(Mutex<Vec<Range<usize>>>);

impl PartialEq for HiddenRanges {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for HiddenRanges {}

/// The encoding of a file. The text of a source is always UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
}

/// The place of a file relative to the project. Diagnostics show no text of a file outside the project, which an input file may name
/// to read what its author cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In the project's folder, named by the user, or not a file.
    Project,
    Outside,
    /// In the project's folder, but a symbolic link to this file outside.
    LinkedOutside(PathBuf),
}

#[allow(
    clippy::missing_fields_in_debug,
    reason = "the hidden texts are secrets"
)]
impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Source")
            .field("name", &self.name)
            .field("text", &self.text)
            .field("encoding", &self.encoding)
            .field("location", &self.location)
            .finish()
    }
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::of_file(name, text, Encoding::Utf8, Location::Project)
    }

    pub fn of_file(
        name: impl Into<String>,
        text: impl Into<String>,
        encoding: Encoding,
        location: Location,
    ) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            encoding,
            location,
            hidden: HiddenRanges::default(),
        })
    }

    /// Hides a range of the text, a secret value, from the excerpts of diagnostics.
    pub fn hide(&self, range: Range<usize>) {
        let mut hidden = self.hidden.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !hidden.contains(&range) {
            hidden.push(range);
        }
    }

    /// A range of the text with `*` for every hidden byte. Line breaks stay, and so do the offsets.
    pub fn excerpt(&self, range: Range<usize>) -> Cow<'_, str> {
        let hidden = self.hidden.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = &self.text[range.clone()];
        let is_hidden = |at: usize| hidden.iter().any(|hidden| hidden.contains(&at));
        if !hidden
            .iter()
            .any(|hidden| hidden.start < range.end && range.start < hidden.end)
        {
            return Cow::Borrowed(shown);
        }
        let characters = shown.char_indices().map(|(at, character)| {
            if character != '\n' && is_hidden(range.start + at) {
                "*".repeat(character.len_utf8())
            } else {
                character.to_string()
            }
        });
        Cow::Owned(characters.collect())
    }

    /// Whether diagnostics may show the text.
    pub fn is_shown(&self) -> bool {
        self.location == Location::Project
    }

    /// The line and column (both from 1, columns in characters) of a byte offset. Offsets past the end
    /// yield the end.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

/// A byte range of a source text, with a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub source: Arc<Source>,
    pub span: Range<usize>,
    pub label: String,
}

impl Place {
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self {
            source: Arc::clone(source),
            span,
            label: String::new(),
        }
    }

    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (line, column) = self.source.position(self.span.start);
        let mut place = serializer.serialize_struct("Place", 4)?;
        place.serialize_field("file", &self.source.name)?;
        place.serialize_field("line", &line)?;
        place.serialize_field("column", &column)?;
        place.serialize_field("label", &self.label)?;
        place.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_stay_inside_the_text() {
        let source = Source::new("t", "é\nab");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(1), (1, 1), "inside the first character");
        assert_eq!(source.position(4), (2, 2));
        assert_eq!(source.position(99), (2, 3));
    }
}
