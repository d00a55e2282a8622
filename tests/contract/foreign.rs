//! What others do in an account, with AWS's own clients.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Rule, Schedule, Statistic};
use aws_sdk_xray::types::{SamplingRateBoost, SamplingRule};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime::client::retries::RetryPartition;
use serde_json::{Value, json};
use tracewatch::artifact::{EventRule, MetricFilter};

use crate::rpc::{Client, Protocol, Route, Service};
use crate::samples::{CHAT_WORKSPACE, Samples};

const CHATBOT: Service = Service {
    id: "chatbot",
    host: "chatbot",
    protocol: Protocol::RestJson {
        routes: CHATBOT_ROUTES,
    },
};

const CHATBOT_ROUTES: &[Route] = &[Route::post(
    "CreateSlackChannelConfiguration",
    "/create-slack-channel-configuration",
)];

const EVENTS: Service = Service {
    id: "EventBridge",
    host: "events",
    protocol: Protocol::Json {
        target: "AWSEvents",
    },
};

const APPLICATION_SIGNALS: Service = Service {
    id: "Application Signals",
    host: "application-signals",
    protocol: Protocol::RestJson {
        routes: &[Route {
            operation: "CreateServiceLevelObjective",
            method: "POST",
            path: "/slo",
            query: &[],
        }],
    },
};

const LOGS: Service = Service {
    id: "CloudWatch Logs",
    host: "logs",
    protocol: Protocol::Json {
        target: "Logs_20140328",
    },
};

/// A client of an emulator, or of AWS with what the environment gives.
pub(crate) async fn client(endpoint: Option<&str>, region: &str) -> SdkConfig {
    let Some(endpoint) = endpoint else {
        let https = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        return aws_config::defaults(BehaviorVersion::latest())
            .http_client(https)
            .region(Region::new(region.to_owned()))
            .load()
            .await;
    };
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "other", "other", None, None, "other",
        )))
        .http_client(Builder::new().build_http())
        .build()
}

/// A topic and an event rule under our names, made by hand and unmarked.
pub(crate) async fn make_unmarked(config: &SdkConfig, samples: &Samples<'_>) {
    aws_sdk_sns::Client::new(config)
        .create_topic()
        .name(samples.topic(&[]).name)
        .send()
        .await
        .unwrap();
    let rule = samples.event_rule();
    let put = json!({ "Name": rule.name, "EventPattern": rule.pattern.to_string() });
    call(config, &EVENTS, "PutRule", put).await;
}

pub(crate) async fn make_unmarked_alarm(config: &SdkConfig, samples: &Samples<'_>) {
    let put = aws_sdk_cloudwatch::Client::new(config)
        .put_metric_alarm()
        .alarm_name(samples.plain_alarm("errors").name);
    let put = put
        .namespace("AWS/Lambda")
        .metric_name("Errors")
        .period(60)
        .statistic(Statistic::Sum);
    let put = put
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold);
    put.send().await.unwrap();
}

pub(crate) async fn make_unmarked_mute_rule(config: &SdkConfig, samples: &Samples<'_>) {
    let schedule = Schedule::builder()
        .expression("cron(0 2 * * *)")
        .duration("PT1H")
        .build();
    let put = aws_sdk_cloudwatch::Client::new(config)
        .put_alarm_mute_rule()
        .name(samples.mute_rule().name)
        .rule(Rule::builder().schedule(schedule).build());
    put.send().await.unwrap();
}

pub(crate) async fn make_unmarked_chat(config: &SdkConfig, samples: &Samples<'_>) {
    let chat = samples.chat();
    let create = json!({
        "ConfigurationName": chat.name,
        "SlackTeamId": CHAT_WORKSPACE,
        "SlackChannelId": samples.stack,
        "IamRoleArn": chat.role,
    });
    call(config, &CHATBOT, "CreateSlackChannelConfiguration", create).await;
}

/// An objective of requests, as the first of the samples, with another goal.
pub(crate) async fn make_unmarked_objective(config: &SdkConfig, samples: &Samples<'_>) {
    let name = format!("{}.create.availability", samples.stack);
    let query = json!({
        "Id": "all", "ReturnData": true,
        "MetricStat": { "Metric": { "Namespace": "AWS/Lambda", "MetricName": "Invocations" }, "Period": 60, "Stat": "Sum" },
    });
    let sli = json!({
        "RequestBasedSliMetricConfig": {
            "TotalRequestCountMetric": [query],
            "MonitoredRequestCountMetric": { "GoodCountMetric": [query] },
        },
    });
    let create = json!({ "Name": name, "RequestBasedSliConfig": sli });
    call(
        config,
        &APPLICATION_SIGNALS,
        "CreateServiceLevelObjective",
        create,
    )
    .await;
}

