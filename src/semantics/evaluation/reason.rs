//! Why an alarm is in its state, in the words of CloudWatch's `StateReason`.

use jiff::Timestamp;

use super::{BandSide, Basis, Comparison, Criterion, Datapoint, Evaluation, MissingData, Rule};
use crate::semantics::state::AlarmState;

/// The reason of an alarm that was not evaluated yet.
pub(super) const INITIAL: &str = "Unchecked: Initial alarm creation";

/// The reason text of an evaluation over these points and the starts of their periods, both oldest first. `None` when the state was kept.
pub fn reason(
    evaluation: &Evaluation,
    points: &[Option<Datapoint>],
    starts: &[i64],
    rule: &Rule,
) -> Option<String> {
    match &evaluation.basis {
        Basis::Kept => None,
        Basis::Nothing { unknown } => Some(format!(
            "Insufficient Data: {} unknown.",
            counted(*unknown, "was", "were")
        )),
        Basis::Points {
            breaching,
            good,
            filled,
        } => {
            let alarm = evaluation.state == AlarmState::Alarm;
            let places = if alarm { breaching } else { good };
            if places.is_empty() {
                return Some(treated(*filled, rule.missing));
            }
            let shown: Vec<String> = places
                .iter()
                .rev()
                .filter_map(|place| show(*points.get(*place)?, *starts.get(*place)?))
                .collect();
            let of = breaching.len() + good.len();
            Some(crossed(&shown, of, alarm, rule))
        }
    }
}

/// `3 out of the last 3 datapoints [...] were greater than the threshold (31.0) (minimum 1 datapoint for OK -> ALARM transition).`
fn crossed(shown: &[String], of: usize, alarm: bool, rule: &Rule) -> String {
    let (verb, negation) = (
        if shown.len() == 1 { "was" } else { "were" },
        if alarm { "" } else { "not " },
    );
    let (minimum, transition) = if alarm {
        (rule.datapoints_to_alarm, "OK -> ALARM")
    } else {
        (
            (rule.evaluation_periods + 1).saturating_sub(rule.datapoints_to_alarm),
            "ALARM -> OK",
        )
    };
    let plural = if minimum == 1 { "" } else { "s" };
    format!(
        "{} Crossed: {} out of the last {of} datapoints [{}] {verb} {negation}{} (minimum {minimum} datapoint{plural} for {transition} transition).",
        match rule.criterion {
            Criterion::Threshold(..) => "Threshold",
            Criterion::Band(_) => "Thresholds",
        },
        shown.len(),
        shown.join(", "),
        relation(rule.criterion),
    )
}

fn relation(criterion: Criterion) -> String {
    match criterion {
        Criterion::Threshold(comparison, threshold) => {
            let words = match comparison {
                Comparison::GreaterThan => "greater than",
                Comparison::GreaterThanOrEqualTo => "greater than or equal to",
                Comparison::LessThan => "less than",
                Comparison::LessThanOrEqualTo => "less than or equal to",
            };
            format!("{words} the threshold ({threshold:?})")
        }
        Criterion::Band(BandSide::Above) => "greater than the upper thresholds".to_owned(),
        Criterion::Band(BandSide::Below) => "less than the lower thresholds".to_owned(),
        Criterion::Band(BandSide::Outside) => {
            "less than the lower thresholds or greater than the upper thresholds".to_owned()
        }
    }
}

/// UNVERIFIED wording: no published payload shows a state that only missing data made.
fn treated(filled: usize, missing: MissingData) -> String {
    let as_what = match missing {
        MissingData::Breaching => "Breaching",
        MissingData::NotBreaching => "NonBreaching",
        MissingData::Missing => "Missing",
        MissingData::Ignore => "Ignored",
    };
    format!(
        "Threshold Crossed: {} missing and treated as [{as_what}].",
        counted(filled, "was", "were")
    )
}

fn counted(count: usize, singular: &str, plural: &str) -> String {
    if count == 1 {
        format!("1 datapoint {singular}")
    } else {
        format!("{count} datapoints {plural}")
    }
}

/// `32.6 (03/07/25 08:29:00)`
fn show(point: Option<Datapoint>, start: i64) -> Option<String> {
    let time = Timestamp::from_second(start)
        .ok()?
        .strftime("%d/%m/%y %H:%M:%S");
    Some(format!("{:?} ({time})", point?.value))
}
