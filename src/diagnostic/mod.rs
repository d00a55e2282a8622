//! A finding about what an author wrote: a code, a message, the places in their files, and the way out.
//! The only file that names the rendering crate; it knows no stage of the tool, and codes are opaque to it.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level as Heading, Origin, Renderer, Snippet};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

mod code;

pub use code::Code;

/// How bad a finding is. Only errors stop a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
    Info,
}

/// A text that an author wrote, under the name by which they know it (a path, as given).
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    pub text: String,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
        })
    }

    /// Line and column (both from 1, columns in characters) of a byte offset; the end of the text for one beyond it.
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

/// A stretch of an author's text (in bytes), and what to say beside it.
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

    /// The lines of the place with a mark under it. Of lines that no terminal could show (JSON in one line) only where it is.
    fn shown<'a>(&'a self, kind: AnnotationKind, group: Group<'a>) -> Group<'a> {
        let Lines { text, first, span } = self.lines();
        let name = self.source.name.as_str();
        if text.len() > SHOWN_BYTES {
            let (line, column) = self.source.position(self.span.start);
            return group.element(Origin::path(name).line(line).char_column(column));
        }
        let label = (!self.label.is_empty()).then_some(self.label.as_str());
        group.element(
            Snippet::source(text)
                .line_start(first)
                .path(name)
                .annotation(kind.span(span).label(label)),
        )
    }

    /// The lines that the place is part of: rendering takes time and memory by what it is given.
    fn lines(&self) -> Lines<'_> {
        let text = self.source.text.as_str();
        let bytes = text.as_bytes();
        // A parser may stop inside a character.
        let (start, end) = (
            text.floor_char_boundary(self.span.start),
            text.ceil_char_boundary(self.span.end.min(text.len())),
        );
        // What stands at the end of a text is shown after its last line, and not in an empty one behind it.
        let inside = if start == text.len() && text.ends_with('\n') {
            start - 1
        } else {
            start
        };
        let from = bytes[..inside]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let to = bytes[end.max(start)..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(text.len(), |at| end.max(start) + at);
        let first = text[..from].matches('\n').count() + 1;
        Lines {
            text: &text[from..to],
            first,
            span: start - from..end.max(start) - from,
        }
    }
}

/// Bytes of source text that are shown for one place.
const SHOWN_BYTES: usize = 16 * 1024;

/// Whole lines of a source, the number of the first, and where in them a place is.
struct Lines<'s> {
    text: &'s str,
    first: usize,
    span: Range<usize>,
}

/// One finding. Built by the stage that found it, shown by `cli`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Level,
    pub message: String,
    pub places: Vec<Place>,
    /// The nearest right answer, or what to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic with the level of its code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.level(),
            message: message.into(),
            places: Vec::new(),
            help: None,
        }
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Level::Error
    }

    /// The finding as a person reads it: message, place with a caret, help.
    pub fn render(&self, colour: Colour) -> String {
        let level = match self.severity {
            Level::Error => Heading::ERROR,
            Level::Warning => Heading::WARNING,
            Level::Info => Heading::INFO,
        };
        let mut group = Group::with_title(
            level
                .primary_title(self.message.as_str())
                .id(self.code.name()),
        );
        for (index, place) in self.places.iter().enumerate() {
            let kind = if index == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            group = place.shown(kind, group);
        }
        if let Some(help) = &self.help {
            group = group.element(Heading::HELP.message(help.as_str()));
        }
        let renderer = match colour {
            Colour::Always => Renderer::styled(),
            Colour::Never => Renderer::plain(),
        };
        renderer.render(&[group])
    }
}

/// The result of a stage, with the diagnostics that it collected.
#[derive(Debug, Clone)]
pub struct WithDiagnostics<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether output may carry terminal colours; decided once, at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Always,
    Never,
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

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnostic = serializer.serialize_struct("Diagnostic", 5)?;
        diagnostic.serialize_field("code", &self.code)?;
        diagnostic.serialize_field("severity", &self.severity)?;
        diagnostic.serialize_field("message", &self.message)?;
        diagnostic.serialize_field("places", &self.places)?;
        diagnostic.serialize_field("help", &self.help)?;
        diagnostic.end()
    }
}

/// The candidate that `word` was most likely meant to be, if any is near enough to suggest.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR_ENOUGH: f64 = 0.75;
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&word.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness >= NEAR_ENOUGH)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_with_its_file_line_and_caret() {
        let source = Source::new("alarms/x.toml", "a = 1\nperiodd = \"1m\"\n");
        let shown = Diagnostic::new(Code::UnknownKey, "unknown key `periodd`")
            .at(Place::new(&source, 6..13).labelled("not a key of an alarm"))
            .help("did you mean `period`?")
            .render(Colour::Never);
        insta::assert_snapshot!(shown, @r#"
        error[unknown-key]: unknown key `periodd`
         --> alarms/x.toml:2:1
          |
        2 | periodd = "1m"
          | ^^^^^^^ not a key of an alarm
          |
          = help: did you mean `period`?
        "#);
    }

    #[test]
    fn positions_count_characters_and_stay_inside_the_text() {
        let source = Source::new("t", "é\nab");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(1), (1, 1), "inside the first character");
        assert_eq!(source.position(4), (2, 2));
        assert_eq!(source.position(99), (2, 3));
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        assert_eq!(
            nearest("treshold", ["threshold", "period"]),
            Some("threshold")
        );
        assert_eq!(nearest("zebra", ["threshold", "period"]), None);
    }
}
