//! What is dangerous about a plan: a pure pass over it, check by check. Every finding says how much, how much is allowed, and
//! the way out. Errors refuse the plan; warnings and notices only tell.

use std::collections::BTreeMap;

use crate::artifact::{Alarm, Artifact, Condition, Kind, TraceGroup};
use crate::diagnostic::{Code, Diagnostic};

use super::change::Change;
use super::fields::condition_text;
use super::finding::Finding;
use super::model::Plan;

/// Up to this share of what exists may go without being asked for.
const DELETABLE_SHARE: f64 = 0.3;

/// With fewer artifacts than this a share says nothing.
const ENOUGH_FOR_A_SHARE: usize = 10;

/// X-Ray groups of an account in a Region; not adjustable. Whether the group `Default` is among them is unverified: it is
/// counted.
const TRACE_GROUPS: usize = 25;

/// What a plan is judged by that it does not know itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyContext {
    /// Whether the user agreed to many deletions.
    pub deletions: DeletionApproval,
    /// X-Ray groups in the account and Region that are not this stack's, the group `Default` among them.
    pub other_trace_groups: usize,
}

/// What the user said about something dangerous.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeletionApproval {
    #[default]
    NotGiven,
    Given,
    /// To delete is all that was asked for.
    AskedFor,
}

type Check = fn(&Plan, &SafetyContext) -> Vec<Finding>;

const CHECKS: [Check; 8] = [
    many_deletions,
    cost_over_limit,
    too_many_trace_groups,
    alarms_silenced,
    alarms_loosened,
    trace_group_filters_edited,
    trace_groups_replaced,
    retention_shortened,
];

pub(super) fn check(plan: &Plan, context: &SafetyContext) -> Vec<Finding> {
    CHECKS
        .iter()
        .flat_map(|check| check(plan, context))
        .collect()
}

fn many_deletions(plan: &Plan, context: &SafetyContext) -> Vec<Finding> {
    let changed = plan.changes().filter_map(Change::before);
    let existing = plan
        .unchanged()
        .chain(changed)
        .filter(|artifact| !artifact.kind().is_setting())
        .count();
    let deleted = plan
        .changes()
        .filter(|change| matches!(change, Change::Delete { .. }))
        .count();
    let share = deleted as f64 / existing.max(1) as f64;
    if existing < ENOUGH_FOR_A_SHARE || share <= DELETABLE_SHARE {
        return Vec::new();
    }
    let (percent, limit) = (share * 100.0, DELETABLE_SHARE * 100.0);
    let message = format!(
        "{deleted} of {existing} existing artifacts would be deleted: {percent:.0} %, more than the {limit:.0} % that go unasked"
    );
    let finding = match context.deletions {
        DeletionApproval::AskedFor => return Vec::new(),
        DeletionApproval::Given => Diagnostic::new(Code::ManyDeletionsAllowed, message),
        DeletionApproval::NotGiven => Diagnostic::new(Code::ManyDeletions, message)
            .help("if they are meant to go, say so with `--allow-deletes`; if not, see whether the stack was read as you expect"),
    };
    vec![finding.into()]
}

fn cost_over_limit(plan: &Plan, _: &SafetyContext) -> Vec<Finding> {
    let cost = plan.cost();
    let over = cost
        .limit
        .filter(|limit| cost.after > *limit)
        .map(|limit| (cost.after, limit));
    let finding = |(after, limit)| {
        let message = format!(
            "the stack's monitoring would cost ${after:.2} per month, more than the limit of ${limit:.2}"
        );
        let help =
            "raise `monthly_limit` under `[cost]` in the project file, or turn alarms off there";
        Diagnostic::new(Code::CostOverLimit, message)
            .help(help)
            .into()
    };
    over.map(finding).into_iter().collect()
}

