//! `tracewatch man`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::exit_status::ExitStatus;
use super::output;

/// Write the manual page
///
/// One page with all commands on standard output, or a page for each command in a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch man | man -l -
  tracewatch man --out-dir ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write a page for each command into this folder, which is created if it does not exist
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
}

pub(crate) fn run(args: &ManArgs, command_line: Command) -> Result<ExitStatus> {
    let mut command_line = command_line.disable_help_subcommand(true);
    command_line.build();
    match &args.out_dir {
        Some(folder) => write_pages(&command_line, folder)?,
        None => output::result(&whole_page(&command_line)?)?,
    }
    Ok(ExitStatus::Done)
}

fn write_pages(command_line: &Command, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for command in [command_line].into_iter().chain(visible(command_line)) {
        let path = folder.join(Man::new(command.clone()).get_filename());
        fs::write(&path, page(command)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn visible(command_line: &Command) -> impl Iterator<Item = &Command> {
    command_line
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
}

/// The page of one command.
fn page(command: &Command) -> Result<String> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    Ok(String::from_utf8(page)? + &sections(command)?)
}

/// The page of the program, with a section for each command.
fn whole_page(command_line: &Command) -> Result<String> {
    let mut whole = page(command_line)?;
    for command in visible(command_line) {
        let own = command.clone().mut_args(|argument| {
            let is_global = argument.is_global_set();
            argument.hide(is_global)
        });
        let mut heading = Roff::new();
        heading.control("SH", [own.get_bin_name().unwrap_or_default()]);
        whole += &heading.render();
        whole += &sections(&own)?.replace("\n.SH ", "\n.SS ");
    }
    Ok(whole)
}

/// The sections below the name. The first line is empty, so that each heading begins after a line feed.
fn sections(command: &Command) -> Result<String> {
    let man = Man::new(command.clone());
    let mut sections = b"\n".to_vec();
    man.render_synopsis_section(&mut sections)?;
    man.render_description_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    if visible(command).next().is_some() {
        man.render_subcommands_section(&mut sections)?;
    }
    let help = command.get_after_help().map(ToString::to_string);
    Ok(String::from_utf8(sections)? + &after_help(&help.unwrap_or_default()))
}

/// The paragraphs below the options in `--help`: examples line by line, others as notes.
fn after_help(help: &str) -> String {
    let mut roff = Roff::new();
    for paragraph in help.split("\n\n") {
        match paragraph.strip_prefix("Examples:\n") {
            Some(examples) => {
                roff.control("SH", ["EXAMPLES"]);
                roff.control("nf", []);
                roff.text([roman(examples)]);
                roff.control("fi", []);
            }
            None if paragraph.is_empty() => {}
            None => {
                roff.control("SH", ["NOTES"]);
                roff.text([roman(paragraph)]);
            }
        }
    }
    roff.render()
}
