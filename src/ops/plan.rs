//! The plan of a stack: desired state against the account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tracing::debug;

use super::account_alarms::{self, Claim};
use super::blocking::run_blocking;
use super::chats;
use super::error::{Collector, Error};
use super::fleets;
use super::inventory::{self, ReadStacks};
use super::metric_filters;
use super::mutes::{self, OldMutes};
use super::presence;
use super::service_level_objectives;
use super::session::{ActualStates, Session};
use super::tags;
use super::workspace::Workspace;
use super::wrong_place;
use crate::artifact::{ArtifactId, State};
use crate::cost::{self, Prices, Usage};
use crate::diagnostic::{Code, Diagnostic, WithDiagnostics};
use crate::inventory::{Inventory, NameSource, Target};
use crate::plan::{
    Comparison, Cost, CostLine, DeletionApproval, ForeignDeletions, OwnershipRules, Plan,
    SafetyContext, TargetStates,
};
use crate::provider::{Actual, TagIndex};
use crate::stack::UnknownNames;
use crate::synth::{self, ConsoleLink, Inputs, Synthesis, TraceEntry};

/// What the user approved in advance.
#[derive(Debug, Clone, Default)]
pub struct Approvals {
    pub deletions: DeletionApproval,
    /// Names of existing artifacts that the stack takes over.
    pub adopt: BTreeSet<String>,
}

/// A plan, and the console pages that show its artifacts.
#[derive(Debug)]
pub struct Planned {
    pub plan: Plan,
    pub links: Vec<ConsoleLink>,
}

/// The desired state of all targets, with the entry points that its cost depends on.
#[derive(Debug, Default)]
pub(super) struct Desired {
    pub(super) states: BTreeMap<Target, State>,
    pub(super) entries: Vec<TraceEntry>,
}

/// Computes the plan and the console links. Reads the account, writes nothing.
///
/// # Errors
/// When the stack is unreadable, a definition or the stack has an error, or the account does not
/// answer.
pub async fn plan(
    workspace: &Workspace,
    session: &Session,
    approvals: &Approvals,
) -> Result<Planned, Error> {
    Box::pin(plan_with(workspace, session, approvals, OldMutes::Delete)).await
}

/// As [`plan`]. `old_mutes` is what happens to mutes of `tracewatch mute` that are over.
pub(super) async fn plan_with(
    workspace: &Workspace,
    session: &Session,
    approvals: &Approvals,
    old_mutes: OldMutes,
) -> Result<Planned, Error> {
    let claim = Box::pin(Claim::of(workspace, session, &approvals.adopt)).await?;
    let workspace = &claim.workspace;
    let mut collector = Collector::new(&workspace.project.levels, &workspace.diagnostics);
    let ReadStacks { system, presence } =
        inventory::read(workspace, session, UnknownNames::MarkUnknown).await?;
    let inventory = collector.accept(system)?;
    let empty = wrong_place::empty(&inventory, &workspace.project.name, session.home());
    collector.extend(empty.into_iter().collect())?;
    collector.extend(claim.diagnostic.into_iter().collect())?;
    let undeployed = has_undeployed_names(&inventory);
    let seeded = seed_sandbox(workspace, session, &inventory);
    let scopes = synth::scopes(&workspace.project, &workspace.catalog, session.targets());
    // Errors in definitions are reported before errors of the account.
    let (desired, actual) = tokio::join!(
        synthesise(workspace, session, inventory),
        session.artifacts(&scopes)
    );
    let Synthesis {
        mut states,
        entries,
        links,
        ..
    } = collector.accept(desired)?;
    collector.extend(seeded.into_iter().collect())?;
    debug!(
        artifacts = states.values().map(State::len).sum::<usize>(),
        "desired state computed"
    );
    let ActualStates {
        states: mut actual,
        denied,
    } = actual?;
    if let Some((_, error)) = denied
        .into_iter()
        .find(|(target, _)| states.contains_key(target))
    {
        return Err(error.into());
    }
    let indices = tags::indices(session, &actual).await?;
    service_level_objectives::add_left(workspace, session, &indices, &mut actual).await?;
    metric_filters::add_actual(workspace, session, &states, &mut actual).await?;
    collector.extend(metric_filters::remove_without_group(session, &mut states).await?)?;
    account_alarms::add_left(workspace, session, &indices, &mut actual).await?;
    collector.extend(mutes::notes(workspace, &actual, &states, session.now()))?;
    let chats = chats::not_configurable(workspace, session, &actual, &states).await?;
    collector.extend(chats)?;
    collector.extend(fleets::without_tags(session, &states).await?)?;
    mutes::set_aside(workspace, &mut actual, old_mutes);
    let settings = states
        .get(session.home())
        .map(settings_of)
        .unwrap_or_default();
    let settings = session.settings(&settings).await?;
    let home = actual.entry(session.home().clone()).or_default();
    home.state.extend(settings.into_artifacts());
    let desired = Desired { states, entries };
    let mut plan = compare(
        workspace, session, actual, &indices, desired, approvals, collector,
    )
    .await?;
    if plan.has_changes() {
        let absent = presence::absent(session, &presence).await;
        plan.add_absent_stacks(absent, &workspace.project.levels);
    }
    if undeployed {
        plan.find_unknown_names(&workspace.project.levels);
    }
    Ok(Planned { plan, links })
}

