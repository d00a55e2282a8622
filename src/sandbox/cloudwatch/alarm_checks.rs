//! CloudWatch's checks of alarms beyond the model: combinations of members, periods, windows, actions.

use serde_json::json;

use super::error::invalid;
use super::metric_checks::{dimension_error, namespace_error};
use super::metric_queries;
use super::metric_query_checks::{band_exists, queries_are_valid};
use crate::sandbox::data::ACTION_LISTS;
use crate::sandbox::error::AwsError;
use crate::sandbox::request::{OperationInput, Request};
use crate::semantics::limits::{is_alarm_name, is_alarm_period, longest_window};
use crate::semantics::statistics::{self, Statistic};

/// Bytes of the longest alarm.
const ALARM_BYTES: usize = 120 * 1024;

type AlarmCheck = fn(&OperationInput) -> Result<(), AwsError>;

/// In CloudWatch's order as far as it is known. The first failing check is the answer.
const CHECKS: &[AlarmCheck] = &[
    name_is_printable,
    alarm_is_short,
    has_one_form,
    companions_fit_the_form,
    form_is_complete,
    statistic_is_one,
    period_is_allowed,
    datapoints_fit_the_periods,
    window_is_allowed,
    missing_data_treatment_is_known,
    low_sample_treatment_is_known,
    metric_is_valid,
    threshold_fits_the_operator,
    queries_are_valid,
    band_exists,
];

/// Alarm forms, each with its excluded members.
const FORMS: &[(&str, &[&str])] = &[
    ("MetricName", &["ThresholdMetricId", "EvaluationInterval"]),
    (
        "Metrics",
        &[
            "Namespace",
            "Dimensions",
            "Period",
            "Unit",
            "Statistic",
            "ExtendedStatistic",
            "EvaluationInterval",
        ],
    ),
    (
        "EvaluationCriteria",
        &[
            "Namespace",
            "Dimensions",
            "Period",
            "Unit",
            "Statistic",
            "ExtendedStatistic",
            "Threshold",
            "ComparisonOperator",
            "ThresholdMetricId",
            "EvaluationPeriods",
            "DatapointsToAlarm",
        ],
    ),
];

/// Alarm forms, each with its required members.
const NEEDS: &[(&str, &[&str])] = &[
    (
        "MetricName",
        &[
            "Namespace",
            "Period",
            "EvaluationPeriods",
            "ComparisonOperator",
        ],
    ),
    ("Metrics", &["EvaluationPeriods", "ComparisonOperator"]),
    ("EvaluationCriteria", &["EvaluationInterval"]),
];

const MISSING_DATA_TREATMENTS: &[&str] = &["breaching", "notBreaching", "ignore", "missing"];

const LOW_SAMPLE_TREATMENTS: &[&str] = &["evaluate", "ignore"];

const BAND_OPERATORS: &[&str] = &[
    "GreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
];

pub(super) fn check(alarm: &OperationInput) -> Result<(), AwsError> {
    CHECKS.iter().try_for_each(|check| check(alarm))
}

/// Whether a member is present and not an empty list.
fn has(alarm: &OperationInput, member: &str) -> bool {
    alarm
        .get(member)
        .is_some_and(|value| value.as_array().is_none_or(|items| !items.is_empty()))
}

pub(super) fn name_is_printable(alarm: &OperationInput) -> Result<(), AwsError> {
    if !is_alarm_name(alarm.required("AlarmName")) {
        return Err(invalid(
            "The alarm name must not contain ASCII control characters",
        ));
    }
    Ok(())
}

/// Takes the size of the JSON for that of the request.
fn alarm_is_short(alarm: &OperationInput) -> Result<(), AwsError> {
    if json!(alarm.0).to_string().len() > ALARM_BYTES {
        return Err(invalid("The alarm is larger than 120 KB"));
    }
    Ok(())
}

fn has_one_form(alarm: &OperationInput) -> Result<(), AwsError> {
    match FORMS.iter().filter(|(form, _)| has(alarm, form)).count() {
        1 => Ok(()),
        0 => Err(invalid("MetricName must not be null")),
        _ => Err(invalid(
            "MetricName, Metrics and EvaluationCriteria are mutually exclusive",
        )),
    }
}

fn companions_fit_the_form(alarm: &OperationInput) -> Result<(), AwsError> {
    let forms = FORMS.iter().filter(|(form, _)| has(alarm, form));
    let mut excluded =
        forms.flat_map(|(form, excluded)| excluded.iter().map(move |member| (form, member)));
    match excluded.find(|(_, member)| has(alarm, member)) {
        Some((&"Metrics", member)) => Err(invalid(format!(
            "{member} should not be set if list of Metrics is set."
        ))),
        Some((form, member)) => Err(invalid(format!(
            "{member} should not be set if {form} is set."
        ))),
        None => Ok(()),
    }
}

fn form_is_complete(alarm: &OperationInput) -> Result<(), AwsError> {
    let forms = NEEDS.iter().filter(|(form, _)| has(alarm, form));
    match forms
        .flat_map(|(_, needed)| needed.iter())
        .find(|member| !has(alarm, member))
    {
        Some(member) => Err(invalid(format!("{member} must not be null"))),
        None => Ok(()),
    }
}

fn statistic_is_one(alarm: &OperationInput) -> Result<(), AwsError> {
    if !has(alarm, "MetricName") {
        return Ok(());
    }
    match (alarm.text("Statistic"), alarm.text("ExtendedStatistic")) {
        (Some(_), Some(_)) => Err(invalid(
            "Statistic and ExtendedStatistic are mutually exclusive",
        )),
        (None, None) => Err(invalid(
            "One of Statistic or ExtendedStatistic must be specified",
        )),
        (None, Some(extended)) if !is_extended_statistic(extended) => Err(invalid(format!(
            "The value {extended} for parameter ExtendedStatistic is not supported."
        ))),
        _ => Ok(()),
    }
}

