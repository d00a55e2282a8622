//! What a stack's artifacts go through: made, left alone, changed, taken away.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::support::program::Program;
use crate::{Case, EXAMPLES, Example, assert_same, planned};

#[test]
fn what_was_planned_is_there() {
    for example in &EXAMPLES {
        let case = Case::new(example);
        case.seed_log_groups();
        let plan = case.plan();
        assert_eq!(
            case.writes().get("PutMetricAlarm"),
            None,
            "a plan writes nothing"
        );
        let report = case
            .run(&["apply", "--yes", "--format", "json"])
            .exits(0)
            .json();
        let outcomes = report["report"]["entries"].as_array().unwrap();
        assert_eq!(outcomes.len(), plan["changes"].as_array().unwrap().len());
        assert!(
            outcomes.iter().all(|entry| entry["outcome"] == "done"),
            "{outcomes:#?}"
        );
        planned::assert_there(&plan, &case.account());
    }
}

#[test]
fn a_second_apply_writes_nothing_and_reads_only_what_it_must() {
    for example in &EXAMPLES {
        let case = Case::new(example);
        case.seed_log_groups();
        case.apply().exits(0);
        let before = case.account();
        case.server.forget_calls();
        let second = case.apply().exits(0);
        assert_eq!(case.writes(), Map::new());
        let necessary = necessary_reads(&before);
        let more: Vec<_> = case
            .reads()
            .into_iter()
            .filter(|(operation, count)| count.as_u64() > necessary[operation].as_u64())
            .collect();
        assert!(more.is_empty(), "{}: {more:?}", example.stack);
        assert_same(&before, &case.account());
        assert!(
            second.stdout.contains("0 to create") || second.stdout.contains("o changes"),
            "{}",
            second.stdout
        );
        assert_eq!(case.run(&["plan", "--exit-code"]).code, Some(0));
        assert_eq!(case.run(&["drift"]).code, Some(0));
    }
}

/// What has to be read to see that everything is as it should be. What a stack or a topic has is asked for at once, before it is known whether
/// there is one; these calls are given up when there is none.
fn necessary_reads(account: &Value) -> Value {
    const SEVERITIES: usize = 3;
    let count = |kind: &str| account[kind].as_object().unwrap().len();
    let kinds = account.as_object().unwrap().keys().map(|kind| count(kind));
    json!({
        "GetCallerIdentity": 1,
        "DescribeStacks": 1,
        "ListStackResources": 1,
        "GetTemplate": 1,
        "ListAlarmMuteRules": 1,
        "DescribeAlarms": count("alarms").div_ceil(100),
        "GetResources": kinds.sum::<usize>().div_ceil(100),
        "ListDashboards": 1,
        "GetDashboard": count("dashboards"),
        "GetGroups": 1,
        "GetSamplingRules": 1,
        "GetTopicAttributes": SEVERITIES,
        "ListSubscriptionsByTopic": SEVERITIES,
        "ListTagsForResource": SEVERITIES,
        "ListRules": 1,
        "ListTargetsByRule": count("event_rules"),
        "DescribeLogGroups": count("log_groups").min(1),
    })
}

#[test]
fn environment_and_credentials_reach_the_same_account() {
    let case = with_the_stack(&EXAMPLES[0]);
    let run = |command: &[&str]| {
        Program::new(&case.project.folder, command)
            .at(&case.server.endpoint)
            .run()
    };
    let plan = run(&["plan", "--format", "json"]).exits(0).json();
    run(&["apply", "--yes"]).exits(0);
    planned::assert_there(&plan, &case.account());
    case.server.forget_calls();
    run(&["apply", "--yes"]).exits(0);
    assert_eq!(case.writes(), Map::new());
    run(&["destroy", "--yes"]).exits(0);
    assert_eq!(case.account()["alarms"], json!({}));
}

/// An account that holds the stack as if it were deployed: outside a sandbox, the names that only AWS gives are read from there. They are
/// those that a sandbox makes up.
fn with_the_stack(example: &'static Example) -> Case {
    let listed = Case::new(example)
        .run(&["inventory", "--format", "json"])
        .exits(0)
        .json();
    let deployed = listed["resources"].as_array().unwrap().iter().map(|resource| {
        let (id, kind) = (&resource["logical_id"], &resource["type"]);
        json!({ "logical_id": id, "physical_id": resource["physical_id"], "resource_type": kind })
    });
    let deployed: Vec<Value> = deployed.collect();
    let stacks = json!({ example.stack: { "name": example.stack, "resources": deployed } });
    Case::with_account(
        example,
        &json!({ "format": "tracewatch-sandbox", "version": 1, "regions": { "us-east-1": { "stacks": stacks } } }),
    )
}

#[test]
fn an_edited_definition_is_one_write() {
    for example in &EXAMPLES {
        let edit = format!("\n{}datapoints = \"4 of 4\"\n", example.table);
        let (before, after, writes) = edited(example, &edit);
        assert_eq!(writes, json!({ "PutMetricAlarm": 1 }), "{}", example.stack);
        let mut expected = before;
        assert_ne!(expected["alarms"][example.alarm]["DatapointsToAlarm"], 4);
        assert_eq!(after["alarms"][example.alarm]["DatapointsToAlarm"], 4);
        expected["alarms"][example.alarm] = after["alarms"][example.alarm].clone();
        assert_same(&expected, &after);
    }
}

