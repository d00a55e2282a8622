//! Writing and reading are inverse.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::builders::MetricAlarmBuilder;
use aws_sdk_cloudwatch::types::{self as wire, MetricDataQuery, StandardUnit, WallClockWindow};

use super::{read, read_composite, write};
use crate::artifact::{
    Actions, Alarm, AlarmQuery, CompositeAlarm, Condition, Metric, Missing, Suppressor,
};

fn metric(name: &str, stat: &str) -> Metric {
    let dimensions = [("FunctionName", "create"), ("Resource", "create:live")];
    let dimensions = dimensions
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    Metric {
        namespace: "AWS/Lambda".to_owned(),
        name: name.to_owned(),
        dimensions,
        stat: stat.to_owned(),
    }
}

fn math(ids: &[&str]) -> AlarmQuery {
    AlarmQuery::Math {
        expression: "100 * errors / invocations".to_owned(),
        label: "error rate".to_owned(),
        metrics: ids
            .iter()
            .map(|id| ((*id).to_owned(), metric(id, "Sum")))
            .collect(),
    }
}

fn alarm(query: AlarmQuery, condition: Condition) -> Alarm {
    Alarm {
        name: "shop.create.errors".to_owned(),
        description: String::new(),
        query,
        condition,
        period: 60,
        datapoints_to_alarm: 3,
        evaluation_periods: 5,
        missing: Missing::NotBreaching,
        warm_up_minutes: None,
        evaluate_low_samples: true,
        actions: Actions {
            enabled: true,
            ..Actions::default()
        },
    }
}

fn full(query: AlarmQuery, condition: Condition) -> Alarm {
    let arns = |name: &str| {
        BTreeSet::from([
            format!("arn:aws:sns:eu-west-1:1:{name}"),
            "arn:aws:sns:eu-west-1:1:a".to_owned(),
        ])
    };
    let actions = Actions {
        enabled: false,
        alarm: arns("b"),
        ok: arns("c"),
        insufficient_data: arns("d"),
    };
    let description = "more than 5 % fail".to_owned();
    Alarm {
        description,
        missing: Missing::Ignore,
        warm_up_minutes: None,
        evaluate_low_samples: false,
        actions,
        ..alarm(query, condition)
    }
}

/// CloudWatch's description of an alarm right after `PutMetricAlarm`: all parameters, with lists in reverse order.
fn described(alarm: &Alarm) -> MetricAlarmBuilder {
    let put = write(alarm).build().unwrap();
    wire::MetricAlarm::builder()
        .set_alarm_name(put.alarm_name)
        .set_alarm_description(put.alarm_description)
        .set_actions_enabled(put.actions_enabled)
        .set_alarm_actions(
            put.alarm_actions
                .map(|arns| arns.into_iter().rev().collect()),
        )
        .set_ok_actions(put.ok_actions)
        .set_insufficient_data_actions(put.insufficient_data_actions)
        .set_metric_name(put.metric_name)
        .set_namespace(put.namespace)
        .set_statistic(put.statistic)
        .set_extended_statistic(put.extended_statistic)
        .set_dimensions(
            put.dimensions
                .map(|pairs| pairs.into_iter().rev().collect()),
        )
        .set_period(put.period)
        .set_evaluation_periods(put.evaluation_periods)
        .set_datapoints_to_alarm(put.datapoints_to_alarm)
        .set_threshold(put.threshold)
        .set_comparison_operator(put.comparison_operator)
        .set_treat_missing_data(put.treat_missing_data)
        .set_evaluate_low_sample_count_percentile(put.evaluate_low_sample_count_percentile)
        .set_metrics(
            put.metrics
                .map(|queries| queries.into_iter().rev().collect()),
        )
        .set_threshold_metric_id(put.threshold_metric_id)
}

