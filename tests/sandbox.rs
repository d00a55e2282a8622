//! The sandbox and AWS's SDKs for Rust: each reads the other's messages.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, Metric, MetricDataQuery, MetricStat, Statistic, Tag,
};
use aws_smithy_http_client::Builder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tracewatch::sandbox::{Account, Faults, Sandbox, serve};

/// Serves an account for as long as the test's runtime lives. Returns the endpoint.
async fn start(account: Account, faults: Faults) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, account, faults, jiff::Timestamp::now));
    endpoint
}

macro_rules! client {
    ($sdk:ident, $endpoint:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new("eu-west-1"))
                .credentials_provider($sdk::config::Credentials::new(
                    "AKIDEXAMPLE",
                    "secret",
                    None,
                    None,
                    "test",
                ))
                .endpoint_url($endpoint)
                .http_client(Builder::new().build_http())
                .build(),
        )
    };
}

async fn put_alarm(client: &aws_sdk_cloudwatch::Client, name: &str) {
    let dimension = Dimension::builder()
        .name("FunctionName")
        .value("orders")
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
        .evaluation_periods(3)
        .threshold(5.0);
    let put = put.comparison_operator(ComparisonOperator::GreaterThanThreshold);
    put.tags(Tag::builder().key("team").value("é").build())
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_described_alarm_equals_the_put_alarm() {
    let endpoint = start(Account::in_memory(), Faults::default()).await;
    let client = client!(aws_sdk_cloudwatch, &endpoint);
    put_alarm(&client, "orders.api.errors").await;
    let found = client.describe_alarms().send().await.unwrap();
    let alarm = &found.metric_alarms()[0];
    assert_eq!(alarm.threshold(), Some(5.0));
    assert_eq!(alarm.dimensions()[0].value(), Some("orders"));
    assert_eq!(
        alarm
            .state_value()
            .map(aws_sdk_cloudwatch::types::StateValue::as_str),
        Some("INSUFFICIENT_DATA")
    );
    let tags = client
        .list_tags_for_resource()
        .resource_arn(alarm.alarm_arn().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(tags.tags()[0].value(), Some("é"));
}

#[tokio::test]
async fn described_metric_math_equals_the_put_metric_math() {
    let endpoint = start(Account::in_memory(), Faults::default()).await;
    let client = client!(aws_sdk_cloudwatch, &endpoint);
    let metric = Metric::builder()
        .namespace("AWS/Lambda")
        .metric_name("Errors")
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(60)
        .stat("Sum")
        .build();
    let queries = vec![
        MetricDataQuery::builder()
            .id("m1")
            .metric_stat(stat)
            .return_data(false)
            .build(),
        MetricDataQuery::builder()
            .id("e1")
            .expression("100 * m1")
            .return_data(true)
            .build(),
    ];
    let put = client
        .put_metric_alarm()
        .alarm_name("math")
        .set_metrics(Some(queries.clone()));
    let put = put
        .evaluation_periods(3)
        .threshold(0.5)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold);
    put.send().await.unwrap();
    let found = client
        .describe_alarms()
        .alarm_names("math")
        .send()
        .await
        .unwrap();
    assert_eq!(found.metric_alarms()[0].metrics(), queries);
}

#[tokio::test]
async fn the_sdk_recognises_the_errors_of_its_model() {
    let endpoint = start(Account::in_memory(), Faults::default()).await;
    let cloudwatch = client!(aws_sdk_cloudwatch, &endpoint);
    let error = cloudwatch
        .delete_alarms()
        .alarm_names("none")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_resource_not_found(), "{error:?}");
    let error = cloudwatch
        .get_dashboard()
        .dashboard_name("none")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_dashboard_not_found_error(), "{error:?}");
    let put = cloudwatch
        .put_dashboard()
        .dashboard_name("board")
        .dashboard_body("{\"widgets\": [{}]}");
    let error = put.send().await.unwrap_err().into_service_error();
    let aws_sdk_cloudwatch::operation::put_dashboard::PutDashboardError::DashboardInvalidInputError(
        error,
    ) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(
        error.dashboard_validation_messages()[0].data_path(),
        Some("/widgets/0")
    );
    let xray = client!(aws_sdk_xray, &endpoint);
    let error = xray
        .get_group()
        .group_name("none")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_invalid_request_exception(), "{error:?}");
    assert_eq!(error.meta().message(), Some("Group not found"));
    let sns = client!(aws_sdk_sns, &endpoint);
    let arn = "arn:aws:sns:eu-west-1:123456789012:none";
    let error = sns
        .get_topic_attributes()
        .topic_arn(arn)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_not_found_exception(), "{error:?}");
}

