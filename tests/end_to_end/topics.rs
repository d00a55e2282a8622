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
