//! Names that complete an argument: environments, stacks and resources, read from the files that the rest of the line names. No account is
//! asked. A file that cannot be read gives no name, and no message.

use std::collections::BTreeSet;
use std::path::Path;

use clap_complete::engine::CompletionCandidate;

use super::layout;
use super::options::{SourceOptions, StackOptions};
use crate::diagnostic::Strictness;
use crate::files::ProjectFolder;
use crate::inventory::ACCOUNT_LOGICAL_ID;
use crate::ops::{self, Workspace};
use crate::project::{self, Environment, Project, StackFrom};
use crate::stack;

/// The environments of the project file.
pub(super) fn environments(options: &StackOptions) -> Vec<CompletionCandidate> {
    let path = options.source.project_file();
    let names = project::environment_names(&path).unwrap_or_default();
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// The stacks of the assembly that the line names, of the project file in each of its environments, or of the folder.
pub(super) fn stacks(options: &StackOptions) -> Vec<CompletionCandidate> {
    let source = &options.source;
    let names = match &source.cdk {
        Some(folder) => of_assembly(folder, &ProjectFolder::default().with_named(folder)),
        None if source.project_file().is_file() => of_project_file(source),
        None => of_folder(),
    };
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// The resources of the stack, as `--explain` takes them, with their types.
pub(super) fn resources(options: &StackOptions) -> Vec<CompletionCandidate> {
    let workspace = workspace(options);
    workspace.map_or_else(Vec::new, |workspace| resources_of(&workspace))
}

/// What alarms are of: the resources, and the account of a project that watches it.
pub(super) fn watched(options: &StackOptions) -> Vec<CompletionCandidate> {
    let Some(workspace) = workspace(options) else {
        return Vec::new();
    };
    let mut candidates = resources_of(&workspace);
    if workspace.project.account.watch {
        let help = Some("what all stacks share".into());
        candidates.push(CompletionCandidate::new(ACCOUNT_LOGICAL_ID).help(help));
    }
    candidates
}

fn workspace(options: &StackOptions) -> Option<Workspace> {
    let source = options.source.source().ok()?;
    Workspace::open(&source, &options.parameters, Strictness::Lenient).ok()
}

fn resources_of(workspace: &Workspace) -> Vec<CompletionCandidate> {
    let Ok((inventory, _)) = ops::inventory_of_files(workspace) else {
        return Vec::new();
    };
    let resources = inventory.resources.values().map(|resource| {
        let id = resource.id.within(&workspace.project.name);
        CompletionCandidate::new(id.into_owned()).help(Some(resource.kind.to_string().into()))
    });
    resources.collect()
}

fn of_project_file(source: &SourceOptions) -> BTreeSet<String> {
    let path = source.project_file();
    let environment = source.environment();
    let names = project::environment_names(&path).unwrap_or_default();
    let projects = [None].into_iter().chain(names.into_iter().map(Some));
    projects
        .filter_map(|name| {
            let environment = Environment {
                name,
                ..environment.clone()
            };
            project::load(&path, &environment).ok()?.value
        })
        .flat_map(|project| of_project(&project))
        .collect()
}

fn of_project(project: &Project) -> BTreeSet<String> {
    let files = ProjectFolder::new(&project.root);
    let mut names = BTreeSet::from([project.name.clone()]);
    for stack in &project.stacks {
        match &stack.from {
            StackFrom::Assembly(folder) => {
                names.extend(of_assembly(&project.root.join(folder), &files));
            }
            StackFrom::Template(_)
            | StackFrom::Terraform(_)
            | StackFrom::Deployed
            | StackFrom::Tagged(_) => drop(names.insert(stack.name.clone())),
        }
    }
    names
}

fn of_assembly(folder: &Path, files: &ProjectFolder) -> BTreeSet<String> {
    let stacks = stack::assembly(folder, files).unwrap_or_default();
    stacks.into_iter().map(|stack| stack.name).collect()
}

/// The stacks that `samconfig.toml` or an assembly in the working folder names.
fn of_folder() -> BTreeSet<String> {
    let Ok(layout) = layout::find() else {
        return BTreeSet::new();
    };
    let configured = layout.environments.into_iter();
    let mut names: BTreeSet<String> = configured.filter_map(|of| of.stack).collect();
    if let StackFrom::Assembly(folder) = &layout.from {
        names.extend(of_assembly(folder, &ProjectFolder::default()));
    }
    names
}
