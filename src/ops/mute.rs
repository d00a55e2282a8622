//! Mutes by command: `tracewatch mute` and `tracewatch unmute`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use jiff::Timestamp;

use super::error::{Collector, Error};
use super::mutes::by_command;
use super::plan::{Approvals, Desired, compare};
use super::session::Session;
use super::tags;
use super::workspace::Workspace;
use crate::artifact::{
    Actions, Artifact, ArtifactId, Kind, MuteRule, MuteStatus, Muting, OWNER_TAG, Origin, State,
};
use crate::diagnostic::{Code, Diagnostic, Leveled, nearest};
use crate::inventory::{ACCOUNT_LOGICAL_ID, Target};
use crate::plan::{DeletionApproval, Plan};
use crate::provider::{AccountError, Actual, Reader};
use crate::semantics::limits::MUTE_RULE_ALARMS;
use crate::semantics::wildcard::is_like;
use crate::synth;
use crate::synth::naming::{ACCOUNT_ALARMS, Names};

/// What a user wants to mute.
#[derive(Debug, Clone)]
pub struct MuteRequest {
    pub seconds: u32,
    /// Resources as alarms name them, with `*`; every alarm if there are none.
    pub resources: Vec<String>,
    pub reason: Option<String>,
}

/// A mute that is not applied yet. Times are seconds since 1970.
#[derive(Debug)]
pub struct PlannedMute {
    /// Makes the rules, and deletes those that are over.
    pub plan: Plan,
    pub rules: Vec<(Target, MuteRule)>,
    /// Alarms of other resources that do not notify either.
    pub others: BTreeSet<String>,
    pub starts: i64,
    pub ends: i64,
}

/// Plans mute rules for the alarms of the stack that are in the account.
///
/// # Errors
/// When the account cannot be read, a resource has no alarms, or no alarm notifies.
pub async fn plan_to_mute(
    workspace: &Workspace,
    session: &Session,
    request: &MuteRequest,
) -> Result<PlannedMute, Error> {
    let scopes = synth::alarm_scopes(&workspace.project, &workspace.catalog, session.targets());
    let actual = session.artifacts(&scopes).await?.states;
    check_resources(&workspace.project.name, &actual, request)?;
    let now = session.now();
    // A time in the past might be refused.
    let starts = (now / 60 + 1) * 60;
    let ends = starts + i64::from(request.seconds);
    let (mut rules, mut others) = (Vec::new(), BTreeSet::new());
    for (target, actual) in &actual {
        let mut muting = muting(&workspace.project.name, &actual.state, request);
        let owned = owned(workspace, session, target, &muting.named).await?;
        muting.named.retain(|name| owned.contains(name));
        let label = free_label(workspace, target, &actual.state, now);
        rules.extend(rules_of(workspace, target, &muting, request, (now, &label)));
        others.append(&mut muting.others);
    }
    if rules.is_empty() {
        return Err(anyhow!(
            "nothing to mute: no alarm of the stack that is in the account notifies anybody"
        )
        .into());
    }
    let mut states: BTreeMap<Target, State> = BTreeMap::new();
    for (target, rule) in &rules {
        let origin = Origin::of_stack("mute", "command");
        let state = states.entry(target.clone()).or_default();
        state.insert_from(origin, Artifact::MuteRule(rule.clone()));
    }
    let desired = Desired {
        states,
        ..Desired::default()
    };
    let plan = compare_mutes(workspace, session, &actual, desired, Mutes::Over).await?;
    Ok(PlannedMute {
        plan,
        rules,
        others,
        starts,
        ends,
    })
}

/// Plans to delete the rules of `tracewatch mute`.
///
/// # Errors
/// When the account cannot be read.
pub async fn plan_to_unmute(workspace: &Workspace, session: &Session) -> Result<Plan, Error> {
    let scopes = synth::alarm_scopes(&workspace.project, &workspace.catalog, session.targets());
    let actual = session.artifacts(&scopes).await?.states;
    compare_mutes(workspace, session, &actual, Desired::default(), Mutes::All).await
}

