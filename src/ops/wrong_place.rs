//! A stack that is not in the account and Region of the run: what was found instead, and the nearest right answer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::inventory::{Inventory, Target};
use crate::provider::aws::Account;
use crate::stack::AssemblyStack;

/// The maximum number of names that a diagnostic lists.
const LISTED: usize = 8;

/// Whether an assembly binds a stack to another account or Region.
pub(super) fn is_elsewhere(stack: &AssemblyStack, home: &Target) -> bool {
    other_region(stack, home).is_some() || other_account(stack, home).is_some()
}

fn other_region<'s>(stack: &'s AssemblyStack, home: &Target) -> Option<&'s str> {
    let bound = stack.region.as_deref();
    bound.filter(|region| *region != home.region)
}

fn other_account<'s>(stack: &'s AssemblyStack, home: &Target) -> Option<&'s str> {
    let bound = stack.account.as_deref();
    bound.filter(|account| *account != home.account)
}

/// The note about a stack of an assembly that is left out.
pub(super) fn left_out(stack: &AssemblyStack, home: &Target) -> Diagnostic {
    let place = match other_region(stack, home) {
        Some(region) => format!("the Region {region}"),
        None => "another account".to_owned(),
    };
    let message = format!(
        "the stack `{}` of the assembly is bound to {place} and is left out",
        stack.name
    );
    let help = "watch it with a run for that account and Region";
    Diagnostic::new(Code::StackElsewhere, message).help(help)
}

/// The error about an assembly without a stack for this account and Region.
pub(super) fn whole_assembly(folder: &Path, stacks: &[AssemblyStack], home: &Target) -> Diagnostic {
    let bound: Vec<String> = stacks
        .iter()
        .take(LISTED)
        .map(|stack| {
            let account = other_account(stack, home);
            let place = match (other_region(stack, home), account) {
                (Some(region), Some(account)) => format!("{region} of account {account}"),
                (Some(region), None) => region.to_owned(),
                (None, account) => format!("account {}", account.unwrap_or_default()),
            };
            format!("`{}` is in {place}", stack.name)
        })
        .collect();
    let message = format!(
        "no stack of the assembly `{}` belongs to {}: {}",
        folder.display(),
        place(home),
        bound.join(", ")
    );
    let regions: BTreeSet<&str> = stacks
        .iter()
        .filter(|stack| other_account(stack, home).is_none())
        .filter_map(|stack| other_region(stack, home))
        .collect();
    Diagnostic::new(Code::AssemblyElsewhere, message).help(remedy(&regions))
}

/// `regions` have the stacks of this account.
fn remedy(regions: &BTreeSet<&str>) -> String {
    let flags: Vec<String> = regions
        .iter()
        .map(|region| format!("`--region {region}`"))
        .collect();
    if flags.is_empty() {
        "run with the credentials of that account (`--profile`)".to_owned()
    } else {
        format!("run with {}", flags.join(" or "))
    }
}

/// The error about a name that no deployed stack has.
pub(super) async fn no_stack(name: &str, account: &Account, home: &Target) -> Diagnostic {
    let message = format!("there is no stack `{name}` in {}", place(home));
    // The names are only a help: a role may not be permitted to list stacks.
    let names = account.stack_names().await.unwrap_or_default();
    let help = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => {
            "check the Region (`--region`) and the profile (`--profile`)".to_owned()
        }
        None => format!(
            "check the Region (`--region`) and the profile (`--profile`); here are: {}",
            listed(&names)
        ),
    };
    Diagnostic::new(Code::StackNotFound, message).help(help)
}

/// The diagnostic about the stack of a template that is not deployed. `deployed` has the names of the stacks by target.
pub(super) fn not_deployed(
    name: &str,
    deployed: &BTreeMap<&Target, BTreeSet<String>>,
    home: &Target,
) -> Diagnostic {
    let message = format!("the stack `{name}` is not deployed in {}", place(home));
    let elsewhere = deployed
        .iter()
        .find(|(target, names)| **target != home && names.contains(name));
    let names = deployed.get(home).into_iter().flatten();
    let others = names.map(String::as_str).filter(|other| *other != name);
    let remedy = match (elsewhere, nearest(name, others)) {
        (Some((target, _)), _) => {
            let region = &target.region;
            format!("it is in {region}: run with `--region {region}`")
        }
        (None, Some(near)) => format!("did you mean `--stack {near}`?"),
        (None, None) => {
            "deploy it before `tracewatch apply`, or check the Region (`--region`), the profile (`--profile`) and the name (`--stack`)"
                .to_owned()
        }
    };
    let help = format!(
        "{remedy}; if the resources exist without a stack of this name, allow `{}`",
        Code::StackNotInRegion
    );
    Diagnostic::new(Code::StackNotInRegion, message).help(help)
}

/// The error about tags that no resource has.
pub(super) async fn nothing_tagged(
    system: &str,
    tags: &BTreeMap<String, String>,
    account: &Account,
    home: &Target,
) -> Diagnostic {
    let message = format!("no resource in {} has the tags of `{system}`", place(home));
    let mut help =
        "check the tags, the Region (`--region`) and the profile (`--profile`)".to_owned();
    for (key, value) in tags {
        // The values are only a help.
        let values = account.tag_values(key).await.unwrap_or_default();
        if values.contains(value) {
            continue;
        }
        help = match nearest(value, values.iter().map(String::as_str)) {
            Some(near) => format!("no resource has `{key} = {value}`; did you mean `{near}`?"),
            None if values.is_empty() => format!(
                "no resource here has a tag `{key}`: check the tag, the Region and the profile"
            ),
            None => format!(
                "no resource has `{key} = {value}`; its values here are: {}",
                listed(&values)
            ),
        };
        break;
    }
    Diagnostic::new(Code::NothingTagged, message).help(help)
}

/// The error about a stack without any resource.
pub(super) fn empty(inventory: &Inventory, system: &str, home: &Target) -> Option<Diagnostic> {
    if inventory.resources.keys().any(|id| !id.is_account()) {
        return None;
    }
    let message = format!("the stack `{system}` has no resources for {}", place(home));
    let help = "check its source, the Region (`--region`) and the profile (`--profile`); `tracewatch destroy` removes the alarms of a stack that is gone";
    Some(Diagnostic::new(Code::StackEmpty, message).help(help))
}

fn place(target: &Target) -> String {
    format!("{} of account {}", target.region, target.account)
}

fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
