//! What a plan promises, in the words in which boto3 shows what is there.

use serde_json::{Value, json};

/// Checks that an account holds exactly the artifacts that a plan made from nothing creates, marked and as promised.
pub(crate) fn assert_there(plan: &Value, account: &Value) {
    let changes = plan["changes"].as_array().unwrap();
    assert!(!changes.is_empty());
    for change in changes
        .iter()
        .filter(|change| change["kind"] != "log-retention")
    {
        let (kind, name) = (
            shown_kind(change["kind"].as_str().unwrap()),
            change["name"].as_str().unwrap(),
        );
        let actual = &account[kind][name];
        assert!(actual.is_object(), "{kind} {name} is not there");
        assert_eq!(
            actual["Tags"]["tracewatch:stack"], plan["stack"],
            "{kind} {name}"
        );
        assert_promised(&change["new"], actual);
    }
    for change in changes
        .iter()
        .filter(|change| change["kind"] == "log-retention")
    {
        let group = &account["log_groups"][change["name"].as_str().unwrap()];
        assert_eq!(group["retentionInDays"], change["new"]["days"], "{change}");
    }
    for kind in [
        "alarms",
        "dashboards",
        "trace_groups",
        "sampling_rules",
        "topics",
        "event_rules",
    ] {
        let wanted = changes
            .iter()
            .filter(|change| shown_kind(change["kind"].as_str().unwrap()) == kind);
        let wanted = wanted
            .map(|change| change["name"].as_str().unwrap())
            .chain(made_by_aws(kind));
        let mut wanted: Vec<&str> = wanted.collect();
        let mut there: Vec<&String> = account[kind].as_object().unwrap().keys().collect();
        wanted.sort_unstable();
        there.sort_unstable();
        assert_eq!(there, wanted, "{kind}");
    }
}

/// Every account has these.
fn made_by_aws(kind: &str) -> Option<&'static str> {
    ["trace_groups", "sampling_rules"]
        .contains(&kind)
        .then_some("Default")
}

fn shown_kind(kind: &str) -> &'static str {
    match kind {
        "alarm" | "composite-alarm" => "alarms",
        "dashboard" => "dashboards",
        "trace-group" => "trace_groups",
        "sampling-rule" => "sampling_rules",
        "topic" => "topics",
        "event-rule" => "event_rules",
        "log-retention" => "log_groups",
        other => panic!("`{other}` is a kind that this test does not know"),
    }
}

fn assert_promised(new: &Value, actual: &Value) {
    match new["kind"].as_str().unwrap() {
        "alarm" => assert_alarm(new, actual),
        "composite-alarm" => assert_holds(
            actual,
            &json!({ "AlarmRule": new["rule"], "AlarmDescription": new["description"] }),
        ),
        "dashboard" => {
            let body: Value =
                serde_json::from_str(actual["DashboardBody"].as_str().unwrap()).unwrap();
            assert_eq!(body, new["body"]);
        }
        "trace-group" => {
            let insights = json!({ "InsightsEnabled": new["insights"], "NotificationsEnabled": new["notifications"] });
            assert_holds(
                actual,
                &json!({ "FilterExpression": new["filter"], "InsightsConfiguration": insights }),
            );
        }
        "sampling-rule" => assert_holds(&actual["SamplingRule"], &sampling_rule(new)),
        "topic" => assert_topic(new, actual),
        "event-rule" => {
            let pattern: Value =
                serde_json::from_str(actual["EventPattern"].as_str().unwrap()).unwrap();
            assert_eq!(pattern, new["pattern"]);
            assert_eq!(each(&actual["Targets"], "Arn"), strings(&new["targets"]));
        }
        other => panic!("`{other}` is a kind that this test does not know"),
    }
}

fn sampling_rule(new: &Value) -> Value {
    json!({
        "Priority": new["priority"], "ReservoirSize": new["reservoir"], "FixedRate": new["rate"], "ServiceName": new["service_name"],
        "ServiceType": new["service_type"], "Host": new["host"], "HTTPMethod": new["method"], "URLPath": new["path"],
        "ResourceARN": new["resource_arn"], "Attributes": new["attributes"], "Version": 1,
    })
}

