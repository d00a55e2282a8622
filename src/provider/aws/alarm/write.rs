//! Metric alarms as input of `PutMetricAlarm`.

use aws_sdk_cloudwatch::operation::put_metric_alarm::PutMetricAlarmInput;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{
    self as wire, ComparisonOperator, MetricDataQuery, Statistic, WarmUpConfiguration,
};

use super::fields::{arns, dimensions, int, non_empty};
use crate::artifact::{Alarm, AlarmQuery, Condition, Metric};

/// The metric math function of an anomaly band.
const BAND: &str = "ANOMALY_DETECTION_BAND";

/// The id of a Metrics Insights query.
const INSIGHTS: &str = "q1";

/// All parameters except the tags.
pub(crate) fn write(alarm: &Alarm) -> PutMetricAlarmInputBuilder {
    let input = PutMetricAlarmInput::builder()
        .alarm_name(&alarm.name)
        .set_alarm_description(non_empty(&alarm.description))
        .actions_enabled(alarm.actions.enabled)
        .set_alarm_actions(arns(&alarm.actions.alarm))
        .set_ok_actions(arns(&alarm.actions.ok))
        .set_insufficient_data_actions(arns(&alarm.actions.insufficient_data))
        .comparison_operator(operator(alarm.condition))
        .evaluation_periods(int(alarm.evaluation_periods))
        .datapoints_to_alarm(int(alarm.datapoints_to_alarm))
        .treat_missing_data(alarm.missing.word())
        .set_evaluate_low_sample_count_percentile(
            (!alarm.evaluate_low_samples).then(|| "ignore".to_owned()),
        )
        .set_warm_up_configuration(alarm.warm_up_minutes.map(warm_up));
    match (limit(alarm.condition), &alarm.query) {
        (Limit::Threshold(threshold), AlarmQuery::Metric(metric)) => {
            write_metric(input.threshold(threshold), metric, alarm.period)
        }
        (Limit::Threshold(threshold), query) => input
            .threshold(threshold)
            .set_metrics(Some(queries(query, alarm.period))),
        (Limit::Band(width), query) => {
            let mut queries = queries(query, alarm.period);
            let band = band_query(query, width);
            let id = band.id.clone();
            queries.push(band);
            input.set_metrics(Some(queries)).set_threshold_metric_id(id)
        }
    }
}

/// The alarm waits for the end even if data come earlier: an expression has values from the start.
fn warm_up(minutes: u32) -> WarmUpConfiguration {
    WarmUpConfiguration::builder()
        .warm_up_period_duration_in_minutes(int(minutes))
        .only_start_evaluating_after_warm_up_period_ends(true)
        .build()
}

fn write_metric(
    input: PutMetricAlarmInputBuilder,
    metric: &Metric,
    period: u32,
) -> PutMetricAlarmInputBuilder {
    let input = input
        .namespace(&metric.namespace)
        .metric_name(&metric.name)
        .set_dimensions(dimensions(&metric.dimensions))
        .period(int(period));
    match Statistic::try_parse(&metric.stat) {
        Ok(statistic) => input.statistic(statistic),
        Err(_) => input.extended_statistic(&metric.stat),
    }
}

/// All queries of an alarm. Only the last, the watched one, returns data.
fn queries(query: &AlarmQuery, period: u32) -> Vec<MetricDataQuery> {
    match query {
        AlarmQuery::Metric(metric) => {
            vec![stat_query("m1", metric, period).return_data(true).build()]
        }
        AlarmQuery::Math {
            expression,
            label,
            metrics,
        } => metrics
            .iter()
            .map(|(id, metric)| stat_query(id, metric, period).return_data(false).build())
            .chain([MetricDataQuery::builder()
                .id(query_id(query))
                .expression(expression)
                .set_label(non_empty(label))
                .return_data(true)
                .build()])
            .collect(),
        AlarmQuery::Insights { query } => vec![
            MetricDataQuery::builder()
                .id(INSIGHTS)
                .expression(query)
                .period(int(period))
                .return_data(true)
                .build(),
        ],
    }
}

pub(in crate::provider::aws) fn stat_query(
    id: &str,
    metric: &Metric,
    period: u32,
) -> wire::builders::MetricDataQueryBuilder {
    let named = wire::Metric::builder()
        .namespace(&metric.namespace)
        .metric_name(&metric.name)
        .set_dimensions(dimensions(&metric.dimensions))
        .build();
    let stat = wire::MetricStat::builder()
        .metric(named)
        .period(int(period))
        .stat(&metric.stat)
        .build();
    MetricDataQuery::builder().id(id).metric_stat(stat)
}

/// The band of an anomaly alarm returns data too, as in AWS's examples.
fn band_query(query: &AlarmQuery, width: f64) -> MetricDataQuery {
    let expression = format!("{BAND}({}, {width})", query_id(query));
    MetricDataQuery::builder()
        .id(free_id("band", query))
        .expression(expression)
        .return_data(true)
        .build()
}

fn query_id(query: &AlarmQuery) -> String {
    match query {
        AlarmQuery::Metric(_) => "m1".to_owned(),
        AlarmQuery::Math { .. } => free_id("result", query),
        AlarmQuery::Insights { .. } => INSIGHTS.to_owned(),
    }
}

/// `wanted`, with underscores appended until no metric has this id.
fn free_id(wanted: &str, query: &AlarmQuery) -> String {
    let mut id = wanted.to_owned();
    if let AlarmQuery::Math { metrics, .. } = query {
        while metrics.contains_key(&id) {
            id.push('_');
        }
    }
    id
}

enum Limit {
    Threshold(f64),
    Band(f64),
}

fn limit(condition: Condition) -> Limit {
    match condition {
        Condition::Above(value)
        | Condition::AtLeast(value)
        | Condition::Below(value)
        | Condition::AtMost(value) => Limit::Threshold(value),
        Condition::OutsideBand(width)
        | Condition::AboveBand(width)
        | Condition::BelowBand(width) => Limit::Band(width),
    }
}

fn operator(condition: Condition) -> ComparisonOperator {
    match condition {
        Condition::Above(_) => ComparisonOperator::GreaterThanThreshold,
        Condition::AtLeast(_) => ComparisonOperator::GreaterThanOrEqualToThreshold,
        Condition::Below(_) => ComparisonOperator::LessThanThreshold,
        Condition::AtMost(_) => ComparisonOperator::LessThanOrEqualToThreshold,
        Condition::OutsideBand(_) => ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold,
        Condition::AboveBand(_) => ComparisonOperator::GreaterThanUpperThreshold,
        Condition::BelowBand(_) => ComparisonOperator::LessThanLowerThreshold,
    }
}