#[test]
fn a_new_threshold_is_one_write() {
    for example in &EXAMPLES {
        let edit = format!("\n{}when = \"> 12.5\"\n", example.table);
        let (mut before, after, writes) = edited(example, &edit);
        assert_eq!(writes, json!({ "PutMetricAlarm": 1 }), "{}", example.stack);
        assert_ne!(before["alarms"][example.alarm]["Threshold"], 12.5);
        assert_eq!(after["alarms"][example.alarm]["Threshold"], 12.5);
        before["alarms"][example.alarm] = after["alarms"][example.alarm].clone();
        assert_same(&before, &after);
    }
}

/// The account before and after an edit of the project file is applied, and what was written for it.
fn edited(example: &'static Example, edit: &str) -> (Value, Value, Value) {
    let case = Case::new(example);
    case.apply().exits(0);
    let before = case.account();
    case.project.append("tracewatch.toml", edit);
    case.server.forget_calls();
    case.apply().exits(0);
    let writes = case.writes().into();
    (before, case.account(), writes)
}

#[test]
fn a_new_function_brings_its_own_artifacts_and_takes_them_along() {
    for example in &EXAMPLES {
        let case = Case::new(example);
        case.apply().exits(0);
        let before = case.account();
        let template = case.project.read(example.function.0);
        write_function(&case);
        case.apply().exits(0);
        let with_function = case.account();
        let new = assert_only_added(example, &before, &with_function);
        assert!(
            new.contains(&format!(
                "{}.{}.error-rate",
                example.stack, example.function.3
            )),
            "{new:?}"
        );
        case.project.write(example.function.0, &template);
        case.apply().exits(0);
        let after = case.account();
        for kind in [
            "alarms",
            "trace_groups",
            "sampling_rules",
            "topics",
            "event_rules",
        ] {
            assert_eq!(
                without_update_times(&before[kind]),
                without_update_times(&after[kind]),
                "{kind}"
            );
        }
        assert_eq!(bodies(&before), bodies(&after));
    }
}

/// The members of an account's part, without the times at which groups of alarms were updated.
fn without_update_times(part: &Value) -> Value {
    let mut part = part.clone();
    for artifact in part
        .as_object_mut()
        .into_iter()
        .flat_map(|part| part.values_mut())
    {
        if artifact["AlarmRule"].is_string() {
            artifact["AlarmConfigurationUpdatedTimestamp"].take();
        }
    }
    part
}

fn write_function(case: &Case) {
    let (template, line, function, _) = case.example.function;
    case.project
        .replace(template, line, &format!("{line}{function}"));
}

/// Checks that nothing but dashboards changed and that what is new is the function's, and returns the names of that.
fn assert_only_added(example: &Example, before: &Value, after: &Value) -> BTreeSet<String> {
    let mut added = BTreeSet::new();
    for (kind, old) in before
        .as_object()
        .unwrap()
        .iter()
        .filter(|(kind, _)| *kind != "dashboards")
    {
        let (old, new) = (old.as_object().unwrap(), after[kind].as_object().unwrap());
        for (name, was) in old {
            // The rule for Insights names the trace groups, and the groups of alarms name their alarms.
            let is_group = name.starts_with(&format!("{}.critical", example.stack))
                || *name == format!("{}.warning", example.stack);
            assert!(
                Some(was) == new.get(name) || kind == "event_rules" || is_group,
                "{kind} {name} changed"
            );
        }
        added.extend(new.keys().filter(|name| !old.contains_key(*name)).cloned());
    }
    let alarms = format!("{}.{}.", example.stack, example.function.3);
    let others: Vec<&String> = added
        .iter()
        .filter(|name| !name.starts_with(&alarms) && !name.to_lowercase().contains("ret"))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    added
}

fn bodies(account: &Value) -> Vec<&Value> {
    account["dashboards"]
        .as_object()
        .unwrap()
        .values()
        .map(|dashboard| &dashboard["DashboardBody"])
        .collect()
}

#[test]
fn destroy_leaves_the_account_as_it_was() {
    for example in &EXAMPLES {
        let case = Case::new(example);
        let groups = case.seed_log_groups();
        let mut before = case.account();
        case.apply().exits(0);
        let destroyed = case.run(&["destroy", "--yes"]).exits(0);
        let after = case.account();
        for group in &groups {
            before["log_groups"][group] = after["log_groups"][group].clone();
            assert!(
                after["log_groups"][group]["retentionInDays"].is_u64(),
                "{after:#}"
            );
        }
        assert_same(&before, &after);
        assert!(
            destroyed.stderr.contains("Log groups keep their retention"),
            "{}",
            destroyed.stderr
        );
        case.server.forget_calls();
        case.run(&["destroy", "--yes"]).exits(0);
        assert_eq!(case.writes(), Map::new());
    }
}

#[test]
fn a_subscription_that_waits_for_its_confirmation_is_not_asked_for_again() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    assert_eq!(case.writes()["Subscribe"], 1);
    case.project.replace(
        "tracewatch.toml",
        "[\"oncall@example.com\"]",
        "[\"oncall@example.com\", \"lead@example.com\"]",
    );
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(
        Value::from(case.writes()),
        json!({ "Subscribe": 1, "TagResource": 1 }),
        "only the new address is asked to confirm"
    );
    let topic = &case.account()["topics"]["DistributedTracingStack_critical"];
    let waiting = topic["Subscriptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|subscription| &subscription["SubscriptionArn"]);
    assert_eq!(
        waiting.collect::<Vec<_>>(),
        ["PendingConfirmation", "PendingConfirmation"]
    );
}
