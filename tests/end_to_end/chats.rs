//! Channels of a chat: configured once the workspace is authorised, never over somebody else's configuration.

use serde_json::{Map, Value, json};

use crate::{Case, EXAMPLES};

const RECEIVERS: &str = "[notify.critical]\n";
const ROLE: &str = "arn:aws:iam::123456789012:role/chat";
const CHANNEL: &str = "DistributedTracingStack_slack_T0123ABCD_C0123ABCD";
const CHAT_SUBSCRIPTION: &str = "https://global-sns-api.chatbot.amazonaws.com";

fn slack(channel: &str) -> String {
    format!("slack = {{ workspace = \"T0123ABCD\", channel = \"{channel}\", role = \"{ROLE}\" }}\n")
}

fn two_severities() -> String {
    let slack = slack("C0123ABCD");
    format!("[notify.warning]\n{slack}\n{RECEIVERS}{slack}")
}

/// An example whose critical and warning alarms go to a channel.
fn with_a_channel() -> Case {
    let case = Case::new(&EXAMPLES[1]);
    case.project
        .replace("tracewatch.toml", RECEIVERS, &two_severities());
    case
}

fn authorise(case: &Case) {
    case.server.http("POST", "/_sandbox/chats?slack=T0123ABCD");
}

fn chatbot(case: &Case, operation: &str, input: &Value) -> Value {
    case.somebody().calls("chatbot", operation, input)
}

fn configurations(case: &Case) -> Vec<Value> {
    let listed = chatbot(case, "describe_slack_channel_configurations", &json!({}));
    let listed = listed["SlackChannelConfigurations"].as_array().cloned();
    listed.unwrap_or_default()
}

fn endpoints(case: &Case, topic: &str) -> Vec<String> {
    let account = case.account();
    let subscriptions = account["topics"][topic]["Subscriptions"].as_array();
    let subscriptions = subscriptions.into_iter().flatten();
    let mut endpoints: Vec<String> = subscriptions
        .map(|subscription| subscription["Endpoint"].as_str().unwrap().to_owned())
        .collect();
    endpoints.sort();
    endpoints
}

#[test]
fn a_channel_of_two_severities_is_one_configuration_from_its_creation_to_its_end() {
    let case = with_a_channel();
    let refused = case.run(&["plan"]);
    assert_ne!(refused.code, Some(0));
    let text = refused.stderr + &refused.stdout;
    assert!(text.contains("error[chat-not-authorised]"), "{text}");
    assert!(
        text.contains("choose `Configure a chat client`, then Slack"),
        "{text}"
    );

    authorise(&case);
    let plan = case.run(&["plan"]).exits(0).stdout;
    assert!(plan.contains("slack:C0123ABCD"), "{plan}");
    case.apply().exits(0);
    let [made] = &configurations(&case)[..] else {
        panic!("{:?}", configurations(&case))
    };
    assert_eq!(made["ConfigurationName"], CHANNEL);
    assert_eq!(made["IamRoleArn"], ROLE);
    assert_eq!(
        made["SnsTopicArns"],
        json!([
            "arn:aws:sns:us-east-1:123456789012:DistributedTracingStack_critical",
            "arn:aws:sns:us-east-1:123456789012:DistributedTracingStack_warning"
        ])
    );
    let tags = made["Tags"].as_array().unwrap();
    let owner = json!({ "TagKey": "tracewatch:stack", "TagValue": "DistributedTracingStack" });
    assert!(tags.contains(&owner), "{tags:?}");
    assert_eq!(
        endpoints(&case, "DistributedTracingStack_critical"),
        [CHAT_SUBSCRIPTION, "oncall@example.com"]
    );

    case.server.forget_calls();
    let second = case.apply().exits(0).stdout;
    assert_eq!(case.writes(), Map::new());
    assert!(!second.contains("other-subscriptions"), "{second}");
    case.run(&["drift"]).exits(0);

    let changed = json!({
        "ChatConfigurationArn": made["ChatConfigurationArn"], "SlackChannelId": "C0123ABCD",
        "SnsTopicArns": [],
    });
    chatbot(&case, "update_slack_channel_configuration", &changed);
    case.run(&["drift"]).exits(2);
    case.apply().exits(0);
    case.run(&["drift"]).exits(0);

    let without = format!("[notify.warning]\n\n{RECEIVERS}");
    case.project
        .replace("tracewatch.toml", &two_severities(), &without);
    let plan = case.run(&["plan"]).exits(0).stdout;
    assert!(plan.contains(&format!("- {CHANNEL}")), "{plan}");
    case.apply().exits(0);
    assert_eq!(configurations(&case), Vec::<Value>::new());
    assert_eq!(
        endpoints(&case, "DistributedTracingStack_critical"),
        ["oncall@example.com"]
    );
    case.server.forget_calls();
    case.apply().exits(0);
    assert_eq!(case.writes(), Map::new());
    assert!(
        !case
            .reads()
            .contains_key("DescribeSlackChannelConfigurations"),
        "a stack without a chat needs no permission for chats"
    );
}

#[test]
fn a_channel_of_somebody_else_is_left_alone() {
    let case = with_a_channel();
    authorise(&case);
    let by_hand = json!({
        "ConfigurationName": "by-hand", "SlackTeamId": "T0123ABCD", "SlackChannelId": "C0123ABCD",
        "IamRoleArn": ROLE,
    });
    chatbot(&case, "create_slack_channel_configuration", &by_hand);
    let before = configurations(&case);
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let refused = case.run(command);
        let text = refused.stderr + &refused.stdout;
        assert!(text.contains("error[chat-channel-taken]"), "{text}");
        assert!(text.contains("`by-hand`"), "{text}");
    }
    assert_eq!(configurations(&case), before);
}

#[test]
fn destroying_a_stack_removes_its_channel_and_no_other() {
    let case = with_a_channel();
    authorise(&case);
    case.apply().exits(0);
    let by_hand = json!({
        "ConfigurationName": "by-hand", "SlackTeamId": "T0123ABCD", "SlackChannelId": "C9999",
        "IamRoleArn": ROLE,
    });
    chatbot(&case, "create_slack_channel_configuration", &by_hand);
    case.run(&["destroy", "--yes"]).exits(0);
    let [left] = &configurations(&case)[..] else {
        panic!("{:?}", configurations(&case))
    };
    assert_eq!(left["ConfigurationName"], "by-hand");
    case.run(&["destroy", "--yes"]).exits(0);
}
