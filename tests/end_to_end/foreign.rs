//! What others made in the account is never touched.

use serde_json::{Map, Value, json};

use crate::{Case, EXAMPLES};

#[test]
fn an_alarm_of_somebody_else_is_a_conflict_and_stays_as_it_is() {
    for example in &EXAMPLES {
        let case = Case::new(example);
        let name = example.alarm;
        case.somebody()
            .calls("cloudwatch", "put_metric_alarm", &alarm(name));
        let theirs = case.account()["alarms"][name].clone();

        let planned = case.run(&["plan"]).exits(0);
        assert!(
            planned.stdout.contains("exists without the tag"),
            "{}",
            planned.stdout
        );
        let first = case.apply().exits(1);
        assert!(
            first.stdout.contains(&format!("not ours  ~ alarm {name}")),
            "{}",
            first.stdout
        );
        assert_eq!(case.account()["alarms"][name], theirs);
        let plan = case.plan();
        assert_eq!(
            (
                plan["changes"].clone(),
                plan["conflicts"].as_array().unwrap().len()
            ),
            (json!([]), 1),
            "all others are done"
        );

        case.server.forget_calls();
        case.apply().exits(1);
        assert_eq!(case.writes(), Map::new());
        case.run(&["destroy", "--yes"]).exits(1);
        assert_eq!(case.account()["alarms"], json!({ name: theirs }));
    }
}

#[test]
fn somebody_elses_alarm_is_taken_over_when_it_is_named() {
    let case = Case::new(&EXAMPLES[1]);
    let name = EXAMPLES[1].alarm;
    let planned = case.plan();
    case.somebody()
        .calls("cloudwatch", "put_metric_alarm", &alarm(name));
    case.run(&["apply", "--yes", "--adopt", name]).exits(0);
    crate::planned::assert_there(&planned, &case.account());
}

fn alarm(name: &str) -> Value {
    json!({
        "AlarmName": name, "AlarmDescription": "made by hand", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
    })
}

#[test]
fn statements_and_subscriptions_of_others_stay_when_a_topic_is_changed() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let name = "DistributedTracingStack_critical";
    let topic = case.account()["topics"][name].clone();
    let arn = topic["TopicArn"].clone();
    let statement = json!({
        "Sid": "Theirs", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:root" }, "Action": "sns:Subscribe", "Resource": arn,
    });
    // Ours are gone from it, so that there is something to be written.
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let set = json!({ "TopicArn": arn, "AttributeName": "Policy", "AttributeValue": policy });
    case.somebody().calls("sns", "set_topic_attributes", &set);
    let queue = "arn:aws:sqs:us-east-1:123456789012:theirs";
    case.somebody().calls(
        "sns",
        "subscribe",
        &json!({ "TopicArn": arn, "Protocol": "sqs", "Endpoint": queue }),
    );
    let subscriptions = case.account()["topics"][name]["Subscriptions"].clone();

    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(
        Value::from(case.writes()),
        json!({ "SetTopicAttributes": 1 })
    );
    let after = &case.account()["topics"][name];
    let ours = topic["Policy"]["Statement"].as_array().unwrap().iter();
    let ours = ours.filter(|statement| {
        statement["Sid"]
            .as_str()
            .is_some_and(|sid| sid.starts_with("Tracewatch"))
    });
    let wanted: Vec<&Value> = std::iter::once(&statement).chain(ours).collect();
    assert_eq!(after["Policy"]["Statement"], json!(wanted));
    assert_eq!(after["Subscriptions"], subscriptions);

    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), Map::new());
}
