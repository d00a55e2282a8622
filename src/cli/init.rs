//! `tracewatch init`

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use super::exit_status::ExitStatus;
use super::layout::{self, Layout};
use super::options::{Format, GlobalOptions, Notes, StackOptions, folder_name};
use super::output;
use crate::diagnostic::Source;
use crate::files::ProjectFolder;
use crate::inventory::Inventory;
use crate::ops::{self, ProjectSource, Workspace};
use crate::project::{self, Environment, InitEnvironment, InitFacts, StackFrom, init};
use crate::stack;

/// Write a commented tracewatch.toml for the stack in this folder
///
/// Looks for a template, a samconfig.toml, a cdk.json or a cdk.out in this folder, then one level down, or takes what --template, --cdk, --terraform or --deployed names. The file is read back before it is written, and an existing project file is never overwritten.
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

pub(crate) fn run(args: &InitArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let options = &args.stack.source;
    if options.env.is_some() {
        bail!("--env names an environment of a project file, and `init` reads none");
    }
    let path = options.config.as_deref();
    let path = path.unwrap_or(Path::new(project::FILE));
    if path.exists() {
        bail!(
            "`{}` exists already and is not overwritten: edit it, or write another file with --config",
            path.display()
        );
    }
    let mut facts = facts(&args.stack)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    facts.from = relative_to(folder, &facts.from)?;
    facts.function = read_back(path, &facts, global)?;
    write_new(path, &init(&facts))?;
    let next = next_step(path, &facts);
    match args.format {
        Format::Text => {
            let written = format!("Wrote {} for {}.\n", path.display(), subject(&facts));
            let next = match global.notes() {
                Notes::Shown => format!("Next: {next}\n"),
                Notes::Hidden => String::new(),
            };
            output::result(&(written + &next))?;
        }
        Format::Json => output::json(&json!({
            "file": path,
            "stack": facts.stack,
            "environments": names(&facts),
            "next": next,
        }))?,
    }
    Ok(ExitStatus::Done)
}

fn subject(facts: &InitFacts) -> String {
    match &facts.stack {
        Some(stack) => format!("the stack {stack}"),
        None => format!("the environments {}", names(facts).join(", ")),
    }
}

fn names(facts: &InitFacts) -> Vec<&str> {
    let environments = facts.environments.iter();
    environments
        .map(|environment| environment.name.as_str())
        .collect()
}

/// The facts for the stack that options name, or for the one in this folder. Paths are relative to this folder.
fn facts(options: &StackOptions) -> Result<InitFacts> {
    let source = options.source.source().map_err(ops::Error::from)?;
    let (stack, layout) = match source {
        ProjectSource::Stack { name, from } => {
            let environments = Vec::new();
            (Some(name), Layout { from, environments })
        }
        ProjectSource::ProjectFile { stack, .. } => (stack, layout::find()?),
    };
    let Layout { from, environments } = layout;
    let defaults = match &from {
        StackFrom::Template(path) => {
            stack::parameters(&stack::load(path).map_err(ops::Error::from)?)
        }
        StackFrom::Deployed
        | StackFrom::Assembly(_)
        | StackFrom::Terraform(_)
        | StackFrom::Tagged(_) => BTreeMap::new(),
    };
    let mut parameters = BTreeMap::new();
    let mut of_default = None;
    let mut others = Vec::new();
    for mut environment in environments {
        environment.parameters.retain(|name, _| {
            defaults
                .get(name)
                .is_some_and(|default| !is_masked(default.as_deref()))
        });
        if environment.name == layout::DEFAULT {
            parameters = environment.parameters;
            of_default = environment.stack;
        } else if environment.stack.is_some() || !environment.parameters.is_empty() {
            others.push(InitEnvironment {
                name: environment.name,
                stack: environment.stack,
                parameters: environment.parameters,
            });
        }
    }
    parameters.extend(options.parameters.iter().cloned());
    refuse_unknown(&parameters, &defaults)?;
    let named_by_all = !others.is_empty() && others.iter().all(|other| other.stack.is_some());
    let stack = match stack.or(of_default) {
        None if named_by_all => None,
        None => Some(default_name(&from)?),
        named => named,
    };
    Ok(InitFacts {
        stack,
        from,
        parameters,
        defaults,
        function: None,
        environments: others,
    })
}

