//! Renders diagnostics as text. The only file that uses the rendering crate.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Heading, Origin, Renderer, Snippet};

use super::level::Level;
use super::message::Diagnostic;
use super::place::Place;
use super::visible::{visible, visible_lines};

/// Whether to print terminal colours; decided once, in `cli`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Always,
    Never,
}

impl Diagnostic {
    /// Message, places with carets, and help. Control characters are escaped: the texts quote names from templates and accounts.
    pub fn render(&self, colour: Colour) -> String {
        let shown = self.shown();
        let message = visible_lines(&shown.message);
        let help = shown.help.as_deref().map(visible_lines);
        let places: Vec<Place> = shown.places.iter().map(Place::with_visible_label).collect();
        let level = match shown.severity {
            Level::Error => Heading::ERROR,
            Level::Warning => Heading::WARNING,
            Level::Info => Heading::INFO,
        };
        let mut group =
            Group::with_title(level.primary_title(message.as_str()).id(shown.code.name()));
        for (index, place) in places.iter().enumerate() {
            let kind = if index == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            group = place.shown(kind, group);
        }
        if let Some(help) = &help {
            group = group.element(Heading::HELP.message(help.as_str()));
        }
        let renderer = match colour {
            Colour::Always => Renderer::styled(),
            Colour::Never => Renderer::plain(),
        };
        renderer.render(&[group])
    }
}

impl Place {
    fn with_visible_label(&self) -> Self {
        Self {
            label: visible(&self.label),
            ..self.clone()
        }
    }

    /// Adds the marked lines of the place. Long lines (JSON without line breaks) and lines of files outside the project are left
    /// out: only the position is shown.
    fn shown<'a>(&'a self, kind: AnnotationKind, group: Group<'a>) -> Group<'a> {
        let Lines { text, first, span } = self.lines();
        let name = self.source.name.as_str();
        if text.len() > SHOWN_BYTES || !self.source.is_shown() {
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

    /// The lines around the place. Rendering cost grows with the length of the text.
    fn lines(&self) -> Lines<'_> {
        let text = self.source.text.as_str();
        let bytes = text.as_bytes();
        // A parser may stop inside a character.
        let (start, end) = (
            text.floor_char_boundary(self.span.start),
            text.ceil_char_boundary(self.span.end.min(text.len())),
        );
        // A place at the end of the text is marked after the last line, not in an empty line below.
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
            text: self.source.excerpt(from..to),
            first,
            span: start - from..end.max(start) - from,
        }
    }
}

/// The maximum length of the source text shown for one place, in bytes.
const SHOWN_BYTES: usize = 16 * 1024;

/// Whole lines of a source, the first line number, and the span of a place within the lines.
struct Lines<'s> {
    text: Cow<'s, str>,
    first: usize,
    span: Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Source};

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
}
