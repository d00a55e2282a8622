//! Source texts and places in them.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A source text with its display name (usually the path as given).
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    pub text: String,
    pub encoding: Encoding,
    pub location: Location,
}

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
        })
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
