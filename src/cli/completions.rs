//! `tracewatch completions`, and the answers to the scripts that it writes.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use anyhow::{Result, anyhow};
use clap::{Args, Command};
use clap_complete::engine::complete;
use clap_complete::env::{Bash, CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};

use super::exit_status::ExitStatus;
use super::output;

/// Write a completion script for a shell
///
/// The script asks tracewatch for the candidates: commands, flags, files, and the environments, stacks and resources of the project here. No
/// candidate is read from an account.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(tracewatch completions bash)          in ~/.bashrc
  source <(tracewatch completions zsh)           in ~/.zshrc, below `compinit`
  tracewatch completions fish | source           in ~/.config/fish/config.fish
  tracewatch completions bash > /etc/bash_completion.d/tracewatch

A script fits the version that wrote it: write a file again after an upgrade.")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// The environment variable with which a script asks for candidates.
const VARIABLE: &str = "TRACEWATCH_COMPLETE";

const PROGRAM: &str = "tracewatch";

/// The variable in which bash and zsh give the index of the word to complete.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";

/// The variable in which bash gives the separator of candidates.
const SEPARATOR: &str = "_CLAP_IFS";

const SHELLS: Shells<'static> = Shells(&[&BashWithoutSplitting, &Elvish, &Fish, &Powershell, &Zsh]);

pub(crate) fn run(args: &CompletionsArgs) -> Result<ExitStatus> {
    let name = args.shell.to_string();
    let shell = SHELLS
        .completer(&name)
        .ok_or_else(|| anyhow!("no completion script for {name}"))?;
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    output::result(&String::from_utf8(script)?)?;
    Ok(ExitStatus::Done)
}

/// Answers a script that asks for candidates; whether one did. A failure gives no candidate and no message.
pub(crate) fn answer(command_line: fn() -> Command) -> bool {
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(command_line)
        .var(VARIABLE)
        .shells(SHELLS)
        .try_complete(std::env::args_os(), folder.as_deref())
        .unwrap_or(true)
}

/// The words of the line to complete, as a script gives them after `--`, without the unfinished word and its flag.
pub(crate) fn finished_words() -> Vec<OsString> {
    let arguments = std::env::args_os();
    let split: Vec<OsString> = arguments
        .skip_while(|argument| argument != "--")
        .skip(1)
        .collect();
    let last = split.len().saturating_sub(1);
    let Line {
        mut words, index, ..
    } = Line::new(split, index().unwrap_or(last));
    if index < words.len() {
        words.remove(index);
    }
    let before = index.saturating_sub(1);
    let is_flag = |word: &OsString| word.to_string_lossy().starts_with('-');
    if words.get(before).is_some_and(is_flag) {
        words.remove(before);
    }
    words
}

/// The index of the word to complete, from shells that give it; the others end with that word.
fn index() -> Option<usize> {
    std::env::var(INDEX).ok()?.parse().ok()
}

/// Bash, which splits words at `=`.
struct BashWithoutSplitting;

impl EnvCompleter for BashWithoutSplitting {
    fn name(&self) -> &'static str {
        Bash.name()
    }

    fn is(&self, name: &str) -> bool {
        Bash.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        name: &str,
        program: &str,
        completer: &str,
        script: &mut dyn Write,
    ) -> Result<(), Error> {
        Bash.write_registration(variable, name, program, completer, script)
    }

    fn write_complete(
        &self,
        command_line: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        answer: &mut dyn Write,
    ) -> Result<(), Error> {
        let line = Line::new(words, index().unwrap_or_default());
        let separator = std::env::var(SEPARATOR).unwrap_or_else(|_| "\n".to_owned());
        let candidates = complete(command_line, line.words, line.index, folder)?;
        let candidates: Vec<String> = candidates
            .iter()
            .map(|candidate| candidate.get_value().to_string_lossy())
            .map(|value| match value.strip_prefix(&line.kept) {
                Some(rest) => rest.to_owned(),
                None => value.into_owned(),
            })
            .collect();
        answer.write_all(candidates.join(&separator).as_bytes())
    }
}

/// A line with `--flag`, `=` and `value` as one word.
#[derive(Debug, Default, PartialEq)]
struct Line {
    words: Vec<OsString>,
    /// The index of the word to complete.
    index: usize,
    /// The part of that word, such as `--flag=`, that the shell keeps and no candidate repeats.
    kept: String,
}

impl Line {
    fn new(split: Vec<OsString>, index: usize) -> Self {
        let mut line = Line::default();
        let mut is_open = false;
        for (at, word) in split.into_iter().enumerate() {
            let is_sign = word == "=";
            match line
                .words
                .last_mut()
                .filter(|last| is_open || is_sign && last.to_string_lossy().starts_with("--"))
            {
                Some(last) => {
                    if at == index {
                        line.kept = last.to_string_lossy().into_owned();
                    }
                    last.push(word);
                }
                None => line.words.push(word),
            }
            is_open = is_sign;
            if at == index {
                line.index = line.words.len() - 1;
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(words: &[&str], index: usize) -> (Vec<String>, usize, String) {
        let line = Line::new(words.iter().map(OsString::from).collect(), index);
        let words = line.words.iter().map(|word| word.to_string_lossy().into());
        (words.collect(), line.index, line.kept)
    }

    #[test]
    fn words_that_bash_splits_at_an_equals_sign_are_joined() {
        for (split, index, whole, at, kept) in [
            (&["t", "plan", ""][..], 2, &["t", "plan", ""][..], 2, ""),
            (
                &["t", "--env", "=", "pr"],
                3,
                &["t", "--env=pr"],
                1,
                "--env=",
            ),
            (
                &["t", "--env", "=", "pr", "x"],
                4,
                &["t", "--env=pr", "x"],
                2,
                "",
            ),
            (&["t", "--env=pr"], 1, &["t", "--env=pr"], 1, ""),
            (&["t", "a", "=", "b"], 3, &["t", "a", "=b"], 2, "="),
        ] {
            let whole: Vec<String> = whole.iter().map(ToString::to_string).collect();
            assert_eq!(
                joined(split, index),
                (whole, at, kept.to_owned()),
                "{split:?}"
            );
        }
    }
}
