//! Pipelines that share an account with a quota, and endpoints that stop answering, in simulated time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use aws_smithy_runtime_api::http::StatusCode;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use tokio::time::sleep;

use super::*;

/// The number of writes in flight, as in `apply`.
const CONCURRENT: usize = 16;

const QUOTA: f64 = 3.0;

/// An account that takes `PutMetricAlarm` at a quota: a token bucket.
#[derive(Debug)]
struct FakeAccount {
    burst: f64,
    /// Tokens, and the time at which they were counted.
    tokens: Mutex<(f64, Instant)>,
    calls: AtomicUsize,
    throttled: AtomicUsize,
    dice: AtomicU64,
}

impl FakeAccount {
    fn new(burst: f64) -> Arc<Self> {
        Arc::new(Self {
            burst,
            tokens: Mutex::new((burst, Instant::now())),
            calls: AtomicUsize::new(0),
            throttled: AtomicUsize::new(0),
            dice: AtomicU64::new(1),
        })
    }

    fn takes_one(&self) -> bool {
        let mut tokens = self.tokens.lock().unwrap();
        let (left, counted) = *tokens;
        let now = Instant::now();
        let refilled = left + now.saturating_duration_since(counted).as_secs_f64() * QUOTA;
        let left = refilled.min(self.burst);
        let takes = left >= 1.0;
        *tokens = (if takes { left - 1.0 } else { left }, now);
        takes
    }

    /// 20 to 25 ms on the way.
    fn delay(&self) -> Duration {
        let dice = self.dice.load(Ordering::Relaxed);
        let dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.dice.store(dice, Ordering::Relaxed);
        Duration::from_micros(20_000 + (dice >> 33) % 5_000)
    }

    async fn answer(self: Arc<Self>) -> Result<HttpResponse, ConnectorError> {
        sleep(self.delay()).await;
        self.calls.fetch_add(1, Ordering::Relaxed);
        let takes = self.takes_one();
        sleep(self.delay()).await;
        if takes {
            return Ok(answer(200, "application/cbor", &[]));
        }
        self.throttled.fetch_add(1, Ordering::Relaxed);
        Ok(answer(400, "application/cbor", &throttled()))
    }
}

#[derive(Debug, Clone)]
struct ToAccount(Arc<FakeAccount>);

impl HttpConnector for ToAccount {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(Arc::clone(&self.0).answer())
    }
}

fn answer(status: u16, content_type: &'static str, body: &[u8]) -> HttpResponse {
    let status = StatusCode::try_from(status).unwrap();
    let mut answer = HttpResponse::new(status, SdkBody::from(body));
    answer.headers_mut().insert("content-type", content_type);
    answer
}

/// `{"__type": "Throttling"}` in CBOR.
fn throttled() -> Vec<u8> {
    [b"\xa1\x66__type\x6a".as_slice(), b"Throttling"].concat()
}

fn put_alarm() -> HttpRequest {
    request(
        "http://monitoring.local/service/GraniteServiceVersion20100801/operation/PutMetricAlarm",
        &[("smithy-protocol", "rpc-v2-cbor")],
        "",
    )
}

fn request(uri: &str, headers: &[(&'static str, &'static str)], body: &str) -> HttpRequest {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST").unwrap();
    request.set_uri(uri).unwrap();
    request.headers_mut().insert(
        "authorization",
        "AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/monitoring/aws4_request, Signature=0",
    );
    for (name, value) in headers {
        request.headers_mut().insert(*name, *value);
    }
    request
}

/// A pipeline's connection to an endpoint.
fn connection(to: impl HttpConnector + 'static, rate_limit: RateLimit) -> Connector {
    connection_with_seed(to, rate_limit, 1)
}

fn connection_with_seed(
    to: impl HttpConnector + 'static,
    rate_limit: RateLimit,
    seed: u64,
) -> Connector {
    Connector {
        connector: SharedHttpConnector::new(to),
        line: Arc::new(Line {
            quotas: Quotas::new(rate_limit, seed),
            circuit: Circuit::new(),
        }),
    }
}

/// Writes alarms as an apply does, and returns the number that was created.
async fn pipeline(connection: &Connector, alarms: usize) -> usize {
    stream::iter(0..alarms)
        .map(|_| is_created(connection))
        .buffer_unordered(CONCURRENT)
        .filter(|is_created| std::future::ready(*is_created))
        .count()
        .await
}