#[tokio::test]
async fn a_dashboard_body_keeps_every_byte() {
    let endpoint = start(Account::in_memory(), Faults::default()).await;
    let client = client!(aws_sdk_cloudwatch, &endpoint);
    let body = "{ \"widgets\": [],\r\n\t\"start\": \"-PT3H\" }";
    client
        .put_dashboard()
        .dashboard_name("orders_api")
        .dashboard_body(body)
        .send()
        .await
        .unwrap();
    let found = client
        .get_dashboard()
        .dashboard_name("orders_api")
        .send()
        .await
        .unwrap();
    assert_eq!(found.dashboard_body(), Some(body));
    let listed = client
        .list_dashboards()
        .dashboard_name_prefix("orders_")
        .send()
        .await
        .unwrap();
    assert_eq!(
        listed.dashboard_entries()[0].size(),
        Some(i64::try_from(body.len()).unwrap())
    );
    assert!(listed.dashboard_entries()[0].last_modified().is_some());
}

#[tokio::test]
async fn the_sdks_of_sts_x_ray_and_sns_understand_the_sandbox() {
    let endpoint = start(Account::in_memory(), Faults::default()).await;
    let caller = client!(aws_sdk_sts, &endpoint)
        .get_caller_identity()
        .send()
        .await
        .unwrap();
    assert_eq!(caller.account(), Some("123456789012"));
    let xray = client!(aws_sdk_xray, &endpoint);
    xray.create_group()
        .group_name("faults")
        .filter_expression("fault")
        .send()
        .await
        .unwrap();
    let groups = xray.get_groups().send().await.unwrap();
    assert_eq!(
        groups
            .groups()
            .iter()
            .filter_map(|group| group.group_name())
            .collect::<Vec<_>>(),
        ["Default", "faults"]
    );
    assert_eq!(
        xray.get_sampling_rules()
            .send()
            .await
            .unwrap()
            .sampling_rule_records()
            .len(),
        1
    );
    let sns = client!(aws_sdk_sns, &endpoint);
    let topic = sns
        .create_topic()
        .name("orders_critical")
        .send()
        .await
        .unwrap();
    let subscribe = sns
        .subscribe()
        .topic_arn(topic.topic_arn().unwrap())
        .protocol("email")
        .endpoint("team@example.com");
    assert_eq!(
        subscribe.send().await.unwrap().subscription_arn(),
        Some("pending confirmation")
    );
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_is_carried_out() {
    let faults = Faults {
        losses: vec!["PutMetricAlarm=1".parse().unwrap()],
        ..Faults::default()
    };
    let endpoint = start(Account::in_memory(), faults).await;
    let client = client!(aws_sdk_cloudwatch, &endpoint);
    // The SDK retries.
    put_alarm(&client, "orders.api.errors").await;
    let history = client
        .describe_alarm_history()
        .alarm_types(AlarmType::MetricAlarm)
        .send()
        .await
        .unwrap();
    let summaries: Vec<_> = history
        .alarm_history_items()
        .iter()
        .filter_map(|item| item.history_summary())
        .collect();
    assert_eq!(
        summaries,
        [
            "Alarm \"orders.api.errors\" updated",
            "Alarm \"orders.api.errors\" created"
        ]
    );
}

#[tokio::test]
async fn a_failure_with_a_name_applies_to_that_resource_alone() {
    let faults = Faults {
        failures: vec!["DeleteAlarms@b=AccessDenied".parse().unwrap()],
        ..Faults::default()
    };
    let endpoint = start(Account::in_memory(), faults).await;
    let client = client!(aws_sdk_cloudwatch, &endpoint);
    put_alarm(&client, "a").await;
    put_alarm(&client, "b").await;
    client
        .delete_alarms()
        .alarm_names("a")
        .send()
        .await
        .unwrap();
    let error = client
        .delete_alarms()
        .alarm_names("b")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(error.meta().code(), Some("AccessDenied"));
}

/// Status, content type, error headers and body of an answer, each on a line.
async fn wire(endpoint: &str, path: &str, headers: &str, body: &str) -> String {
    let address = endpoint.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let is_telling = |line: &&str| {
        ["HTTP/", "content-type", "x-amzn-error", "x-amzn-query"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    head.lines()
        .filter(is_telling)
        .chain([body])
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn each_protocol_has_its_own_form_of_an_error() {
    let endpoint = start(Account::in_memory(), Faults::default()).await;
    let target = "x-amz-target: GraniteServiceVersion20100801.GetDashboard\r\n";
    insta::assert_snapshot!(wire(&endpoint, "/", target, r#"{"DashboardName":"none"}"#).await, @r#"
    HTTP/1.1 404 Not Found
    x-amzn-query-error: ResourceNotFound;Sender
    content-type: application/x-amz-json-1.0
    {"__type":"DashboardNotFoundError","message":"Dashboard none does not exist"}
    "#);
    let form = "Action=GetDashboard&Version=2010-08-01&DashboardName=%3Cnone%3E";
    insta::assert_snapshot!(wire(&endpoint, "/", "", form).await, @r#"
    HTTP/1.1 404 Not Found
    content-type: text/xml
    <ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type><Code>ResourceNotFound</Code><Message>Dashboard &lt;none&gt; does not exist</Message></Error><RequestId>00000000-0000-4000-8000-000000000002</RequestId></ErrorResponse>
    "#);
    insta::assert_snapshot!(wire(&endpoint, "/GetGroup", "", r#"{"GroupName":"none"}"#).await, @r#"
    HTTP/1.1 400 Bad Request
    x-amzn-errortype: InvalidRequestException
    content-type: application/json
    {"Message":"Group not found","__type":"InvalidRequestException"}
    "#);
    insta::assert_snapshot!(wire(&endpoint, "/", "", "Action=CreateApp&Version=2010-03-31").await, @r#"
    HTTP/1.1 400 Bad Request
    content-type: text/xml
    <ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>The sandbox does not serve sns CreateApp</Message></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>
    "#);
    insta::assert_snapshot!(wire(&endpoint, "/nowhere", "", "").await, @r#"
    HTTP/1.1 404 Not Found
    content-type: application/json
    {"__type":"UnknownOperationException","message":"This is not a request to a service that the sandbox serves"}
    "#);
}

#[tokio::test]
async fn violations_of_the_model_are_reported_in_one_message() {
    let endpoint = start(Account::in_memory(), Faults::default()).await;
    let target = "x-amz-target: Logs_20140328.PutRetentionPolicy\r\n";
    insta::assert_snapshot!(wire(&endpoint, "/", target, r#"{"logGroupName":"","retentionInDays":"x"}"#).await, @r#"
    HTTP/1.1 400 Bad Request
    content-type: application/x-amz-json-1.1
    {"__type":"InvalidParameterException","message":"2 validation errors detected: Value '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value 'x' at 'retentionInDays' failed to satisfy constraint: Member must be a number"}
    "#);
}

#[tokio::test]
async fn an_alarm_notifies_its_topic_of_a_transition() {
    let file = std::env::temp_dir().join(format!(
        "tracewatch-sandbox-deliveries-{}.json",
        std::process::id()
    ));
    let sandbox = Sandbox::new(
        Account::open(&file).unwrap(),
        Faults::default(),
        jiff::Timestamp::now,
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let served = sandbox.clone();
    tokio::spawn(async move { served.serve(listener).await });
    let sns = client!(aws_sdk_sns, &endpoint);
    let topic = sns
        .create_topic()
        .name("orders_critical")
        .send()
        .await
        .unwrap()
        .topic_arn
        .unwrap();
    for endpoint in ["told@example.com", "pending@example.com"] {
        sns.subscribe()
            .topic_arn(&topic)
            .protocol("email")
            .endpoint(endpoint)
            .send()
            .await
            .unwrap();
    }
    sns.confirm_subscription()
        .topic_arn(&topic)
        .token("told@example.com")
        .send()
        .await
        .unwrap();
    let cloudwatch = client!(aws_sdk_cloudwatch, &endpoint);
    put_alarm(&cloudwatch, "quiet").await;
    let put = cloudwatch
        .put_composite_alarm()
        .alarm_name("loud")
        .alarm_rule("ALARM(quiet)")
        .alarm_actions(&topic);
    put.send().await.unwrap();
    for _ in 0..2 {
        let set = cloudwatch
            .set_alarm_state()
            .alarm_name("quiet")
            .state_value("ALARM".into())
            .state_reason("test");
        set.send().await.unwrap();
    }
    sandbox.save().unwrap();
    let saved: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    let deliveries = saved["regions"]["eu-west-1"]["deliveries"]
        .as_array()
        .unwrap();
    assert_eq!(deliveries.len(), 1, "one transition, one message");
    assert_eq!(deliveries[0]["subject"], "ALARM: \"loud\" in eu-west-1");
    assert_eq!(deliveries[0]["to"], serde_json::json!(["told@example.com"]));
}

#[tokio::test]
async fn dropping_the_server_saves_the_account() {
    let file = std::env::temp_dir().join(format!("tracewatch-sandbox-{}.json", std::process::id()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(serve(
        listener,
        Account::open(&file).unwrap(),
        Faults::default(),
        jiff::Timestamp::now,
    ));
    put_alarm(&client!(aws_sdk_cloudwatch, &endpoint), "orders.api.errors").await;
    server.abort();
    assert!(server.await.unwrap_err().is_cancelled());
    tokio::task::yield_now().await;
    let endpoint = start(Account::open(&file).unwrap(), Faults::default()).await;
    let found = client!(aws_sdk_cloudwatch, &endpoint)
        .describe_alarms()
        .send()
        .await
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(found.metric_alarms().len(), 1);
}
