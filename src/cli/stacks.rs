//! Fetches a project's stacks, from files and from the account, and has them read.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use super::session::Workspace;
use super::{output, run_blocking};
use crate::diagnostic::{Code, Diagnostic, WithDiagnostics};
use crate::inventory::{Identity, Inventory, NameSource};
use crate::project::{StackFrom, StackSource};
use crate::provider::aws::Account;
use crate::provider::{AccountError, Reader};
use crate::stack::{self, AssemblyStack, Input, InputFrom, UnknownNames};

impl Workspace {
    /// Whether some stack can only be read from an account.
    pub(crate) fn needs_account(&self) -> bool {
        self.project.stacks.iter().any(|stack| match &stack.from {
            StackFrom::Deployed | StackFrom::Tagged(_) => true,
            StackFrom::Template(_) | StackFrom::Assembly(_) | StackFrom::Terraform(_) => false,
        })
    }

    /// The inventory as far as files alone say it.
    pub(crate) fn inventory_of_files(&self) -> Result<WithDiagnostics<Inventory>> {
        let mut found = Vec::new();
        let mut inputs = Vec::new();
        for source in &self.project.stacks {
            match self.files_of(source, None, &mut found)? {
                Some(files) => inputs.extend(files),
                None => bail!("the stack `{}` is read from an account", source.name),
            }
        }
        Ok(with(
            found,
            stack::read_system(
                &inputs,
                &self.catalog.type_facts(),
                None,
                UnknownNames::LeaveUnknown,
            ),
        ))
    }

    /// What files say of a stack; `None` when the account says all of it.
    fn files_of(
        &self,
        source: &StackSource,
        identity: Option<&Identity>,
        found: &mut Vec<Diagnostic>,
    ) -> Result<Option<Vec<Input>>> {
        let inputs = match &source.from {
            StackFrom::Deployed | StackFrom::Tagged(_) => return Ok(None),
            StackFrom::Template(path) => vec![self.template(source, path)?],
            StackFrom::Assembly(folder) => {
                let stacks =
                    stack::assembly(&self.project.root.join(folder)).or_else(output::stop)?;
                stacks
                    .into_iter()
                    .filter(|stack| is_here(stack, identity, found))
                    .map(of_assembly)
                    .collect()
            }
            StackFrom::Terraform(path) => {
                let text = stack::load(&self.project.root.join(path)).or_else(output::stop)?;
                vec![Input {
                    name: source.name.clone(),
                    from: InputFrom::Terraform(text),
                }]
            }
        };
        Ok(Some(inputs))
    }

    fn template(&self, stack: &StackSource, path: &Path) -> Result<Input> {
        let path = self.project.root.join(path);
        let source = stack::load(&path).or_else(output::stop)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let from = InputFrom::Template {
            source,
            folder,
            parameters: stack.parameters.clone(),
            deployed: None,
        };
        Ok(Input {
            name: stack.name.clone(),
            from,
        })
    }
}

/// Reads all stacks. A deployed stack is asked for only when its template leaves a name open; before names are made up it always is.
pub(crate) async fn read(
    workspace: &Workspace,
    account: &Account,
    identity: &Identity,
    unknown_names: UnknownNames,
) -> Result<WithDiagnostics<Inventory>> {
    let mut found = Vec::new();
    let mut inputs = Vec::new();
    for source in &workspace.project.stacks {
        match workspace.files_of(source, Some(identity), &mut found)? {
            Some(files) => inputs.extend(files),
            None => inputs.push(from_account(source, account, identity).await?),
        }
    }
    let system = |inputs: Vec<Input>| {
        let (catalog, identity) = (Arc::clone(&workspace.catalog), identity.clone());
        run_blocking(move || {
            let system = stack::read_system(
                &inputs,
                &catalog.type_facts(),
                Some(&identity),
                unknown_names,
            );
            (inputs, system)
        })
    };
    if unknown_names == UnknownNames::LeaveUnknown {
        let (again, first) = system(inputs).await;
        inputs = again;
        if !add_deployed(&mut inputs, account, |input| {
            has_open_names(&first.value, input)
        })
        .await?
        {
            return Ok(with(found, first));
        }
    } else {
        add_deployed(&mut inputs, account, |_| true).await?;
    }
    let (_, system) = system(inputs).await;
    Ok(with(found, system))
}

fn with(
    mut diagnostics: Vec<Diagnostic>,
    found: WithDiagnostics<Inventory>,
) -> WithDiagnostics<Inventory> {
    diagnostics.extend(found.diagnostics);
    WithDiagnostics {
        value: found.value,
        diagnostics,
    }
}

/// Whether a resource of the stack, or of one that it nests, has no name yet.
fn has_open_names(inventory: &Inventory, input: &Input) -> bool {
    let is_of = |stack: &str| stack.split('/').next() == Some(input.name.as_str());
    inventory
        .resources
        .values()
        .any(|resource| is_of(&resource.id.stack) && resource.name_source == NameSource::Unknown)
}

/// Adds to the templates what is deployed of them; whether anything was added comes back.
async fn add_deployed(
    inputs: &mut [Input],
    account: &Account,
    is_wanted: impl Fn(&Input) -> bool,
) -> Result<bool> {
    let mut added = false;
    for input in inputs {
        let is_wanted = is_wanted(input);
        if let InputFrom::Template { deployed, .. } = &mut input.from
            && is_wanted
        {
            *deployed = match account.deployed(&input.name).await {
                Ok(stack) => stack,
                // Whoever may not look at stacks can still watch one whose names the template gives.
                Err(AccountError::Denied { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            added |= deployed.is_some();
        }
    }
    Ok(added)
}

async fn from_account(
    source: &StackSource,
    account: &Account,
    identity: &Identity,
) -> Result<Input> {
    let name = source.name.clone();
    let from = match &source.from {
        StackFrom::Tagged(tags) => InputFrom::Tagged(account.tagged(tags).await?),
        StackFrom::Deployed
        | StackFrom::Template(_)
        | StackFrom::Assembly(_)
        | StackFrom::Terraform(_) => {
            let deployed = account.deployed(&name).await?;
            InputFrom::Deployed(deployed.with_context(|| {
                format!(
                    "there is no stack `{name}` in {} of this account",
                    identity.region
                )
            })?)
        }
    };
    Ok(Input { name, from })
}

fn of_assembly(stack: AssemblyStack) -> Input {
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
            parameters: [].into(),
            deployed: None,
        },
    }
}

/// Whether a stack of an assembly belongs to the account and the Region that are looked at; what does not is said.
fn is_here(
    stack: &AssemblyStack,
    identity: Option<&Identity>,
    found: &mut Vec<Diagnostic>,
) -> bool {
    let Some(identity) = identity else {
        return true;
    };
    let elsewhere = |bound: &Option<String>, here: &str| {
        bound
            .as_deref()
            .filter(|bound| *bound != here)
            .map(ToOwned::to_owned)
    };
    let region =
        elsewhere(&stack.region, &identity.region).map(|region| format!("the Region {region}"));
    let place = region.or_else(|| {
        elsewhere(&stack.account, &identity.account).map(|_| "another account".to_owned())
    });
    if let Some(place) = &place {
        let message = format!(
            "the stack `{}` of the assembly is bound to {place} and is left out",
            stack.name
        );
        found.push(
            Diagnostic::new(Code::StackElsewhere, message)
                .help("watch it with a run for that account and Region"),
        );
    }
    place.is_none()
}
