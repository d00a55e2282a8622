//! The reason of an alarm's state, in the wording of CloudWatch's `StateReason`.

use jiff::Timestamp;

use super::criterion::{BandOperator, ComparisonOperator, Criterion};
use super::datapoint::Datapoint;
use super::evaluate::{Basis, Evaluation};
use super::missing_data::MissingData;
use super::settings::EvaluationSettings;
use crate::diagnostic::counted;
use crate::semantics::state::AlarmState;

/// The reason before the first evaluation.
pub(super) const INITIAL: &str = "Unchecked: Initial alarm creation";

/// The reason of an evaluation. The points and the starts of their periods are oldest first. `None` if the state stayed the same.
pub fn reason(
    evaluation: &Evaluation,
    points: &[Option<Datapoint>],
    starts: &[i64],
    settings: &EvaluationSettings,
) -> Option<String> {
    match &evaluation.basis {
        Basis::Kept => None,
        Basis::Nothing { unknown } => Some(format!(
            "Insufficient Data: {} unknown.",
            counted(*unknown, "datapoint was", "datapoints were")
        )),
        Basis::Points {
            breaching,
            good,
            filled,
        } => {
            let alarm = evaluation.state == AlarmState::Alarm;
            let indices = if alarm { breaching } else { good };
            if indices.is_empty() {
                return Some(treated(*filled, settings.missing));
            }
            let shown: Vec<String> = indices
                .iter()
                .rev()
                .filter_map(|index| show(*points.get(*index)?, *starts.get(*index)?))
                .collect();
            let of = breaching.len() + good.len();
            Some(crossed(&shown, of, alarm, settings))
        }
    }
}

/// `3 out of the last 3 datapoints [...] were greater than the threshold (31.0) (minimum 1 datapoint for OK -> ALARM transition).`
fn crossed(shown: &[String], of: usize, alarm: bool, settings: &EvaluationSettings) -> String {
    let (verb, negation) = (
        if shown.len() == 1 { "was" } else { "were" },
        if alarm { "" } else { "not " },
    );
    let (minimum, transition) = if alarm {
        (settings.datapoints_to_alarm, "OK -> ALARM")
    } else {
        (
            (settings.evaluation_periods + 1).saturating_sub(settings.datapoints_to_alarm),
            "ALARM -> OK",
        )
    };
    let minimum = counted(minimum, "datapoint", "datapoints");
    format!(
        "{} Crossed: {} out of the last {of} datapoints [{}] {verb} {negation}{} (minimum {minimum} for {transition} transition).",
        match settings.criterion {
            Criterion::Threshold(..) => "Threshold",
            Criterion::Band(_) => "Thresholds",
        },
        shown.len(),
        shown.join(", "),
        relation(settings.criterion),
    )
}

fn relation(criterion: Criterion) -> String {
    match criterion {
        Criterion::Threshold(comparison, threshold) => {
            let words = match comparison {
                ComparisonOperator::GreaterThan => "greater than",
                ComparisonOperator::GreaterThanOrEqualTo => "greater than or equal to",
                ComparisonOperator::LessThan => "less than",
                ComparisonOperator::LessThanOrEqualTo => "less than or equal to",
            };
            format!("{words} the threshold ({threshold:?})")
        }
        Criterion::Band(BandOperator::Above) => "greater than the upper thresholds".to_owned(),
        Criterion::Band(BandOperator::Below) => "less than the lower thresholds".to_owned(),
        Criterion::Band(BandOperator::Outside) => {
            "less than the lower thresholds or greater than the upper thresholds".to_owned()
        }
    }
}

/// UNVERIFIED wording: no published payload shows a state that depends on missing data only.
fn treated(filled: usize, missing: MissingData) -> String {
    let treatment = match missing {
        MissingData::Breaching => "Breaching",
        MissingData::NotBreaching => "NonBreaching",
        MissingData::Missing => "Missing",
        MissingData::Ignore => "Ignored",
    };
    format!(
        "Threshold Crossed: {} missing and treated as [{treatment}].",
        counted(filled, "datapoint was", "datapoints were")
    )
}

/// `32.6 (03/07/25 08:29:00)`
fn show(point: Option<Datapoint>, start: i64) -> Option<String> {
    let time = Timestamp::from_second(start)
        .ok()?
        .strftime("%d/%m/%y %H:%M:%S");
    Some(format!("{:?} ({time})", point?.value))
}
