//! An account that throttles, refuses, and loses answers; a run that is stopped; no credentials at all.

use std::thread;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::support::program::Program;
use crate::support::project::Project;
use crate::support::server::signal;
use crate::{Case, EXAMPLES, planned};

/// Everything is there, and a further apply agrees.
fn assert_complete(case: &Case, plan: &Value) {
    planned::assert_there(plan, &case.account());
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), Map::new());
}

#[test]
fn throttled_calls_are_repeated_until_all_is_done() {
    let case = Case::misbehaving(&EXAMPLES[1], &["--throttle", "*=5"]);
    let plan = case.plan();
    case.apply().exits(0);
    assert_complete(&case.behaving(), &plan);
}

#[test]
fn a_lost_answer_makes_nothing_twice_and_fails_nothing() {
    for (lost, writes) in [
        ("CreateGroup=1", "CreateGroup"),
        ("PutMetricAlarm=1", "PutMetricAlarm"),
        ("CreateTopic=1", "CreateTopic"),
    ] {
        let case = Case::misbehaving(&EXAMPLES[1], &["--lose", lost]);
        let plan = case.plan();
        case.server.forget_calls();
        case.apply().exits(0);
        assert_eq!(
            case.writes()[writes],
            json!(wanted(&plan, writes) + 1),
            "{lost}: the lost call is made again, and no other"
        );
        assert_complete(&case, &plan);
    }
}

/// How many artifacts of a plan an operation makes.
fn wanted(plan: &Value, operation: &str) -> usize {
    let kind = match operation {
        "CreateGroup" => "trace-group",
        "PutMetricAlarm" => "alarm",
        "CreateTopic" => "topic",
        other => panic!("{other}"),
    };
    plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["kind"] == kind)
        .count()
}

#[test]
fn what_is_refused_stops_nothing_else_and_is_done_by_the_next_run() {
    let name = EXAMPLES[1].alarm;
    let case = Case::misbehaving(
        &EXAMPLES[1],
        &["--fail", &format!("PutMetricAlarm@{name}=AccessDenied")],
    );
    let plan = case.plan();
    let failed = case.apply().exits(1);
    assert!(
        failed.stdout.contains(&format!(
            "failed    + alarm {name}: PutMetricAlarm: access denied"
        )),
        "{}",
        failed.stdout
    );
    assert!(
        failed.stdout.contains("Run `tracewatch apply` again"),
        "{}",
        failed.stdout
    );
    let left: Vec<Value> = case.plan()["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["name"].clone())
        .collect();
    // The group notifies for its other alarms; the next run adds this one.
    let group = format!("{}.critical-requests", EXAMPLES[1].stack);
    assert_eq!(left, [json!(name), json!(group)]);

    let case = case.behaving();
    case.apply().exits(0);
    assert_eq!(
        Value::from(case.writes()),
        json!({ "PutMetricAlarm": 1, "PutCompositeAlarm": 1 })
    );
    assert_complete(&case, &plan);
}

#[test]
fn a_stopped_apply_says_so_and_the_next_one_does_the_rest() {
    let case = Case::misbehaving(&EXAMPLES[1], &["--latency", "200"]);
    let plan = case.plan();
    case.server.forget_calls();
    let mut apply = case.program(&["apply", "--yes"]).start();
    // The first artifact is under way: many more are to come, and each call takes its time.
    while case.writes().is_empty() {
        assert!(apply.is_running(), "{}", apply.wait().stderr);
        thread::sleep(Duration::from_millis(5));
    }
    signal("INT", apply.id());
    let stopped = apply.wait().exits(1);
    assert!(stopped.stderr.contains("Stopping"), "{}", stopped.stderr);
    assert!(stopped.stdout.contains("not started"), "{}", stopped.stdout);
    assert!(
        stopped
            .stdout
            .contains("Stopped. Run `tracewatch apply` again"),
        "{}",
        stopped.stdout
    );

    let case = case.behaving();
    assert_eq!(
        case.account()["dashboards"],
        json!({}),
        "dashboards come last"
    );
    case.apply().exits(0);
    assert_complete(&case, &plan);
}

#[test]
fn without_credentials_it_says_what_is_missing() {
    let project = Project::copy(EXAMPLES[1].folder);
    let region = [("AWS_REGION", "us-east-1")];
    for command in [["plan", "--full"], ["apply", "--yes"], ["destroy", "--yes"]] {
        let failed = Program::new(&project.folder, &command)
            .with(&region)
            .run()
            .exits(1);
        assert!(
            failed.stderr.contains("no usable AWS credentials"),
            "{}",
            failed.stderr
        );
        assert_eq!(failed.stdout, "");
    }
    let failed = Program::new(&project.folder, &["plan"]).run().exits(1);
    assert!(
        failed.stderr.contains("no Region is set"),
        "{}",
        failed.stderr
    );
}
