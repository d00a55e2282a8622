//! AWS's own languages and rules as pure functions: no SDK, no I/O, no clock. It knows AWS, not tracewatch.

use std::ops::Range;

use crate::diagnostic::Level;

mod syntax;

pub mod limits;
pub mod filter;
pub mod math;
pub mod notation;
pub mod dashboard;
pub mod state;
pub mod composite;
pub mod statistics;
pub mod evaluation;

/// What is wrong with a text in one of AWS's languages. Callers make a `Diagnostic` of it, placed in the author's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Bytes into the text that was given; empty at the end of the text when something is missing there.
    pub span: Range<usize>,
    pub severity: Level,
    pub message: String,
    /// The nearest right answer, or what to do.
    pub help: Option<String>,
}

impl SyntaxError {
    fn new(severity: Level, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            severity,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn error(span: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(Level::Error, span, message)
    }

    pub(crate) fn warning(span: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, span, message)
    }

    pub(crate) fn info(span: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(Level::Info, span, message)
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the text cannot be used.
    pub fn is_error(&self) -> bool {
        self.severity == Level::Error
    }
}

#[cfg(test)]
impl SyntaxError {
    /// The problem as the tests' data files write it: `severity at text: message (help)`.
    fn line(&self, text: &str) -> String {
        let severity = match self.severity {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Info => "info",
        };
        let help = self
            .help
            .as_ref()
            .map(|help| format!(" ({help})"))
            .unwrap_or_default();
        format!(
            "{severity} at `{}`: {}{help}",
            &text[self.span.clone()],
            self.message
        )
    }
}
