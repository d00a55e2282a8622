//! How CloudWatch evaluates an alarm: from the points of its evaluation range to a state. It knows numbers and times, not metrics.

use super::state::AlarmState;

pub mod actions;
pub mod band;
pub mod data;
mod reason;
pub mod timeline;
pub mod windows;

pub use reason::reason;
pub use windows::{EvaluationRange, Window};

/// What an alarm asks of the points it gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Seconds.
    pub period: u32,
    /// N: periods that are evaluated.
    pub evaluation_periods: usize,
    /// M: of them, how many have to breach.
    pub datapoints_to_alarm: usize,
    pub criterion: Criterion,
    pub missing: MissingData,
    /// Samples that the evaluated periods need together for a percentile to count; with fewer the state is kept. Absent for other
    /// statistics, and where few samples are evaluated like many.
    pub samples_needed: Option<f64>,
    pub window: Window,
    pub range: EvaluationRange,
    pub warm_up: Option<WarmUp>,
}

/// When a point breaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Criterion {
    Threshold(Comparison, f64),
    /// Against the band that comes with each point.
    Band(BandSide),
}

/// The point is the left operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    GreaterThan,
    GreaterThanOrEqualTo,
    LessThan,
    LessThanOrEqualTo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandSide {
    Above,
    Below,
    Outside,
}

/// How a period without data counts (`TreatMissingData`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingData {
    Missing,
    Ignore,
    Breaching,
    NotBreaching,
}

/// The time after its creation in which an alarm says nothing (`WarmUpConfiguration`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmUp {
    pub minutes: u32,
    pub ends: WarmUpEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarmUpEnd {
    /// As soon as all evaluated periods have data (AWS's default).
    OnceFull,
    /// Only when its minutes are over.
    AfterItsMinutes,
}

/// The statistic of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datapoint {
    pub value: f64,
    /// Samples it was made of, where that is known.
    pub samples: Option<f64>,
    /// The lower and upper edge of the anomaly band, for a [`Criterion::Band`].
    pub band: Option<(f64, f64)>,
}

impl From<f64> for Datapoint {
    fn from(value: f64) -> Self {
        Self {
            value,
            samples: None,
            band: None,
        }
    }
}

/// The state that an evaluation came to, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub state: AlarmState,
    pub basis: Basis,
}

/// Places are into the points of the evaluation range, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// Points were counted: those that breach, those that do not, and how many missing ones were treated as `MissingData` says.
    Points {
        breaching: Vec<usize>,
        good: Vec<usize>,
        filled: usize,
    },
    /// No point was there, so many were unknown.
    Nothing { unknown: usize },
    /// The state was kept: data are ignored when missing, or samples were too few, or it is too early to tell.
    Kept,
}

/// Evaluates the points of an evaluation range, oldest first, with a place for each period.
///
/// The rules are those of the user guide's page on missing data. Two cells have no documentation behind them, and are UNVERIFIED: enough
/// breaching points although fewer than N are there (ALARM), and a lone breaching point that is younger than M periods (state kept).
pub fn evaluate(points: &[Option<Datapoint>], rule: &Rule, previous: AlarmState) -> Evaluation {
    let verdicts: Vec<(usize, bool)> = points
        .iter()
        .enumerate()
        .filter_map(|(place, point)| Some((place, rule.criterion.breached_by(point.as_ref()?)?)))
        .collect();
    let kept = Evaluation {
        state: previous,
        basis: Basis::Kept,
    };
    if rule.has_too_few_samples(points) {
        return kept;
    }
    if verdicts.is_empty() {
        return evaluate_nothing(points.len(), rule, previous);
    }
    let newest = &verdicts[verdicts.len().saturating_sub(rule.evaluation_periods)..];
    let filled = rule.evaluation_periods - newest.len();
    let oldest_breach = newest
        .iter()
        .find(|(_, breaches)| *breaches)
        .map(|(place, _)| points.len() - place);
    match decide(newest, filled, oldest_breach, rule) {
        Some(state) => Evaluation {
            state,
            basis: basis_of(newest, filled),
        },
        None => kept,
    }
}

fn basis_of(newest: &[(usize, bool)], filled: usize) -> Basis {
    let with = |wanted: bool| {
        newest
            .iter()
            .filter(|(_, breaches)| *breaches == wanted)
            .map(|(place, _)| *place)
            .collect()
    };
    Basis::Points {
        breaching: with(true),
        good: with(false),
        filled,
    }
}