/// Repeats a call as the SDK does: signed again, a limited number of times.
async fn is_created(connection: &Connector) -> bool {
    for _ in 0..3 {
        let answer = connection.call(put_alarm()).await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return true;
        }
    }
    false
}

/// The time of some pipelines at once, as a multiple of the time that the quota alone needs, and the share of throttled calls.
async fn measure(pipelines: usize, alarms: usize, burst: f64, rate_limit: RateLimit) -> (f64, f64) {
    let account = FakeAccount::new(burst);
    let connections: Vec<Connector> = (0..pipelines)
        .map(|pipeline| {
            let to = ToAccount(Arc::clone(&account));
            connection_with_seed(to, rate_limit, 1 + pipeline as u64)
        })
        .collect();
    let start = Instant::now();
    let created = join_all(
        connections
            .iter()
            .map(|connection| pipeline(connection, alarms)),
    )
    .await;
    assert_eq!(created, vec![alarms; pipelines], "{burst} {rate_limit:?}");
    let bound = (pipelines * alarms) as f64 / QUOTA;
    let calls = account.calls.load(Ordering::Relaxed) as f64;
    let throttled = account.throttled.load(Ordering::Relaxed) as f64 / calls;
    (start.elapsed().as_secs_f64() / bound, throttled)
}

