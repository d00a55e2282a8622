//! Mutes by command: quiet while they last, kept by every apply, ended by a command or by themselves.

use serde_json::{Value, json};

use crate::{ACCOUNT, Case, EXAMPLES};

/// The subjects of the messages that the topics of the account delivered.
fn subjects(case: &Case) -> Vec<String> {
    let account: Value = serde_json::from_str(&case.project.read(ACCOUNT)).unwrap();
    let deliveries = account["regions"]["us-east-1"]["deliveries"].as_array();
    let deliveries = deliveries.into_iter().flatten();
    deliveries
        .map(|delivery| delivery["subject"].as_str().unwrap().to_owned())
        .collect()
}

fn set(case: &Case, state: &str) {
    let alarm = format!("{}.OrderService34E51BCF.error-rate", EXAMPLES[1].stack);
    let input = json!({ "AlarmName": alarm, "StateValue": state, "StateReason": "test" });
    case.somebody()
        .calls("cloudwatch", "set_alarm_state", &input);
}

/// The number of mute rules, expired ones among them.
fn mute_rules(case: &Case) -> usize {
    let listed = case
        .somebody()
        .calls("cloudwatch", "list_alarm_mute_rules", &json!({}));
    listed["AlarmMuteRuleSummaries"]
        .as_array()
        .map_or(0, Vec::len)
}

fn advance(case: &Case, minutes: u32) {
    let path = format!("/_sandbox/clock?advance={minutes}m");
    case.server.http("POST", &path);
}

/// An applied example that is muted for half an hour.
fn muted() -> Case {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let mute = ["mute", "--for", "30m", "--reason", "release 42"];
    let text = case.run(&mute).exits(0).stdout;
    let group = format!("{}.critical-requests\n", EXAMPLES[1].stack);
    assert!(text.contains(&group), "{text}");
    assert!(text.contains("`tracewatch unmute` ends it"), "{text}");
    advance(&case, 2);
    case
}

#[test]
fn a_mute_is_quiet_until_it_is_ended_by_command() {
    let case = muted();
    set(&case, "ALARM");
    set(&case, "OK");
    set(&case, "ALARM");
    case.run(&["unmute"]).exits(0);
    assert_eq!(mute_rules(&case), 0);
    let case = case.behaving();
    let group = format!("{}.critical-requests", EXAMPLES[1].stack);
    assert_eq!(
        subjects(&case),
        [format!("ALARM: \"{group}\" in us-east-1")]
    );
}

#[test]
fn no_plan_ends_a_mute_and_each_names_it() {
    let case = muted();
    let plan = case.plan();
    assert_eq!(plan["changes"], json!([]));
    let findings = plan["findings"].as_array().unwrap();
    let note = findings
        .iter()
        .find(|finding| finding["code"] == "alarms-muted")
        .unwrap();
    let message = note["message"].as_str().unwrap();
    assert!(
        message.starts_with("critical alarms are muted until "),
        "{message}"
    );
    assert!(
        message.ends_with("tracewatch mute: release 42"),
        "{message}"
    );
    case.apply().exits(0);
    case.run(&["drift"]).exits(0);
    assert_eq!(mute_rules(&case), 1);
    let listed = case.run(&["mute", "--list", "--format", "json"]).json();
    assert_eq!(listed["mutes"][0]["status"], "active");
    case.run(&["destroy", "--yes"]).exits(0);
    assert_eq!(mute_rules(&case), 0);
}

#[test]
fn a_mute_that_is_over_is_no_drift_and_the_next_apply_deletes_it() {
    let case = muted();
    advance(&case, 40);
    case.run(&["drift"]).exits(0);
    assert_eq!(mute_rules(&case), 1);
    case.apply().exits(0);
    assert_eq!(mute_rules(&case), 0);
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), serde_json::Map::new());
}

#[test]
fn somebody_elses_rule_under_the_name_of_a_mute_stays() {
    let case = muted();
    let name = format!("{}_mute_theirs", EXAMPLES[1].stack);
    let schedule = json!({ "Expression": "cron(0 2 * * *)", "Duration": "PT1H" });
    let input = json!({ "Name": name, "Rule": { "Schedule": schedule } });
    case.somebody()
        .calls("cloudwatch", "put_alarm_mute_rule", &input);
    case.run(&["unmute"]).exits(1);
    assert_eq!(mute_rules(&case), 1);
}

#[test]
fn steady_alarms_end_a_mute_and_others_do_not() {
    let case = muted();
    case.run(&["unmute", "--when-steady=1s"]).exits(0);
    assert_eq!(mute_rules(&case), 0);
    set(&case, "ALARM");
    let waited = case.run(&["unmute", "--when-steady=1s", "--format=json"]);
    let waited = waited.exits(1).json();
    let group = format!("{}.critical-requests", EXAMPLES[1].stack);
    assert_eq!(waited["in_alarm"], json!([group]));
}

#[test]
fn a_resource_without_alarms_is_refused_with_the_nearest_one() {
    let case = Case::new(&EXAMPLES[1]);
    let mute = ["mute", "--for", "1h", "--resource", "OrderService34E51BCE"];
    let refused = case.run(&mute).exits(1);
    assert!(
        refused.stderr.contains("unknown-resource"),
        "{}",
        refused.stderr
    );
    case.apply().exits(0);
    let refused = case.run(&mute).exits(1);
    assert!(
        refused
            .stderr
            .contains("did you mean `OrderService34E51BCF`?"),
        "{}",
        refused.stderr
    );
    assert_eq!(mute_rules(&case), 0);
}

#[test]
fn mutes_that_begin_in_one_second_are_kept_apart() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    for _ in 0..3 {
        case.run(&["mute", "--for", "30m"]).exits(0);
    }
    assert_eq!(mute_rules(&case), 3);
}

#[test]
fn a_resource_that_notifies_with_others_is_not_muted_unasked() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let mute = ["mute", "--for", "30m", "--resource", "OrderService34E51BCF"];
    let refused = case.run(&mute).exits(3);
    assert!(
        refused.stderr.contains("`--with-group`"),
        "{}",
        refused.stderr
    );
    assert_eq!(mute_rules(&case), 0);
    case.run(&[&mute[..], &["--with-group"]].concat()).exits(0);
    assert_eq!(mute_rules(&case), 1);
}
