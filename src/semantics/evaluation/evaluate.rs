//! The evaluation of an alarm: from the points of its evaluation range to a state.

use super::datapoint::Datapoint;
use super::missing_data::MissingData;
use super::settings::EvaluationSettings;
use crate::semantics::state::AlarmState;

/// The result of an evaluation: the state and its basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub state: AlarmState,
    pub basis: Basis,
}

/// The basis of a state. Indices refer to the points of the evaluation range, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// Points were counted. `filled` is the number of missing points that were treated as `MissingData` specifies.
    Points {
        breaching: Vec<usize>,
        good: Vec<usize>,
        filled: usize,
    },
    /// All points of the range were missing.
    Nothing { unknown: usize },
    /// The state stayed the same: missing data are ignored, or there were too few samples or points.
    Kept,
}

/// Evaluates the points of an evaluation range, oldest first, one for each period.
///
/// The rules are those of the user guide's page on missing data. Two cases are not documented there and UNVERIFIED: enough breaching points
/// although fewer than N exist (ALARM), and a single breaching point that is newer than M periods (the state stays the same).
pub fn evaluate(
    points: &[Option<Datapoint>],
    settings: &EvaluationSettings,
    previous: AlarmState,
) -> Evaluation {
    let known: Vec<(usize, bool)> = points
        .iter()
        .enumerate()
        .filter_map(|(index, point)| {
            Some((index, settings.criterion.breached_by(point.as_ref()?)?))
        })
        .collect();
    let kept = Evaluation {
        state: previous,
        basis: Basis::Kept,
    };
    if has_too_few_samples(points, settings) {
        return kept;
    }
    if known.is_empty() {
        return evaluate_nothing(points.len(), settings, previous);
    }
    let newest = &known[known.len().saturating_sub(settings.evaluation_periods)..];
    let filled = settings.evaluation_periods - newest.len();
    let oldest_breach = newest
        .iter()
        .find(|(_, breaches)| *breaches)
        .map(|(index, _)| points.len() - index);
    match decide(newest, filled, oldest_breach, settings) {
        Some(state) => Evaluation {
            state,
            basis: basis_of(newest, filled),
        },
        None => kept,
    }
}

fn basis_of(newest: &[(usize, bool)], filled: usize) -> Basis {
    let (breaching, good): (Vec<_>, Vec<_>) = newest.iter().partition(|(_, breaches)| *breaches);
    Basis::Points {
        breaching: breaching.into_iter().map(|(index, _)| index).collect(),
        good: good.into_iter().map(|(index, _)| index).collect(),
        filled,
    }
}

/// No point in the whole range.
fn evaluate_nothing(
    periods: usize,
    settings: &EvaluationSettings,
    previous: AlarmState,
) -> Evaluation {
    let filled = Basis::Points {
        breaching: Vec::new(),
        good: Vec::new(),
        filled: settings.evaluation_periods,
    };
    let (state, basis) = match settings.missing {
        MissingData::Missing => (
            AlarmState::InsufficientData,
            Basis::Nothing { unknown: periods },
        ),
        MissingData::Ignore => (previous, Basis::Kept),
        MissingData::Breaching => (AlarmState::Alarm, filled),
        MissingData::NotBreaching => (AlarmState::Ok, filled),
    };
    Evaluation { state, basis }
}

/// The state for at least one real point. `filled` is the number of missing points among N, `oldest_breach` the age of the oldest breach
/// in periods (the newest period has age 1). `None` if the state stays the same.
fn decide(
    newest: &[(usize, bool)],
    filled: usize,
    oldest_breach: Option<usize>,
    settings: &EvaluationSettings,
) -> Option<AlarmState> {
    let needed = settings.datapoints_to_alarm;
    let breaching = newest.iter().filter(|(_, breaches)| *breaches).count();
    let counts_as = if settings.missing == MissingData::Breaching {
        breaching + filled
    } else {
        breaching
    };
    let (Some(age), true) = (
        oldest_breach.filter(|_| breaching == newest.len()),
        counts_as < needed,
    ) else {
        return Some(if counts_as >= needed {
            AlarmState::Alarm
        } else {
            AlarmState::Ok
        });
    };
    // All real points breach, but there are too few of them; the treatment of missing data decides.
    match settings.missing {
        MissingData::Missing if age >= needed => Some(AlarmState::Alarm),
        MissingData::Missing | MissingData::Ignore => None,
        MissingData::Breaching | MissingData::NotBreaching => Some(AlarmState::Ok),
    }
}

/// UNVERIFIED: AWS counts "samples in the evaluation period". This counts the samples of the evaluated points, which are the newest N real
/// points.
fn has_too_few_samples(points: &[Option<Datapoint>], settings: &EvaluationSettings) -> bool {
    let Some(needed) = settings.samples_needed else {
        return false;
    };
    let evaluated: Vec<&Datapoint> = points
        .iter()
        .flatten()
        .rev()
        .take(settings.evaluation_periods)
        .collect();
    let samples: Option<f64> = evaluated.iter().map(|point| point.samples).sum();
    samples.is_some_and(|samples| samples < needed) && !evaluated.is_empty()
}
