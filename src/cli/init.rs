//! `tracewatch init`

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use super::exit_status::ExitStatus;
use super::options::{Format, GlobalOptions, StackOptions};
use super::output;
use crate::ops::{self, ProjectSource};
use crate::project::{InitFacts, StackFrom, init};
use crate::stack;

/// Write a commented tracewatch.toml for the stack in this folder
///
/// Looks for a template or a cdk.out here, or takes what --template, --cdk, --terraform or --deployed names. An existing project file is never overwritten.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch init                              for the template in this folder
  tracewatch init --template infra/stack.yaml --stack orders-prod
  tracewatch init --cdk cdk.out --stack shop   for all stacks of a CDK app
  tracewatch init --deployed orders-prod       for a stack that is read from the account")]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// The folder that `cdk synth` writes.
const ASSEMBLY: &str = "cdk.out";

/// Usual template paths, in search order.
const USUAL: [&str; 9] = [
    "template.yaml",
    "template.yml",
    "template.json",
    "sam.yaml",
    "cloudformation.yaml",
    "cloudformation.yml",
    ".aws-sam/build/template.yaml",
    "stack.yaml",
    ".serverless/cloudformation-template-update-stack.json",
];

pub(crate) fn run(args: &InitArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let source = args.stack.source.source().map_err(ops::Error::from)?;
    let facts = match source {
        ProjectSource::Stack {
            name,
            from: StackFrom::Deployed,
        } => InitFacts {
            stack: name,
            from: StackFrom::Deployed,
            parameters: BTreeMap::new(),
            function: None,
        },
        ProjectSource::Stack { .. } => of_files(&args.stack, global)?,
        ProjectSource::ProjectFile { .. } => of_files(&found_here(&args.stack)?, global)?,
    };
    let path = &args.stack.source.config;
    write_new(path, &init(&facts))?;
    match args.format {
        Format::Text => {
            output::result(&format!(
                "Wrote {} for the stack {}.\nNext: tracewatch plan --sandbox\n",
                path.display(),
                facts.stack
            ))?;
        }
        Format::Json => output::json(&json!({ "file": path, "stack": facts.stack }))?,
    }
    Ok(ExitStatus::Done)
}

/// Adds the template or CDK assembly of the working folder to the options.
fn found_here(options: &StackOptions) -> Result<StackOptions> {
    let mut options = options.clone();
    if Path::new(ASSEMBLY).join("manifest.json").is_file()
        && !USUAL.iter().any(|usual| Path::new(usual).is_file())
    {
        options.source.cdk = Some(ASSEMBLY.into());
    } else {
        options.source.template = Some(find_template(Path::new("."))?);
    }
    Ok(options)
}

/// The definition file for the example override in a new project file.
const EXAMPLE: &str = "lambda";

fn of_files(options: &StackOptions, global: &GlobalOptions) -> Result<InitFacts> {
    let workspace = options.open(global)?;
    let (inventory, _) = ops::inventory_of_files(&workspace)?;
    let mut services = workspace.catalog.services().iter();
    let example = services.find(|service| service.file == EXAMPLE);
    let function = example
        .and_then(|service| inventory.of_kind(&service.kind).next())
        .map(|resource| resource.id.within(&workspace.project.name).into());
    let source = workspace.project.stacks.first().context("no stack")?;
    let parameters = match &source.from {
        StackFrom::Template(path) => {
            stack::parameters(&stack::load(path).map_err(ops::Error::from)?)
        }
        StackFrom::Deployed
        | StackFrom::Assembly(_)
        | StackFrom::Terraform(_)
        | StackFrom::Tagged(_) => BTreeMap::new(),
    };
    Ok(InitFacts {
        stack: workspace.project.name.clone(),
        from: source.from.clone(),
        parameters,
        function,
    })
}

fn find_template(folder: &Path) -> Result<PathBuf> {
    if let Some(usual) = USUAL
        .iter()
        .map(Path::new)
        .find(|path| folder.join(path).is_file())
    {
        return Ok(usual.to_owned());
    }
    let mut others: Vec<PathBuf> = fs::read_dir(folder)
        .context("cannot read this folder")?
        .filter_map(|entry| entry.ok().map(|entry| PathBuf::from(entry.file_name())))
        .filter(|path| {
            path.to_string_lossy().ends_with(".template.json")
                || path.to_string_lossy().ends_with(".template.yaml")
        })
        .collect();
    others.sort();
    match others.as_slice() {
        [only] => Ok(only.clone()),
        [] => bail!(
            "no template in this folder: name one with --template, or a deployed stack with --deployed"
        ),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            bail!(
                "there is more than one template here ({}): name one with --template",
                names.join(", ")
            )
        }
    }
}

fn write_new(path: &Path, text: &str) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.with_context(|| format!("cannot write `{}`", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}
