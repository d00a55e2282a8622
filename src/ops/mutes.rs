//! The mute rules in an account: those of maintenance windows, and those that `tracewatch mute` makes. A plan never deletes one of the
//! latter before it is over.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::Error;
use super::session::Session;
use super::workspace::Workspace;
use crate::artifact::{ArtifactId, Kind, MuteRule, MuteStatus, Severity, State};
use crate::diagnostic::{Code, Diagnostic, counted};
use crate::inventory::Target;
use crate::provider::{Actual, Reader};
use crate::semantics::mute_rule::utc_text;
use crate::synth;
use crate::synth::naming::Names;

/// What happens to mutes of `tracewatch mute` that are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OldMutes {
    Delete,
    /// They are no drift.
    Ignore,
}

/// A mute rule of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMute {
    pub target: Target,
    pub rule: MuteRule,
    pub status: MuteStatus,
    /// Whether `tracewatch mute` made it.
    pub is_by_command: bool,
    /// The window that lasts or comes next, in seconds since 1970.
    pub window: Option<Range<i64>>,
}

/// The mute rules of the stack, read from the account.
///
/// # Errors
/// When the account cannot be read.
pub async fn known_mutes(
    workspace: &Workspace,
    session: &Session,
) -> Result<Vec<KnownMute>, Error> {
    let scopes = synth::alarm_scopes(&workspace.project, &workspace.catalog, session.targets());
    let actual = session.artifacts(&scopes).await?.states;
    let mut known = Vec::new();
    for (target, actual) in &actual {
        let mutes = of_target(workspace, target, actual, session.now());
        let ids: Vec<ArtifactId> = mutes.iter().map(KnownMute::id).collect();
        let Some(account) = session.accounts().get(target).filter(|_| !ids.is_empty()) else {
            continue;
        };
        let owners = account.owners(&ids).await?;
        known.extend(mutes.into_iter().filter(|mute| {
            let owner = owners.get(&mute.id());
            owner.is_some_and(|owner| owner.is_stack(&workspace.project.name))
        }));
    }
    Ok(known)
}

impl KnownMute {
    fn id(&self) -> ArtifactId {
        mute_rule_id(&self.rule.name)
    }
}

pub(super) fn mute_rule_id(name: &str) -> ArtifactId {
    ArtifactId {
        kind: Kind::MuteRule,
        name: name.to_owned(),
    }
}

/// The mute rules with names of the stack's, whoever owns them.
fn of_target(workspace: &Workspace, target: &Target, actual: &Actual, now: i64) -> Vec<KnownMute> {
    let prefix = Names::new(&workspace.project.name, &target.region).mute_prefix();
    let rules = actual
        .state
        .iter()
        .filter_map(|(id, artifact)| Some((id, artifact.as_mute_rule()?)));
    rules
        .map(|(id, rule)| KnownMute {
            target: target.clone(),
            rule: rule.clone(),
            status: actual
                .mute_status
                .get(id)
                .copied()
                .unwrap_or(MuteStatus::Scheduled),
            is_by_command: rule.name.starts_with(&prefix),
            window: rule
                .windows()
                .and_then(|windows| windows.at(now).or_else(|| windows.from(now).next())),
        })
        .collect()
}

/// The mute rules of `tracewatch mute` in each target, with their statuses.
pub(super) fn by_command(
    workspace: &Workspace,
    actual: &BTreeMap<Target, Actual>,
    now: i64,
) -> Vec<KnownMute> {
    let mutes = actual
        .iter()
        .flat_map(|(target, actual)| of_target(workspace, target, actual, now));
    mutes.filter(|mute| mute.is_by_command).collect()
}

/// Removes from the actual states the mutes that no plan deletes.
pub(super) fn set_aside(
    workspace: &Workspace,
    actual: &mut BTreeMap<Target, Actual>,
    old_mutes: OldMutes,
) {
    for mute in by_command(workspace, actual, 0) {
        let is_old = mute.status == MuteStatus::Expired;
        if is_old && old_mutes == OldMutes::Delete {
            continue;
        }
        if let Some(actual) = actual.get_mut(&mute.target) {
            actual.state.remove(&mute.id());
        }
    }
}

/// A diagnostic for each rule with a current window, and for each scheduled rule of `tracewatch mute`.
pub(super) fn notes(
    workspace: &Workspace,
    actual: &BTreeMap<Target, Actual>,
    desired: &BTreeMap<Target, State>,
    now: i64,
) -> Vec<Diagnostic> {
    let mutes = actual
        .iter()
        .flat_map(|(target, actual)| of_target(workspace, target, actual, now));
    let current = mutes.filter(|mute| match mute.status {
        MuteStatus::Active => true,
        MuteStatus::Scheduled => mute.is_by_command,
        MuteStatus::Expired => false,
    });
    current
        .map(|mute| note(&mute, desired.get(&mute.target)))
        .collect()
}

fn note(mute: &KnownMute, desired: Option<&State>) -> Diagnostic {
    let rule = &mute.rule;
    let is_critical = rule
        .alarms
        .iter()
        .any(|name| desired.is_some_and(|state| state.severity(name) == Some(Severity::Critical)));
    let alarms = if is_critical {
        "critical alarms"
    } else {
        "alarms"
    };
    let until = match &mute.window {
        Some(window) => format!(" until {}", utc_text(window.end)),
        None => String::new(),
    };
    let message = format!(
        "{alarms} are muted{until} by `{}` ({}): {}",
        rule.name,
        counted(rule.alarms.len(), "alarm", "alarms"),
        rule.description
    );
    let help = if mute.is_by_command {
        "`tracewatch unmute` ends it"
    } else {
        "an apply without the window in tracewatch.toml ends it"
    };
    Diagnostic::new(Code::AlarmsMuted, message).help(help)
}
