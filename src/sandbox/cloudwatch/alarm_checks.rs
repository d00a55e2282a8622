//! What CloudWatch checks of a metric alarm beyond its model: which members go together, periods and windows, the metric list.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::semantics::limits::{
    ALARM_EXPRESSIONS, ALARM_METRICS, is_alarm_name, is_alarm_period, is_query_id, longest_window,
};
use crate::semantics::statistics::{self, Statistic};

use super::super::error::AwsError;
use super::super::request::{Input, Request};
use super::alarms::ACTION_LISTS;
use super::invalid;

type Check = fn(&Input) -> Result<(), AwsError>;

/// In CloudWatch's order as far as it is known; the first that fails is the answer.
const CHECKS: &[Check] = &[
    name_is_printable,
    has_one_form,
    companions_fit_the_form,
    form_is_complete,
    statistic_is_one,
    period_is_allowed,
    datapoints_fit_the_periods,
    window_is_allowed,
    missing_data_treatment_is_known,
    threshold_fits_the_operator,
    queries_are_sound,
    band_is_there,
];

/// Members that say where an alarm's values come from, and those that may not stand beside them.
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

/// What each form needs beside itself.
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

const BAND_OPERATORS: &[&str] = &[
    "GreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
];

pub fn check(alarm: &Input) -> Result<(), AwsError> {
    CHECKS.iter().try_for_each(|check| check(alarm))
}

/// A member that is there and is not an empty list.
fn has(alarm: &Input, member: &str) -> bool {
    alarm
        .get(member)
        .is_some_and(|value| value.as_array().is_none_or(|items| !items.is_empty()))
}

pub fn name_is_printable(alarm: &Input) -> Result<(), AwsError> {
    if !is_alarm_name(alarm.required("AlarmName")) {
        return Err(invalid(
            "The alarm name must not contain ASCII control characters",
        ));
    }
    Ok(())
}

fn has_one_form(alarm: &Input) -> Result<(), AwsError> {
    match FORMS.iter().filter(|(form, _)| has(alarm, form)).count() {
        1 => Ok(()),
        0 => Err(invalid("MetricName must not be null")),
        _ => Err(invalid(
            "MetricName, Metrics and EvaluationCriteria are mutually exclusive",
        )),
    }
}

fn companions_fit_the_form(alarm: &Input) -> Result<(), AwsError> {
    let of_form = FORMS.iter().filter(|(form, _)| has(alarm, form));
    let mut misfits =
        of_form.flat_map(|(form, forbidden)| forbidden.iter().map(move |member| (form, member)));
    match misfits.find(|(_, member)| has(alarm, member)) {
        Some((&"Metrics", member)) => Err(invalid(format!(
            "{member} should not be set if list of Metrics is set."
        ))),
        Some((form, member)) => Err(invalid(format!(
            "{member} should not be set if {form} is set."
        ))),
        None => Ok(()),
    }
}

fn form_is_complete(alarm: &Input) -> Result<(), AwsError> {
    let of_form = NEEDS.iter().filter(|(form, _)| has(alarm, form));
    match of_form
        .flat_map(|(_, needed)| needed.iter())
        .find(|member| !has(alarm, member))
    {
        Some(member) => Err(invalid(format!("{member} must not be null"))),
        None => Ok(()),
    }
}

fn statistic_is_one(alarm: &Input) -> Result<(), AwsError> {
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

fn period_is_allowed(alarm: &Input) -> Result<(), AwsError> {
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

fn datapoints_fit_the_periods(alarm: &Input) -> Result<(), AwsError> {
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

fn window_is_allowed(alarm: &Input) -> Result<(), AwsError> {
    let of_queries = alarm.list("Metrics").iter().filter_map(query_period);
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

fn query_period(query: &Value) -> Option<i64> {
    query
        .get("Period")
        .or_else(|| query.get("MetricStat")?.get("Period"))?
        .as_i64()
}

fn missing_data_treatment_is_known(alarm: &Input) -> Result<(), AwsError> {
    match alarm.text("TreatMissingData") {
        Some(treatment) if !MISSING_DATA_TREATMENTS.contains(&treatment) => Err(invalid(format!(
            "The value {treatment} for parameter TreatMissingData is not supported."
        ))),
        _ => Ok(()),
    }
}

fn threshold_fits_the_operator(alarm: &Input) -> Result<(), AwsError> {
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

fn queries_are_sound(alarm: &Input) -> Result<(), AwsError> {
    let queries = alarm.list("Metrics");
    if queries.is_empty() {
        return Ok(());
    }
    let mut ids = BTreeSet::new();
    for query in queries {
        check_query(query)?;
        if !ids.insert(text(query, "Id")) {
            return Err(invalid(format!(
                "The values for parameter Id in list Metrics are not unique: {}",
                text(query, "Id")
            )));
        }
    }
    queries_are_few(queries)?;
    let returned = queries.iter().filter(|query| returns_data(query)).count();
    match (has(alarm, "ThresholdMetricId"), returned) {
        // AWS's examples return the metric and the band; that the metric alone is enough is said in Terraform's issues.
        (false, 1) | (true, 1 | 2) => Ok(()),
        (false, _) => Err(invalid(
            "Exactly one element of the metrics list should return data.",
        )),
        (true, _) => Err(invalid(
            "Exactly two elements of the metrics list should return data.",
        )),
    }
}

fn queries_are_few(queries: &[Value]) -> Result<(), AwsError> {
    let expressions = queries
        .iter()
        .filter(|query| query.get("Expression").is_some())
        .count();
    if expressions > ALARM_EXPRESSIONS || queries.len() - expressions > ALARM_METRICS {
        return Err(invalid(
            "The metrics list can hold at most 10 metrics and 10 expressions",
        ));
    }
    Ok(())
}

fn check_query(query: &Value) -> Result<(), AwsError> {
    let id = text(query, "Id");
    if !is_query_id(id) {
        return Err(invalid(format!(
            "The value {id} for parameter Id is invalid: it must match ^[a-z][a-zA-Z0-9_]*$"
        )));
    }
    if query.get("MetricStat").is_some() == query.get("Expression").is_some() {
        return Err(invalid(
            "Invalid metrics list: each element needs either MetricStat or Expression",
        ));
    }
    match query_period(query) {
        Some(period) if !is_period(period) => {
            Err(invalid("Period must be 10, 20, 30 or a multiple of 60"))
        }
        _ => Ok(()),
    }
}

/// `ReturnData` is true when it is not given.
fn returns_data(query: &Value) -> bool {
    query
        .get("ReturnData")
        .and_then(Value::as_bool)
        .unwrap_or(true)
}

fn band_is_there(alarm: &Input) -> Result<(), AwsError> {
    match alarm.text("ThresholdMetricId") {
        Some(band)
            if !alarm
                .list("Metrics")
                .iter()
                .any(|query| text(query, "Id") == band) =>
        {
            Err(invalid(format!(
                "ThresholdMetricId {band} is not the id of an element of the metrics list"
            )))
        }
        _ => Ok(()),
    }
}

/// An action must be an ARN of the alarm's own Region, where it has a Region at all. Whether it leads anywhere is not checked.
pub fn check_actions(request: &Request) -> Result<(), AwsError> {
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

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