fn assert_topic(new: &Value, actual: &Value) {
    let statements = actual["Policy"]["Statement"].as_array().unwrap();
    for statement in new["statements"].as_object().unwrap().values() {
        assert!(
            statements.contains(statement),
            "{statement} is not among {statements:#?}"
        );
    }
    assert_eq!(
        each(&actual["Subscriptions"], "Endpoint"),
        each(&new["subscriptions"], "endpoint")
    );
}

fn assert_alarm(new: &Value, actual: &Value) {
    let (condition, threshold) = new["condition"].as_object().unwrap().iter().next().unwrap();
    let (operator, is_band) = operator(condition);
    let actions = &new["actions"];
    assert_holds(
        actual,
        &json!({
            "AlarmDescription": new["description"], "EvaluationPeriods": new["evaluation_periods"],
            "DatapointsToAlarm": new["datapoints_to_alarm"], "TreatMissingData": new["missing"], "ComparisonOperator": operator,
            "ActionsEnabled": actions["enabled"], "AlarmActions": actions["alarm"], "OKActions": actions["ok"],
            "InsufficientDataActions": actions["insufficient_data"],
        }),
    );
    if !is_band {
        assert_eq!(actual["Threshold"], *threshold);
    }
    let watched = &new["watched"];
    if let (Some(metric), false) = (watched.get("metric"), is_band) {
        assert_holds(
            actual,
            &json!({ "Namespace": metric["namespace"], "MetricName": metric["name"], "Period": new["period"] }),
        );
        let stat = actual
            .get("Statistic")
            .or(actual.get("ExtendedStatistic"))
            .unwrap();
        assert_eq!(*stat, metric["stat"]);
        assert_eq!(dimensions(&actual["Dimensions"]), metric["dimensions"]);
    } else if let Some(math) = watched.get("math") {
        assert_math(math, &new["period"], &actual["Metrics"]);
    }
}

fn assert_math(math: &Value, period: &Value, queries: &Value) {
    let queries = queries.as_array().unwrap();
    assert!(
        queries
            .iter()
            .any(|query| query["Expression"] == math["expression"]),
        "{math:#} is not among {queries:#?}"
    );
    for (id, metric) in math["metrics"].as_object().unwrap() {
        let query = &queries.iter().find(|query| query["Id"] == **id).unwrap()["MetricStat"];
        assert_holds(query, &json!({ "Stat": metric["stat"], "Period": period }));
        assert_holds(
            &query["Metric"],
            &json!({ "Namespace": metric["namespace"], "MetricName": metric["name"] }),
        );
        assert_eq!(
            dimensions(&query["Metric"]["Dimensions"]),
            metric["dimensions"]
        );
    }
}

/// CloudWatch's word for a condition, and whether its threshold is an anomaly band.
fn operator(condition: &str) -> (&'static str, bool) {
    match condition {
        "above" => ("GreaterThanThreshold", false),
        "at-least" => ("GreaterThanOrEqualToThreshold", false),
        "below" => ("LessThanThreshold", false),
        "at-most" => ("LessThanOrEqualToThreshold", false),
        "outside-band" => ("LessThanLowerOrGreaterThanUpperThreshold", true),
        "above-band" => ("GreaterThanUpperThreshold", true),
        "below-band" => ("LessThanLowerThreshold", true),
        other => panic!("`{other}` is a condition that this test does not know"),
    }
}

#[track_caller]
fn assert_holds(actual: &Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(actual[name], *value, "{name} of {actual:#}");
    }
}

fn dimensions(listed: &Value) -> Value {
    let pairs = listed.as_array().unwrap().iter();
    pairs
        .map(|pair| {
            (
                pair["Name"].as_str().unwrap().to_owned(),
                pair["Value"].clone(),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn each(list: &Value, member: &str) -> Vec<String> {
    let mut values: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[member].as_str().unwrap().to_owned())
        .collect();
    values.sort();
    values
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}
