//! All printing: results on standard output, everything else on standard error.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where tracewatch prints"
)]

use std::io::{Write, stdout};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use super::options::GlobalOptions;
use crate::diagnostic::{Code, Colour, Diagnostic, Leveled, annotation};
use crate::ops;

/// How a failure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureFormat {
    /// On standard error only.
    Text,
    /// Also as a JSON document on standard output.
    Json,
}

/// Writes a result. A reader that went away (`| head`) is no failure.
pub(crate) fn result(text: &str) -> Result<()> {
    match stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    result(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Something worth knowing that is no result.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Shows diagnostics on standard error, as text.
pub(crate) fn diagnostics(leveled: &Leveled, colour: Colour) {
    for diagnostic in &leveled.diagnostics {
        eprintln!("{}\n", diagnostic.render(colour));
    }
    match leveled.allowed {
        0 => {}
        1 => eprintln!("1 diagnostic allowed by tracewatch.toml\n"),
        several => eprintln!("{several} diagnostics allowed by tracewatch.toml\n"),
    }
}

/// Writes diagnostics as annotations on standard error, where they are asked for.
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

/// Help, the version, or what was wrong with the arguments. Not clap's own exit code for the last: 2 says that there are changes.
pub(crate) fn answer(answer: &clap::Error) -> ExitCode {
    let _ = answer.print();
    if answer.use_stderr() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Shows why a command failed.
pub(crate) fn failure(
    error: anyhow::Error,
    format: FailureFormat,
    global: &GlobalOptions,
) -> Result<()> {
    let leveled = match error.downcast::<ops::Error>() {
        Ok(ops::Error::Diagnostics(leveled)) => {
            diagnostics(&leveled, global.colour());
            leveled
        }
        other => {
            let error = other.map_or_else(|error| error, anyhow::Error::from);
            let diagnostic = Diagnostic::new(Code::Failed, format!("{error:#}"));
            eprintln!("{}", without_code(&diagnostic.render(global.colour())));
            Leveled {
                diagnostics: vec![diagnostic],
                allowed: 0,
            }
        }
    };
    annotations(&leveled.diagnostics, global);
    match format {
        FailureFormat::Text => Ok(()),
        FailureFormat::Json => json(&json!({
            "format_version": 1,
            "diagnostics": leveled.diagnostics,
            "diagnostics_allowed": leveled.allowed,
        })),
    }
}

fn without_code(failure: &str) -> String {
    failure.replacen("[failed]", "", 1)
}

/// Logs on standard error, when asked for: our own words with `-v`, the SDK's too with `-vv`.
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

/// A question; the answer is read behind it.
pub(crate) fn ask(question: &str) {
    eprint!("{question}");
}