fn too_many_trace_groups(plan: &Plan, context: &SafetyContext) -> Vec<Finding> {
    let count = |wanted: fn(&Change) -> bool| {
        plan.changes()
            .filter(|change| is_group(change) && wanted(change))
            .count()
    };
    let (created, deleted) = (
        count(|change| change.before().is_none()),
        count(|change| change.after().is_none()),
    );
    let kept = plan
        .unchanged()
        .filter(|artifact| artifact.kind() == Kind::TraceGroup)
        .count();
    let there = context.other_trace_groups + kept + count(|change| change.before().is_some());
    let (peak, after) = (there + created, there + created - deleted);
    if created == 0 || peak <= TRACE_GROUPS {
        return Vec::new();
    }
    let finding = if after > TRACE_GROUPS {
        let message = format!(
            "the account would have {after} X-Ray groups in this Region, and AWS allows {TRACE_GROUPS}"
        );
        let help = "lower `group_budget` under `[tracing]` in the project file, or delete groups that nobody needs";
        Diagnostic::new(Code::TooManyTraceGroups, message).help(help)
    } else {
        let message = format!(
            "new X-Ray groups are made before old ones go, and {peak} at once are more than the {TRACE_GROUPS} AWS allows"
        );
        Diagnostic::new(Code::TraceGroupsInTwoRuns, message)
            .help("apply twice: the second run makes what did not fit in the first")
    };
    vec![finding.into()]
}

fn is_group(change: &Change) -> bool {
    change.kind() == Kind::TraceGroup
}

fn alarms_silenced(plan: &Plan, _: &SafetyContext) -> Vec<Finding> {
    let silenced = |change: &Change| {
        let (old, new) = (change.before()?, change.after()?);
        (tells(old) && !tells(new)).then(|| {
            let message = format!("{} tells people now and would tell nobody", change.id());
            let help = "name receivers for its severity under `[notify]` in the project file";
            Finding::about(
                change.id(),
                Diagnostic::new(Code::AlarmSilenced, message).help(help),
            )
        })
    };
    plan.changes().filter_map(silenced).collect()
}

fn tells(artifact: &Artifact) -> bool {
    let actions = match artifact {
        Artifact::Alarm(alarm) => &alarm.actions,
        Artifact::CompositeAlarm(alarm) => &alarm.actions,
        Artifact::Topic(_)
        | Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::EventRule(_)
        | Artifact::Dashboard(_) => return false,
    };
    actions.enabled && !actions.alarm.is_empty()
}

fn alarms_loosened(plan: &Plan, _: &SafetyContext) -> Vec<Finding> {
    let loosened = |change: &Change| {
        let (Artifact::Alarm(old), Artifact::Alarm(new)) = (change.before()?, change.after()?)
        else {
            return None;
        };
        let message = format!(
            "{} would fire less often: {}",
            change.id(),
            loosening(old, new)?
        );
        Some(Finding::about(
            change.id(),
            Diagnostic::new(Code::AlarmLoosened, message),
        ))
    };
    plan.changes().filter_map(loosened).collect()
}

/// In what way `new` breaches later than `old`; `None` also where the two cannot be compared.
fn loosening(old: &Alarm, new: &Alarm) -> Option<String> {
    if old.query != new.query {
        return None;
    }
    let mut ways = Vec::new();
    if is_looser(old.condition, new.condition) {
        ways.push(format!(
            "{} instead of {}",
            condition_text(new.condition),
            condition_text(old.condition)
        ));
    }
    if new.datapoints_to_alarm > old.datapoints_to_alarm {
        ways.push(format!(
            "{} breaching periods instead of {}",
            new.datapoints_to_alarm, old.datapoints_to_alarm
        ));
    }
    (!ways.is_empty()).then(|| ways.join(", "))
}

/// How far a value must go to breach, in the direction in which it breaches.
struct Reach {
    way: Way,
    distance: f64,
    /// Whether the bound itself does not breach.
    beyond: bool,
}

#[derive(PartialEq)]
enum Way {
    Up,
    Down,
    OutOfBand,
    AboveBand,
    BelowBand,
}

