//! Errors in the texts of AWS's languages.

use std::ops::Range;

use crate::diagnostic::Level;

/// An error, warning or hint about a text in one of AWS's languages. Callers turn it into a `Diagnostic` with a place in the author's
/// file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte range in the parsed text; empty at its end if the end is unexpected.
    pub span: Range<usize>,
    pub severity: Level,
    pub message: String,
    /// The nearest valid text, or the correction.
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

    /// Whether the text is invalid; warnings and hints leave it valid.
    pub fn is_error(&self) -> bool {
        self.severity == Level::Error
    }
}

#[cfg(test)]
impl SyntaxError {
    /// The error as the tests' data files write it: `severity at text: message (help)`.
    pub(super) fn line(&self, text: &str) -> String {
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
