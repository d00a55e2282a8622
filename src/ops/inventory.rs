//! Reads a project's stacks, from files and from the account.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use tracing::debug;

use super::assembly_parameters::AssemblyParameters;
use super::blocking::run_blocking;
use super::error::{Collector, Error};
use super::presence::Presence;
use super::session::Session;
use super::workspace::Workspace;
use super::wrong_place;
use crate::diagnostic::{Diagnostic, Leveled, WithDiagnostics};
use crate::files::{self, ProjectFolder};
use crate::inventory::{Inventory, NameSource, Resource, Target};
use crate::project::{StackFrom, StackSource};
use crate::provider::aws::Account;
use crate::provider::{AccountError, Reader};
use crate::stack::{self, AssemblyStack, Input, InputFrom, UnknownNames};

/// Reads the project's stacks, with the names of deployed resources where a template gives none.
///
/// # Errors
/// When a stack is unreadable or has an error.
pub async fn inventory(
    workspace: &Workspace,
    session: &Session,
) -> Result<(Inventory, Leveled), Error> {
    let read = read(workspace, session, UnknownNames::LeaveUnknown).await?;
    accepted(workspace, read.system)
}

/// Reads the project's stacks from files alone.
///
/// # Errors
/// When a file is unreadable or has an error, or a stack needs an account.
pub fn inventory_of_files(workspace: &Workspace) -> Result<(Inventory, Leveled), Error> {
    let system = read_files(workspace, None, UnknownNames::LeaveUnknown)?;
    accepted(workspace, system)
}

/// The stacks of files alone. An error if a stack needs an account.
pub(super) fn read_files(
    workspace: &Workspace,
    identity: Option<&Target>,
    unknown_names: UnknownNames,
) -> Result<WithDiagnostics<Inventory>, Error> {
    let mut files = StackFiles::new(workspace, None);
    let mut inputs = Vec::new();
    for source in &workspace.project.stacks {
        match files.inputs(source)? {
            Some(of_stack) => inputs.extend(of_stack),
            None => {
                return Err(anyhow!("the stack `{}` is read from an account", source.name).into());
            }
        }
    }
    let mut system = stack::read_system(&inputs, &*workspace.catalog, identity, unknown_names);
    if let Some(home) = identity {
        add_account(workspace, home, &mut system.value);
    }
    Ok(with_diagnostics(files.diagnostics, system))
}

fn accepted(
    workspace: &Workspace,
    system: WithDiagnostics<Inventory>,
) -> Result<(Inventory, Leveled), Error> {
    let mut collector = Collector::new(&workspace.project.levels, &workspace.diagnostics);
    let inventory = collector.accept(system)?;
    Ok((inventory, collector.into_leveled()))
}

/// The stacks of a project.
pub(super) struct ReadStacks {
    pub(super) system: WithDiagnostics<Inventory>,
    /// The stacks of templates and assemblies, by name.
    pub(super) presence: BTreeMap<String, Presence>,
}

/// Reads all stacks of a project. The deployed stack is read only when its template leaves a name
/// open; in a sandbox, where such names become placeholders, it always is.
///
/// `undeployed` is the treatment of names that no deployed stack gives.
pub(super) async fn read(
    workspace: &Workspace,
    session: &Session,
    undeployed: UnknownNames,
) -> Result<ReadStacks, Error> {
    let account = session.home_account();
    let mut files = StackFiles::new(workspace, Some(session.home()));
    let mut inputs = Vec::new();
    for source in &workspace.project.stacks {
        match files.inputs(source)? {
            Some(of_stack) => inputs.extend(of_stack),
            None => inputs.push(from_account(source, account, session.home()).await?),
        }
    }
    let (presence, mut system) = if session.is_sandbox() {
        let presence = add_deployed(&mut inputs, account, |_| true).await?;
        let (_, system) =
            read_system(workspace, session, inputs, UnknownNames::UsePlaceholders).await;
        (presence, system)
    } else {
        let leave = UnknownNames::LeaveUnknown;
        let (mut inputs, system) = read_system(workspace, session, inputs, leave).await;
        let is_open = |input: &Input| has_open_names(&system.value, input);
        let presence = add_deployed(&mut inputs, account, is_open).await?;
        let system = if inputs.iter().any(is_open) {
            let is_denied = presence.values().any(|of| *of == Presence::Denied);
            // Where reading is denied, the names may exist: a plan must not show them as known after deployment.
            let unknown = if is_denied { leave } else { undeployed };
            read_system(workspace, session, inputs, unknown).await.1
        } else {
            system
        };
        (presence, system)
    };
    add_account(workspace, session.home(), &mut system.value);
    let resources = system.value.resources.len();
    debug!(resources, links = system.value.links.len(), "stacks read");
    Ok(ReadStacks {
        system: with_diagnostics(files.diagnostics, system),
        presence,
    })
}