/// No point in the whole range.
fn evaluate_nothing(periods: usize, rule: &Rule, previous: AlarmState) -> Evaluation {
    let filled = Basis::Points {
        breaching: Vec::new(),
        good: Vec::new(),
        filled: rule.evaluation_periods,
    };
    let (state, basis) = match rule.missing {
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

/// The state for at least one real point, so many of the N missing ones, and the age of the oldest breach in periods (the newest
/// period has age 1). `None`: the state is kept.
fn decide(
    newest: &[(usize, bool)],
    filled: usize,
    oldest_breach: Option<usize>,
    rule: &Rule,
) -> Option<AlarmState> {
    let needed = rule.datapoints_to_alarm;
    let breaching = newest.iter().filter(|(_, breaches)| *breaches).count();
    let counts_as = if rule.missing == MissingData::Breaching {
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
    // All that is there breaches, but it is not enough: whether it is too early to tell depends on how missing data count.
    match rule.missing {
        MissingData::Missing if age >= needed => Some(AlarmState::Alarm),
        MissingData::Missing | MissingData::Ignore => None,
        MissingData::Breaching | MissingData::NotBreaching => Some(AlarmState::Ok),
    }
}

impl Rule {
    /// UNVERIFIED: AWS counts "samples in the evaluation period"; those of the points that are evaluated are taken together, which are
    /// the newest N that are there.
    fn has_too_few_samples(&self, points: &[Option<Datapoint>]) -> bool {
        let Some(needed) = self.samples_needed else {
            return false;
        };
        let evaluated: Vec<&Datapoint> = points
            .iter()
            .flatten()
            .rev()
            .take(self.evaluation_periods)
            .collect();
        let samples: Option<f64> = evaluated.iter().map(|point| point.samples).sum();
        samples.is_some_and(|samples| samples < needed) && !evaluated.is_empty()
    }
}

impl Criterion {
    /// `None` for a point that has no band yet: it counts as missing.
    pub fn breached_by(self, point: &Datapoint) -> Option<bool> {
        match self {
            Criterion::Threshold(comparison, threshold) => {
                Some(comparison.holds(point.value, threshold))
            }
            Criterion::Band(side) => {
                let (low, high) = point.band?;
                Some(match side {
                    BandSide::Above => point.value > high,
                    BandSide::Below => point.value < low,
                    BandSide::Outside => point.value > high || point.value < low,
                })
            }
        }
    }

    /// The criterion that `ComparisonOperator` and `Threshold` name; `None` for an operator that is none, or lacks its threshold.
    pub fn named(operator: &str, threshold: Option<f64>) -> Option<Self> {
        let comparison =
            |comparison| threshold.map(|threshold| Criterion::Threshold(comparison, threshold));
        match operator {
            "GreaterThanThreshold" => comparison(Comparison::GreaterThan),
            "GreaterThanOrEqualToThreshold" => comparison(Comparison::GreaterThanOrEqualTo),
            "LessThanThreshold" => comparison(Comparison::LessThan),
            "LessThanOrEqualToThreshold" => comparison(Comparison::LessThanOrEqualTo),
            "GreaterThanUpperThreshold" => Some(Criterion::Band(BandSide::Above)),
            "LessThanLowerThreshold" => Some(Criterion::Band(BandSide::Below)),
            "LessThanLowerOrGreaterThanUpperThreshold" => Some(Criterion::Band(BandSide::Outside)),
            _ => None,
        }
    }
}

impl Comparison {
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Comparison::GreaterThan => value > threshold,
            Comparison::GreaterThanOrEqualTo => value >= threshold,
            Comparison::LessThan => value < threshold,
            Comparison::LessThanOrEqualTo => value <= threshold,
        }
    }
}

impl MissingData {
    /// As `TreatMissingData` writes it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "missing" => Some(MissingData::Missing),
            "ignore" => Some(MissingData::Ignore),
            "breaching" => Some(MissingData::Breaching),
            "notBreaching" => Some(MissingData::NotBreaching),
            _ => None,
        }
    }
}

/// Whether an alarm on `AWS/DynamoDB` heeds its own `TreatMissingData`: the user guide of 2026 says so, the API's text denies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DynamoDbMissingData {
    #[default]
    AsSet,
    AlwaysIgnored,
}

/// How missing data count for an alarm on a namespace, with what it sets itself, if anything.
pub fn missing_data_for(
    namespace: &str,
    set: Option<MissingData>,
    dynamo_db: DynamoDbMissingData,
) -> MissingData {
    match (namespace == "AWS/DynamoDB", dynamo_db) {
        (true, DynamoDbMissingData::AlwaysIgnored) => MissingData::Ignore,
        (true, DynamoDbMissingData::AsSet) => set.unwrap_or(MissingData::Ignore),
        (false, _) => set.unwrap_or(MissingData::Missing),
    }
}

#[cfg(test)]
mod tests;
