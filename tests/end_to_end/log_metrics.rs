//! Metric filters on log groups: made once the group exists, and deleted with the alarm that reads their metric.

use serde_json::{Value, json};

use crate::{Case, EXAMPLES};

const SWITCHED_ON: &str = "[alarms.lambda.timed-out]\nenabled = true\n\n[notify.critical]\n";
const RECEIVERS: &str = "[notify.critical]\n";

/// An example with an alarm on the log of every function.
fn with_log_metrics() -> Case {
    let case = Case::new(&EXAMPLES[1]);
    case.project
        .replace("tracewatch.toml", RECEIVERS, SWITCHED_ON);
    case
}

fn filters(case: &Case) -> Vec<Value> {
    let listed = case
        .somebody()
        .calls("logs", "describe_metric_filters", &json!({}));
    listed["metricFilters"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

/// The messages about log groups without which a filter cannot be made.
fn missing_groups(case: &Case) -> Vec<String> {
    let plan = case.plan();
    let findings = plan["findings"].as_array().unwrap().iter();
    let messages = findings.map(|finding| finding["message"].as_str().unwrap().to_owned());
    messages
        .filter(|message| message.contains("metric filters will be made"))
        .collect()
}

fn group_of(message: &str) -> String {
    message.split('`').nth(1).unwrap().to_owned()
}

#[test]
fn a_filter_waits_for_its_log_group_and_goes_with_its_alarm() {
    let case = with_log_metrics();
    let groups: Vec<String> = missing_groups(&case)
        .iter()
        .map(|message| group_of(message))
        .collect();
    assert!(groups.len() >= 2, "{groups:?}");
    case.apply().exits(0);
    assert_eq!(filters(&case), Vec::<Value>::new());

    for group in &groups {
        let group = json!({ "logGroupName": group });
        case.somebody().calls("logs", "create_log_group", &group);
    }
    case.apply().exits(0);
    assert_eq!(missing_groups(&case), Vec::<String>::new());
    let made = filters(&case);
    assert_eq!(made.len(), groups.len());
    for filter in &made {
        let metric = &filter["metricTransformations"][0];
        assert_eq!(
            metric["metricNamespace"],
            "tracewatch/DistributedTracingStack"
        );
        assert_eq!(metric["metricName"], filter["filterName"]);
    }
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes().len(), 0, "{:?}", case.writes());

    // Without a log metric in the project, the alarm on the metric leads to the filter.
    case.project
        .replace("tracewatch.toml", SWITCHED_ON, RECEIVERS);
    case.apply().exits(0);
    assert_eq!(filters(&case), Vec::<Value>::new());
    case.server.forget_calls();
    case.run(&["plan"]).exits(0);
    assert!(
        !case.reads().contains_key("DescribeMetricFilters"),
        "{:?}",
        case.reads()
    );
}

#[test]
fn a_filter_of_somebody_else_is_a_conflict_until_it_is_adopted() {
    let case = with_log_metrics();
    let group = group_of(&missing_groups(&case)[0]);
    let somebody = case.somebody();
    somebody.calls(
        "logs",
        "create_log_group",
        &json!({ "logGroupName": group }),
    );
    case.apply().exits(0);
    let name = filters(&case)[0]["filterName"].as_str().unwrap().to_owned();
    let theirs = json!({ "metricNamespace": "Shop", "metricName": "Timeouts", "metricValue": "1" });
    let put = json!({
        "logGroupName": group,
        "filterName": name,
        "filterPattern": "ERROR",
        "metricTransformations": [theirs],
    });
    somebody.calls("logs", "put_metric_filter", &put);
    let plan = case.run(&["plan"]).exits(0).stdout;
    assert!(
        plan.contains(&format!(
            "metric filter {name} exists with a metric of another namespace"
        )),
        "{plan}"
    );
    case.run(&["apply", "--yes", "--adopt", &name]).exits(0);
    assert_eq!(
        filters(&case)[0]["filterPattern"],
        "\"Task timed out after\""
    );

    case.run(&["destroy", "--yes"]).exits(0);
    assert_eq!(filters(&case), Vec::<Value>::new());
}
