//! An apply sends no message of its own: no recovery where nothing was wrong, and no alarm is silent that is wrong from the start.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{ACCOUNT, Case, EXAMPLES};

/// The messages that the topics of an account delivered: subjects and texts.
fn messages(case: &Case) -> Vec<(String, String)> {
    let account: Value = serde_json::from_str(&case.project.read(ACCOUNT)).unwrap();
    let deliveries = account["regions"]["us-east-1"]["deliveries"].as_array();
    let text = |delivery: &Value, member| delivery[member].as_str().unwrap().to_owned();
    deliveries
        .into_iter()
        .flatten()
        .map(|delivery| (text(delivery, "subject"), text(delivery, "message")))
        .collect()
}

fn subjects(case: &Case) -> Vec<String> {
    let messages = messages(case).into_iter();
    messages.map(|(subject, _)| subject).collect()
}

/// CloudWatch's own messages of recovery, as pagers want them.
fn use_ok_actions(case: &Case) {
    let receivers = "email = [\"oncall@example.com\"]";
    let with_actions = format!("{receivers}\nrecovery = \"action\"");
    case.project
        .replace("tracewatch.toml", receivers, &with_actions);
}

fn enabled(case: &Case) -> bool {
    let account = case.account();
    let alarms = account["alarms"].as_object().unwrap();
    alarms.values().all(|alarm| alarm["ActionsEnabled"] == true)
}

#[test]
fn a_first_apply_and_an_evaluation_of_its_alarms_send_no_message() {
    for prepare in [|_: &Case| (), use_ok_actions] {
        let case = Case::new(&EXAMPLES[1]);
        prepare(&case);
        case.apply().exits(0);
        assert!(enabled(&case));
        case.run(&["plan", "--exit-code"]).exits(0);
        let case = case.behaving();
        assert_eq!(subjects(&case), [""; 0]);
    }
}

#[test]
fn an_incident_is_one_message_of_its_group_and_one_of_its_recovery() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let function = format!("{}.OrderService34E51BCF", EXAMPLES[1].stack);
    for state in ["ALARM", "OK"] {
        for alarm in ["error-rate", "keeps-failing"] {
            let input = json!({ "AlarmName": format!("{function}.{alarm}"), "StateValue": state, "StateReason": "test" });
            case.somebody()
                .calls("cloudwatch", "set_alarm_state", &input);
        }
    }
    let case = case.behaving();
    let group = format!("{}.critical-requests", EXAMPLES[1].stack);
    let [alarm, recovery] = &messages(&case)[..] else {
        panic!("{:?}", subjects(&case))
    };
    assert_eq!(alarm.0, format!("ALARM: \"{group}\" in us-east-1"));
    assert!(
        recovery
            .1
            .starts_with(&format!("\"OK: {group} recovered at")),
        "{}",
        recovery.1
    );
}

#[test]
fn an_apply_that_stopped_before_it_enabled_the_actions_is_completed_without_a_message() {
    let case = Case::misbehaving(&EXAMPLES[1], &["--fail", "EnableAlarmActions=AccessDenied"]);
    use_ok_actions(&case);
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
        .filter(|change| change["origin"]["severity"] == "critical")
        .filter(|change| !change["origin"]["resource"].is_null())
        .map(|change| &change["new"])
        .find(|new| new["watched"]["metric"].is_object() && new["condition"]["above"].is_number())
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

#[test]
fn the_mail_of_an_alarm_is_that_of_its_group() {
    let case = Case::new(&EXAMPLES[0]);
    let mail = |alarm: &str| {
        let printed = case.run(&["plan", "--message", alarm]).exits(0);
        printed.stdout.clone()
    };
    let of_child = mail("OrdersApiStage.fault-rate");
    let of_group = mail("critical-requests");
    let stack = EXAMPLES[0].stack;
    for text in [&of_child, &of_group] {
        let subject = format!("Subject: ALARM: \"{stack}.critical-requests\" in us-east-1\n");
        assert!(text.starts_with(&subject), "{text}");
        assert!(text.contains("\nDashboard: https://"), "{text}");
    }
    let child = |text: &str| {
        let children = text
            .split_once("Triggering children (max. 10):\n- ")
            .unwrap()
            .1;
        let (child, _) = children.split_once(": ALARM").unwrap();
        child.strip_prefix(&format!("{stack}.")).unwrap().to_owned()
    };
    assert_eq!(child(&of_child), "OrdersApiStage.fault-rate");
    assert_ne!(child(&of_group), "critical-requests");
    let unknown = case.run(&["plan", "--message", "OrdersApiStage.fault-rat"]);
    let unknown = unknown.exits(1);
    assert!(
        unknown
            .stderr
            .contains("did you mean `OrdersApiStage.fault-rate`?"),
        "{}",
        unknown.stderr
    );
}
