//! Tags of our artifacts: those that somebody took away, those that the project changes, and the calls that they cost.

use serde_json::{Map, Value, json};

use crate::{Case, EXAMPLES};

const STACK: &str = "DistributedTracingStack";
const OWNER_TAG: &str = "tracewatch:stack";

/// The ARNs of everything of ours by the service that has it, as AWS's index of tags lists them.
fn ours(case: &Case) -> Vec<(String, String)> {
    let filters = json!([{ "Key": OWNER_TAG, "Values": [STACK] }]);
    let listed = case.somebody().calls(
        "resourcegroupstaggingapi",
        "get_resources",
        &json!({ "TagFilters": filters }),
    );
    let listed = listed["ResourceTagMappingList"].as_array().unwrap().iter();
    listed
        .map(|resource| {
            let arn = resource["ResourceARN"].as_str().unwrap().to_owned();
            let service = arn.split(':').nth(2).unwrap().to_owned();
            (service, arn)
        })
        .collect()
}

/// The member that names the resource in the tag operations of a service.
fn member(service: &str) -> &'static str {
    match service {
        "sns" => "ResourceArn",
        _ => "ResourceARN",
    }
}

fn untag(case: &Case, service: &str, arn: &str) {
    let input = json!({ member(service): arn, "TagKeys": [OWNER_TAG] });
    case.somebody().calls(service, "untag_resource", &input);
}

fn tags(case: &Case, service: &str, arn: &str) -> Map<String, Value> {
    let input = json!({ member(service): arn });
    let found = case
        .somebody()
        .calls(service, "list_tags_for_resource", &input);
    let found = found["Tags"].as_array().unwrap().iter();
    found
        .map(|tag| {
            let key = tag["Key"].as_str().unwrap().to_owned();
            (key, tag["Value"].clone())
        })
        .collect()
}

/// One artifact of each service.
fn samples(case: &Case) -> Vec<(String, String)> {
    let mut samples = ours(case);
    samples.sort();
    samples.dedup_by(|one, other| {
        one.0 == other.0
            && (one.0 != "cloudwatch" || one.1.contains(":alarm:") == other.1.contains(":alarm:"))
    });
    samples
}

#[test]
fn an_artifact_that_lost_its_tag_is_drift_and_is_left_behind_by_name() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let lost = samples(&case);
    let services: Vec<&str> = lost.iter().map(|(service, _)| service.as_str()).collect();
    assert_eq!(
        services,
        ["cloudwatch", "cloudwatch", "events", "sns", "xray"]
    );
    for (service, arn) in &lost {
        untag(&case, service, arn);
    }
    let drifted = case.run(&["drift", "--format", "json"]).exits(2).json();
    let conflicts = drifted["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), lost.len(), "{conflicts:?}");
    case.apply().exits(1);

    let destroyed = case.run(&["destroy", "--yes"]).exits(1).stdout;
    for conflict in conflicts {
        let name = conflict["id"]["name"].as_str().unwrap();
        let line = format!("{name} exists without the tag `{OWNER_TAG}`; delete it by hand");
        assert!(destroyed.contains(&line), "{line}:\n{destroyed}");
    }
    let again = case.run(&["destroy", "--yes"]).exits(1).stdout;
    assert!(again.contains("exists without the tag"), "{again}");
}

#[test]
fn a_change_of_tags_reaches_every_kind_of_artifact_and_keeps_tags_of_others() {
    let case = Case::new(&EXAMPLES[1]);
    case.project.append(
        "tracewatch.toml",
        "\n[tags]\nteam = \"orders\"\nold = \"x\"\n",
    );
    case.apply().exits(0);
    let ours = ours(&case);
    let (service, arn) = &ours[0];
    let input = json!({ member(service): arn, "Tags": [{ "Key": "theirs", "Value": "1" }] });
    case.somebody().calls(service, "tag_resource", &input);

    let change = "team = \"payments\"\ncost-center = \"4711\"\n";
    case.project.replace(
        "tracewatch.toml",
        "team = \"orders\"\nold = \"x\"\n",
        change,
    );
    let planned = case.plan();
    let changes = planned["changes"].as_array().unwrap();
    assert_eq!(changes.len(), ours.len());
    for change in changes {
        assert_eq!(change["action"], "update");
        assert_eq!(change["old"], change["new"]);
        assert_eq!(
            change["tags"],
            json!({ "team": { "old": "orders", "new": "payments" }, "cost-center": { "old": null, "new": "4711" } })
        );
    }
    case.server.forget_calls();
    let applied = case.apply().exits(0).stdout;
    assert!(
        applied.contains("`old`") && applied.contains("`theirs` (1)"),
        "{applied}"
    );
    assert_eq!(
        Value::from(case.writes()),
        json!({ "TagResource": ours.len() })
    );
    for (service, arn) in &ours {
        let tags = tags(&case, service, arn);
        assert_eq!(
            (&tags["team"], &tags["cost-center"], &tags[OWNER_TAG]),
            (&json!("payments"), &json!("4711"), &json!(STACK)),
            "{arn}"
        );
    }
    assert_eq!(tags(&case, service, arn)["theirs"], "1");

    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), Map::new());
    assert_eq!(
        case.reads()["ListTagsForResource"],
        1,
        "only the record of the topic's subscriptions"
    );
}

#[test]
fn names_of_others_under_our_prefix_cost_few_calls() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    for number in 0..120 {
        let alarm = json!({
            "AlarmName": format!("{STACK}.theirs.{number}"), "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
        });
        case.somebody()
            .calls("cloudwatch", "put_metric_alarm", &alarm);
    }
    for command in ["plan", "drift"] {
        case.server.forget_calls();
        case.run(&[command]).exits(0);
        let reads = case.reads();
        let tag_reads = reads["ListTagsForResource"].as_u64().unwrap();
        let of_the_topic = 1;
        assert!(tag_reads <= 20 + of_the_topic, "{reads:?}");
    }
    // The last change of an alarm of ours is older than theirs, and it is still found.
    let template = case.example.function.0;
    assert!(!case.project.read(template).is_empty());
    case.run(&["destroy", "--yes"]).exits(1);
    let left = case.account()["alarms"].as_object().unwrap().len();
    assert_eq!(left, 120);
}
