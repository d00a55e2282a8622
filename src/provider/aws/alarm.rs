//! Metric and composite alarms between our form and CloudWatch's. Pure: knows no client.
//! Reading is the exact inverse of writing; what was never written by us reads as different from anything we write.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::operation::put_composite_alarm::PutCompositeAlarmInput;
use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::PutMetricAlarmInput;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;
use aws_sdk_cloudwatch::types::{self as wire, ComparisonOperator, MetricDataQuery, Statistic};

use crate::artifact::{Actions, Alarm, CompositeAlarm, Condition, Metric, Missing, Watched};

const BAND: &str = "ANOMALY_DETECTION_BAND";

/// The whole definition, as `PutMetricAlarm` takes it, without tags.
pub(super) fn write(alarm: &Alarm) -> PutMetricAlarmInputBuilder {
    let input = PutMetricAlarmInput::builder()
        .alarm_name(&alarm.name)
        .set_alarm_description(given(&alarm.description))
        .actions_enabled(alarm.actions.enabled)
        .set_alarm_actions(arns(&alarm.actions.alarm))
        .set_ok_actions(arns(&alarm.actions.ok))
        .set_insufficient_data_actions(arns(&alarm.actions.insufficient_data))
        .comparison_operator(operator(alarm.condition))
        .evaluation_periods(int(alarm.evaluation_periods))
        .datapoints_to_alarm(int(alarm.datapoints_to_alarm))
        .treat_missing_data(missing_word(alarm.missing))
        .set_evaluate_low_sample_count_percentile((!alarm.evaluate_low_samples).then(|| "ignore".to_owned()));
    match (limit(alarm.condition), &alarm.watched) {
        (Limit::Threshold(threshold), Watched::Metric(metric)) => write_metric(input.threshold(threshold), metric, alarm.period),
        (Limit::Threshold(threshold), math @ Watched::Math { .. }) => {
            input.threshold(threshold).set_metrics(Some(queries(math, alarm.period)))
        }
        (Limit::Band(width), watched) => {
            let mut queries = queries(watched, alarm.period);
            let band = band_query(watched, width);
            let id = band.id.clone();
            queries.push(band);
            input.set_metrics(Some(queries)).set_threshold_metric_id(id)
        }
    }
}

fn write_metric(input: PutMetricAlarmInputBuilder, metric: &Metric, period: u32) -> PutMetricAlarmInputBuilder {
    let input = input.namespace(&metric.namespace).metric_name(&metric.name).set_dimensions(dimensions(metric)).period(int(period));
    match Statistic::try_parse(&metric.stat) {
        Ok(statistic) => input.statistic(statistic),
        Err(_) => input.extended_statistic(&metric.stat),
    }
}

/// The series and, last, the one that is watched: the only one that returns data.
fn queries(watched: &Watched, period: u32) -> Vec<MetricDataQuery> {
    match watched {
        Watched::Metric(metric) => vec![stat_query("m1", metric, period).return_data(true).build()],
        Watched::Math { expression, label, metrics } => metrics
            .iter()
            .map(|(id, metric)| stat_query(id, metric, period).return_data(false).build())
            .chain([MetricDataQuery::builder()
                .id(watched_id(watched))
                .expression(expression)
                .set_label(given(label))
                .return_data(true)
                .build()])
            .collect(),
    }
}

fn stat_query(id: &str, metric: &Metric, period: u32) -> wire::builders::MetricDataQueryBuilder {
    let named =
        wire::Metric::builder().namespace(&metric.namespace).metric_name(&metric.name).set_dimensions(dimensions(metric)).build();
    let stat = wire::MetricStat::builder().metric(named).period(int(period)).stat(&metric.stat).build();
    MetricDataQuery::builder().id(id).metric_stat(stat)
}

/// An anomaly alarm returns data on the band too, as in AWS's examples.
fn band_query(watched: &Watched, width: f64) -> MetricDataQuery {
    let expression = format!("{BAND}({}, {width})", watched_id(watched));
    MetricDataQuery::builder().id(free_id("band", watched)).expression(expression).return_data(true).build()
}

fn watched_id(watched: &Watched) -> String {
    match watched {
        Watched::Metric(_) => "m1".to_owned(),
        Watched::Math { .. } => free_id("result", watched),
    }
}