/// Adds the account to the resources of a project that watches it.
fn add_account(workspace: &Workspace, home: &Target, inventory: &mut Inventory) {
    let project = &workspace.project;
    if project.account.watch {
        let account = Resource::account(&project.name, home);
        inventory
            .resources
            .insert(account.id.clone(), Box::new(account));
    }
}

async fn read_system(
    workspace: &Workspace,
    session: &Session,
    inputs: Vec<Input>,
    unknown_names: UnknownNames,
) -> (Vec<Input>, WithDiagnostics<Inventory>) {
    let catalog = Arc::clone(&workspace.catalog);
    let identity = session.home().clone();
    run_blocking(move || {
        let system = stack::read_system(&inputs, &*catalog, Some(&identity), unknown_names);
        (inputs, system)
    })
    .await
}

fn with_diagnostics(
    mut diagnostics: Vec<Diagnostic>,
    system: WithDiagnostics<Inventory>,
) -> WithDiagnostics<Inventory> {
    diagnostics.extend(system.diagnostics);
    WithDiagnostics {
        value: system.value,
        diagnostics,
    }
}

/// Reads the files of stacks.
struct StackFiles<'w> {
    root: &'w Path,
    files: &'w ProjectFolder,
    /// The stack's account and Region, once they are known.
    home: Option<&'w Target>,
    diagnostics: Vec<Diagnostic>,
}

impl<'w> StackFiles<'w> {
    fn new(workspace: &'w Workspace, home: Option<&'w Target>) -> Self {
        Self {
            root: &workspace.project.root,
            files: &workspace.files,
            home,
            diagnostics: Vec::new(),
        }
    }

    /// The inputs of one stack; `None` for a stack without files.
    fn inputs(&mut self, source: &StackSource) -> Result<Option<Vec<Input>>, Diagnostic> {
        let inputs = match &source.from {
            StackFrom::Deployed | StackFrom::Tagged(_) => return Ok(None),
            StackFrom::Template(path) => vec![self.template(source, path)?],
            StackFrom::Assembly(folder) => self.assembly(source, folder)?,
            StackFrom::Terraform(path) => {
                let text = stack::load_named_by_file(&self.root.join(path), self.files)?;
                vec![Input {
                    name: source.name.clone(),
                    from: InputFrom::Terraform(text),
                }]
            }
        };
        Ok(Some(inputs))
    }

    fn template(&self, stack: &StackSource, path: &Path) -> Result<Input, Diagnostic> {
        let path = self.root.join(path);
        let source = stack::load_named_by_file(&path, self.files)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let from = InputFrom::Template {
            source,
            folder,
            project: self.files.clone(),
            parameters: stack.parameters.clone(),
            deployed: None,
        };
        Ok(Input {
            name: stack.name.clone(),
            from,
        })
    }

    /// The stacks of an assembly that belong to the account and Region, once those are known.
    fn assembly(&mut self, source: &StackSource, folder: &Path) -> Result<Vec<Input>, Diagnostic> {
        let path = self.root.join(folder);
        let stacks = stack::assembly(&path, self.files)?;
        self.note_manifests(&stacks);
        let stacks = self.of_this_place(folder, stacks)?;
        let mut names = BTreeSet::new();
        if let Some(again) = stacks.iter().find(|stack| !names.insert(&stack.name)) {
            return Err(stack::assembly_stack_twice(&path, &again.name));
        }
        let parameters = AssemblyParameters::new(&source.parameters, &stacks);
        self.diagnostics.extend(parameters.unknown());
        let inputs = stacks.into_iter().map(|stack| {
            let parameters = parameters.of(&stack);
            of_assembly(stack, parameters, self.files)
        });
        Ok(inputs.collect())
    }