#[test]
fn every_form_of_alarm_reads_back_as_written() {
    let query = [
        AlarmQuery::Metric(metric("Errors", "Sum")),
        AlarmQuery::Metric(metric("Duration", "p99.9")),
        AlarmQuery::Metric(metric("Duration", "TM(10%:90%)")),
        math(&["errors", "invocations"]),
        math(&["band", "m1", "result", "result_"]),
        AlarmQuery::Insights {
            query: "SELECT SUM(\"Errors\") FROM SCHEMA(\"AWS/Lambda\", \"FunctionName\") GROUP BY \"FunctionName\" ORDER BY SUM() DESC".to_owned(),
        },
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
    for query in query {
        for condition in conditions {
            for alarm in [
                alarm(query.clone(), condition),
                full(query.clone(), condition),
            ] {
                assert_eq!(read(&described(&alarm).build()), alarm);
            }
        }
    }
}

#[test]
fn an_anomaly_alarm_has_a_band_instead_of_a_threshold() {
    let put = write(&alarm(math(&["band", "result"]), Condition::AboveBand(3.0)))
        .build()
        .unwrap();
    assert_eq!(
        (put.threshold, put.threshold_metric_id()),
        (None, Some("band_"))
    );
    let shown = put.metrics().iter().map(|query| {
        format!(
            "{} {} {}",
            query.id().unwrap(),
            query.expression().unwrap_or("-"),
            query.return_data.unwrap()
        )
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r"
    band - false
    result - false
    result_ 100 * errors / invocations true
    band_ ANOMALY_DETECTION_BAND(result_, 3) true
    ");
}

#[test]
fn an_absent_setting_is_read_as_its_default() {
    let mut alarm = alarm(
        AlarmQuery::Metric(metric("Errors", "Sum")),
        Condition::Above(0.0),
    );
    (alarm.missing, alarm.datapoints_to_alarm) = (Missing::Missing, 5);
    let actual = described(&alarm)
        .set_treat_missing_data(None)
        .set_datapoints_to_alarm(None)
        .set_actions_enabled(None);
    assert_eq!(read(&actual.set_metrics(Some(Vec::new())).build()), alarm);
}

#[test]
fn settings_that_are_never_written_are_named_in_the_description() {
    let ours = alarm(math(&["errors", "invocations"]), Condition::Above(5.0));
    let put = |changed: fn(MetricAlarmBuilder) -> MetricAlarmBuilder| {
        read(&changed(described(&ours)).build()).description
    };
    let query = |text: &str| {
        MetricDataQuery::builder()
            .id("q1")
            .expression(text)
            .period(60)
            .return_data(true)
            .build()
    };
    let insights = described(&ours)
        .set_metrics(Some(vec![query("TIME_SERIES(1)")]))
        .build();
    assert_eq!(read(&insights).description, "[with other Metrics]");
    assert_eq!(read(&insights).period, 60);
    assert_eq!(
        put(|alarm| alarm.unit(StandardUnit::Count).alarm_description("why")),
        "why [with other Unit]"
    );
    let wall = || wire::EvaluationWindow::WallClockWindow(WallClockWindow::builder().build());
    assert_eq!(
        read(&described(&ours).evaluation_window(wall()).build()).description,
        "[with other EvaluationWindow]"
    );
    assert_eq!(
        put(|alarm| alarm.comparison_operator("Odd".into())),
        "[with other ComparisonOperator]"
    );
    assert_eq!(
        put(|alarm| alarm.treat_missing_data("odd")),
        "[with other TreatMissingData]"
    );
    assert_eq!(
        put(|alarm| alarm.threshold_metric_id("x")),
        "[with other ThresholdMetricId]"
    );
    let query = wire::AlarmPromQlCriteria::builder()
        .query("up == 0")
        .build();
    let criteria = wire::EvaluationCriteria::PromQlCriteria(query);
    let promql = wire::MetricAlarm::builder()
        .evaluation_criteria(criteria)
        .build();
    let other_settings = "[with other ComparisonOperator, Threshold, EvaluationCriteria]";
    assert_eq!(read(&promql).description, other_settings);
}

#[test]
fn a_metric_of_another_account_is_a_difference() {
    let ours = alarm(math(&["errors", "invocations"]), Condition::Above(5.0));
    let mut actual = described(&ours).build();
    actual.metrics.as_mut().unwrap()[1].account_id = Some("2".to_owned());
    assert_eq!(read(&actual).description, "[with other Metrics]");
}

#[test]
fn a_suppressor_is_read_by_name_or_arn() {
    let composite = CompositeAlarm {
        name: "c".to_owned(),
        description: "why".to_owned(),
        rule: "ALARM(a)".to_owned(),
        actions: Actions {
            enabled: true,
            ..Actions::default()
        },
        suppressor: Some(Suppressor {
            alarm: "shop.critical".to_owned(),
            wait: 60,
            extension: 120,
        }),
    };
    let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop.critical";
    for suppressor in ["shop.critical", arn] {
        let actual = wire::CompositeAlarm::builder()
            .alarm_name("c")
            .alarm_rule("ALARM(a)")
            .alarm_description("why")
            .actions_suppressor(suppressor)
            .actions_suppressor_wait_period(60)
            .actions_suppressor_extension_period(120)
            .build();
        assert_eq!(read_composite(&actual), composite);
    }
}
