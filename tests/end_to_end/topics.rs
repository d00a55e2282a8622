//! Topics that people or AWS changed: what is a difference, and what keeps alarms from notifying.

use serde_json::{Map, Value, json};

use crate::{Case, EXAMPLES};

const TOPIC: &str = "DistributedTracingStack_critical";

#[test]
fn a_policy_in_another_spelling_is_no_difference() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let topic = case.account()["topics"][TOPIC].clone();
    let mut policy = topic["Policy"].clone();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.reverse();
    for statement in statements {
        *statement = respelled(statement);
    }
    set(&case, &topic["TopicArn"], "Policy", &policy.to_string());

    case.run(&["drift"]).exits(0);
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), Map::new());
    assert_eq!(case.account()["topics"][TOPIC]["Policy"], policy);
}

/// Lists in place of single values, and actions and condition keys in another case.
fn respelled(statement: &Value) -> Value {
    let text = statement.to_string();
    let text = text.replace("sns:Publish", "SNS:Publish");
    let mut statement: Value =
        serde_json::from_str(&text.replace("aws:SourceAccount", "AWS:SourceAccount")).unwrap();
    if statement["Action"].is_string() {
        statement["Action"] = json!([statement["Action"]]);
    }
    if statement["Principal"]["Service"].is_string() {
        statement["Principal"]["Service"] = json!([statement["Principal"]["Service"]]);
    }
    statement
}

#[test]
fn a_policy_that_permits_more_or_less_is_a_difference() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let topic = case.account()["topics"][TOPIC].clone();
    let policy = topic["Policy"].to_string();
    for other in [
        policy.replace("sns:Publish", "sns:*"),
        policy.replace("cloudwatch.amazonaws.com", "budgets.amazonaws.com"),
        policy.replace("aws:SourceAccount", "aws:SourceOwner"),
    ] {
        set(&case, &topic["TopicArn"], "Policy", &other);
        case.run(&["drift"]).exits(2);
    }
}

#[test]
fn an_encrypted_topic_is_reported_until_it_is_not() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let arn = case.account()["topics"][TOPIC]["TopicArn"].clone();
    for (key, consequence) in [
        ("alias/aws/sns", "its alarms notify nobody"),
        (
            "arn:aws:kms:us-east-1:123456789012:alias/aws/sns",
            "its alarms notify nobody",
        ),
        (
            "arn:aws:kms:us-east-1:123456789012:key/0f1e2d3c",
            "unless the policy of that key permits",
        ),
    ] {
        set(&case, &arn, "KmsMasterKeyId", key);
        for command in ["plan", "drift"] {
            let shown = case.run(&[command]).stdout;
            assert!(
                shown.contains("warning[topic-encrypted]") && shown.contains(consequence),
                "{command}: {shown}"
            );
        }
        case.run(&["drift"]).exits(2);
    }
    set(&case, &arn, "KmsMasterKeyId", "");
    let shown = case.run(&["drift"]).exits(0).stdout;
    assert!(!shown.contains("topic-encrypted"), "{shown}");
}

#[test]
fn an_unconfirmed_receiver_is_reported_and_not_asked_again() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    case.server.forget_calls();
    for command in [&["plan"][..], &["apply", "--yes"], &["drift"]] {
        let shown = case.run(command).exits(0).stdout;
        assert!(
            shown.contains("warning[subscription-pending]: topic"),
            "{command:?}: {shown}"
        );
    }
    assert_eq!(case.writes(), Map::new());

    for arn in topics(&case) {
        let confirm = json!({ "TopicArn": arn, "Token": "any" });
        case.somebody()
            .calls("sns", "confirm_subscription", &confirm);
    }
    let shown = case.run(&["drift"]).exits(0).stdout;
    assert!(!shown.contains("subscription-pending"), "{shown}");
}

const RECEIVERS: &str = "[\"oncall@example.com\"]";

fn confirm(case: &Case, topic: &Value, endpoint: &str) {
    let confirm = json!({ "TopicArn": topic, "Token": endpoint });
    case.somebody()
        .calls("sns", "confirm_subscription", &confirm);
}

/// The endpoints of the topic's subscriptions, sorted.
fn endpoints(case: &Case) -> Vec<String> {
    let topic = &case.account()["topics"][TOPIC];
    let subscriptions = topic["Subscriptions"].as_array().unwrap().iter();
    let mut endpoints: Vec<String> = subscriptions
        .map(|subscription| subscription["Endpoint"].as_str().unwrap().to_owned())
        .collect();
    endpoints.sort();
    endpoints
}

#[test]
fn a_removed_receiver_is_unsubscribed_and_one_of_somebody_else_stays() {
    let case = Case::new(&EXAMPLES[1]);
    let two = "[\"oncall@example.com\", \"lead@example.com\"]";
    case.project.replace("tracewatch.toml", RECEIVERS, two);
    case.apply().exits(0);
    let arn = case.account()["topics"][TOPIC]["TopicArn"].clone();
    let eve = json!({ "TopicArn": arn, "Protocol": "email", "Endpoint": "eve@example.com" });
    case.somebody().calls("sns", "subscribe", &eve);
    for endpoint in ["oncall@example.com", "lead@example.com", "eve@example.com"] {
        confirm(&case, &arn, endpoint);
    }
    case.run(&["drift"]).exits(0);

    case.project.replace("tracewatch.toml", two, RECEIVERS);
    let plan = case.run(&["plan"]).exits(0).stdout;
    assert!(plan.contains("- email:lead@example.com"), "{plan}");
    assert!(!plan.contains("- email:eve@example.com"), "{plan}");
    case.run(&["drift"]).exits(2);
    case.server.forget_calls();
    case.apply().exits(0);
    let writes = Value::from(case.writes());
    assert_eq!(writes, json!({ "Unsubscribe": 1, "TagResource": 1 }));
    assert_eq!(endpoints(&case), ["eve@example.com", "oncall@example.com"]);
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), Map::new());
    case.run(&["drift"]).exits(0);

    // An address that somebody subscribes again belongs to them.
    let lead = json!({ "TopicArn": arn, "Protocol": "email", "Endpoint": "lead@example.com" });
    case.somebody().calls("sns", "subscribe", &lead);
    confirm(&case, &arn, "lead@example.com");
    case.apply().exits(0);
    assert_eq!(endpoints(&case).len(), 3);
}

#[test]
fn a_receiver_removed_before_it_confirms_is_unsubscribed_once_it_does() {
    let case = Case::new(&EXAMPLES[1]);
    case.apply().exits(0);
    let arn = case.account()["topics"][TOPIC]["TopicArn"].clone();
    case.project
        .replace("tracewatch.toml", RECEIVERS, "[\"lead@example.com\"]");
    let applied = case.apply().exits(0).stdout;
    assert!(
        applied.contains("oncall@example.com cannot be unsubscribed"),
        "{applied}"
    );
    assert_eq!(endpoints(&case), ["lead@example.com", "oncall@example.com"]);
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), Map::new());
    confirm(&case, &arn, "oncall@example.com");
    case.apply().exits(0);
    assert_eq!(endpoints(&case), ["lead@example.com"]);
}

fn topics(case: &Case) -> Vec<Value> {
    let account = case.account();
    let topics = account["topics"].as_object().unwrap();
    topics
        .values()
        .map(|topic| topic["TopicArn"].clone())
        .collect()
}

fn set(case: &Case, topic: &Value, attribute: &str, value: &str) {
    let input = json!({ "TopicArn": topic, "AttributeName": attribute, "AttributeValue": value });
    case.somebody().calls("sns", "set_topic_attributes", &input);
}
