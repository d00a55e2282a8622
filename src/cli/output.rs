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

use crate::diagnostic::{Code, Colour, Diagnostic};
use crate::ops;

/// What is wrong was shown already; nothing is left to say.
#[derive(Debug, thiserror::Error)]
#[error("stopped by {0} error(s)")]
pub(crate) struct Shown(pub usize);

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

pub(crate) fn diagnostics(found: &[Diagnostic], colour: Colour) {
    for diagnostic in found {
        eprintln!("{}\n", diagnostic.render(colour));
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

pub(crate) fn error(error: &anyhow::Error, colour: Colour) {
    if error.is::<Shown>() {
        return;
    }
    if let Some(ops::Error::Diagnostics(found)) = error.downcast_ref() {
        diagnostics(found, colour);
        return;
    }
    eprintln!(
        "{}",
        Diagnostic::new(Code::Failed, format!("{error:#}"))
            .render(colour)
            .replacen("[failed]", "", 1)
    );
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
