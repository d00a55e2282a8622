//! `tracewatch inventory`

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::inventory_explanation::{Explained, found};
use super::options::{AccountOptions, Format, GlobalOptions, StackOptions};
use super::output;
use super::resource_rendering::{link_text, resource_json, unresolved_text};
use super::watching::watched_by;
use crate::diagnostic::{Leveled, counted};
use crate::inventory::{Inventory, NameSource, Resource};
use crate::ops::{self, Access, WatchedStacks};
use crate::synth::Watching;

/// Show the stack's resources, what watches them, their links and unknown values
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
    /// Show how one resource, its name and its alarms came about: a logical id, `stack/logical id`, a physical id or a title
    #[arg(long, value_name = "ID")]
    pub explain: Option<String>,
    /// How the inventory is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &InventoryArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    let (inventory, accepted, stacks) = if workspace.needs_account() || args.account.is_named() {
        let session = args.account.connect(&workspace, Access::Read).await?;
        let (inventory, accepted) = ops::inventory(&workspace, &session).await?;
        let stacks = WatchedStacks::read(&workspace, &session).await;
        (inventory, accepted, stacks)
    } else {
        let (inventory, accepted) = ops::inventory_of_files(&workspace)?;
        let now = Timestamp::now().as_second();
        (
            inventory,
            accepted,
            WatchedStacks::of_files(&workspace, now),
        )
    };
    // An inventory is also for a project whose alarms cannot be computed.
    let stacks = stacks.ok().map(|(stacks, _)| stacks);
    let system = workspace.project.name.clone();
    output::annotations(&accepted.diagnostics, global);
    let Some(asked) = &args.explain else {
        let watching = stacks.map(|stacks| stacks.watching());
        let shown = Shown {
            inventory: &inventory,
            watching: watching.unwrap_or_default(),
            system: &system,
        };
        match args.format {
            Format::Json => output::json(&shown.as_json(&accepted))?,
            Format::Text => {
                output::diagnostics(&accepted, global);
                output::result(&shown.as_text())?;
            }
        }
        return Ok(ExitStatus::Done);
    };
    let resource = found(&inventory, &system, asked)?;
    let explanations = stacks.map(|stacks| stacks.explanations(&resource.id));
    let explained = Explained {
        inventory: &inventory,
        system: &system,
        resource,
        definitions: explanations.unwrap_or_default(),
    };
    match args.format {
        Format::Json => output::json(&explained.as_json())?,
        Format::Text => output::result(&explained.as_text())?,
    }
    Ok(ExitStatus::Done)
}

/// An inventory with the definitions that watch its resources.
struct Shown<'i> {
    inventory: &'i Inventory,
    watching: Watching,
    system: &'i str,
}

impl Shown<'_> {
    /// The documented form: see docs/inventory.md.
    fn as_json(&self, accepted: &Leveled) -> Value {
        let resources = self.inventory.resources.values();
        let resources = resources.map(|resource| {
            let mut written = resource_json(resource);
            let definitions = self.watching.definitions.get(&resource.id);
            written["watched_by"] = json!(definitions.into_iter().flatten().collect::<Vec<_>>());
            written
        });
        json!({
            "format_version": 1,
            "resources": resources.collect::<Vec<_>>(),
            "links": self.inventory.links,
            "diagnostics": accepted.diagnostics,
            "diagnostics_allowed": accepted.allowed,
        })
    }

    fn as_text(&self) -> String {
        let (inventory, system) = (self.inventory, self.system);
        let rows: Vec<Row> = inventory
            .resources
            .values()
            .map(|resource| Row {
                kind: &resource.kind,
                id: resource.id.within(system),
                watched_by: watched_by(&self.watching, &resource.id),
                name: name(resource),
                details: details(inventory, resource, system).collect(),
            })
            .collect();
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
        format!(
            "{}\n{}, {}{after}\n",
            table(&rows),
            counted(resources, "resource", "resources"),
            counted(links, "link", "links")
        )
    }
}

/// A resource in the text form.
struct Row<'r> {
    kind: &'r str,
    id: Cow<'r, str>,
    watched_by: String,
    name: String,
    /// Links and unknown properties.
    details: Vec<String>,
}

/// The rows by type, in columns: id, *watched by*, name.
fn table(rows: &[Row<'_>]) -> String {
    const WATCHED_BY: &str = "watched by";
    let ids = rows.iter().map(|row| row.id.chars().count());
    let id_width = ids.max().unwrap_or_default();
    let watched = rows.iter().map(|row| row.watched_by.chars().count());
    let watched_width = watched.chain([WATCHED_BY.len()]).max().unwrap_or_default();
    let mut lines = vec![format!(
        "  {:id_width$}  {WATCHED_BY:watched_width$}  name\n",
        "id"
    )];
    let kinds: BTreeSet<&str> = rows.iter().map(|row| row.kind).collect();
    for kind in kinds {
        lines.push(format!("{kind}\n"));
        for row in rows.iter().filter(|row| row.kind == kind) {
            let Row {
                id,
                watched_by,
                name,
                details,
                ..
            } = row;
            lines.push(format!(
                "  {id:id_width$}  {watched_by:watched_width$}  {name}\n"
            ));
            let details = details.iter();
            lines.extend(details.map(|detail| format!("  {:id_width$}    {detail}\n", "")));
        }
    }
    lines.concat()
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
