//! Metric alarms as artifacts in canonical form.

use aws_sdk_cloudwatch::types::{self as wire, ComparisonOperator, MetricDataQuery, Statistic};

use super::fields::{dimensions, uint};
use super::write::write;
use crate::artifact::{Actions, Alarm, AlarmQuery, Condition, Dimensions, Metric, Missing};
use crate::provider::aws::other_settings::append_other_settings;
use crate::semantics::math;

/// The artifact for an actual alarm, with defaults filled in. Settings that an artifact has no field for are named in the description.
pub(crate) fn read(actual: &wire::MetricAlarm) -> Alarm {
    let evaluation_periods = uint(actual.evaluation_periods);
    let mut alarm = Alarm {
        name: actual.alarm_name().unwrap_or_default().to_owned(),
        description: actual.alarm_description().unwrap_or_default().to_owned(),
        query: read_query(actual),
        condition: read_condition(actual),
        period: uint(
            actual
                .period
                .or_else(|| actual.metrics().iter().find_map(query_period)),
        ),
        datapoints_to_alarm: actual
            .datapoints_to_alarm
            .map_or(evaluation_periods, |points| uint(Some(points))),
        evaluation_periods,
        warm_up_minutes: actual
            .warm_up_configuration()
            .map(|warm_up| uint(warm_up.warm_up_period_duration_in_minutes)),
        missing: read_missing(actual.treat_missing_data()).unwrap_or(Missing::Missing),
        evaluate_low_samples: actual.evaluate_low_sample_count_percentile() != Some("ignore"),
        actions: Actions {
            enabled: actual.actions_enabled.unwrap_or(true),
            alarm: actual.alarm_actions().iter().cloned().collect(),
            ok: actual.ok_actions().iter().cloned().collect(),
            insufficient_data: actual.insufficient_data_actions().iter().cloned().collect(),
        },
    };
    let other_settings = other_settings(actual, &alarm);
    append_other_settings(&mut alarm.description, other_settings);
    alarm
}

fn query_period(query: &MetricDataQuery) -> Option<i32> {
    query.period.or_else(|| query.metric_stat()?.period)
}

fn read_query(actual: &wire::MetricAlarm) -> AlarmQuery {
    if actual.metrics().is_empty() {
        return AlarmQuery::Metric(Metric {
            namespace: actual.namespace().unwrap_or_default().to_owned(),
            name: actual.metric_name().unwrap_or_default().to_owned(),
            dimensions: read_dimensions(actual.dimensions()),
            stat: actual
                .extended_statistic()
                .or(actual.statistic().map(Statistic::as_str))
                .unwrap_or_default()
                .to_owned(),
        });
    }
    let mut metrics: Vec<(String, Metric)> = actual
        .metrics()
        .iter()
        .filter_map(|query| Some((query.id()?.to_owned(), read_stat(query)?)))
        .collect();
    let expressions: Vec<&MetricDataQuery> = actual
        .metrics()
        .iter()
        .filter(|query| query.expression.is_some() && query.id != actual.threshold_metric_id)
        .collect();
    if expressions.is_empty()
        && metrics.len() == 1
        && let Some((_, metric)) = metrics.pop()
    {
        return AlarmQuery::Metric(metric);
    }
    if let ([query], []) = (expressions.as_slice(), metrics.as_slice())
        && let Some(text) = query.expression()
        && math::is_metrics_insights(text)
    {
        return AlarmQuery::Insights {
            query: text.to_owned(),
        };
    }
    AlarmQuery::Math {
        expression: joined(&expressions, MetricDataQuery::expression),
        label: joined(&expressions, MetricDataQuery::label),
        metrics: metrics.into(),
    }
}

fn joined(queries: &[&MetricDataQuery], text: fn(&MetricDataQuery) -> Option<&str>) -> String {
    let texts: Vec<&str> = queries.iter().filter_map(|query| text(query)).collect();
    texts.join("; ")
}