pub(crate) async fn make_unmarked_dashboard(config: &SdkConfig, samples: &Samples<'_>) {
    let dashboard = samples.dashboard("# By hand");
    let put = aws_sdk_cloudwatch::Client::new(config)
        .put_dashboard()
        .dashboard_name(dashboard.name);
    put.dashboard_body(dashboard.body.to_string())
        .send()
        .await
        .unwrap();
}

/// A trace group and a sampling rule, in the same manner; the rule has a boost.
pub(crate) async fn make_unmarked_traces(config: &SdkConfig, samples: &Samples<'_>) {
    let xray = aws_sdk_xray::Client::new(config);
    xray.create_group()
        .group_name(samples.group().name)
        .filter_expression("fault")
        .send()
        .await
        .unwrap();
    let rule = SamplingRule::builder()
        .rule_name(samples.sampling_rule().name)
        .priority(9)
        .fixed_rate(0.5)
        .reservoir_size(1);
    let rule = rule
        .service_name("*")
        .service_type("*")
        .host("*")
        .http_method("*")
        .url_path("*")
        .resource_arn("*")
        .version(1);
    let rule = rule.sampling_rate_boost(boost()).build().unwrap();
    xray.create_sampling_rule()
        .sampling_rule(rule)
        .send()
        .await
        .unwrap();
}

pub(crate) fn boost() -> SamplingRateBoost {
    SamplingRateBoost::builder()
        .max_rate(0.75)
        .cooldown_window_minutes(10)
        .build()
}

pub(crate) async fn boost_of(config: &SdkConfig, rule: &str) -> Option<SamplingRateBoost> {
    let records = aws_sdk_xray::Client::new(config)
        .get_sampling_rules()
        .send()
        .await
        .unwrap()
        .sampling_rule_records
        .unwrap();
    let mut rules = records
        .into_iter()
        .filter_map(|record| record.sampling_rule);
    rules
        .find(|known| known.rule_name() == Some(rule))
        .unwrap()
        .sampling_rate_boost
}

pub(crate) async fn policy(config: &SdkConfig, topic: &str) -> serde_json::Value {
    let answer = aws_sdk_sns::Client::new(config)
        .get_topic_attributes()
        .topic_arn(topic)
        .send()
        .await
        .unwrap();
    serde_json::from_str(&answer.attributes().unwrap()["Policy"]).unwrap()
}

pub(crate) async fn set_policy(config: &SdkConfig, topic: &str, policy: &serde_json::Value) {
    let set = aws_sdk_sns::Client::new(config)
        .set_topic_attributes()
        .topic_arn(topic)
        .attribute_name("Policy");
    set.attribute_value(policy.to_string())
        .send()
        .await
        .unwrap();
}

pub(crate) async fn subscribe_queue(config: &SdkConfig, topic: &str, queue: &str) {
    let subscribe = aws_sdk_sns::Client::new(config)
        .subscribe()
        .topic_arn(topic)
        .protocol("sqs")
        .endpoint(queue);
    subscribe.send().await.unwrap();
}

pub(crate) async fn make_log_group(config: &SdkConfig, name: &str) {
    let group = json!({ "logGroupName": name });
    call(config, &LOGS, "CreateLogGroup", group).await;
}

/// A filter of the same name, whose metric is in a namespace of somebody else.
pub(crate) async fn make_metric_filter(config: &SdkConfig, filter: &MetricFilter) {
    let transformation =
        json!({ "metricNamespace": "Shop", "metricName": "Timeouts", "metricValue": "1" });
    let put = json!({
        "logGroupName": filter.log_group,
        "filterName": filter.name,
        "filterPattern": "ERROR",
        "metricTransformations": [transformation],
    });
    call(config, &LOGS, "PutMetricFilter", put).await;
}

/// Switches a rule off, and gives the topic a second target with a text of its own.
pub(crate) async fn tamper_with_rule(config: &SdkConfig, rule: &EventRule, topic: &str) {
    let put = json!({
        "Name": rule.name,
        "Description": rule.description,
        "EventPattern": rule.pattern.to_string(),
        "State": "DISABLED",
    });
    call(config, &EVENTS, "PutRule", put).await;
    let target = json!({ "Id": "theirs", "Arn": topic, "Input": "\"hello\"" });
    let put = json!({ "Rule": rule.name, "Targets": [target] });
    call(config, &EVENTS, "PutTargets", put).await;
}

/// Removes log groups by the beginning of their name.
pub(crate) async fn delete_log_groups(config: &SdkConfig, prefix: &str) {
    let input = json!({ "logGroupNamePrefix": prefix });
    let listed = call(config, &LOGS, "DescribeLogGroups", input).await;
    for group in listed["logGroups"].as_array().unwrap() {
        let group = json!({ "logGroupName": group["logGroupName"] });
        call(config, &LOGS, "DeleteLogGroup", group).await;
    }
}

async fn call(
    config: &SdkConfig,
    service: &'static Service,
    operation: &'static str,
    input: Value,
) -> Value {
    let client = Client::new(service, config, RetryPartition::new("contract"));
    client.call(operation, input).await.unwrap()
}