    /// Leaves out the stacks that are bound to another account or Region. It is an error when these are all.
    fn of_this_place(
        &mut self,
        folder: &Path,
        stacks: Vec<AssemblyStack>,
    ) -> Result<Vec<AssemblyStack>, Diagnostic> {
        let Some(home) = self.home else {
            return Ok(stacks);
        };
        let (left_out, ours): (Vec<_>, Vec<_>) = stacks
            .into_iter()
            .partition(|stack| wrong_place::is_elsewhere(stack, home));
        if ours.is_empty() {
            return Err(wrong_place::whole_assembly(folder, &left_out, home));
        }
        let left_out = left_out.iter();
        self.diagnostics
            .extend(left_out.map(|stack| wrong_place::left_out(stack, home)));
        Ok(ours)
    }

    /// The notes about each manifest, once.
    fn note_manifests(&mut self, stacks: &[AssemblyStack]) {
        let mut noted: BTreeSet<&str> = BTreeSet::new();
        for stack in stacks {
            if noted.insert(&stack.manifest.name) {
                self.diagnostics.extend(files::notes(&stack.manifest));
            }
        }
    }
}

/// Whether a resource of the stack or of a nested stack has no known name.
fn has_open_names(inventory: &Inventory, input: &Input) -> bool {
    inventory.resources.values().any(|resource| {
        let outermost = resource.id.stack.split('/').next();
        outermost == Some(input.name.as_str()) && resource.name_source == NameSource::Unknown
    })
}

/// Adds the deployed stacks to the templates that want them. Returns the presence of the stacks of all templates.
async fn add_deployed(
    inputs: &mut [Input],
    account: &Account,
    is_wanted: impl Fn(&Input) -> bool,
) -> Result<BTreeMap<String, Presence>, AccountError> {
    let mut presence = BTreeMap::new();
    for input in inputs {
        let is_wanted = is_wanted(input);
        let InputFrom::Template { deployed, .. } = &mut input.from else {
            continue;
        };
        let of_stack = if is_wanted {
            match account.deployed(&input.name).await {
                Ok(stack) => {
                    *deployed = stack;
                    Presence::of(deployed.as_ref())
                }
                // Without permission to read stacks, one whose template gives all names can still
                // be watched.
                Err(AccountError::Denied { .. }) => Presence::Denied,
                Err(error) => return Err(error),
            }
        } else {
            Presence::NotRead
        };
        presence.insert(input.name.clone(), of_stack);
    }
    Ok(presence)
}

async fn from_account(
    source: &StackSource,
    account: &Account,
    home: &Target,
) -> Result<Input, Error> {
    let name = source.name.clone();
    let from = match &source.from {
        StackFrom::Tagged(tags) => {
            let arns = account.tagged(tags).await?;
            if arns.is_empty() {
                return Err(wrong_place::nothing_tagged(&name, tags, account, home)
                    .await
                    .into());
            }
            InputFrom::Tagged(arns)
        }
        StackFrom::Deployed
        | StackFrom::Template(_)
        | StackFrom::Assembly(_)
        | StackFrom::Terraform(_) => {
            let Some(deployed) = account.deployed(&name).await? else {
                return Err(wrong_place::no_stack(&name, account, home).await.into());
            };
            InputFrom::Deployed(deployed)
        }
    };
    Ok(Input { name, from })
}

fn of_assembly(
    stack: AssemblyStack,
    parameters: BTreeMap<String, String>,
    project: &ProjectFolder,
) -> Input {
    let AssemblyStack {
        name,
        source,
        folder,
        ..
    } = stack;
    Input {
        name,
        from: InputFrom::Template {
            source,
            folder,
            project: project.clone(),
            parameters,
            deployed: None,
        },
    }
}
