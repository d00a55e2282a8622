//! Objectives on the served sandbox: what boto3 published is what `tracewatch slo` counts, and what their alarms see.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{Case, EXAMPLES};

const OBJECTIVE: &str = "
[[slo]]
resource  = \"OrdersApiStage\"
objective = \"99 %\"
";

/// Publishes for each of the last `minutes` a count of requests and of those that ended in a 5XX.
fn publish(case: &Case, minutes: u64, requests: f64, faults: f64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let api = format!("{}-api", EXAMPLES[0].stack);
    let dimensions = json!([
        { "Name": "ApiName", "Value": api },
        { "Name": "Stage", "Value": "dev" },
    ]);
    let samples: Vec<Value> = (1..=minutes)
        .flat_map(|minute| {
            let at = now.as_secs() - 60 * minute;
            [("Count", requests), ("5XXError", faults)].map(|(name, value)| {
                json!({ "MetricName": name, "Dimensions": dimensions, "Value": value, "Timestamp": at })
            })
        })
        .collect();
    for some in samples.chunks(500) {
        let input = json!({ "Namespace": "AWS/ApiGateway", "MetricData": some });
        case.somebody()
            .calls("cloudwatch", "put_metric_data", &input);
    }
}

fn objective(case: &Case) -> Value {
    let report = case.run(&["slo", "--format", "json"]).exits(0).json();
    report["objectives"][0].clone()
}

#[test]
fn an_objective_without_data_has_its_whole_meaning_and_no_figures() {
    let case = Case::new(&EXAMPLES[0]);
    case.project.append("tracewatch.toml", OBJECTIVE);
    let objective = objective(&case);
    assert_eq!(objective["attained"], Value::Null);
    assert_eq!(objective["burn_rates"].as_array().unwrap().len(), 4);
}

#[test]
fn an_objective_of_another_region_is_read_and_watched_there() {
    let case = Case::new(&EXAMPLES[0]);
    case.project.append(
        "tracewatch.toml",
        "
[[slo]]
name      = \"checkout\"
objective = \"99 %\"
total     = \"all\"
bad       = \"failed\"

[slo.metrics]
all    = { name = \"Shop All\", region = \"eu-west-1\" }
failed = { name = \"Shop Failed\", region = \"eu-west-1\" }
",
    );
    case.apply().exits(0);
    case.run(&["plan", "--exit-code"]).exits(0);
    assert_eq!(objective(&case)["name"], "checkout");
    case.run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn a_tenth_that_fails_for_two_hours_burns_at_ten_and_notifies_once() {
    let case = Case::new(&EXAMPLES[0]);
    case.project.append("tracewatch.toml", OBJECTIVE);
    case.apply().exits(0);
    case.run(&["plan", "--exit-code"]).exits(0);
    publish(&case, 120, 100.0, 10.0);
    let objective = objective(&case);
    assert_eq!(objective["attained"], json!(0.9));
    // Ten times what is allowed: of the budget, nine parts are missing.
    let left = objective["budget_left"].as_f64().unwrap();
    assert!((left + 9.0).abs() < 1e-6, "{left}");
    let fast = &objective["burn_rates"][0];
    for window in ["long", "short"] {
        let rate = fast["now"][window].as_f64().unwrap();
        assert!((rate - 10.0).abs() < 1e-6, "{window}: {rate}");
    }
    // Burning at 10, the rate of 14.4 does not notify; that of 6 does.
    let states = states(&case);
    let stage = format!("{}.OrdersApiStage", EXAMPLES[0].stack);
    for (alarm, state) in [
        ("availability.1h", "OK"),
        ("availability.5m-of-1h", "OK"),
        ("availability.6h", "ALARM"),
        ("availability.30m-of-6h", "ALARM"),
        ("availability.critical", "ALARM"),
        ("availability.1d", "ALARM"),
        ("availability.3d", "OK"),
    ] {
        assert_eq!(states[format!("{stage}.{alarm}")], state, "{alarm}");
    }
    case.run(&["destroy", "--yes"]).exits(0);
    assert_eq!(case.account()["alarms"], json!({}));
}

/// The published factors: a share of failures just over the rate notifies at the end of the long window, one just below it never does.
#[test]
fn a_rate_notifies_when_its_long_window_is_over_it() {
    for (minutes, failed_of_thousand, expected) in [
        (60, 147.0, "ALARM"),
        (60, 141.0, "OK"),
        (360, 61.0, "ALARM"),
        (360, 58.0, "OK"),
    ] {
        let case = Case::new(&EXAMPLES[0]);
        case.project.append("tracewatch.toml", OBJECTIVE);
        case.apply().exits(0);
        publish(&case, minutes, 1000.0, failed_of_thousand);
        let window = if minutes == 60 { "1h" } else { "6h" };
        let alarm = format!("{}.OrdersApiStage.availability.{window}", EXAMPLES[0].stack);
        assert_eq!(
            states(&case)[alarm],
            expected,
            "{minutes} min, {failed_of_thousand}"
        );
    }
}

/// The states of all alarms, by name.
fn states(case: &Case) -> Value {
    let input = json!({ "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 100, "AlarmNamePrefix": format!("{}.OrdersApiStage.", EXAMPLES[0].stack) });
    let found = case
        .somebody()
        .calls("cloudwatch", "describe_alarms", &input);
    let mut states = serde_json::Map::new();
    for kind in ["MetricAlarms", "CompositeAlarms"] {
        for alarm in found[kind].as_array().into_iter().flatten() {
            let name = alarm["AlarmName"].as_str().unwrap().to_owned();
            states.insert(name, alarm["StateValue"].clone());
        }
    }
    Value::Object(states)
}
