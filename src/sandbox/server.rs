//! The HTTP server: connections, simulated faults, the clock, call counters, saving.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::account::{Account, SaveError};
use super::cloudwatch;
use super::dispatch::handler;
use super::error::{AwsError, OperationResult};
use super::faults::Faults;
use super::protocol::{self, Body, HttpRequest, LONGEST_BODY, OperationCall, RoutingError};
use super::quota::Buckets;
use super::request::{OperationInput, Request};
use super::sender;

/// `GET`: the numbers of calls by operation. `DELETE`: resets them.
const CALLS_PATH: &str = "/_sandbox/calls";

/// `GET`: accepted, throttled and unused calls of each operation under a quota. `DELETE`: fills the buckets.
const QUOTAS_PATH: &str = "/_sandbox/quotas";

/// `POST` with `advance=5m`: advances the clock by a duration.
const CLOCK_PATH: &str = "/_sandbox/clock";

/// `POST` with `slack=T0123ABCD` or `teams=TENANT/TEAM`: authorises a workspace of a chat, as somebody does in a browser.
const CHATS_PATH: &str = "/_sandbox/chats";

const NO_REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// The shortest delay between a change and saving, so that one write saves several changes.
const SAVE_DELAY: Duration = Duration::from_millis(300);

/// The delay in durations of the latest write, so that a large account is not saved most of the time.
const SAVE_PAUSE: u32 = 10;

/// The delay after a connection could not be accepted.
const ACCEPT_DELAY: Duration = Duration::from_millis(50);

/// Connections at once. More wait until one ends, so that open files and memory have a bound.
const CONNECTIONS: usize = 128;

/// The time for the headers of a request, from the end of the previous one.
const HEADER_TIME: Duration = Duration::from_secs(30);

/// The time for the body of a request.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Serves an account until the future is dropped. Dropping saves unsaved changes.
pub async fn serve(
    listener: TcpListener,
    account: Account,
    faults: Faults,
    clock: impl Fn() -> Timestamp + Send + Sync + 'static,
) {
    Sandbox::new(account, faults, clock).serve(listener).await;
}

/// A server for an account. Clones share the account.
#[derive(Clone)]
pub struct Sandbox {
    server: Arc<Server>,
}

impl Sandbox {
    pub fn new(
        account: Account,
        faults: Faults,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let latency = faults.latency;
        let state = Mutex::new(ServerState {
            account,
            save_failure: None,
            faults,
            buckets: Buckets::default(),
            calls: BTreeMap::new(),
            answered: 0,
            clock_offset: SignedDuration::ZERO,
        });
        Self {
            server: Arc::new(Server {
                state,
                latency,
                clock: Box::new(clock),
                changed: Notify::new(),
                failed: Notify::new(),
            }),
        }
    }

    /// Answers calls until the future is dropped. After the account's file could not be written, every call is refused.
    pub async fn serve(&self, listener: TcpListener) {
        let _close = CloseOnDrop(&self.server);
        tokio::join!(self.server.accept(listener), self.server.keep_saved());
    }

    /// Waits until the account's file cannot be written.
    pub async fn save_failure(&self) -> SaveError {
        loop {
            let failed = self.server.failed.notified();
            if let Some(failure) = &self.server.state().save_failure {
                return failure.clone();
            }
            failed.await;
        }
    }

    /// Changes the account without a call.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.server.state().account)
    }

    /// Saves unsaved changes.
    pub fn save(&self) -> Result<(), SaveError> {
        self.edit(Account::save)
    }

    /// Saves, and leaves the file to other processes: later changes are not saved.
    pub fn close(&self) -> Result<(), SaveError> {
        self.edit(Account::close)
    }
}

/// Closes the account when the server ends: open connections may keep the account alive a little longer.
struct CloseOnDrop<'a>(&'a Server);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        let _ = self.0.state().account.close();
    }
}

