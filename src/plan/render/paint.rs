//! Terminal colours. Signs and words carry the same information without colours.

use crate::diagnostic::Colour;

use crate::plan::change::Action;

#[derive(Clone, Copy)]
pub(super) struct Paint(pub(super) Colour);

const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

impl Paint {
    pub(super) fn heading(self, text: &str) -> String {
        self.with(BOLD, text)
    }

    pub(super) fn removed(self, text: &str) -> String {
        self.with(RED, text)
    }

    pub(super) fn added(self, text: &str) -> String {
        self.with(GREEN, text)
    }

    pub(super) fn action(self, action: Action, text: &str) -> String {
        match action {
            Action::Create => self.with(GREEN, text),
            Action::Update | Action::Adopt => self.with(YELLOW, text),
            Action::Delete => self.with(RED, text),
        }
    }

    fn with(self, code: &str, text: &str) -> String {
        match self.0 {
            Colour::Always => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Colour::Never => text.to_owned(),
        }
    }
}