/// Whether the parameter is secret: its values are not copied into the project file.
fn is_masked(default: Option<&str>) -> bool {
    default == Some(stack::MASK)
}

fn refuse_unknown(
    parameters: &BTreeMap<String, String>,
    defaults: &BTreeMap<String, Option<String>>,
) -> Result<()> {
    match parameters.keys().find(|name| !defaults.contains_key(*name)) {
        Some(name) => bail!("--parameter {name}: the stack's template has no such parameter"),
        None => Ok(()),
    }
}

fn default_name(from: &StackFrom) -> Result<String> {
    Ok(match from {
        StackFrom::Assembly(folder) => {
            let files = ProjectFolder::new(Path::new("")).with_named(folder);
            let stacks = stack::assembly(folder, &files).map_err(ops::Error::from)?;
            match stacks.as_slice() {
                [only] => only.name.clone(),
                _ => folder_name(folder),
            }
        }
        StackFrom::Template(path) | StackFrom::Terraform(path) => folder_name(path),
        StackFrom::Deployed | StackFrom::Tagged(_) => folder_name(Path::new(project::FILE)),
    })
}

/// Reads the stack as the written file would name it, in each environment. Nothing is written when that fails.
/// Returns the function for the example of an override.
fn read_back(path: &Path, facts: &InitFacts, global: &GlobalOptions) -> Result<Option<String>> {
    let source = Source::new(path.display().to_string(), init(facts));
    let top = facts.stack.as_ref().map(|_| None);
    let environments = names(facts).into_iter().map(Some);
    let mut example = None;
    for name in top.into_iter().chain(environments) {
        let environment = Environment {
            name: name.map(str::to_owned),
            ..Environment::default()
        };
        let workspace = Workspace::of_text(&source, &environment, global.strictness())?;
        if !workspace.needs_account() {
            let (inventory, _) = ops::inventory_of_files(&workspace)?;
            example = example.or_else(|| function(&workspace, &inventory));
        }
    }
    Ok(example)
}

/// The definition file for the example override in a new project file.
const EXAMPLE: &str = "lambda";

fn function(workspace: &Workspace, inventory: &Inventory) -> Option<String> {
    let mut services = workspace.catalog.services().iter();
    let example = services.find(|service| service.file == EXAMPLE)?;
    let resource = inventory.of_kind(&example.kind).next()?;
    Some(resource.id.within(&workspace.project.name).into())
}

fn relative_to(folder: &Path, from: &StackFrom) -> Result<StackFrom> {
    Ok(match from {
        StackFrom::Template(path) => StackFrom::Template(relative_path(folder, path)?),
        StackFrom::Assembly(path) => StackFrom::Assembly(relative_path(folder, path)?),
        StackFrom::Terraform(path) => StackFrom::Terraform(relative_path(folder, path)?),
        StackFrom::Deployed | StackFrom::Tagged(_) => from.clone(),
    })
}

/// A path as seen from a folder. An absolute path stays absolute.
fn relative_path(folder: &Path, path: &Path) -> Result<PathBuf> {
    if path.is_absolute() || folder == Path::new("") {
        return Ok(path.to_owned());
    }
    let (folder, path) = (normal(folder)?, normal(path)?);
    let common = folder
        .components()
        .zip(path.components())
        .take_while(|(left, right)| left == right)
        .count();
    let up = folder
        .components()
        .skip(common)
        .map(|_| Component::ParentDir);
    Ok(up.chain(path.components().skip(common)).collect())
}

/// The absolute path without `.` and `..`.
fn normal(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut parts = PathBuf::new();
    for part in absolute.components() {
        if part == Component::ParentDir {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    Ok(parts)
}

fn next_step(path: &Path, facts: &InitFacts) -> String {
    let mut words = vec!["tracewatch plan".to_owned()];
    if facts.from != StackFrom::Deployed {
        words.push("--sandbox".to_owned());
    }
    if path != Path::new(project::FILE) {
        words.push(format!("--config {}", path.display()));
    }
    if let (None, Some(first)) = (&facts.stack, names(facts).first()) {
        words.push(format!("--env {first}"));
    }
    words.join(" ")
}

fn write_new(path: &Path, text: &str) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.with_context(|| format!("cannot write `{}`", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}