fn has_undeployed_names(inventory: &Inventory) -> bool {
    let mut resources = inventory.resources.values();
    resources.any(|resource| resource.name_source == NameSource::AfterDeployment)
}

/// Computes the desired state while this thread reads the account.
pub(super) async fn synthesise(
    workspace: &Workspace,
    session: &Session,
    inventory: Inventory,
) -> WithDiagnostics<Synthesis> {
    let project = Arc::clone(&workspace.project);
    let catalog = Arc::clone(&workspace.catalog);
    let (identity, now) = (session.home().clone(), session.now());
    run_blocking(move || {
        let inventory = synth::retain_used_properties(inventory, &catalog, &project);
        let inputs = Inputs {
            inventory: &inventory,
            catalog: &catalog,
            project: &project,
            identity: &identity,
            now,
        };
        match synth::too_many_alarms(&inputs) {
            Some(diagnostic) => WithDiagnostics {
                value: Synthesis::default(),
                diagnostics: vec![diagnostic],
            },
            None => synth::synthesise(&inputs),
        }
    })
    .await
}

fn settings_of(desired: &State) -> BTreeSet<ArtifactId> {
    let settings = desired.iter().filter(|(id, _)| id.kind.is_setting());
    settings.map(|(id, _)| id.clone()).collect()
}

/// A sandbox has no deployed stack: the log groups of the stack are created in it. Returns a note
/// about the sandbox's assumptions.
fn seed_sandbox(
    workspace: &Workspace,
    session: &Session,
    inventory: &Inventory,
) -> Option<Diagnostic> {
    let groups = synth::retention_log_groups(&Inputs {
        inventory,
        catalog: &workspace.catalog,
        project: &workspace.project,
        identity: session.home(),
        now: session.now(),
    });
    if !session.seed_log_groups(&groups) {
        return None;
    }
    let workspaces = chats::workspaces(&workspace.project);
    session.authorise_chats(&workspaces);
    let resources = inventory.resources.values();
    let placeholders = resources
        .filter(|resource| resource.name_source == NameSource::Placeholder)
        .count();
    if placeholders + groups.len() + workspaces.len() == 0 {
        return None;
    }
    let chats = match workspaces.len() {
        0 => String::new(),
        count => format!(", chat workspaces to be authorised ({count})"),
    };
    let message = format!(
        "this is a sandbox, not AWS: names that only a deployment gives are placeholders ({placeholders}), log groups are taken to exist ({}){chats}",
        groups.len()
    );
    Some(Diagnostic::new(Code::Sandbox, message))
}

