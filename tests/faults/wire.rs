//! A wire between the program and a sandbox: it records the write calls, and spoils one of them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use crate::support::server::signal;

/// What becomes of a write call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is carried out, and the connection ends before the answer.
    Drop,
    /// The connection breaks before the call arrives.
    Reset,
    Error500,
    Error503,
    Throttle,
    /// It is answered with neither AWS's form nor a page.
    Garbage,
    /// It is answered with a page and status 200, as sign-in pages of proxies are.
    Html,
    Denied,
    /// The credentials have expired.
    Expired,
    /// It is never answered.
    Hang,
    /// From this call on every connection ends without an answer.
    Outage,
    /// The program gets a signal while the call is under way.
    Kill,
    Interrupt,
    Terminate,
}

pub(crate) const FAULTS: [Fault; 13] = [
    Fault::Drop,
    Fault::Reset,
    Fault::Error500,
    Fault::Error503,
    Fault::Throttle,
    Fault::Garbage,
    Fault::Html,
    Fault::Denied,
    Fault::Expired,
    Fault::Hang,
    Fault::Kill,
    Fault::Interrupt,
    Fault::Terminate,
];

/// A write call: the number of calls of the same operation before it, and the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WriteCall {
    pub operation: String,
    pub nth: usize,
}

#[derive(Debug)]
struct Log {
    writes: Vec<WriteCall>,
    /// The call that is spoiled.
    target: Option<(WriteCall, Fault)>,
    /// The process that gets the signals, once it runs.
    process: Option<u32>,
    /// Whether an outage has begun.
    is_out: bool,
}

pub(crate) struct Wire {
    pub endpoint: String,
    log: Arc<(Mutex<Log>, Condvar)>,
}

impl Wire {
    /// To `address` (`host:port`).
    pub(crate) fn to(address: &str, target: Option<(WriteCall, Fault)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let log = Log {
            writes: Vec::new(),
            target,
            process: None,
            is_out: false,
        };
        let wire = Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            log: Arc::new((Mutex::new(log), Condvar::new())),
        };
        let (log, address) = (Arc::clone(&wire.log), address.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (log, address) = (Arc::clone(&log), address.clone());
                // The program may end at any time.
                thread::spawn(move || carry(client, &address, &log).unwrap_or_default());
            }
        });
        wire
    }

    /// The process that the signals go to.
    pub(crate) fn is_used_by(&self, process: u32) {
        self.log.0.lock().unwrap().process = Some(process);
        self.log.1.notify_all();
    }

    pub(crate) fn writes(&self) -> Vec<WriteCall> {
        self.log.0.lock().unwrap().writes.clone()
    }

    /// Whether the fault has happened.
    pub(crate) fn has_spoiled(&self) -> bool {
        let log = self.log.0.lock().unwrap();
        let target = log.target.as_ref();
        target.is_some_and(|(call, _)| log.writes.contains(call))
    }
}

impl Log {
    /// Records a call, and returns its fault.
    fn record(&mut self, request: &Request) -> Option<Fault> {
        if self.is_out {
            return Some(Fault::Outage);
        }
        let operation = request.operation();
        let is_read = ["Describe", "Get", "List", "Groups"];
        if is_read.iter().any(|verb| operation.starts_with(verb)) {
            return None;
        }
        let same = self
            .writes
            .iter()
            .filter(|call| call.operation == operation);
        let call = WriteCall {
            nth: same.count(),
            operation,
        };
        self.writes.push(call.clone());
        let (target, fault) = self.target.as_ref()?;
        let fault = (*target == call).then_some(*fault);
        self.is_out = fault == Some(Fault::Outage);
        fault
    }
}

