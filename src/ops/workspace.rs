//! The project and the catalogue, independent of an account.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use tracing::debug;

use super::error::{Collector, Error};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Leveled, Source, Strictness, WithDiagnostics};
use crate::files::ProjectFolder;
use crate::openslo;
use crate::project::{self, Environment, Project, StackFrom};

/// The source of a workspace.
#[derive(Debug, Clone)]
pub enum ProjectSource {
    /// A project file. Its folder may hold `alarms/` and `dashboards/`.
    ProjectFile {
        path: PathBuf,
        /// Replaces the name of the file's only stack.
        stack: Option<String>,
        environment: Environment,
    },
    /// One stack, without a project file.
    Stack { name: String, from: StackFrom },
}

/// The project and the catalogue.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub project: Arc<Project>,
    pub catalog: Arc<Catalog>,
    /// The folder whose files may be shown.
    pub files: ProjectFolder,
    /// Warnings and notes about the project file and the definitions.
    pub diagnostics: Leveled,
}

impl Workspace {
    /// Reads the project and the catalogue. `parameters` are values for the parameters of
    /// templates; `strictness` makes warnings errors.
    ///
    /// # Errors
    /// When the project file is unreadable, or the file or a definition has an error.
    pub fn open(
        source: &ProjectSource,
        parameters: &[(String, String)],
        strictness: Strictness,
    ) -> Result<Self, Error> {
        let mut collector = Collector::default();
        collector.levels.strictness = strictness;
        let (mut project, files, root) = match source {
            ProjectSource::Stack { name, from } => (
                Project::without_file(name, from.clone()),
                named_files(from),
                None,
            ),
            ProjectSource::ProjectFile {
                path,
                stack,
                environment,
            } => {
                let mut project = read_project(path, environment, &mut collector)?;
                if let Some(name) = stack {
                    rename_stack(&mut project, name)?;
                }
                let root = project.root.clone();
                (project, ProjectFolder::new(&root), Some(root))
            }
        };
        project.levels = collector.levels.clone();
        set_parameters(&mut project, parameters)?;
        Self::with_catalog(project, files, root.as_deref(), collector)
    }

    /// Reads the text of a project file that is not written yet, and the catalogue of its folder.
    ///
    /// # Errors
    /// When the text or a definition has an error.
    pub fn of_text(
        source: &Arc<Source>,
        environment: &Environment,
        strictness: Strictness,
    ) -> Result<Self, Error> {
        let mut collector = Collector::default();
        collector.levels.strictness = strictness;
        let root = Path::new(&source.name).parent().unwrap_or(Path::new(""));
        let parsed = project::parse_with(source, root, environment);
        let project = accept_project(parsed, &mut collector)?;
        Self::with_catalog(project, ProjectFolder::new(root), Some(root), collector)
    }

    fn with_catalog(
        project: Project,
        files: ProjectFolder,
        root: Option<&Path>,
        mut collector: Collector,
    ) -> Result<Self, Error> {
        let mut project = project;
        if let Some(root) = root {
            let objectives = collector.accept(openslo::objectives(root))?;
            project.objectives.extend(objectives);
        }
        let preset = project.preset.as_ref().map(|preset| preset.value);
        let catalog = collector.accept(Catalog::load(root, preset))?;
        debug!(definitions = catalog.services().len(), "catalogue read");
        Ok(Self {
            project: Arc::new(project),
            catalog: Arc::new(catalog),
            files,
            diagnostics: collector.into_leveled(),
        })
    }

    /// Whether a stack of the project has no files and needs an account.
    pub fn needs_account(&self) -> bool {
        self.project.stacks.iter().any(|stack| match &stack.from {
            StackFrom::Deployed | StackFrom::Tagged(_) => true,
            StackFrom::Template(_) | StackFrom::Assembly(_) | StackFrom::Terraform(_) => false,
        })
    }
}

/// The working folder, and what the user named.
fn named_files(from: &StackFrom) -> ProjectFolder {
    let files = ProjectFolder::new(Path::new(""));
    match from {
        StackFrom::Template(path) | StackFrom::Assembly(path) | StackFrom::Terraform(path) => {
            files.with_named(path)
        }
        StackFrom::Deployed | StackFrom::Tagged(_) => files,
    }
}

/// Replaces the name of the only stack, which is also the system's name.
fn rename_stack(project: &mut Project, name: &str) -> anyhow::Result<()> {
    let system = &mut project.name;
    let [stack] = project.stacks.as_mut_slice() else {
        bail!(
            "--stack {name} is ambiguous: the system `{system}` of the project file has several stacks"
        );
    };
    // An assembly names its stacks itself: its only name here is the system's.
    let has_one_name = matches!(stack.from, StackFrom::Assembly(_)) || stack.name == *system;
    if !has_one_name {
        bail!(
            "--stack {name} is ambiguous: the project file names the system `{system}` and its stack `{}`",
            stack.name
        );
    }
    name.clone_into(system);
    name.clone_into(&mut stack.name);
    Ok(())
}

/// Adds values to the parameters of templates.
fn set_parameters(project: &mut Project, parameters: &[(String, String)]) -> anyhow::Result<()> {
    let Some((key, _)) = parameters.first() else {
        return Ok(());
    };
    let stacks = project.stacks.iter_mut();
    let templates = stacks.filter(|stack| takes_parameters(&stack.from));
    let set = templates.map(|stack| stack.parameters.extend(parameters.iter().cloned()));
    if set.count() == 0 {
        bail!(
            "--parameter {key}=… has no effect: only a stack that is read from a template or an assembly takes parameters"
        );
    }
    Ok(())
}

fn takes_parameters(from: &StackFrom) -> bool {
    match from {
        StackFrom::Template(_) | StackFrom::Assembly(_) => true,
        StackFrom::Deployed | StackFrom::Terraform(_) | StackFrom::Tagged(_) => false,
    }
}

fn read_project(
    path: &Path,
    environment: &Environment,
    collector: &mut Collector,
) -> Result<Project, Error> {
    let loaded = match project::load(path, environment) {
        Ok(loaded) => loaded,
        Err(unreadable) if unreadable.is_missing() => {
            let place = if path == Path::new(project::FILE) {
                ", here or in a parent folder"
            } else {
                ""
            };
            return Err(anyhow!(
                "there is no project file `{}`{place}: write one with `tracewatch init`, or name a stack with --template, --cdk, --terraform or --deployed",
                path.display()
            )
            .into());
        }
        Err(unreadable) => return Err(unreadable.diagnostic(Code::FileUnreadable).into()),
    };
    accept_project(loaded, collector)
}

fn accept_project(
    loaded: WithDiagnostics<Option<Project>>,
    collector: &mut Collector,
) -> Result<Project, Error> {
    if let Some(project) = &loaded.value {
        let strictness = collector.levels.strictness;
        collector.levels = project.levels.clone().with_strictness(strictness);
    }
    let project = collector.accept(loaded)?;
    Ok(project.context("the project file could not be read")?)
}