/// The alarms of the stack that are in ALARM and notify, by name.
///
/// # Errors
/// When the account cannot be read.
pub async fn alarms_in_alarm(
    workspace: &Workspace,
    session: &Session,
) -> Result<BTreeSet<String>, Error> {
    let scopes = synth::alarm_scopes(&workspace.project, &workspace.catalog, session.targets());
    let mut found = BTreeSet::new();
    for (target, account) in session.accounts() {
        let Some(scope) = scopes.get(target) else {
            continue;
        };
        let mut alarms = match account.alarms_in_alarm(&scope.alarm_prefix).await {
            Err(AccountError::Denied { .. }) if target != session.home() => continue,
            alarms => alarms?,
        };
        if !scope.account_alarm_prefix.is_empty() {
            alarms.extend(account.alarms_in_alarm(&scope.account_alarm_prefix).await?);
        }
        let notifying = alarms
            .iter()
            .filter(|alarm| alarm.actions().is_some_and(Actions::run));
        let names = notifying.map(|alarm| alarm.name().to_owned()).collect();
        found.extend(owned(workspace, session, target, &names).await?);
    }
    Ok(found)
}

/// Rules of `tracewatch mute`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutes {
    All,
    Over,
}

/// Compares the rules of `tracewatch mute` with the desired ones, and nothing else of the account.
async fn compare_mutes(
    workspace: &Workspace,
    session: &Session,
    actual: &BTreeMap<Target, Actual>,
    desired: Desired,
    compared: Mutes,
) -> Result<Plan, Error> {
    let mut states: BTreeMap<Target, Actual> = BTreeMap::new();
    for mute in by_command(workspace, actual, session.now()) {
        if compared == Mutes::All || mute.status == MuteStatus::Expired {
            let actual = states.entry(mute.target).or_default();
            actual.state.insert(Artifact::MuteRule(mute.rule));
        }
    }
    let approvals = Approvals {
        deletions: DeletionApproval::AskedFor,
        adopt: BTreeSet::new(),
    };
    let collector = Collector::new(&workspace.project.levels, &Leveled::default());
    let indices = tags::indices(session, &states).await?;
    compare(
        workspace, session, states, &indices, desired, &approvals, collector,
    )
    .await
}

/// A part of the names of new rules that no rule has yet: the time, or a later second where two mutes begin in one second.
fn free_label(workspace: &Workspace, target: &Target, actual: &State, now: i64) -> String {
    let names = Names::new(&workspace.project.name, &target.region);
    let known = actual.names(Kind::MuteRule);
    let labels = (now..).map(|second| formatted(second, "%Y%m%dT%H%M%S"));
    let is_free = |label: &String| {
        let name = names.mute(label, 0);
        !known.iter().any(|known| known.starts_with(&name))
    };
    labels.into_iter().find(is_free).unwrap_or_default()
}

fn rules_of(
    workspace: &Workspace,
    target: &Target,
    muting: &Muting,
    request: &MuteRequest,
    (now, label): (i64, &str),
) -> Vec<(Target, MuteRule)> {
    let names = Names::new(&workspace.project.name, &target.region);
    let starts = (now / 60 + 1) * 60;
    let reason = match &request.reason {
        Some(reason) => format!("tracewatch mute: {reason}"),
        None => "tracewatch mute".to_owned(),
    };
    let alarms: Vec<&String> = muting.named.iter().collect();
    let parts = alarms.chunks(MUTE_RULE_ALARMS).enumerate();
    parts
        .map(|(part, alarms)| {
            let rule = MuteRule {
                name: names.mute(label, part),
                description: reason.clone(),
                schedule: formatted(starts, "at(%Y-%m-%dT%H:%M)"),
                duration: request.seconds,
                timezone: "UTC".to_owned(),
                expires: Some(starts + i64::from(request.seconds)),
                alarms: alarms.iter().map(|name| (*name).clone()).collect(),
            };
            (target.clone(), rule)
        })
        .collect()
}

fn formatted(seconds: i64, format: &str) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime(format).to_string()
}

fn muting(stack: &str, state: &State, request: &MuteRequest) -> Muting {
    Muting::of(state, |id| {
        let mut patterns = request.resources.iter();
        request.resources.is_empty()
            || patterns.any(|pattern| is_of_resource(stack, pattern, &id.name))
    })
}