async fn connection(server: Arc<Server>, stream: TcpStream) {
    // Nagle's algorithm would delay each small answer by 40 ms.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| server.answer(request));
    // Closed connections and simulated losses are not errors of the server.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost, as asked for")]
struct AnswerLost;

struct Server {
    state: Mutex<ServerState>,
    latency: Duration,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    changed: Notify,
    /// Notified when the account could not be saved.
    failed: Notify,
}

struct ServerState {
    account: Account,
    /// The reason why the account is no longer saved.
    save_failure: Option<SaveError>,
    faults: Faults,
    buckets: Buckets,
    /// Numbers of calls by operation.
    calls: BTreeMap<&'static str, u64>,
    answered: u64,
    /// The sandbox's clock minus the real one.
    clock_offset: SignedDuration,
}

impl Server {
    /// Ignores poisoning: the state stays usable after a panic in an operation.
    fn state(&self) -> MutexGuard<'_, ServerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn accept(self: &Arc<Self>, listener: TcpListener) -> Infallible {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept(), if connections.len() < CONNECTIONS => match accepted {
                    Ok((stream, _)) => drop(connections.spawn(connection(Arc::clone(self), stream))),
                    // Too many open files, or a connection that ended early. The listener stays usable.
                    Err(_) => tokio::time::sleep(ACCEPT_DELAY).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn keep_saved(&self) {
        let mut delay = SAVE_DELAY;
        loop {
            self.changed.notified().await;
            tokio::time::sleep(delay).await;
            let mut state = self.state();
            let started = (self.clock)();
            let saved = state.account.save();
            let taken = (self.clock)().duration_since(started).unsigned_abs();
            delay = SAVE_DELAY.max(taken * SAVE_PAUSE);
            if let Err(failure) = saved {
                if failure.is_for_want_of_open_files() {
                    self.changed.notify_one();
                    continue;
                }
                state.save_failure = Some(failure);
                self.failed.notify_waiters();
                return;
            }
        }
    }

    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Body>, AnswerLost> {
        let (head, body) = request.into_parts();
        if let Some(message) = sender::refusal(&head) {
            return Ok(refused(StatusCode::FORBIDDEN, message));
        }
        let body = match bytes_of(body).await {
            Ok(body) => body,
            Err(BodyError::TooLong) => return Ok(too_long()),
            Err(BodyError::Incomplete) => return Err(AnswerLost),
        };
        let Some(request) = HttpRequest::new(head, body) else {
            return Ok(too_long());
        };
        match (request.path.as_str(), &request.method) {
            (CALLS_PATH, method) => return Ok(self.calls(method)),
            (QUOTAS_PATH, method) => return Ok(self.quotas(method)),
            (CLOCK_PATH, &Method::POST) => {
                return Ok(self.advance(request.query.as_deref().unwrap_or_default()));
            }
            (CHATS_PATH, &Method::POST) => {
                return Ok(self.authorise(request.query.as_deref().unwrap_or_default()));
            }
            (CLOCK_PATH | CHATS_PATH, _) => return Ok(only_posted()),
            _ => {}
        }
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        match request.call() {
            // An image of a web page sends a GET without any sign of its origin.
            Ok(call) if request.method == Method::GET && changes_the_account(call.operation()) => {
                Ok(only_posted())
            }
            Ok(call) => self.carry_out(call, &request),
            Err(RoutingError::UnknownOperation(channel, error)) => {
                Ok(protocol::refuse(channel, NO_REQUEST_ID, error))
            }
            Err(RoutingError::UnknownService) => Ok(unknown_service()),
        }
    }

    fn calls(&self, method: &Method) -> Response<Body> {
        let mut state = self.state();
        if method == Method::DELETE {
            state.calls.clear();
        }
        json_response(StatusCode::OK, &json!(state.calls))
    }

    fn quotas(&self, method: &Method) -> Response<Body> {
        let mut state = self.state();
        if method == Method::DELETE {
            state.buckets.clear();
        }
        json_response(StatusCode::OK, &state.buckets.report())
    }

    /// Advances the clock and brings alarms up to date.
    fn advance(&self, query: &str) -> Response<Body> {
        let mut state = self.state();
        let offset = advance_of(query).and_then(|by| state.clock_offset.checked_add(by));
        let now = offset.and_then(|offset| (self.clock)().checked_add(offset).ok());
        let Some((offset, now)) = offset.zip(now) else {
            let message = "The clock is advanced by a duration, as in advance=5m";
            return refused(StatusCode::BAD_REQUEST, message);
        };
        state.clock_offset = offset;
        cloudwatch::catch_up_all(&mut state.account, now);
        self.changed.notify_one();
        json_response(StatusCode::OK, &json!({ "now": now.to_string() }))
    }

    fn authorise(&self, query: &str) -> Response<Body> {
        let mut state = self.state();
        let team = query
            .strip_prefix("teams=")
            .and_then(|ids| ids.split_once('/'));
        if let Some(workspace) = query.strip_prefix("slack=") {
            state.account.authorise_slack(workspace);
        } else if let Some((tenant, team)) = team {
            state.account.authorise_team(tenant, team);
        } else {
            let message = "A workspace is authorised as slack=T0123ABCD or as teams=TENANT/TEAM";
            return refused(StatusCode::BAD_REQUEST, message);
        }
        self.changed.notify_one();
        json_response(StatusCode::OK, &json!({}))
    }

    fn carry_out(
        &self,
        call: OperationCall,
        request: &HttpRequest,
    ) -> Result<Response<Body>, AnswerLost> {
        let operation = call.operation();
        let mut state = self.state();
        *state.calls.entry(operation).or_default() += 1;
        state.answered += 1;
        let request_id = format!("00000000-0000-4000-8000-{:012x}", state.answered);
        let now = (self.clock)()
            .saturating_add(state.clock_offset)
            .unwrap_or(Timestamp::MAX);
        let result = state.perform(call, request, now);
        if result.is_ok() && changes_the_account(operation) {
            state.account.mark_changed();
        }
        // Read operations may change alarms, too: they evaluate them.
        if !state.account.is_saved() {
            self.changed.notify_one();
        }
        if state.faults.loses(operation) {
            return Err(AnswerLost);
        }
        Ok(protocol::respond(call, &request_id, result))
    }
}

impl ServerState {
    fn perform(
        &mut self,
        call: OperationCall,
        request: &HttpRequest,
        now: Timestamp,
    ) -> OperationResult {
        let service = call.channel.service;
        let operation = call.operation();
        let input = request.input(call);
        if let Some(failure) = &self.save_failure {
            // Clients do not repeat a call after this error, which is none of AWS's.
            return Err(AwsError::new("AccountNotSaved", failure.to_string()));
        }
        if let Some(quota) = self.faults.quota {
            let bucket = (request.region(), service.model.name, operation);
            if !self.buckets.take(quota, bucket, now) {
                return Err(AwsError::new(service.throttling, "Rate exceeded"));
            }
        }
        let members = input.as_ref().ok();
        let error = self.faults.error(service.throttling, operation, members);
        if let Some(error) = error {
            return Err(error);
        }
        let request = Request {
            region: request.region().to_owned(),
            now,
            input: OperationInput(input?),
        };
        let handler = handler(service.model.name, operation).ok_or_else(|| {
            AwsError::new(
                "UnknownOperationException",
                "The sandbox does not serve this operation",
            )
        })?;
        handler(&mut self.account, &request)
    }
}

/// The names of AWS's read operations begin with these verbs.
fn changes_the_account(operation: &str) -> bool {
    !["Describe", "Get", "List"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

/// The duration in `advance=5m`; zero for another query, `None` for an invalid or negative duration.
fn advance_of(query: &str) -> Option<SignedDuration> {
    let Some(duration) = query.strip_prefix("advance=") else {
        return Some(SignedDuration::ZERO);
    };
    duration
        .parse()
        .ok()
        .filter(|by: &SignedDuration| !by.is_negative())
}

enum BodyError {
    TooLong,
    Incomplete,
}

/// The whole body of a request.
async fn bytes_of(body: Incoming) -> Result<Bytes, BodyError> {
    if body.size_hint().lower() > LONGEST_BODY as u64 {
        return Err(BodyError::TooLong);
    }
    let body = Limited::new(body, LONGEST_BODY).collect();
    match tokio::time::timeout(BODY_TIME, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLong),
        Ok(Err(_)) | Err(_) => Err(BodyError::Incomplete),
    }
}

fn too_long() -> Response<Body> {
    let message = "The body of a request to the sandbox has at most 2 MB";
    refused(StatusCode::PAYLOAD_TOO_LARGE, message)
}

fn only_posted() -> Response<Body> {
    let message = "A request that changes the account is a POST";
    refused(StatusCode::METHOD_NOT_ALLOWED, message)
}

fn refused(status: StatusCode, message: &str) -> Response<Body> {
    json_response(status, &json!({ "message": message }))
}

fn unknown_service() -> Response<Body> {
    let message = "This is not a request to a service that the sandbox serves";
    let body = json!({ "__type": "UnknownOperationException", "message": message });
    json_response(StatusCode::NOT_FOUND, &body)
}

fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
