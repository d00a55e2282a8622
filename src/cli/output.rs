//! All printing: results on standard output, everything else on standard error.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where tracewatch prints"
)]

use std::io::{Write, stderr, stdout};

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use super::columns::{columns, fitted};
use super::options::{GlobalOptions, Notes};
use crate::diagnostic::{Code, Diagnostic, Leveled, annotation, counted};
use crate::ops;

/// The output format of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureFormat {
    /// On standard error only.
    Text,
    /// Also as a JSON document on standard output.
    Json,
}

/// Writes a result. A closed pipe (`| head`) is not a failure.
pub(crate) fn result(text: &str) -> Result<()> {
    match stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes a text for people, fitted to the terminal.
pub(crate) fn text(text: &str) -> Result<()> {
    result(&fitted(text, columns(&stdout())))
}

pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    result(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Prints a note on standard error, unless notes are hidden.
pub(crate) fn note(text: &str, notes: Notes) {
    if notes == Notes::Shown {
        eprintln!("{text}");
    }
}

/// Prints the reason of a refusal on standard error.
pub(crate) fn refusal(text: &str) {
    eprintln!("{text}");
}

/// Prints diagnostics on standard error, as text.
pub(crate) fn diagnostics(leveled: &Leveled, global: &GlobalOptions) {
    for diagnostic in &leveled.diagnostics {
        eprintln!(
            "{}\n",
            fitted(&diagnostic.render(global.colour()), columns(&stderr()))
        );
    }
    if leveled.allowed > 0 {
        let allowed = counted(leveled.allowed, "diagnostic", "diagnostics");
        note(
            &format!("{allowed} allowed by tracewatch.toml\n"),
            global.notes(),
        );
    }
}

/// Prints diagnostics as annotations on standard error, if annotations are on.
pub(crate) fn annotations<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    global: &GlobalOptions,
) {
    let Some(folder) = global.annotation_folder() else {
        return;
    };
    for diagnostic in diagnostics {
        eprintln!("{}", annotation(diagnostic, &folder));
    }
}

/// Prints the error of a failed command.
pub(crate) fn failure(
    error: anyhow::Error,
    format: FailureFormat,
    global: &GlobalOptions,
) -> Result<()> {
    let leveled = match error.downcast::<ops::Error>() {
        Ok(ops::Error::Diagnostics(leveled)) => {
            diagnostics(&leveled, global);
            leveled
        }
        other => {
            let error = other.map_or_else(|error| error, anyhow::Error::from);
            let diagnostic = Diagnostic::new(Code::Failed, format!("{error:#}"));
            let text = without_code(&diagnostic.render(global.colour()));
            eprintln!("{}", fitted(&text, columns(&stderr())));
            Leveled {
                diagnostics: vec![diagnostic],
                allowed: 0,
            }
        }
    };
    annotations(&leveled.diagnostics, global);
    match format {
        FailureFormat::Text => Ok(()),
        FailureFormat::Json => failure_json(&leveled),
    }
}

/// Writes an error as a JSON document.
pub(crate) fn failure_document(error: &anyhow::Error) -> Result<()> {
    let diagnostic = Diagnostic::new(Code::Failed, format!("{error:#}"));
    failure_json(&Leveled {
        diagnostics: vec![diagnostic],
        allowed: 0,
    })
}

fn failure_json(leveled: &Leveled) -> Result<()> {
    json(&json!({
        "format_version": 1,
        "diagnostics": leveled.diagnostics,
        "diagnostics_allowed": leveled.allowed,
    }))
}

fn without_code(failure: &str) -> String {
    failure.replacen("[failed]", "", 1)
}

/// Logs on standard error: tracewatch with `-v`, also the SDK with `-vv`.
pub(crate) fn start_logging(verbose: u8) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    if verbose == 0 {
        return;
    }
    let targets = if verbose == 1 {
        Targets::new().with_target("tracewatch", LevelFilter::DEBUG)
    } else {
        Targets::new().with_default(LevelFilter::DEBUG)
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time();
    tracing_subscriber::registry()
        .with(layer)
        .with(targets)
        .init();
}

/// Prints a question without a line feed.
pub(crate) fn ask(question: &str) {
    eprint!("{question}");
}
