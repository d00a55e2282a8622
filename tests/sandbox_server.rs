//! The served sandbox among strangers: long bodies, slow senders, many connections, web pages. On the real program.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::folder;
use support::program::Program;
use support::server::Server;

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// A topic's creation in the query protocol.
fn topic(name: &str) -> String {
    format!("Action=CreateTopic&Version=2010-03-31&Name={name}")
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    stream
}

/// The whole answer to a request; empty when the server closes the connection.
fn answer(address: &str, request: &str) -> String {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer, after the headers that are given.
fn status(address: &str, line: &str, headers: &str, body: &str) -> u16 {
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    let answer = answer(address, &request);
    answer
        .split(' ')
        .nth(1)
        .unwrap_or_else(|| panic!("no answer to {request}"))
        .parse()
        .unwrap()
}

fn host(address: &str) -> String {
    format!("host: {address}\r\n")
}

/// The names of the topics.
fn topics(address: &str) -> String {
    let form = "Action=ListTopics&Version=2010-03-31";
    let length = form.len();
    answer(
        address,
        &format!(
            "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{form}"
        ),
    )
}

#[test]
fn web_pages_are_refused() {
    let server = Server::sandbox(&[]);
    let (address, own) = (server.address(), host(server.address()));
    let (_, port) = address.split_once(':').unwrap();
    let requests = [
        (
            "a name that resolves to this machine",
            format!("host: evil.example:{port}\r\n"),
        ),
        ("no host", String::new()),
        ("two hosts", format!("{own}host: evil.example\r\n")),
        (
            "a form of another page",
            format!("{own}origin: https://evil.example\r\n"),
        ),
        ("a form of a file", format!("{own}origin: null\r\n")),
        (
            "a page of another port",
            format!("{own}origin: http://127.0.0.1:3000\r\n"),
        ),
        (
            "a script of another page",
            format!("{own}sec-fetch-site: cross-site\r\n"),
        ),
    ];
    for (name, headers) in requests {
        for path in ["/", "/_sandbox/clock?advance=1h"] {
            let status = status(
                address,
                &format!("POST {path}"),
                &format!("{FORM}{headers}"),
                &topic("foreign"),
            );
            assert!(matches!(status, 400 | 403), "{name}, {path}: {status}");
        }
    }
    let image = format!("GET /?{}", topic("image"));
    assert_eq!(status(address, &image, &own, ""), 405);
    assert_eq!(
        status(address, "GET /_sandbox/clock?advance=1h", &own, ""),
        405
    );
    let preflight =
        format!("{own}origin: https://evil.example\r\naccess-control-request-method: POST\r\n");
    assert_eq!(status(address, "OPTIONS /", &preflight, ""), 403);
    for host in [format!("localhost:{port}"), format!("127.0.0.1:{port}")] {
        let headers = format!("{FORM}host: {host}\r\n");
        assert_eq!(status(address, "POST /", &headers, &topic("own")), 200);
    }
    let topics = topics(address);
    assert!(topics.contains(":own<"), "{topics}");
    assert!(
        !topics.contains("foreign") && !topics.contains("image"),
        "{topics}"
    );
}

#[test]
fn a_long_body_is_refused_before_it_is_sent() {
    let server = Server::sandbox(&[]);
    let own = host(server.address());
    let asked = Instant::now();
    let announced = format!("POST / HTTP/1.1\r\n{own}{FORM}content-length: 1000000000\r\n\r\n");
    assert!(answer(server.address(), &announced).starts_with("HTTP/1.1 413 "));
    assert!(asked.elapsed() < Duration::from_secs(5));
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(1 << 20)).repeat(3);
    let chunked =
        format!("POST / HTTP/1.1\r\n{own}{FORM}transfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
    let mut stream = connect(server.address());
    // The server may close the connection while the rest is sent.
    let _ = stream.write_all(chunked.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 413 "));
    assert_eq!(
        status(
            server.address(),
            "POST /",
            &format!("{FORM}{own}"),
            &topic("later")
        ),
        200
    );
}

#[test]
fn a_compressed_body_that_grows_too_long_is_refused() {
    use flate2::{Compression, write::GzEncoder};
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..200 {
        encoder.write_all(&zeros).unwrap();
    }
    let body = encoder.finish().unwrap();
    let server = Server::sandbox(&[]);
    let mut stream = connect(server.address());
    let head = format!(
        "POST / HTTP/1.1\r\n{}connection: close\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        host(server.address()),
        body.len()
    );
    stream
        .write_all(&[head.as_bytes(), &body].concat())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn a_slow_sender_is_cut_off() {
    let server = Server::sandbox(&[]);
    let asked = Instant::now();
    let mut stream = connect(server.address());
    stream.write_all(b"POST / HTTP/1.1\r\nhost: ").unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(
        asked.elapsed() < Duration::from_secs(50),
        "{:?}",
        asked.elapsed()
    );
}

#[test]
fn connections_have_a_limit_and_later_ones_are_served() {
    let server = Server::sandbox(&[]);
    let address = server.address();
    let connections: Vec<TcpStream> = (0..300).map(|_| connect(address)).collect();
    std::thread::sleep(Duration::from_millis(500));
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.id())).map(Iterator::count);
    assert!(
        open.unwrap_or_default() < 200,
        "the server takes all connections"
    );
    // Idle connections are closed after the time for headers, and then the later ones have their turn.
    assert!(topics(address).starts_with("HTTP/1.1 200 "));
    drop(connections);
    assert!(topics(address).starts_with("HTTP/1.1 200 "));
}

/// The server with few open files.
fn with_few_files() -> (Child, String) {
    let binary = env!("CARGO_BIN_EXE_tracewatch");
    let mut server = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -n 24; exec {binary} sandbox --port 0"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().rsplit_once('/').unwrap().1.to_owned();
    (server, address)
}

#[test]
fn too_many_open_files_do_not_end_the_server() {
    let (mut server, address) = with_few_files();
    let connections: Vec<TcpStream> = (0..60).map(|_| connect(&address)).collect();
    std::thread::sleep(Duration::from_millis(500));
    assert!(server.try_wait().unwrap().is_none(), "the server ended");
    drop(connections);
    assert!(topics(&address).starts_with("HTTP/1.1 200 "));
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn duplicate_tag_keys_are_a_400() {
    let server = Server::sandbox(&[]);
    let own = host(server.address());
    let twice = r#"[{"Key":"k","Value":"1"},{"Key":"k","Value":"2"}]"#;
    let forms = [
        (
            "/",
            FORM.to_owned(),
            format!(
                "{}&Tags.member.1.Key=k&Tags.member.1.Value=1&Tags.member.2.Key=k&Tags.member.2.Value=2",
                topic("t")
            ),
        ),
        (
            "/CreateGroup",
            String::new(),
            format!(r#"{{"GroupName":"g","FilterExpression":"fault","Tags":{twice}}}"#),
        ),
        (
            "/",
            "x-amz-target: AWSEvents.PutRule\r\n".to_owned(),
            format!(r#"{{"Name":"r","ScheduleExpression":"rate(1 day)","Tags":{twice}}}"#),
        ),
        (
            "/",
            "x-amz-target: GraniteServiceVersion20100801.PutMetricAlarm\r\n".to_owned(),
            format!(
                r#"{{"AlarmName":"a","Namespace":"N","MetricName":"M","Statistic":"Sum","Period":60,"EvaluationPeriods":1,"Threshold":1,
                "ComparisonOperator":"GreaterThanThreshold","Tags":{twice}}}"#
            ),
        ),
        (
            "/",
            "x-amz-target: GraniteServiceVersion20100801.PutDashboard\r\n".to_owned(),
            format!(
                r#"{{"DashboardName":"d","DashboardBody":"{{\"widgets\":[]}}","Tags":{twice}}}"#
            ),
        ),
    ];
    for (path, headers, body) in forms {
        let status = status(
            server.address(),
            &format!("POST {path}"),
            &format!("{own}{headers}"),
            &body,
        );
        assert_eq!(status, 400, "{body}");
    }
}

/// Queues with names, so that a plan needs no deployed stack.
fn queues(count: usize) -> String {
    let queue = |n| format!("  Q{n}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: q{n}}}}}\n");
    format!("Resources:\n{}", (0..count).map(queue).collect::<String>())
}

/// Counted in calls, not in time: those that the quota allowed before the last accepted one, and that no pipeline made.
#[test]
fn pipelines_at_once_use_up_the_quota_and_none_fails() {
    for pipelines in [2, 3] {
        let server = Server::sandbox(&["--quota", "aws"]);
        let started: Vec<_> = (0..pipelines)
            .map(|n| {
                let folder = folder().join(format!("quota-{}-{pipelines}-{n}", std::process::id()));
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join("t.yaml"), queues(6 / pipelines)).unwrap();
                let (stack, sandbox) = (
                    format!("shop-{n}"),
                    format!("--sandbox={}", server.endpoint),
                );
                let arguments = [
                    "apply",
                    "--yes",
                    "--template",
                    "t.yaml",
                    "--stack",
                    &stack,
                    &sandbox,
                ];
                Program::new(&folder, &arguments).start()
            })
            .collect();
        for pipeline in started {
            pipeline.wait().exits(0);
        }
        let buckets = server.http("GET", "/_sandbox/quotas");
        let alarms = buckets
            .as_array()
            .unwrap()
            .iter()
            .find(|bucket| bucket["operation"] == "PutMetricAlarm")
            .unwrap();
        println!("{pipelines} pipelines: {alarms}");
        let [accepted, unused] = ["accepted", "unused"].map(|key| alarms[key].as_f64().unwrap());
        assert!(alarms["throttled"].as_f64().unwrap() > 0.0, "{alarms}");
        assert!(accepted >= 12.0, "{alarms}");
        // One second of calls may be left in the bucket.
        assert!(unused <= 0.15 * accepted + 3.0, "{alarms}");
    }
}
