//! What the AWS SDK needs for the same calls as an apply of N alarms, without tracewatch: the measure for its own overhead.
//! Arguments: the sandbox's address, how many alarms, and `first` or `again`. Run by `benches/run.py`.
#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a measuring program ends with the first thing that goes wrong"
)]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, ComparisonOperator, Dimension, Statistic, Tag};
use aws_smithy_runtime::client::retries::RetryPartition;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use self::rpc::{Protocol, Service};

#[allow(
    dead_code,
    unused_imports,
    reason = "the adapter and its tests use more of it"
)]
#[path = "../src/provider/aws/rpc/mod.rs"]
mod rpc;

const CLOUDFORMATION: Service = Service {
    id: "CloudFormation",
    host: "cloudformation",
    protocol: Protocol::Query {
        version: "2010-05-15",
    },
};

const EVENTS: Service = Service {
    id: "EventBridge",
    host: "events",
    protocol: Protocol::Json {
        target: "AWSEvents",
    },
};

/// As many calls at once as tracewatch makes.
const CONCURRENT: usize = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [endpoint, alarms, run] = arguments.as_slice() else {
        eprintln!("usage: bare_client ENDPOINT ALARMS first|again (run benches/run.py)");
        return;
    };
    let config = config(endpoint);
    aws_sdk_sts::Client::new(&config)
        .get_caller_identity()
        .send()
        .await
        .expect("an identity");
    let client = Client::new(&config);
    let alarms: usize = alarms.parse().expect("a number of alarms");
    read(&client, &config).await;
    if run == "first" {
        write(&client, alarms).await;
    }
}

fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("bench", "bench", None, None, "bench");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// What is read to see what is there. The stack and the topics do not exist: those answers are errors, and are meant to be.
async fn read(client: &Client, config: &SdkConfig) {
    let cloudformation = rpc::Client::new(&CLOUDFORMATION, config, RetryPartition::new("bench"));
    let stack = json!({ "StackName": "bench" });
    let _ = cloudformation.call("DescribeStacks", stack).await;
    let sns = aws_sdk_sns::Client::new(config);
    for severity in ["critical", "warning", "info"] {
        let topic = format!("arn:aws:sns:us-east-1:123456789012:bench_{severity}");
        let attributes = sns.get_topic_attributes().topic_arn(&topic).send();
        let subscriptions = sns.list_subscriptions_by_topic().topic_arn(&topic).send();
        let _ = tokio::join!(attributes, subscriptions);
    }
    let listing = client
        .describe_alarms()
        .alarm_name_prefix("bench.")
        .max_records(100);
    let mut pages = listing
        .alarm_types(AlarmType::MetricAlarm)
        .alarm_types(AlarmType::CompositeAlarm)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        page.expect("a page of alarms");
    }
    let dashboards = client
        .list_dashboards()
        .dashboard_name_prefix("bench_")
        .send()
        .await
        .expect("dashboards");
    for dashboard in dashboards.dashboard_entries() {
        client
            .get_dashboard()
            .set_dashboard_name(dashboard.dashboard_name.clone())
            .send()
            .await
            .expect("a dashboard");
    }
    let xray = aws_sdk_xray::Client::new(config);
    xray.get_groups().send().await.expect("groups");
    xray.get_sampling_rules().send().await.expect("rules");
    let events = rpc::Client::new(&EVENTS, config, RetryPartition::new("bench"));
    let rules = json!({ "NamePrefix": "bench_" });
    events.call("ListRules", rules).await.expect("event rules");
}

async fn write(client: &Client, alarms: usize) {
    let puts = (0..alarms).map(|number| put(client, number));
    stream::iter(puts)
        .buffer_unordered(CONCURRENT)
        .collect::<Vec<()>>()
        .await;
    for name in ["bench_overview", "bench_alarms"] {
        client
            .put_dashboard()
            .dashboard_name(name)
            .dashboard_body(r#"{"widgets":[]}"#)
            .send()
            .await
            .expect("a dashboard");
    }
}

async fn put(client: &Client, number: usize) {
    let name = format!("bench.Fn{number:03}.errors");
    let dimension = Dimension::builder()
        .name("FunctionName")
        .value(format!("bench-fn-{number:03}"))
        .build();
    let put = client
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("AWS/Lambda")
        .metric_name("Errors")
        .dimensions(dimension);
    let put = put
        .statistic(Statistic::Sum)
        .period(60)
        .evaluation_periods(5)
        .datapoints_to_alarm(3)
        .threshold(5.0);
    let put = put
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data("notBreaching");
    let put = put.tags(
        Tag::builder()
            .key("tracewatch:stack")
            .value("bench")
            .build(),
    );
    put.send().await.expect("an alarm");
}
