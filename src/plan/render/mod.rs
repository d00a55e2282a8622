//! A plan as people and programs read it. Everything here returns text; the caller prints it.

use crate::diagnostic::Colour;

use super::model::Plan;

mod json;
mod listing;
mod markdown;
mod paint;
mod text;
mod words;

pub use words::{Detail, Purpose};

impl Plan {
    /// For a terminal; ends with a line feed.
    pub fn text(&self, purpose: Purpose, detail: Detail, colour: Colour) -> String {
        text::render(self, purpose, detail, colour)
    }

    /// For a pull request: a table, with the details folded away. Below GitHub's limit of
    /// 65 536 characters.
    pub fn markdown(&self, purpose: Purpose) -> String {
        markdown::render(self, purpose)
    }

    /// For programs; ends with a line feed. The same plan gives the same bytes.
    pub fn json(&self) -> String {
        json::render(self)
    }
}
