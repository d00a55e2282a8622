//! An apply sends no message of its own: no recovery where nothing was wrong, and no alarm is silent that is wrong from the start.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{ACCOUNT, Case, EXAMPLES};

/// The subjects of all messages that the topics of an account delivered.
fn subjects(case: &Case) -> Vec<String> {
    let account: Value = serde_json::from_str(&case.project.read(ACCOUNT)).unwrap();
    let deliveries = account["regions"]["us-east-1"]["deliveries"].as_array();
    deliveries
        .into_iter()
        .flatten()
        .map(|delivery| delivery["subject"].as_str().unwrap().to_owned())
        .collect()
}

fn enabled(case: &Case) -> bool {
    let account = case.account();
    let alarms = account["alarms"].as_object().unwrap();
    alarms.values().all(|alarm| alarm["ActionsEnabled"] == true)
}

#[test]
fn a_first_apply_and_an_evaluation_of_its_alarms_send_no_message() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    assert!(enabled(&case));
    case.run(&["plan", "--exit-code"]).exits(0);
    let case = case.behaving();
    assert_eq!(subjects(&case), [""; 0]);
}

#[test]
fn an_apply_that_stopped_before_it_enabled_the_actions_is_completed_without_a_message() {
    let case = Case::misbehaving(&EXAMPLES[1], &["--fail", "EnableAlarmActions=AccessDenied"]);
    case.apply().exits(1);
    assert!(!enabled(&case));
    let case = case.behaving();
    case.apply().exits(0);
    assert!(enabled(&case));
    let case = case.behaving();
    assert_eq!(subjects(&case), [""; 0]);
}

#[test]
fn an_alarm_that_is_wrong_from_the_start_notifies() {
    let case = Case::new(&EXAMPLES[1]);
    let planned = case.plan();
    let changes = planned["changes"].as_array().unwrap().iter();
    let alarm = changes
        .map(|change| &change["new"])
        .find(|new| {
            let notifies = new["actions"]["alarm"].get(0).is_some();
            notifies
                && new["watched"]["metric"].is_object()
                && new["condition"]["above"].is_number()
        })
        .unwrap();
    let metric = &alarm["watched"]["metric"];
    let dimensions: Vec<Value> = metric["dimensions"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let samples: Vec<Value> = (1..15)
        .map(|minutes| {
            json!({ "MetricName": metric["name"], "Dimensions": dimensions, "Value": 1e9,
                    "Timestamp": now.as_secs() - 60 * minutes })
        })
        .collect();
    let input = json!({ "Namespace": metric["namespace"], "MetricData": samples });
    case.somebody()
        .calls("cloudwatch", "put_metric_data", &input);
    case.apply().exits(0);
    let case = case.behaving();
    assert_eq!(subjects(&case).len(), 1, "{:?}", subjects(&case));
}