fn free_id(wanted: &str, watched: &Watched) -> String {
    let taken = |id: &String| match watched {
        Watched::Metric(_) => false,
        Watched::Math { metrics, .. } => metrics.contains_key(id),
    };
    let mut id = wanted.to_owned();
    while taken(&id) {
        id.push('_');
    }
    id
}

/// What CloudWatch has, with its defaults filled in. Settings that an artifact has no word for are named at the end of the
/// description, so that such an alarm equals none that we write, and a plan shows why.
pub(super) fn read(actual: &wire::MetricAlarm) -> Alarm {
    let evaluation_periods = uint(actual.evaluation_periods);
    let mut alarm = Alarm {
        name: actual.alarm_name().unwrap_or_default().to_owned(),
        description: actual.alarm_description().unwrap_or_default().to_owned(),
        watched: read_watched(actual),
        condition: read_condition(actual),
        period: uint(actual.period.or_else(|| actual.metrics().iter().find_map(query_period))),
        datapoints_to_alarm: actual.datapoints_to_alarm.map_or(evaluation_periods, |points| uint(Some(points))),
        evaluation_periods,
        missing: read_missing(actual.treat_missing_data()).unwrap_or(Missing::Missing),
        evaluate_low_samples: actual.evaluate_low_sample_count_percentile() != Some("ignore"),
        actions: Actions {
            enabled: actual.actions_enabled.unwrap_or(true),
            alarm: actual.alarm_actions().iter().cloned().collect(),
            ok: actual.ok_actions().iter().cloned().collect(),
            insufficient_data: actual.insufficient_data_actions().iter().cloned().collect(),
        },
    };
    let unspoken = unspoken(actual, &alarm);
    note(&mut alarm.description, &unspoken);
    alarm
}

fn query_period(query: &MetricDataQuery) -> Option<i32> {
    query.period.or_else(|| query.metric_stat()?.period)
}

fn read_watched(actual: &wire::MetricAlarm) -> Watched {
    if actual.metrics().is_empty() {
        return Watched::Metric(Metric {
            namespace: actual.namespace().unwrap_or_default().to_owned(),
            name: actual.metric_name().unwrap_or_default().to_owned(),
            dimensions: read_dimensions(actual.dimensions()),
            stat: actual.extended_statistic().or(actual.statistic().map(Statistic::as_str)).unwrap_or_default().to_owned(),
        });
    }
    let mut metrics: BTreeMap<String, Metric> =
        actual.metrics().iter().filter_map(|query| Some((query.id()?.to_owned(), read_stat(query)?))).collect();
    let of_value = |query: &&MetricDataQuery| query.expression.is_some() && query.id != actual.threshold_metric_id;
    let expressions: Vec<&MetricDataQuery> = actual.metrics().iter().filter(of_value).collect();
    if expressions.is_empty()
        && metrics.len() == 1
        && let Some((_, metric)) = metrics.pop_first()
    {
        return Watched::Metric(metric);
    }
    let text = |read: fn(&MetricDataQuery) -> Option<&str>| {
        expressions.iter().filter_map(|query| read(query)).collect::<Vec<_>>().join("; ")
    };
    Watched::Math { expression: text(MetricDataQuery::expression), label: text(MetricDataQuery::label), metrics }
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
        Some(ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold) => Condition::OutsideBand(read_width(actual)),
        Some(ComparisonOperator::GreaterThanUpperThreshold) => Condition::AboveBand(read_width(actual)),
        Some(ComparisonOperator::LessThanLowerThreshold) => Condition::BelowBand(read_width(actual)),
        _ => Condition::Above(threshold),
    }
}

/// The second argument of the band's function; two standard deviations where it has none.
fn read_width(actual: &wire::MetricAlarm) -> f64 {
    let band = actual.metrics().iter().find(|query| query.id == actual.threshold_metric_id);
    band.and_then(|band| band.expression()?.trim_end_matches(')').rsplit_once(',')?.1.trim().parse().ok()).unwrap_or(2.0)
}

