//! A diagnostic: a code, a message, the places in the author's files, and help.

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
        let mut diagnostic = serializer.serialize_struct("Diagnostic", 5)?;
        diagnostic.serialize_field("code", &self.code)?;
        diagnostic.serialize_field("severity", &self.severity)?;
        diagnostic.serialize_field("message", &self.message)?;
        diagnostic.serialize_field("places", &self.places)?;
        diagnostic.serialize_field("help", &self.help)?;
        diagnostic.end()
    }
}