/// Checks the time of one, two, three and five pipelines.
async fn check_pipelines(burst: f64, rate_limit: RateLimit, sizes: &[usize]) {
    for (pipelines, bound) in [(1, 1.05), (2, 1.15), (3, 1.15), (5, 1.15)] {
        for alarms in sizes {
            let (ratio, throttled) = measure(pipelines, *alarms, burst, rate_limit).await;
            let case = format!("{rate_limit:?}, burst {burst}, {pipelines} × {alarms} alarms");
            assert!(
                ratio <= bound,
                "{case}: {ratio:.3} of the bound, {throttled:.2} throttled"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pipelines_share_a_quota_and_use_it_up() {
    check_pipelines(QUOTA, RateLimit::Documented, &[10, 48, 300]).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_without_a_burst_is_used_up_too() {
    check_pipelines(1.0, RateLimit::Documented, &[10, 48, 300]).await;
}

#[tokio::test(start_paused = true)]
async fn the_quota_of_an_unknown_endpoint_is_found() {
    check_pipelines(QUOTA, RateLimit::OnceThrottled, &[10, 48, 300]).await;
}

#[tokio::test(start_paused = true)]
async fn large_pipelines_share_a_quota_and_use_it_up() {
    check_pipelines(QUOTA, RateLimit::Documented, &[1_000, 10_000]).await;
    check_pipelines(QUOTA, RateLimit::OnceThrottled, &[1_000]).await;
}

/// Never answers.
#[derive(Debug)]
struct Hanging;

impl HttpConnector for Hanging {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(std::future::pending())
    }
}

/// Refuses connections.
#[derive(Debug)]
struct Refusing;

impl HttpConnector for Refusing {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::io("connection refused".into())))
    }
}

/// Repeats a call until the transport gives it up, as the SDK does, and returns the reason.
async fn last_error(connection: &Connector) -> String {
    loop {
        match connection.call(put_alarm()).await {
            Err(error) if error.is_other() => return innermost(&error),
            Err(_) => sleep(Duration::from_millis(500)).await,
            Ok(answer) => assert_eq!(answer.status().as_u16(), 400),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_without_answers_is_given_up_whatever_the_number_of_calls() {
    for (calls, hanging, refusing) in [(1, 31, 11), (16, 11, 11), (200, 11, 11)] {
        for (connection, limit) in [
            (connection(Hanging, RateLimit::OnceThrottled), hanging),
            (connection(Refusing, RateLimit::OnceThrottled), refusing),
        ] {
            let start = Instant::now();
            let reasons = join_all((0..calls).map(|_| last_error(&connection))).await;
            let reason = reasons.first().unwrap();
            assert!(
                reason.starts_with("no answer from http://monitoring.local for "),
                "{reason}"
            );
            assert!(
                start.elapsed().as_secs() <= limit,
                "{calls} calls: {:?}",
                start.elapsed()
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_always_throttled_is_given_up_after_five_minutes() {
    let account = FakeAccount::new(0.0);
    let connection = connection(ToAccount(account), RateLimit::Documented);
    let start = Instant::now();
    for reason in join_all((0..50).map(|_| last_error(&connection))).await {
        assert_eq!(reason, "no call was accepted for 300 s");
    }
    assert!(start.elapsed().as_secs() < 310, "{:?}", start.elapsed());
}

/// Gives one answer to every call.
#[derive(Debug, Clone)]
struct Answering(u16, &'static str, Vec<u8>);

impl HttpConnector for Answering {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(answer(self.0, self.1, &self.2)))
    }
}

const PAGE: &str = "<!DOCTYPE html><html><body>Sign in</body></html>";
const XHTML: &str = "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>";

#[tokio::test]
async fn an_answer_without_the_form_of_the_protocol_is_an_error() {
    let cbor: &[_] = &[("smithy-protocol", "rpc-v2-cbor")];
    let query: &[_] = &[("content-type", "application/x-www-form-urlencoded")];
    let json: &[_] = &[("x-amz-target", "Logs_20140328.PutRetentionPolicy")];
    let topic = "<CreateTopicResponse/>";
    let cases: [(&str, &[_], &str, &str, bool); 16] = [
        ("/operation/PutMetricAlarm", cbor, "", "", true),
        ("/operation/PutMetricAlarm", cbor, "", "\u{0}", false),
        ("/operation/PutMetricAlarm", cbor, "", PAGE, false),
        ("/operation/PutMetricAlarm", cbor, "", "garbage", false),
        ("/", query, "Action=CreateTopic&Name=a", topic, true),
        ("/", query, "Action=CreateTopic&Name=a", PAGE, false),
        ("/", query, "Action=CreateTopic&Name=a", XHTML, false),
        ("/", query, "Action=CreateTopic&Name=a", "", false),
        ("/", json, "", "", true),
        ("/", json, "", "{}", true),
        ("/", json, "", PAGE, false),
        ("/", json, "", "{", false),
        ("/CreateGroup", &[], "", "", true),
        ("/CreateGroup", &[], "", r#"{"Group":{}}"#, true),
        ("/CreateGroup", &[], "", PAGE, false),
        ("/CreateGroup", &[], "", "[]", false),
    ];
    for (path, headers, body, given, is_accepted) in cases {
        let to = Answering(200, "text/html", given.into());
        let connection = connection(to, RateLimit::OnceThrottled);
        let request = request(&format!("http://x.local{path}"), headers, body);
        let answer = connection.call(request).await;
        assert_eq!(answer.is_ok(), is_accepted, "{path} {headers:?}: {given}");
    }
}

#[tokio::test]
async fn a_page_with_the_status_of_a_redirection_or_refusal_is_an_error_too() {
    for (status, is_accepted) in [(302, false), (403, false), (511, true), (400, false)] {
        let to = Answering(status, "text/html", PAGE.into());
        let answer = connection(to, RateLimit::OnceThrottled)
            .call(put_alarm())
            .await;
        assert_eq!(answer.is_ok(), is_accepted, "HTTP {status}");
    }
    let refused = Answering(400, "application/cbor", b"\xa0".to_vec());
    let answer = connection(refused, RateLimit::OnceThrottled)
        .call(put_alarm())
        .await;
    assert_eq!(answer.unwrap().status().as_u16(), 400);
}

#[tokio::test]
async fn foreign_answers_in_succession_end_all_calls() {
    let connection = connection(
        Answering(200, "text/html", PAGE.into()),
        RateLimit::OnceThrottled,
    );
    for _ in 0..5 {
        let error = connection.call(put_alarm()).await.unwrap_err();
        assert!(innermost(&error).starts_with("an HTML page instead of an answer of AWS"));
    }
    let mut opened = std::pin::pin!(connection.line.circuit.opened());
    assert!(futures_util::poll!(opened.as_mut()).is_ready());
}

#[tokio::test]
async fn throttling_is_recognised_in_every_protocol() {
    let xml = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>";
    let cases: [(&[_], &str, &[u8]); 4] = [
        (&[("smithy-protocol", "rpc-v2-cbor")], "", &throttled()),
        (
            &[("content-type", "application/x-www-form-urlencoded")],
            "Action=CreateTopic",
            xml.as_bytes(),
        ),
        (
            &[("x-amz-target", "Logs_20140328.PutRetentionPolicy")],
            "",
            br#"{"__type":"ThrottlingException"}"#,
        ),
        (&[], "", br#"{"__type":"ThrottledException"}"#),
    ];
    for (headers, body, given) in cases {
        let call = Call::of(&request("http://x.local/CreateGroup", headers, body));
        let verdict = call.judge(&answer(400, "text/plain", given));
        assert_eq!(verdict, Verdict::Throttled, "{headers:?}");
    }
}
