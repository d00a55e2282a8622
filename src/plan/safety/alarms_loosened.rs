//! Reports alarms that fire later than before.

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::{Alarm, Artifact, Condition};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::fields::condition_text;
use crate::plan::model::Plan;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::AlarmLoosened],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.changes().filter_map(loosened).collect()
}

fn loosened(change: &Change) -> Option<PlanDiagnostic> {
    let (Artifact::Alarm(old), Artifact::Alarm(new)) = (change.before()?, change.after()?) else {
        return None;
    };
    let message = format!(
        "{} would fire less often: {}",
        change.id(),
        loosening(old, new)?
    );
    Some(PlanDiagnostic::about(
        change.id(),
        Diagnostic::new(Code::AlarmLoosened, message),
    ))
}

/// Describes how `new` breaches later than `old`; `None` if it does not, or if the alarms are not
/// comparable.
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
