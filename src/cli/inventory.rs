//! `tracewatch inventory`

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::inventory_explanation::Explained;
use super::options::{AccountOptions, Format, GlobalOptions, StackOptions};
use super::output;
use super::resource_rendering::{link_text, resource_json, unresolved_text};
use crate::diagnostic::{Leveled, counted};
use crate::inventory::{Inventory, NameSource, Resource};
use crate::ops::{self, Access};

/// Show the stack's resources, their links and unknown values
///
/// Files are read without any account. With --sandbox, --profile, --region or a deployed stack, the account gives the names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch inventory --template template.yaml
  tracewatch inventory --cdk cdk.out
  tracewatch inventory --terraform plan.json          of `terraform show -json plan.out`
  tracewatch inventory --template template.yaml --explain CreateOrderFunction
  tracewatch inventory --deployed orders-prod --format json
  tracewatch inventory --template template.yaml --format json | jq -r '.resources[].type' | sort | uniq -c")]
pub(crate) struct InventoryArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// Show how one resource and its name came about: a logical id, `stack/logical id`, a physical id or a title
    #[arg(long, value_name = "ID")]
    pub explain: Option<String>,
    /// How the inventory is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &InventoryArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    let (inventory, accepted) = if workspace.needs_account() || args.account.is_named() {
        let session = args.account.connect(&workspace, Access::Read).await?;
        ops::inventory(&workspace, &session).await?
    } else {
        ops::inventory_of_files(&workspace)?
    };
    let system = workspace.project.name.clone();
    output::annotations(&accepted.diagnostics, global);
    let explained = args
        .explain
        .as_ref()
        .map(|asked| Explained::find(&inventory, &system, asked))
        .transpose()?;
    match (args.format, explained) {
        (Format::Json, None) => output::json(&as_json(&inventory, &accepted))?,
        (Format::Json, Some(explained)) => output::json(&explained.as_json())?,
        (Format::Text, None) => {
            output::diagnostics(&accepted, global);
            output::result(&as_text(&inventory, &system))?;
        }
        (Format::Text, Some(explained)) => output::result(&explained.as_text())?,
    }
    Ok(ExitStatus::Done)
}

/// The documented form: see docs/inventory.md.
fn as_json(inventory: &Inventory, accepted: &Leveled) -> Value {
    let resources: Vec<Value> = inventory
        .resources
        .values()
        .map(|resource| resource_json(resource))
        .collect();
    json!({
        "format_version": 1,
        "resources": resources,
        "links": inventory.links,
        "diagnostics": accepted.diagnostics,
        "diagnostics_allowed": accepted.allowed,
    })
}

fn as_text(inventory: &Inventory, system: &str) -> String {
    let width = inventory
        .resources
        .keys()
        .map(|id| id.within(system).chars().count())
        .max()
        .unwrap_or_default();
    let kinds: BTreeSet<&str> = inventory
        .resources
        .values()
        .map(|resource| &*resource.kind)
        .collect();
    let mut lines = Vec::new();
    for kind in kinds {
        lines.push(kind.to_owned());
        for resource in inventory.of_kind(kind) {
            lines.push(format!(
                "  {:width$}  {}",
                resource.id.within(system),
                name(resource)
            ));
            lines.extend(
                details(inventory, resource, system)
                    .map(|detail| format!("  {:width$}    {detail}", "")),
            );
        }
    }
    let unknown = inventory
        .resources
        .values()
        .filter(|resource| resource.name_source == NameSource::Unknown)
        .count();
    let after = if unknown > 0 {
        format!(
            "; {} known only after deployment",
            counted(unknown, "name is", "names are")
        )
    } else {
        String::new()
    };
    let (resources, links) = (inventory.resources.len(), inventory.links.len());
    lines.push(format!(
        "\n{}, {}{after}\n",
        counted(resources, "resource", "resources"),
        counted(links, "link", "links")
    ));
    lines.join("\n")
}

fn details(
    inventory: &Inventory,
    resource: &Resource,
    system: &str,
) -> impl Iterator<Item = String> {
    let links = inventory
        .links
        .iter()
        .filter(|link| link.from == resource.id);
    let links =
        links.map(move |link| format!("{} {}", link_text(link.kind), link.to.within(system)));
    links.chain(resource.unresolved.iter().map(unresolved_text))
}

fn name(resource: &Resource) -> String {
    let id = resource.physical_id.as_deref().unwrap_or("name not known");
    let sure = match resource.name_source {
        NameSource::Template
        | NameSource::Deployed
        | NameSource::AfterDeployment
        | NameSource::Unknown => "",
        NameSource::Placeholder => "  (placeholder)",
    };
    let may = if resource.conditional {
        "  (may not exist: its condition could not be decided)"
    } else {
        ""
    };
    let at_deployment = if resource.deployment_only {
        "  (works at deployment only; not watched)"
    } else {
        ""
    };
    format!("{id}{sure}{may}{at_deployment}")
}