fn carry(mut client: TcpStream, address: &str, log: &(Mutex<Log>, Condvar)) -> io::Result<()> {
    let mut server = TcpStream::connect(address)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    while let Some(bytes) = message(&mut client)? {
        let request = Request(bytes);
        let fault = log.0.lock().unwrap().record(&request);
        match fault {
            None => {}
            Some(Fault::Drop) => {
                server.write_all(&request.0)?;
                message(&mut server)?;
                return client.shutdown(Shutdown::Both);
            }
            Some(Fault::Reset | Fault::Outage) => return client.shutdown(Shutdown::Both),
            Some(Fault::Hang) => {
                thread::sleep(Duration::from_mins(1));
                return Ok(());
            }
            Some(Fault::Kill) => send_signal("KILL", log),
            Some(Fault::Interrupt) => send_signal("INT", log),
            Some(Fault::Terminate) => send_signal("TERM", log),
            Some(fault) => {
                client.write_all(&request.answer(fault))?;
                continue;
            }
        }
        server.write_all(&request.0)?;
        match message(&mut server)? {
            Some(answer) => client.write_all(&answer)?,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// Waits for the process to be known.
fn send_signal(name: &str, (log, changed): &(Mutex<Log>, Condvar)) {
    let log = log.lock().unwrap();
    let log = changed
        .wait_while(log, |log| log.process.is_none())
        .unwrap();
    if let Some(process) = log.process {
        signal(name, process);
    }
    drop(log);
    // The handler of the program runs on another thread than the answer's.
    thread::sleep(Duration::from_millis(50));
}

/// The operation of a request line: X-Ray's paths are names of operations, those of Application Signals are not.
fn rest_operation(line: &str) -> Option<&str> {
    let (method, rest) = line.split_once(" /")?;
    let path = rest.split([' ', '?']).next()?;
    match (method, path.split('/').next()?) {
        ("POST", "slo") => Some("CreateServiceLevelObjective"),
        ("PATCH", "slo") => Some("UpdateServiceLevelObjective"),
        ("DELETE", "slo") => Some("DeleteServiceLevelObjective"),
        ("POST", "slos") => Some("ListServiceLevelObjectives"),
        ("GET", _) => Some("Get"),
        (_, _) => Some(path),
    }
}

/// A whole request.
struct Request(Vec<u8>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Cbor,
    Json,
    Query,
    RestJson,
}

impl Request {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    fn protocol(&self) -> Protocol {
        let head = self.text().to_lowercase();
        if head.contains("smithy-protocol: rpc-v2-cbor") {
            Protocol::Cbor
        } else if head.contains("x-amz-target:") {
            Protocol::Json
        } else if head.contains("x-www-form-urlencoded") {
            Protocol::Query
        } else {
            Protocol::RestJson
        }
    }

    fn operation(&self) -> String {
        let text = self.text();
        let between = |start: &str| {
            let (_, rest) = text.split_once(start)?;
            rest.split([' ', '&', '\r', '\n']).next()
        };
        let operation = match self.protocol() {
            Protocol::Cbor => between("/operation/"),
            Protocol::Json => {
                between("x-amz-target: ").and_then(|target| target.rsplit('.').next())
            }
            Protocol::Query => between("Action="),
            Protocol::RestJson => rest_operation(text.split("\r\n").next().unwrap_or_default()),
        };
        operation.unwrap_or_default().to_owned()
    }

    fn answer(&self, fault: Fault) -> Vec<u8> {
        match fault {
            Fault::Garbage => response(200, "text/plain", b"\x00garbage"),
            Fault::Html => {
                let page = b"<!DOCTYPE html><html><body>Sign in</body></html>";
                response(200, "text/html", page)
            }
            Fault::Error500 => self.error(500, "InternalFailure"),
            Fault::Error503 => self.error(503, "ServiceUnavailable"),
            Fault::Throttle => self.error(400, "Throttling"),
            Fault::Denied => self.error(403, "AccessDenied"),
            Fault::Expired => self.error(403, "ExpiredToken"),
            Fault::Drop
            | Fault::Reset
            | Fault::Hang
            | Fault::Outage
            | Fault::Kill
            | Fault::Interrupt
            | Fault::Terminate => panic!("{fault:?} has no answer"),
        }
    }

    fn error(&self, status: u16, code: &str) -> Vec<u8> {
        let json = format!(r#"{{"__type":"{code}","message":"as the test asks"}}"#);
        match self.protocol() {
            Protocol::Cbor => {
                let length = u8::try_from(code.len()).unwrap();
                let start = b"\xa1\x66__type\x78";
                let body = [start.as_slice(), &[length], code.as_bytes()].concat();
                response(status, "application/cbor", &body)
            }
            Protocol::Query => {
                let body = format!(
                    "<ErrorResponse><Error><Code>{code}</Code><Message>as the test asks</Message></Error></ErrorResponse>"
                );
                response(status, "text/xml", body.as_bytes())
            }
            Protocol::Json => response(status, "application/x-amz-json-1.1", json.as_bytes()),
            Protocol::RestJson => response(status, "application/json", json.as_bytes()),
        }
    }
}

fn response(status: u16, content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A request or an answer, with its body by `content-length`; `None` at the end of the connection.
fn message(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let head = message.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head
            && message.len() >= head + 4 + content_length(&message[..head])
        {
            return Ok(Some(message));
        }
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        message.extend_from_slice(&buffer[..count]);
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    length
        .and_then(|length| length.trim().parse().ok())
        .unwrap_or(0)
}