/// Parameters of an actual alarm that its reading does not hold: those that would change if the reading were written back.
fn unspoken(actual: &wire::MetricAlarm, reading: &Alarm) -> Vec<&'static str> {
    let (metrics, operator, threshold, band) = match write(reading).build() {
        Ok(input) => (input.metrics, input.comparison_operator, input.threshold, input.threshold_metric_id),
        Err(_) => (None, None, None, None),
    };
    let sliding = actual.evaluation_window().is_none_or(wire::EvaluationWindow::is_sliding_window);
    let known_missing = actual.treat_missing_data().is_none_or(|word| read_missing(Some(word)).is_some());
    [
        ("Metrics", ordered(metrics.unwrap_or_default()) != ordered(actual.metrics().to_vec())),
        ("ThresholdMetricId", band != actual.threshold_metric_id),
        ("ComparisonOperator", operator != actual.comparison_operator),
        ("Threshold", threshold != actual.threshold),
        ("TreatMissingData", !known_missing),
        ("Unit", actual.unit.is_some()),
        ("EvaluationWindow", !sliding),
        ("EvaluationCriteria", actual.evaluation_criteria.is_some()),
        ("WarmUpConfiguration", actual.warm_up_configuration.is_some()),
        ("ActionConfiguration", actual.action_configuration.is_some()),
    ]
    .into_iter()
    .filter_map(|(parameter, differs)| differs.then_some(parameter))
    .collect()
}

fn ordered(mut queries: Vec<MetricDataQuery>) -> Vec<MetricDataQuery> {
    queries.sort_by(|one, other| one.id.cmp(&other.id));
    for query in &mut queries {
        if let Some(metric) = query.metric_stat.as_mut().and_then(|stat| stat.metric.as_mut()) {
            metric.dimensions = dimensions_of(read_dimensions(metric.dimensions()).iter());
        }
    }
    queries
}

/// The whole definition, as `PutCompositeAlarm` takes it, without tags.
pub(super) fn write_composite(alarm: &CompositeAlarm) -> PutCompositeAlarmInputBuilder {
    PutCompositeAlarmInput::builder()
        .alarm_name(&alarm.name)
        .set_alarm_description(given(&alarm.description))
        .alarm_rule(&alarm.rule)
        .actions_enabled(alarm.actions.enabled)
        .set_alarm_actions(arns(&alarm.actions.alarm))
        .set_ok_actions(arns(&alarm.actions.ok))
        .set_insufficient_data_actions(arns(&alarm.actions.insufficient_data))
}

/// As [`read`], for a composite alarm.
pub(super) fn read_composite(actual: &wire::CompositeAlarm) -> CompositeAlarm {
    let mut alarm = CompositeAlarm {
        name: actual.alarm_name().unwrap_or_default().to_owned(),
        description: actual.alarm_description().unwrap_or_default().to_owned(),
        rule: actual.alarm_rule().unwrap_or_default().to_owned(),
        actions: Actions {
            enabled: actual.actions_enabled.unwrap_or(true),
            alarm: actual.alarm_actions().iter().cloned().collect(),
            ok: actual.ok_actions().iter().cloned().collect(),
            insufficient_data: actual.insufficient_data_actions().iter().cloned().collect(),
        },
    };
    let unspoken = [
        ("ActionsSuppressor", actual.actions_suppressor.is_some()),
        ("ActionConfiguration", actual.action_configuration.is_some()),
    ];
    note(&mut alarm.description, &unspoken.into_iter().filter_map(|(name, there)| there.then_some(name)).collect::<Vec<_>>());
    alarm
}

fn note(description: &mut String, parameters: &[&str]) {
    if !parameters.is_empty() {
        let gap = if description.is_empty() { "" } else { " " };
        *description = format!("{description}{gap}[with other {}]", parameters.join(", "));
    }
}

enum Limit {
    Threshold(f64),
    Band(f64),
}

fn limit(condition: Condition) -> Limit {
    match condition {
        Condition::Above(value) | Condition::AtLeast(value) | Condition::Below(value) | Condition::AtMost(value) => {
            Limit::Threshold(value)
        }
        Condition::OutsideBand(width) | Condition::AboveBand(width) | Condition::BelowBand(width) => Limit::Band(width),
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

fn missing_word(missing: Missing) -> &'static str {
    match missing {
        Missing::Missing => "missing",
        Missing::NotBreaching => "notBreaching",
        Missing::Breaching => "breaching",
        Missing::Ignore => "ignore",
    }
}

fn read_missing(word: Option<&str>) -> Option<Missing> {
    [Missing::Missing, Missing::NotBreaching, Missing::Breaching, Missing::Ignore]
        .into_iter()
        .find(|missing| word == Some(missing_word(*missing)))
}

fn dimensions(metric: &Metric) -> Option<Vec<wire::Dimension>> {
    dimensions_of(metric.dimensions.iter())
}

fn dimensions_of<'a>(pairs: impl Iterator<Item = (&'a String, &'a String)>) -> Option<Vec<wire::Dimension>> {
    let dimensions: Vec<_> = pairs.map(|(name, value)| wire::Dimension::builder().name(name).value(value).build()).collect();
    (!dimensions.is_empty()).then_some(dimensions)
}