/// Compares the states, reads the tags that decide about the changes, and runs the safety checks.
pub(super) async fn compare(
    workspace: &Workspace,
    session: &Session,
    actual: BTreeMap<Target, Actual>,
    indices: &BTreeMap<Target, TagIndex>,
    desired: Desired,
    approvals: &Approvals,
    collector: Collector,
) -> Result<Plan, Error> {
    let actual_states: BTreeMap<&Target, &State> = actual
        .iter()
        .map(|(target, actual)| (target, &actual.state))
        .collect();
    debug!(
        artifacts = actual_states
            .values()
            .map(|state| state.len())
            .sum::<usize>(),
        "actual state read"
    );
    let cost = cost_of(workspace, session.home(), &actual, &desired);
    let home = actual.get(session.home());
    let context = SafetyContext {
        deletions: approvals.deletions,
        other_trace_groups: home.map_or(0, |home| home.other_trace_groups),
    };
    let configured = actual
        .iter()
        .map(|(target, actual)| (target.clone(), actual.configured.clone()))
        .collect();
    let states = states_by_target(session, actual, desired.states);
    let comparison = Comparison::between(&workspace.project.name, states);
    let project = &workspace.project;
    let rules = OwnershipRules {
        tags: &project.tags,
        adopt: &approvals.adopt,
        foreign_deletions: match approvals.deletions {
            DeletionApproval::AskedFor => ForeignDeletions::Conflict,
            DeletionApproval::Given | DeletionApproval::NotGiven => ForeignDeletions::Note,
        },
    };
    let found = tags::read(
        session,
        &project.name,
        &comparison,
        rules,
        &configured,
        indices,
    )
    .await?;
    let owned = comparison.with_tags(&found, rules);
    let levels = &workspace.project.levels;
    Ok(owned.into_plan(cost, collector.into_leveled(), &context, levels))
}

/// The states of each target, the stack's own first. Another target without artifacts is left out.
fn states_by_target(
    session: &Session,
    mut actual: BTreeMap<Target, Actual>,
    mut desired: BTreeMap<Target, State>,
) -> Vec<TargetStates> {
    let mut states = Vec::new();
    for target in session.targets() {
        let actual = actual.remove(target).unwrap_or_default().state;
        let desired = desired.remove(target).unwrap_or_default();
        if target == session.home() || !actual.is_empty() || !desired.is_empty() {
            states.push(TargetStates {
                target: target.clone(),
                actual,
                desired,
            });
        }
    }
    states
}

/// The number of resources that each fleet alarm watches.
fn fleet_sizes(desired: &Desired) -> BTreeMap<String, usize> {
    let states = desired.states.values();
    let origins = states.flat_map(|state| {
        let alarms = state.iter().map(|(id, _)| id);
        alarms.filter_map(|id| Some((id, state.origin(id)?)))
    });
    origins
        .filter(|(_, origin)| !origin.fleet.is_empty())
        .map(|(id, origin)| (id.name.clone(), origin.fleet.len()))
        .collect()
}

fn cost_of(
    workspace: &Workspace,
    home: &Target,
    actual: &BTreeMap<Target, Actual>,
    desired: &Desired,
) -> Cost {
    let prices = Prices::built_in();
    let project = &workspace.project;
    let none = State::default();
    let actual_home = actual.get(home).map_or(&none, |actual| &actual.state);
    let usage = |traffic| Usage {
        traffic,
        scanned_gb: project.cost.scanned_gb,
        fleets: fleet_sizes(desired),
    };
    let now = usage(cost::traffic_now(
        &project.cost,
        &desired.entries,
        actual_home,
    ));
    let planned = usage(cost::traffic_planned(
        &project.cost,
        &desired.entries,
        &project.tracing.sampling,
    ));
    let before = cost::estimate(actual.values().map(|actual| &actual.state), &now, &prices);
    let after = cost::estimate(desired.states.values(), &planned, &prices);
    let lines = after.lines.iter().map(|line| CostLine {
        what: line.what.to_owned(),
        quantity: format!("{} {}", line.quantity, line.unit),
        monthly: line.usd,
    });
    let prices_as_of = format!("prices as of {}", after.prices_as_of);
    Cost {
        before: before.total_usd,
        after: after.total_usd,
        limit: project.cost.monthly_limit,
        driver: after.driver(),
        lines: lines.collect(),
        notes: after
            .assumptions
            .into_iter()
            .chain([prices_as_of])
            .collect(),
    }
}