/// Whether an alarm's name begins with a resource. The account's logical id takes no `*`: what it names is shared by all stacks.
fn is_of_resource(stack: &str, pattern: &str, alarm: &str) -> bool {
    if pattern == ACCOUNT_LOGICAL_ID {
        return alarm.starts_with(ACCOUNT_ALARMS);
    }
    is_like(alarm, &format!("{stack}.{}.*", pattern.replace('"', "")))
}

/// The resource that an alarm's name begins with.
fn resource_of<'a>(stack: &str, alarm: &'a str) -> Option<&'a str> {
    if alarm.starts_with(ACCOUNT_ALARMS) {
        return Some(ACCOUNT_LOGICAL_ID);
    }
    let alarm = alarm.strip_prefix(stack)?.strip_prefix('.')?;
    Some(alarm.split_once('.')?.0)
}

/// Refuses resources without alarms.
fn check_resources(
    stack: &str,
    actual: &BTreeMap<Target, Actual>,
    request: &MuteRequest,
) -> Result<(), Error> {
    let alarms: BTreeSet<&str> = actual
        .values()
        .flat_map(|actual| actual.state.iter())
        .filter(|(id, _)| matches!(id.kind, Kind::Alarm | Kind::CompositeAlarm))
        .map(|(id, _)| id.name.as_str())
        .collect();
    let mut resources = request.resources.iter();
    let unknown = resources.find(|pattern| {
        !alarms
            .iter()
            .any(|alarm| is_of_resource(stack, pattern, alarm))
    });
    let Some(unknown) = unknown else {
        return Ok(());
    };
    let known: BTreeSet<&str> = alarms
        .iter()
        .filter_map(|alarm| resource_of(stack, alarm))
        .collect();
    let message = format!("no alarm of the stack in the account is of a resource `{unknown}`");
    let diagnostic = Diagnostic::new(Code::UnknownResource, message);
    let help = match nearest(unknown, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => {
            "no resource has an alarm in the account yet: `tracewatch apply` makes them".to_owned()
        }
        None => {
            let known: Vec<&str> = known.into_iter().collect();
            format!("resources with alarms: {}", known.join(", "))
        }
    };
    Err(diagnostic.help(help).into())
}

/// The names among those of alarms that belong to the stack. Nothing is written to alarms, so the index of tags may answer.
async fn owned(
    workspace: &Workspace,
    session: &Session,
    target: &Target,
    alarms: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Error> {
    let account = session.accounts().get(target);
    let Some(account) = account.filter(|_| !alarms.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    // Both types of alarms have their tags in one place.
    let ids: Vec<ArtifactId> = alarms
        .iter()
        .map(|name| ArtifactId {
            kind: Kind::Alarm,
            name: name.clone(),
        })
        .collect();
    let index = account.tag_index().await?;
    let stack = &workspace.project.name;
    let (listed, others): (Vec<ArtifactId>, Vec<ArtifactId>) = ids.into_iter().partition(|id| {
        let tags = index.get(id);
        tags.is_some_and(|tags| tags.get(OWNER_TAG) == Some(stack))
    });
    let owners = account.owners(&others).await?.into_iter();
    let read = owners.filter(|(_, owner)| owner.is_stack(stack));
    let ids = listed.into_iter().chain(read.map(|(id, _)| id));
    Ok(ids.map(|id| id.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_a_resource_of_its_own() {
        let account = "tracewatch_account.lambda-concurrency";
        for (pattern, alarm, expected) in [
            ("Orders", "shop.Orders.errors", true),
            ("Ord*", "shop.Orders.errors", true),
            ("Orders", account, false),
            ("aws-account", account, true),
            ("aws-account", "shop.Orders.errors", false),
            ("*", account, false),
        ] {
            assert_eq!(
                is_of_resource("shop", pattern, alarm),
                expected,
                "{pattern} {alarm}"
            );
        }
        assert_eq!(resource_of("shop", account), Some("aws-account"));
        assert_eq!(resource_of("shop", "shop.Orders.errors"), Some("Orders"));
        assert_eq!(resource_of("shop", "bank.Orders.errors"), None);
    }
}
