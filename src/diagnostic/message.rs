//! A diagnostic: a code, a message, the places in the author's files, and help.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::code::Code;
use super::level::Level;
use super::place::Place;

/// Stages create diagnostics; `cli` prints them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Level,
    pub message: String,
    pub places: Vec<Place>,
    /// The closest valid input, or a remedy.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Creates a diagnostic at its code's level.
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

    /// The diagnostic without text of files outside the project: messages and labels quote them.
    pub(super) fn shown(&self) -> Cow<'_, Self> {
        if self.places.iter().all(|place| place.source.is_shown()) {
            return Cow::Borrowed(self);
        }
        let unlabelled = |place: &Place| Place::new(&place.source, place.span.clone());
        Cow::Owned(Self {
            message: self.code.title().to_owned(),
            places: self.places.iter().map(unlabelled).collect(),
            help: None,
            ..*self
        })
    }

    pub fn is_error(&self) -> bool {
        self.severity == Level::Error
    }
}

/// The result of a stage with its diagnostics.
#[derive(Debug, Clone)]
pub struct WithDiagnostics<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = self.shown();
        let mut diagnostic = serializer.serialize_struct("Diagnostic", 5)?;
        diagnostic.serialize_field("code", &shown.code)?;
        diagnostic.serialize_field("severity", &shown.severity)?;
        diagnostic.serialize_field("message", &shown.message)?;
        diagnostic.serialize_field("places", &shown.places)?;
        diagnostic.serialize_field("help", &shown.help)?;
        diagnostic.end()
    }
}