fn read_dimensions(dimensions: &[wire::Dimension]) -> BTreeMap<String, String> {
    dimensions.iter().filter_map(|pair| Some((pair.name()?.to_owned(), pair.value()?.to_owned()))).collect()
}

fn arns(arns: &BTreeSet<String>) -> Option<Vec<String>> {
    (!arns.is_empty()).then(|| arns.iter().cloned().collect())
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn uint(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::builders::MetricAlarmBuilder;
    use aws_sdk_cloudwatch::types::{StandardUnit, WallClockWindow};

    use super::*;

    fn metric(name: &str, stat: &str) -> Metric {
        let dimensions = [("FunctionName", "create"), ("Resource", "create:live")];
        let dimensions = dimensions.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Metric { namespace: "AWS/Lambda".to_owned(), name: name.to_owned(), dimensions, stat: stat.to_owned() }
    }

    fn math(ids: &[&str]) -> Watched {
        Watched::Math {
            expression: "100 * errors / invocations".to_owned(),
            label: "error rate".to_owned(),
            metrics: ids.iter().map(|id| ((*id).to_owned(), metric(id, "Sum"))).collect(),
        }
    }

    fn alarm(watched: Watched, condition: Condition) -> Alarm {
        Alarm {
            name: "shop.create.errors".to_owned(),
            description: String::new(),
            watched,
            condition,
            period: 60,
            datapoints_to_alarm: 3,
            evaluation_periods: 5,
            missing: Missing::NotBreaching,
            evaluate_low_samples: true,
            actions: Actions { enabled: true, ..Actions::default() },
        }
    }

    fn full(watched: Watched, condition: Condition) -> Alarm {
        let arns = |name: &str| BTreeSet::from([format!("arn:aws:sns:eu-west-1:1:{name}"), "arn:aws:sns:eu-west-1:1:a".to_owned()]);
        let actions = Actions { enabled: false, alarm: arns("b"), ok: arns("c"), insufficient_data: arns("d") };
        let description = "more than 5 % fail".to_owned();
        Alarm { description, missing: Missing::Ignore, evaluate_low_samples: false, actions, ..alarm(watched, condition) }
    }

    /// What CloudWatch answers about an alarm right after it was put: everything settable is echoed.
    fn echo(alarm: &Alarm) -> MetricAlarmBuilder {
        let put = write(alarm).build().unwrap();
        wire::MetricAlarm::builder()
            .set_alarm_name(put.alarm_name)
            .set_alarm_description(put.alarm_description)
            .set_actions_enabled(put.actions_enabled)
            .set_alarm_actions(put.alarm_actions.map(|arns| arns.into_iter().rev().collect()))
            .set_ok_actions(put.ok_actions)
            .set_insufficient_data_actions(put.insufficient_data_actions)
            .set_metric_name(put.metric_name)
            .set_namespace(put.namespace)
            .set_statistic(put.statistic)
            .set_extended_statistic(put.extended_statistic)
            .set_dimensions(put.dimensions.map(|pairs| pairs.into_iter().rev().collect()))
            .set_period(put.period)
            .set_evaluation_periods(put.evaluation_periods)
            .set_datapoints_to_alarm(put.datapoints_to_alarm)
            .set_threshold(put.threshold)
            .set_comparison_operator(put.comparison_operator)
            .set_treat_missing_data(put.treat_missing_data)
            .set_evaluate_low_sample_count_percentile(put.evaluate_low_sample_count_percentile)
            .set_metrics(put.metrics.map(|queries| queries.into_iter().rev().collect()))
            .set_threshold_metric_id(put.threshold_metric_id)
    }

    #[test]
    fn every_form_of_alarm_reads_back_as_it_was_written() {
        let watched = [
            Watched::Metric(metric("Errors", "Sum")),
            Watched::Metric(metric("Duration", "p99.9")),
            Watched::Metric(metric("Duration", "TM(10%:90%)")),
            math(&["errors", "invocations"]),
            math(&["band", "m1", "result", "result_"]),
        ];
        let conditions = [
            Condition::Above(5.0),
            Condition::AtLeast(0.1),
            Condition::Below(-1.5),
            Condition::AtMost(1e12),
            Condition::OutsideBand(2.0),
            Condition::AboveBand(2.5),
            Condition::BelowBand(0.125),
        ];
        for watched in watched {
            for condition in conditions {
                for alarm in [alarm(watched.clone(), condition), full(watched.clone(), condition)] {
                    assert_eq!(read(&echo(&alarm).build()), alarm);
                }
            }
        }
    }

    #[test]
    fn an_anomaly_alarm_has_a_band_and_no_threshold() {
        let put = write(&alarm(math(&["band", "result"]), Condition::AboveBand(3.0))).build().unwrap();
        assert_eq!((put.threshold, put.threshold_metric_id()), (None, Some("band_")));
        let shown = put
            .metrics()
            .iter()
            .map(|query| format!("{} {} {}", query.id().unwrap(), query.expression().unwrap_or("-"), query.return_data.unwrap()));
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r"
        band - false
        result - false
        result_ 100 * errors / invocations true
        band_ ANOMALY_DETECTION_BAND(result_, 3) true
        ");
    }

    #[test]
    fn a_setting_that_is_absent_is_read_as_its_default() {
        let mut alarm = alarm(Watched::Metric(metric("Errors", "Sum")), Condition::Above(0.0));
        (alarm.missing, alarm.datapoints_to_alarm) = (Missing::Missing, 5);
        let actual = echo(&alarm).set_treat_missing_data(None).set_datapoints_to_alarm(None).set_actions_enabled(None);
        assert_eq!(read(&actual.set_metrics(Some(Vec::new())).build()), alarm);
    }

    #[test]
    fn an_alarm_in_a_form_that_is_never_written_names_what_is_other() {
        let ours = alarm(math(&["errors", "invocations"]), Condition::Above(5.0));
        let put = |changed: fn(MetricAlarmBuilder) -> MetricAlarmBuilder| read(&changed(echo(&ours)).build()).description;
        let query = |text: &str| MetricDataQuery::builder().id("q1").expression(text).period(60).return_data(true).build();
        let insights = echo(&ours).set_metrics(Some(vec![query("SELECT MAX(Errors) FROM \"AWS/Lambda\"")])).build();
        assert_eq!(read(&insights).description, "[with other Metrics]");
        assert_eq!(read(&insights).period, 60);
        assert_eq!(put(|alarm| alarm.unit(StandardUnit::Count).alarm_description("why")), "why [with other Unit]");
        let wall = || wire::EvaluationWindow::WallClockWindow(WallClockWindow::builder().build());
        assert_eq!(read(&echo(&ours).evaluation_window(wall()).build()).description, "[with other EvaluationWindow]");
        assert_eq!(put(|alarm| alarm.comparison_operator("Odd".into())), "[with other ComparisonOperator]");
        assert_eq!(put(|alarm| alarm.treat_missing_data("odd")), "[with other TreatMissingData]");
        assert_eq!(put(|alarm| alarm.threshold_metric_id("x")), "[with other ThresholdMetricId]");
        let query = wire::AlarmPromQlCriteria::builder().query("up == 0").build();
        let criteria = wire::EvaluationCriteria::PromQlCriteria(query);
        let promql = wire::MetricAlarm::builder().evaluation_criteria(criteria).build();
        let unspoken = "[with other ComparisonOperator, Threshold, EvaluationCriteria]";
        assert_eq!(read(&promql).description, unspoken);
    }

    #[test]
    fn a_metric_of_another_account_is_no_metric_of_ours() {
        let ours = alarm(math(&["errors", "invocations"]), Condition::Above(5.0));
        let mut actual = echo(&ours).build();
        actual.metrics.as_mut().unwrap()[1].account_id = Some("2".to_owned());
        assert_eq!(read(&actual).description, "[with other Metrics]");
    }

    #[test]
    fn a_suppressed_composite_alarm_is_no_composite_alarm_of_ours() {
        let actual = wire::CompositeAlarm::builder().alarm_name("c").alarm_rule("ALARM(a)").alarm_description("why");
        assert_eq!(read_composite(&actual.clone().build()).description, "why");
        let suppressed = actual.actions_suppressor("maintenance").build();
        assert_eq!(read_composite(&suppressed).description, "why [with other ActionsSuppressor]");
    }
}