fn read_stat(query: &MetricDataQuery) -> Option<Metric> {
    let stat = query.metric_stat()?;
    let metric = stat.metric()?;
    Some(Metric {
        namespace: metric.namespace().unwrap_or_default().to_owned(),
        name: metric.metric_name().unwrap_or_default().to_owned(),
        dimensions: read_dimensions(metric.dimensions()),
        stat: stat.stat().unwrap_or_default().to_owned(),
    })
}

fn read_condition(actual: &wire::MetricAlarm) -> Condition {
    let threshold = actual.threshold.unwrap_or_default();
    match actual.comparison_operator() {
        Some(ComparisonOperator::GreaterThanOrEqualToThreshold) => Condition::AtLeast(threshold),
        Some(ComparisonOperator::LessThanThreshold) => Condition::Below(threshold),
        Some(ComparisonOperator::LessThanOrEqualToThreshold) => Condition::AtMost(threshold),
        Some(ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold) => {
            Condition::OutsideBand(read_width(actual))
        }
        Some(ComparisonOperator::GreaterThanUpperThreshold) => {
            Condition::AboveBand(read_width(actual))
        }
        Some(ComparisonOperator::LessThanLowerThreshold) => {
            Condition::BelowBand(read_width(actual))
        }
        _ => Condition::Above(threshold),
    }
}

/// The second argument of the band function; two standard deviations by default.
fn read_width(actual: &wire::MetricAlarm) -> f64 {
    let band = actual
        .metrics()
        .iter()
        .find(|query| query.id == actual.threshold_metric_id);
    band.and_then(|band| {
        band.expression()?
            .trim_end_matches(')')
            .rsplit_once(',')?
            .1
            .trim()
            .parse()
            .ok()
    })
    .unwrap_or(2.0)
}

/// The parameters that would change if the artifact were written back.
fn other_settings(actual: &wire::MetricAlarm, artifact: &Alarm) -> [(&'static str, bool); 10] {
    let (metrics, operator, threshold, band, warm_up) = match write(artifact).build() {
        Ok(input) => (
            input.metrics,
            input.comparison_operator,
            input.threshold,
            input.threshold_metric_id,
            input.warm_up_configuration,
        ),
        Err(_) => (None, None, None, None, None),
    };
    let sliding = actual
        .evaluation_window()
        .is_none_or(wire::EvaluationWindow::is_sliding_window);
    let known_missing = actual
        .treat_missing_data()
        .is_none_or(|word| read_missing(Some(word)).is_some());
    [
        (
            "Metrics",
            canonical(metrics.unwrap_or_default()) != canonical(actual.metrics().to_vec()),
        ),
        ("ThresholdMetricId", band != actual.threshold_metric_id),
        ("ComparisonOperator", operator != actual.comparison_operator),
        ("Threshold", threshold != actual.threshold),
        ("TreatMissingData", !known_missing),
        ("Unit", actual.unit.is_some()),
        ("EvaluationWindow", !sliding),
        ("EvaluationCriteria", actual.evaluation_criteria.is_some()),
        (
            "WarmUpConfiguration",
            warm_up != actual.warm_up_configuration,
        ),
        ("ActionConfiguration", actual.action_configuration.is_some()),
    ]
}

/// Queries in the order of their ids, with defaults filled in.
fn canonical(mut queries: Vec<MetricDataQuery>) -> Vec<MetricDataQuery> {
    queries.sort_by(|one, other| one.id.cmp(&other.id));
    for query in &mut queries {
        query.return_data.get_or_insert(true);
        query.label.take_if(|label| label.is_empty());
        if let Some(metric) = query
            .metric_stat
            .as_mut()
            .and_then(|stat| stat.metric.as_mut())
        {
            metric.dimensions = dimensions(&read_dimensions(metric.dimensions()));
        }
    }
    queries
}

fn read_missing(word: Option<&str>) -> Option<Missing> {
    let mut words = Missing::WORDS.into_iter();
    words
        .find(|(known, _)| word == Some(*known))
        .map(|(_, missing)| missing)
}

fn read_dimensions(dimensions: &[wire::Dimension]) -> Dimensions {
    dimensions
        .iter()
        .filter_map(|pair| Some((pair.name()?.to_owned(), pair.value()?.to_owned())))
        .collect()
}
