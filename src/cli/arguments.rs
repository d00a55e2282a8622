//! The answer to arguments that are not run: help, the version, an error.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::output;

/// Prints help, the version, or an argument error. Replaces clap's exit code 2 for errors, which tracewatch uses for changes.
/// With `--format json`, an error is also a JSON document on standard output.
pub(super) fn answer(answer: Error) -> ExitCode {
    if !answer.use_stderr() {
        let _ = answer.print();
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let answer = with_sandbox_hint(answer, &arguments);
    let _ = answer.print();
    if asks_for_json(&arguments) {
        let text = answer.to_string();
        let message = text.trim_start_matches("error: ");
        let message = message.split("\n\n").next().unwrap_or(message);
        let _ = output::failure_document(&anyhow!(message.to_owned()));
    }
    ExitCode::FAILURE
}

fn asks_for_json(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--format=json")
        || arguments
            .windows(2)
            .any(|pair| pair[0] == "--format" && pair[1] == "json")
}

/// `--sandbox` takes its value after `=` only, because the value is optional.
fn with_sandbox_hint(mut answer: Error, arguments: &[OsString]) -> Error {
    let value = match (answer.kind(), answer.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(value))) => value.clone(),
        _ => return answer,
    };
    let is_meant = arguments
        .windows(2)
        .any(|pair| pair[0] == "--sandbox" && pair[1] == value.as_str());
    if is_meant {
        let hint = format!("to use this file or address, write `--sandbox={value}`");
        answer.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![hint.into()]),
        );
    }
    answer
}
