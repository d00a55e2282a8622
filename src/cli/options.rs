//! Arguments that several commands share.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::diagnostic::{Colour, Diagnostic, Strictness};
use crate::files::ProjectFolder;
use crate::ops::{self, Access, AccountPlace, ProjectSource, Session, SessionOptions, Workspace};
use crate::project::{self, Environment, StackFrom};
use crate::semantics::limits::{self, is_stack_name};
use crate::stack;

#[derive(Debug, Args)]
pub(crate) struct GlobalOptions {
    /// Colour the output; `auto` colours on a terminal, unless NO_COLOR is set, or everywhere with CLICOLOR_FORCE
    #[arg(long, global = true, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN")]
    pub color: ColourChoice,
    /// Treat warnings as errors, except those that the project file allows
    #[arg(long, global = true)]
    pub strict: bool,
    /// How diagnostics are written beside the result: `github` adds annotations [default: `github` in GitHub Actions, else `text`]
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub diagnostics_format: Option<DiagnosticsFormat>,
    /// Show results and diagnostics only: no progress, no notes, no links
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log steps on standard error (-vv: also the AWS SDK's log)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// Whether a command writes more than its result and errors: progress, notes, links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notes {
    Shown,
    Hidden,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnosticsFormat {
    Text,
    Github,
}

impl DiagnosticsFormat {
    /// The default: `github` in GitHub Actions.
    fn of_environment() -> Self {
        if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
            DiagnosticsFormat::Github
        } else {
            DiagnosticsFormat::Text
        }
    }
}

impl GlobalOptions {
    pub(crate) fn notes(&self) -> Notes {
        if self.quiet {
            Notes::Hidden
        } else {
            Notes::Shown
        }
    }

    pub(crate) fn strictness(&self) -> Strictness {
        if self.strict {
            Strictness::Strict
        } else {
            Strictness::Lenient
        }
    }

    /// The path from the repository's root to the working folder, if annotations are on. GitHub's
    /// annotation paths are relative to that root.
    pub(crate) fn annotation_folder(&self) -> Option<PathBuf> {
        let format = self.diagnostics_format;
        match format.unwrap_or_else(DiagnosticsFormat::of_environment) {
            DiagnosticsFormat::Text => None,
            DiagnosticsFormat::Github => Some(folder_in_repository().unwrap_or_default()),
        }
    }

    /// A non-empty NO_COLOR disables colours (no-color.org); CLICOLOR_FORCE other than `0` enables them without a terminal.
    pub(crate) fn colour(&self) -> Colour {
        let wanted = match self.color {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => {
                let is_set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
                let is_forced = is_set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
                is_set("NO_COLOR").is_none() && (is_forced || stdout().is_terminal())
            }
        };
        if wanted {
            Colour::Always
        } else {
            Colour::Never
        }
    }
}

fn folder_in_repository() -> Option<PathBuf> {
    let root = std::env::var_os("GITHUB_WORKSPACE")?;
    let folder = std::env::current_dir().ok()?;
    Some(folder.strip_prefix(root).ok()?.to_owned())
}

/// The stack's source and its name.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Stack")]
pub(crate) struct SourceOptions {
    /// The project file [default: the nearest tracewatch.toml, in this folder or a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The environment of the project file: its table `[env.NAME]` is applied [default: TRACEWATCH_ENV]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["template", "deployed", "cdk", "terraform"])]
    pub env: Option<String>,
    /// Read this CloudFormation or SAM template, without a project file
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    pub template: Option<PathBuf>,
    /// Read this deployed stack, without a project file
    #[arg(long, value_name = "NAME", value_parser = stack_name, conflicts_with_all = ["config", "template"])]
    pub deployed: Option<String>,
    /// Read this cloud assembly of the CDK (cdk.out), without a project file
    #[arg(long, value_name = "DIR", conflicts_with_all = ["config", "template", "deployed"])]
    pub cdk: Option<PathBuf>,
    /// Read this Terraform state or plan, as `terraform show -json` writes it, without a project file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "template", "deployed", "cdk"])]
    pub terraform: Option<PathBuf>,
    /// The stack's name, in place of the project file's [default without a project file: that of the folder, or of an assembly's
    /// only stack]
    #[arg(long, value_name = "NAME", value_parser = stack_name, conflicts_with = "deployed")]
    pub stack: Option<String>,
}

/// The stack's source, and values for its template.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Stack")]
pub(crate) struct StackOptions {
    #[command(flatten)]
    pub source: SourceOptions,
    /// A value for a template parameter (STACK:KEY=VALUE for one stack of an assembly), in place of the project file's; repeatable
    #[arg(long = "parameter", value_name = "KEY=VALUE", value_parser = key_value, conflicts_with_all = ["deployed", "terraform"])]
    pub parameters: Vec<(String, String)>,
}

impl StackOptions {
    /// Reads the project and the catalogue that these options name.
    pub(crate) fn open(&self, global: &GlobalOptions) -> Result<Workspace, ops::Error> {
        let source = self.source.source()?;
        Workspace::open(&source, &self.parameters, global.strictness())
    }
}

impl SourceOptions {
    /// Reads the project and the catalogue that these options name.
    pub(crate) fn open(&self, global: &GlobalOptions) -> Result<Workspace, ops::Error> {
        Workspace::open(&self.source()?, &[], global.strictness())
    }

