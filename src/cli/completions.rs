//! `tracewatch completions`

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::Shell;

use super::exit_status::ExitStatus;
use super::output;

/// Write a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch completions bash > /etc/bash_completion.d/tracewatch
  tracewatch completions zsh > ~/.zfunc/_tracewatch")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, command_line: &mut Command) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command_line, "tracewatch", &mut script);
    output::result(&String::from_utf8(script)?)?;
    Ok(ExitStatus::Done)
}