fn reach(condition: Condition) -> Reach {
    let (way, distance, beyond) = match condition {
        Condition::Above(threshold) => (Way::Up, threshold, true),
        Condition::AtLeast(threshold) => (Way::Up, threshold, false),
        Condition::Below(threshold) => (Way::Down, -threshold, true),
        Condition::AtMost(threshold) => (Way::Down, -threshold, false),
        Condition::OutsideBand(width) => (Way::OutOfBand, width, true),
        Condition::AboveBand(width) => (Way::AboveBand, width, true),
        Condition::BelowBand(width) => (Way::BelowBand, width, true),
    };
    Reach {
        way,
        distance,
        beyond,
    }
}

fn is_looser(old: Condition, new: Condition) -> bool {
    let (old, new) = (reach(old), reach(new));
    let same_bound = old.distance.total_cmp(&new.distance).is_eq();
    old.way == new.way && (new.distance > old.distance || same_bound && new.beyond && !old.beyond)
}

fn trace_group_filters_edited(plan: &Plan, _: &SafetyContext) -> Vec<Finding> {
    let edited = |change: &Change| {
        let (Artifact::TraceGroup(old), Artifact::TraceGroup(new)) =
            (change.before()?, change.after()?)
        else {
            return None;
        };
        (old.filter != new.filter).then(|| {
            let message = format!(
                "{} gets another filter: its metric counts by it from now on, and graphs of a time that holds both mix the two",
                change.id()
            );
            Finding::about(change.id(), Diagnostic::new(Code::TraceGroupFilterEdited, message))
        })
    };
    plan.changes().filter_map(edited).collect()
}

/// A group cannot be renamed: one that goes while another comes with its filter has changed its name.
fn trace_groups_replaced(plan: &Plan, _: &SafetyContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    for old in plan.changes().filter_map(deleted_group) {
        for new in plan
            .changes()
            .filter_map(created_group)
            .filter(|new| new.filter == old.filter)
        {
            let message = format!(
                "trace group {} replaces {}: the metric's past stays under the old name, and Insights begin to learn anew",
                new.name, old.name
            );
            let id = Artifact::TraceGroup(new.clone()).id();
            findings.push(Finding::about(
                id,
                Diagnostic::new(Code::TraceGroupReplaced, message),
            ));
        }
    }
    findings
}

fn deleted_group(change: &Change) -> Option<&TraceGroup> {
    match change {
        Change::Delete {
            old: Artifact::TraceGroup(group),
        } => Some(group),
        Change::Create { .. }
        | Change::Update { .. }
        | Change::Adopt { .. }
        | Change::Delete { .. } => None,
    }
}

fn created_group(change: &Change) -> Option<&TraceGroup> {
    match change {
        Change::Create {
            new: Artifact::TraceGroup(group),
        } => Some(group),
        Change::Create { .. }
        | Change::Update { .. }
        | Change::Adopt { .. }
        | Change::Delete { .. } => None,
    }
}

fn retention_shortened(plan: &Plan, _: &SafetyContext) -> Vec<Finding> {
    let shortened = |change: &Change| {
        let (Artifact::LogRetention(old), Artifact::LogRetention(new)) =
            (change.before()?, change.after()?)
        else {
            return None;
        };
        let days = new
            .days
            .filter(|days| old.days.is_none_or(|before| *days < before))?;
        Some((days, format!("`{}`", new.log_group)))
    };
    let mut by_days: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (days, group) in plan.changes().filter_map(shortened) {
        by_days.entry(days).or_default().push(group);
    }
    let finding = |(days, groups): (u32, Vec<String>)| {
        let message = format!(
            "events older than {days} days will be deleted for good in {}",
            groups.join(", ")
        );
        let help = "raise `log_retention` under `[cost]` in the project file to keep them";
        Diagnostic::new(Code::RetentionShortened, message)
            .help(help)
            .into()
    };
    by_days.into_iter().map(finding).collect()
}
