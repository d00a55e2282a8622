//! `tracewatch init`

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use super::context::{Workplace, stack_name};
use super::options::{Format, GlobalOptions, StackOptions};
use super::{Outcome, output};
use crate::project::{InitFacts, StackFrom, init};
use crate::stack::{self, UnknownNames};

/// Write a commented tracewatch.toml for the stack in this folder
///
/// Looks for a template here, or takes the one that --template or --deployed names. An existing project file is never overwritten.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch init                              for the template in this folder
  tracewatch init --template infra/stack.yaml --stack orders-prod
  tracewatch init --deployed orders-prod       for a stack that is read from the account")]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Where templates usually stand, in the order in which they are looked for.
const USUAL: [&str; 8] = [
    "template.yaml",
    "template.yml",
    "template.json",
    "sam.yaml",
    "cloudformation.yaml",
    "cloudformation.yml",
    ".aws-sam/build/template.yaml",
    "stack.yaml",
];

pub(crate) fn run(args: &InitArgs, global: &GlobalOptions) -> Result<Outcome> {
    let facts = match &args.stack.deployed {
        Some(name) => InitFacts { stack: name.clone(), from: StackFrom::Deployed, parameters: BTreeMap::new(), function: None },
        None => of_template(args, global)?,
    };
    let path = &args.stack.config;
    write_new(path, &init(&facts))?;
    match args.format {
        Format::Text => {
            output::result(&format!("Wrote {} for the stack {}.\nNext: tracewatch plan --sandbox\n", path.display(), facts.stack))?;
        }
        Format::Json => output::json(&json!({ "file": path, "stack": facts.stack }))?,
    }
    Ok(Outcome::Done)
}

fn of_template(args: &InitArgs, global: &GlobalOptions) -> Result<InitFacts> {
    let path = match &args.stack.template {
        Some(path) => path.clone(),
        None => find_template(Path::new("."))?,
    };
    let name = stack_name(args.stack.stack.as_deref(), &path)?;
    let options = StackOptions { template: Some(path.clone()), ..args.stack.clone() };
    let mut workplace = Workplace::open(&options, global)?;
    let found = workplace.read_template(None, None, UnknownNames::LeaveUnknown)?;
    let inventory = workplace.accept(found)?;
    let function = inventory.of_kind("AWS::Lambda::Function").next().map(|resource| resource.id.logical_id.clone());
    let source = stack::load(&path).or_else(|fault| workplace.stop(fault))?;
    Ok(InitFacts { stack: name, from: StackFrom::Template(path), parameters: stack::parameters(&source), function })
}

fn find_template(folder: &Path) -> Result<PathBuf> {
    if let Some(usual) = USUAL.iter().map(Path::new).find(|path| folder.join(path).is_file()) {
        return Ok(usual.to_owned());
    }
    let mut others: Vec<PathBuf> = fs::read_dir(folder)
        .context("cannot read this folder")?
        .filter_map(|entry| entry.ok().map(|entry| PathBuf::from(entry.file_name())))
        .filter(|path| path.to_string_lossy().ends_with(".template.json") || path.to_string_lossy().ends_with(".template.yaml"))
        .collect();
    others.sort();
    match others.as_slice() {
        [only] => Ok(only.clone()),
        [] => bail!("no template in this folder: name one with --template, or a deployed stack with --deployed"),
        several => {
            let names: Vec<String> = several.iter().map(|path| path.display().to_string()).collect();
            bail!("there is more than one template here ({}): name one with --template", names.join(", "))
        }
    }
}

fn write_new(path: &Path, text: &str) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.with_context(|| format!("cannot write `{}`", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}
