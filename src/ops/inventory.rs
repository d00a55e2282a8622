//! Reads a project's stacks, from files and from the account.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use tracing::debug;

use super::blocking::run_blocking;
use super::error::{Collector, Error};
use super::session::Session;
use super::workspace::Workspace;
use crate::diagnostic::{Code, Diagnostic, Leveled, WithDiagnostics};
use crate::files::{self, ProjectFolder};
use crate::inventory::{Inventory, NameSource, Target};
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
    let system = read(workspace, session, UnknownNames::LeaveUnknown).await?;
    accepted(workspace, system)
}

/// Reads the project's stacks from files alone.
///
/// # Errors
/// When a file is unreadable or has an error, or a stack needs an account.
pub fn inventory_of_files(workspace: &Workspace) -> Result<(Inventory, Leveled), Error> {
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
    let catalog = &*workspace.catalog;
    let system = stack::read_system(&inputs, catalog, None, UnknownNames::LeaveUnknown);
    accepted(workspace, with_diagnostics(files.diagnostics, system))
}

fn accepted(
    workspace: &Workspace,
    system: WithDiagnostics<Inventory>,
) -> Result<(Inventory, Leveled), Error> {
    let mut collector = Collector::new(&workspace.project.levels, &workspace.diagnostics);
    let inventory = collector.accept(system)?;
    Ok((inventory, collector.into_leveled()))
}

/// Reads all stacks of a project. The deployed stack is read only when its template leaves a name
/// open; in a sandbox, where such names become placeholders, it always is.
///
/// `undeployed` is the treatment of names that no deployed stack gives.
pub(super) async fn read(
    workspace: &Workspace,
    session: &Session,
    undeployed: UnknownNames,
) -> Result<WithDiagnostics<Inventory>, Error> {
    let account = session.home_account();
    let mut files = StackFiles::new(workspace, Some(session.home()));
    let mut inputs = Vec::new();
    for source in &workspace.project.stacks {
        match files.inputs(source)? {
            Some(of_stack) => inputs.extend(of_stack),
            None => inputs.push(from_account(source, account, session.home()).await?),
        }
    }
    let (inputs, system) = if session.is_sandbox() {
        add_deployed(&mut inputs, account, |_| true).await?;
        read_system(workspace, session, inputs, UnknownNames::UsePlaceholders).await
    } else {
        let leave = UnknownNames::LeaveUnknown;
        let (mut inputs, system) = read_system(workspace, session, inputs, leave).await;
        let is_open = |input: &Input| has_open_names(&system.value, input);
        if inputs.iter().any(is_open) {
            let unknown = match add_deployed(&mut inputs, account, is_open).await? {
                DeployedStacks::Read => undeployed,
                // The names may exist, so a plan must not show them as known after deployment.
                DeployedStacks::Denied => leave,
            };
            read_system(workspace, session, inputs, unknown).await
        } else {
            (inputs, system)
        }
    };
    drop(inputs);
    let resources = system.value.resources.len();
    debug!(resources, links = system.value.links.len(), "stacks read");
    Ok(with_diagnostics(files.diagnostics, system))
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
            StackFrom::Assembly(folder) => self.assembly(folder)?,
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

    fn assembly(&mut self, folder: &Path) -> Result<Vec<Input>, Diagnostic> {
        let mut inputs = Vec::new();
        let stacks = stack::assembly(&self.root.join(folder), self.files)?;
        let mut noted: BTreeSet<String> = BTreeSet::new();
        for stack in stacks {
            if noted.insert(stack.manifest.name.clone()) {
                self.diagnostics.extend(files::notes(&stack.manifest));
            }
            match self.home.and_then(|home| elsewhere(&stack, home)) {
                Some(left_out) => self.diagnostics.push(left_out),
                None => inputs.push(of_assembly(stack, self.files)),
            }
        }
        Ok(inputs)
    }
}

/// Whether a resource of the stack or of a nested stack has no known name.
fn has_open_names(inventory: &Inventory, input: &Input) -> bool {
    inventory.resources.values().any(|resource| {
        let outermost = resource.id.stack.split('/').next();
        outermost == Some(input.name.as_str()) && resource.name_source == NameSource::Unknown
    })
}

/// The answers to the requests for deployed stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeployedStacks {
    /// All were read; some may not exist.
    Read,
    /// The role may not read at least one of them.
    Denied,
}

/// Adds the deployed stacks to the templates that want them.
async fn add_deployed(
    inputs: &mut [Input],
    account: &Account,
    is_wanted: impl Fn(&Input) -> bool,
) -> Result<DeployedStacks, AccountError> {
    let mut answers = DeployedStacks::Read;
    for input in inputs {
        let is_wanted = is_wanted(input);
        if let InputFrom::Template { deployed, .. } = &mut input.from
            && is_wanted
        {
            match account.deployed(&input.name).await {
                Ok(stack) => *deployed = stack,
                // Without permission to read stacks, one whose template gives all names can still
                // be watched.
                Err(AccountError::Denied { .. }) => answers = DeployedStacks::Denied,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(answers)
}

async fn from_account(
    source: &StackSource,
    account: &Account,
    home: &Target,
) -> Result<Input, Error> {
    let name = source.name.clone();
    let from = match &source.from {
        StackFrom::Tagged(tags) => InputFrom::Tagged(account.tagged(tags).await?),
        StackFrom::Deployed
        | StackFrom::Template(_)
        | StackFrom::Assembly(_)
        | StackFrom::Terraform(_) => {
            let deployed = account.deployed(&name).await?;
            let region = &home.region;
            InputFrom::Deployed(deployed.with_context(|| {
                format!("there is no stack `{name}` in {region} of this account")
            })?)
        }
    };
    Ok(Input { name, from })
}

fn of_assembly(stack: AssemblyStack, project: &ProjectFolder) -> Input {
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
            parameters: [].into(),
            deployed: None,
        },
    }
}

/// The diagnostic of a stack that an assembly binds to another account or Region.
fn elsewhere(stack: &AssemblyStack, home: &Target) -> Option<Diagnostic> {
    let place = if let Some(region) = other(stack.region.as_deref(), &home.region) {
        format!("the Region {region}")
    } else if other(stack.account.as_deref(), &home.account).is_some() {
        "another account".to_owned()
    } else {
        return None;
    };
    let message = format!(
        "the stack `{}` of the assembly is bound to {place} and is left out",
        stack.name
    );
    let help = "watch it with a run for that account and Region";
    Some(Diagnostic::new(Code::StackElsewhere, message).help(help))
}

/// The account or Region that a stack is bound to, if it differs from `home`.
fn other<'s>(bound: Option<&'s str>, home: &str) -> Option<&'s str> {
    bound.filter(|bound| *bound != home)
}
