//! `tracewatch inventory`

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::context::{Access, Context, Workplace};
use super::options::{AccountOptions, Format, GlobalOptions, StackOptions};
use super::{Outcome, output};
use crate::diagnostic::Diagnostic;
use crate::inventory::{Inventory, LinkKind, NameSource, Resource};
use crate::project::StackFrom;
use crate::stack::UnknownNames;

/// Show the stack's resources, how they belong together, and what could not be known
///
/// A template is read without any account; with --sandbox or a deployed stack the account gives the names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch inventory --template template.yaml
  tracewatch inventory --deployed orders-prod --format json
  tracewatch inventory --template template.yaml --format json | jq -r '.resources[].type' | sort | uniq -c")]
pub(crate) struct InventoryArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// How the inventory is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &InventoryArgs, global: &GlobalOptions) -> Result<Outcome> {
    let mut workplace = Workplace::open(&args.stack, global)?;
    let needs_account = workplace.project.stack.from == StackFrom::Deployed || args.account.sandbox.is_some();
    let (inventory, findings) = if needs_account {
        let mut context = Context::open(workplace, &args.account, Access::Look).await?;
        (context.inventory().await?, context.workplace.findings)
    } else {
        let found = workplace.read_template(None, None, UnknownNames::LeaveUnknown)?;
        (workplace.accept(found)?, workplace.findings)
    };
    match args.format {
        Format::Json => output::json(&as_json(&inventory, &findings))?,
        Format::Text => {
            output::diagnostics(&findings, global.colour());
            output::result(&as_text(&inventory))?;
        }
    }
    Ok(Outcome::Done)
}

/// The documented form: see docs/inventory.md.
fn as_json(inventory: &Inventory, findings: &[Diagnostic]) -> Value {
    let resources: Vec<Value> = inventory.resources.values().map(resource).collect();
    json!({ "format_version": 1, "resources": resources, "links": inventory.links, "diagnostics": findings })
}

fn resource(resource: &Resource) -> Value {
    json!({
        "logical_id": resource.id.logical_id,
        "type": resource.kind,
        "stack": resource.id.stack,
        "title": resource.title,
        "physical_id": resource.physical_id,
        "name_source": resource.name_source,
        "conditional": resource.conditional,
        "unresolved": resource.unresolved,
        "address": resource.terraform.as_ref().map(|origin| &origin.address),
        "tf_type": resource.terraform.as_ref().map(|origin| &origin.kind),
    })
}

fn as_text(inventory: &Inventory) -> String {
    let width = inventory.resources.keys().map(|id| id.logical_id.chars().count()).max().unwrap_or_default();
    let kinds: BTreeSet<&str> = inventory.resources.values().map(|resource| resource.kind.as_str()).collect();
    let mut lines = Vec::new();
    for kind in kinds {
        lines.push(kind.to_owned());
        for resource in inventory.of_kind(kind) {
            lines.push(format!("  {:width$}  {}", resource.id.logical_id, name(resource)));
            lines.extend(details(inventory, resource).map(|detail| format!("  {:width$}    {detail}", "")));
        }
    }
    let unknown = inventory.resources.values().filter(|resource| resource.name_source == NameSource::Unknown).count();
    let after = if unknown > 0 { format!("; {unknown} names are known only after deployment") } else { String::new() };
    lines.push(format!("\n{} resources, {} links{after}\n", inventory.resources.len(), inventory.links.len()));
    lines.join("\n")
}

fn details(inventory: &Inventory, resource: &Resource) -> impl Iterator<Item = String> {
    let links = inventory.links.iter().filter(|link| link.from == resource.id);
    let links = links.map(|link| format!("{} {}", words(link.kind), link.to.logical_id));
    links.chain(resource.unresolved.iter().map(|unknown| format!("{} is not known: {}", unknown.path, unknown.reason)))
}

fn name(resource: &Resource) -> String {
    let id = resource.physical_id.as_deref().unwrap_or("name not known");
    let sure = match resource.name_source {
        NameSource::Template | NameSource::Deployed | NameSource::Unknown => "",
        NameSource::Invented => "  (made up)",
    };
    let may = if resource.conditional { "  (may not exist: its condition could not be decided)" } else { "" };
    format!("{id}{sure}{may}")
}

fn words(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::DeadLetter => "dead letters to",
        LinkKind::Invokes => "invokes",
        LinkKind::LogsTo => "logs to",
        LinkKind::PartOf => "part of",
    }
}