    /// The path of the project file, whether it exists or not.
    pub(crate) fn project_file(&self) -> PathBuf {
        let named = self.config.clone().or_else(nearest_project_file);
        named.unwrap_or_else(|| PathBuf::from(project::FILE))
    }

    pub(crate) fn environment(&self) -> Environment {
        let of_variable = || std::env::var("TRACEWATCH_ENV").ok();
        let name = self.env.clone().or_else(of_variable);
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Environment {
            name: name.filter(|name| !name.is_empty()),
            variables: variables.collect(),
        }
    }

    /// The project file, or a stack given by options.
    pub(crate) fn source(&self) -> Result<ProjectSource, Diagnostic> {
        if let Some(name) = &self.deployed {
            return Ok(ProjectSource::Stack {
                name: name.clone(),
                from: StackFrom::Deployed,
            });
        }
        let (path, from) = match (&self.template, &self.cdk, &self.terraform) {
            (Some(path), ..) => (path, StackFrom::Template(path.clone())),
            (None, Some(path), _) => (path, StackFrom::Assembly(path.clone())),
            (None, None, Some(path)) => (path, StackFrom::Terraform(path.clone())),
            (None, None, None) => {
                return Ok(ProjectSource::ProjectFile {
                    path: self.project_file(),
                    stack: self.stack.clone(),
                    environment: self.environment(),
                });
            }
        };
        let name = match (&self.stack, &from) {
            (Some(name), _) => name.clone(),
            (None, StackFrom::Assembly(folder)) => {
                match stack::assembly(folder, &ProjectFolder::default().with_named(folder))?
                    .as_slice()
                {
                    [only] => only.name.clone(),
                    _ => folder_name(path),
                }
            }
            (None, _) => folder_name(path),
        };
        Ok(ProjectSource::Stack { name, from })
    }
}

/// The path of a project file in this folder or the nearest parent folder with one, relative to this folder.
pub(crate) fn nearest_project_file() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut folders = here.ancestors();
    let levels = folders.position(|folder| folder.join(project::FILE).is_file())?;
    let up: PathBuf = std::iter::repeat_n("..", levels).collect();
    Some(up.join(project::FILE))
}

/// The folder of the nearest project file, else this folder.
pub(crate) fn nearest_project_folder() -> PathBuf {
    let file = nearest_project_file().unwrap_or_default();
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// The name of the path's parent folder, converted to a valid stack name.
pub(crate) fn folder_name(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute
        .parent()
        .and_then(Path::file_name)
        .unwrap_or_default()
        .to_string_lossy();
    let name: String = folder
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = name
        .trim_start_matches(|c: char| !c.is_ascii_alphabetic())
        .trim_end_matches('-');
    let name: String = name.chars().take(limits::STACK_NAME).collect();
    if name.is_empty() {
        "stack".to_owned()
    } else {
        name
    }
}

/// Artifact names start with the stack's name, and the owner tag contains it: an ARN would be a
/// different stack.
fn stack_name(text: &str) -> Result<String, String> {
    let name = is_stack_name(text).then(|| text.to_owned());
    name.ok_or_else(|| {
        "a stack's name is a letter, then letters, digits and hyphens; at most 128 characters"
            .to_owned()
    })
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`: write KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The account.
#[derive(Debug, Args)]
#[command(next_help_heading = "Account")]
pub(crate) struct AccountOptions {
    /// Use a sandbox instead of AWS: an account in FILE, or one served at an http:// address by `tracewatch sandbox`
    #[arg(long, value_name = "FILE|URL", num_args = 0..=1, require_equals = true, default_missing_value = DEFAULT_SANDBOX,
        value_parser = NonEmptyStringValueParser::new())]
    pub sandbox: Option<String>,
    /// The profile of the AWS configuration to use [default: AWS_PROFILE, else `default`]
    #[arg(long, value_name = "NAME", conflicts_with = "sandbox")]
    pub profile: Option<String>,
    /// The AWS Region [default: AWS_REGION, else the profile's]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

impl AccountOptions {
    /// Whether an option names an account or a Region.
    pub(crate) fn is_named(&self) -> bool {
        self.sandbox.is_some() || self.profile.is_some() || self.region.is_some()
    }

    /// Connects to the account that these options name.
    pub(crate) async fn connect(
        &self,
        workspace: &Workspace,
        access: Access,
    ) -> Result<Session, ops::Error> {
        refuse_empty_endpoint()?;
        let place = match &self.sandbox {
            None => AccountPlace::Aws,
            Some(url) if url.starts_with("http://") => AccountPlace::Served(url.clone()),
            Some(file) => AccountPlace::InFile {
                path: file.clone(),
                access,
            },
        };
        let options = SessionOptions {
            place,
            profile: self.profile.clone(),
            region: self.region.clone(),
            now: Timestamp::now,
        };
        Session::connect(workspace, &options).await
    }
}

/// The AWS SDK takes an empty endpoint for an address.
fn refuse_empty_endpoint() -> Result<(), anyhow::Error> {
    let empty = std::env::vars_os().find(|(name, value)| {
        name.to_string_lossy().starts_with("AWS_ENDPOINT_URL") && value.is_empty()
    });
    match empty {
        Some((name, _)) => Err(anyhow!(
            "{} is set to an empty text: unset it, or give it an address",
            name.display()
        )),
        None => Ok(()),
    }
}

/// The sandbox's account when no file is named, in the working folder.
pub(crate) const DEFAULT_SANDBOX: &str = ".tracewatch-sandbox.json";

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}