/// `p99.9`, `tm90`, `TM(10%:90%)`, `PR(:300)`, `IQM`…
fn is_extended_statistic(text: &str) -> bool {
    match statistics::parse(text) {
        Ok(Statistic::Percentile(_) | Statistic::Trimmed(..) | Statistic::PercentileRank(_)) => {
            true
        }
        Ok(
            Statistic::SampleCount
            | Statistic::Average
            | Statistic::Sum
            | Statistic::Minimum
            | Statistic::Maximum,
        )
        | Err(_) => false,
    }
}

fn is_period(seconds: i64) -> bool {
    u32::try_from(seconds).is_ok_and(is_alarm_period)
}

fn period_is_allowed(alarm: &OperationInput) -> Result<(), AwsError> {
    for member in ["Period", "EvaluationInterval"] {
        if alarm
            .integer(member)
            .is_some_and(|seconds| !is_period(seconds))
        {
            return Err(invalid(format!(
                "{member} must be 10, 20, 30 or a multiple of 60"
            )));
        }
    }
    Ok(())
}

fn datapoints_fit_the_periods(alarm: &OperationInput) -> Result<(), AwsError> {
    let (datapoints, periods) = (
        alarm.integer("DatapointsToAlarm"),
        alarm.integer("EvaluationPeriods"),
    );
    if datapoints
        .zip(periods)
        .is_some_and(|(datapoints, periods)| datapoints > periods)
    {
        return Err(invalid(
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods",
        ));
    }
    Ok(())
}

fn window_is_allowed(alarm: &OperationInput) -> Result<(), AwsError> {
    let of_queries = alarm
        .list("Metrics")
        .iter()
        .filter_map(metric_queries::period);
    let longest = alarm.integer("Period").into_iter().chain(of_queries).max();
    let Some(period) = longest.and_then(|period| u32::try_from(period).ok()) else {
        return Ok(());
    };
    let limit = longest_window(period);
    let periods = alarm
        .integer("EvaluationPeriods")
        .and_then(|periods| u64::try_from(periods).ok())
        .unwrap_or(1);
    if u64::from(period).saturating_mul(periods) > limit {
        let span = if limit > 86_400 {
            "seven days"
        } else {
            "a day"
        };
        return Err(invalid(format!(
            "Metrics cannot be checked across more than {span} (EvaluationPeriods * Period must be <= {limit})"
        )));
    }
    Ok(())
}

fn missing_data_treatment_is_known(alarm: &OperationInput) -> Result<(), AwsError> {
    match alarm.text("TreatMissingData") {
        Some(treatment) if !MISSING_DATA_TREATMENTS.contains(&treatment) => Err(invalid(format!(
            "The value {treatment} for parameter TreatMissingData is not supported."
        ))),
        _ => Ok(()),
    }
}

fn low_sample_treatment_is_known(alarm: &OperationInput) -> Result<(), AwsError> {
    match alarm.text("EvaluateLowSampleCountPercentile") {
        Some(treatment) if !LOW_SAMPLE_TREATMENTS.contains(&treatment) => Err(invalid(format!(
            "The value {treatment} for parameter EvaluateLowSampleCountPercentile is not supported."
        ))),
        _ => Ok(()),
    }
}

fn metric_is_valid(alarm: &OperationInput) -> Result<(), AwsError> {
    let namespace = alarm.text("Namespace").and_then(namespace_error);
    namespace
        .or_else(|| dimension_error(alarm.list("Dimensions")))
        .map_or(Ok(()), |message| Err(invalid(message)))
}

fn threshold_fits_the_operator(alarm: &OperationInput) -> Result<(), AwsError> {
    if has(alarm, "EvaluationCriteria") {
        return Ok(());
    }
    let is_band = BAND_OPERATORS.contains(&alarm.required("ComparisonOperator"));
    match (
        is_band,
        has(alarm, "Threshold"),
        has(alarm, "ThresholdMetricId"),
    ) {
        (true, false, true) | (false, true, false) => Ok(()),
        (_, true, true) => Err(invalid(
            "Threshold and ThresholdMetricId are mutually exclusive",
        )),
        (true, _, false) => Err(invalid(
            "ThresholdMetricId must be specified for comparison operators of anomaly detection",
        )),
        (false, false, true) => Err(invalid(
            "ThresholdMetricId is allowed only with comparison operators of anomaly detection",
        )),
        (false, false, false) => Err(invalid("Threshold must be specified")),
    }
}

/// Actions are ARNs in the alarm's Region or without a Region. CloudWatch accepts ARNs of missing targets.
pub(super) fn check_actions(request: &Request) -> Result<(), AwsError> {
    for action in ACTION_LISTS
        .iter()
        .flat_map(|list| request.input.texts(list))
    {
        let parts: Vec<&str> = action.splitn(6, ':').collect();
        let ["arn", partition, _, region, _, ..] = parts[..] else {
            return Err(invalid(format!("Invalid arn syntax: {action}")));
        };
        if partition != "aws" {
            return Err(invalid(format!(
                "Invalid partition {partition} specified. Only aws is supported."
            )));
        }
        if !region.is_empty() && region != request.region {
            return Err(invalid(format!(
                "Invalid region {region} specified. Only {} is supported.",
                request.region
            )));
        }
    }
    Ok(())
}
