//! Reports alarms that fire later than before.

use super::check::{PlanCheck, SafetyContext};
use super::severity_before::severity_before;
use crate::artifact::{Alarm, AlarmQuery, Artifact, Condition, Severity};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::{Plan, PlanPart};
use crate::plan::notified::Notified;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::AlarmLoosened, Code::CriticalAlarmLoosened],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.parts().iter().flat_map(loosened_in).collect()
}

fn loosened_in(part: &PlanPart) -> Vec<PlanDiagnostic> {
    let before = Notified::before(part);
    let changes = part.changes.iter();
    changes
        .filter_map(|change| loosened(part, &before, change))
        .collect()
}

fn loosened<'p>(
    part: &'p PlanPart,
    notified: &Notified<'p>,
    change: &'p Change,
) -> Option<PlanDiagnostic> {
    let (Artifact::Alarm(old), Artifact::Alarm(new)) = (change.before()?, change.after()?) else {
        return None;
    };
    let before = severity_before(part, notified, change.before()?);
    let after = part.origin(&change.id()).and_then(|origin| origin.severity);
    let mut ways = loosenings(old, new);
    if let (Some(before), Some(after)) = (before, after)
        && after > before
    {
        ways.push(format!("{after} instead of {before}"));
    }
    if ways.is_empty() {
        return None;
    }
    let code = if before.or(after) == Some(Severity::Critical) {
        Code::CriticalAlarmLoosened
    } else {
        Code::AlarmLoosened
    };
    let message = format!("{} would fire less often: {}", change.id(), ways.join(", "));
    Some(PlanDiagnostic::about(
        change.id(),
        Diagnostic::new(code, message),
    ))
}

/// The ways in which `new` breaches later than `old`; none if the alarms are not comparable.
fn loosenings(old: &Alarm, new: &Alarm) -> Vec<String> {
    let mut ways = Vec::new();
    if !is_same_quantity(&old.query, &new.query) {
        return ways;
    }
    if is_looser(old.condition, new.condition) {
        ways.push(format!("{} instead of {}", new.condition, old.condition));
    }
    if new.datapoints_to_alarm > old.datapoints_to_alarm {
        ways.push(format!(
            "{} breaching periods instead of {}",
            new.datapoints_to_alarm, old.datapoints_to_alarm
        ));
    }
    ways
}

/// Whether two queries have values of the same meaning, perhaps of other resources.
fn is_same_quantity(old: &AlarmQuery, new: &AlarmQuery) -> bool {
    match (old, new) {
        (AlarmQuery::Metric(old), AlarmQuery::Metric(new)) => {
            (&old.namespace, &old.name, &old.stat) == (&new.namespace, &new.name, &new.stat)
        }
        (
            AlarmQuery::Math {
                expression: old, ..
            },
            AlarmQuery::Math {
                expression: new, ..
            },
        )
        | (AlarmQuery::Insights { query: old }, AlarmQuery::Insights { query: new }) => old == new,
        (AlarmQuery::Metric(_) | AlarmQuery::Math { .. } | AlarmQuery::Insights { .. }, _) => false,
    }
}

/// The distance to a breach, larger for looser bounds.
struct Reach {
    way: Way,
    distance: f64,
    /// Whether a value equal to the bound does not breach.
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
