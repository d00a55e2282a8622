//! The HTTP server: connections, faults, counters, saving. What a request means is for `protocol` and the operations.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::account::Account;
use super::cloudwatch;
use super::error::{Answer, AwsError};
use super::faults::Faults;
use super::protocol::{self, NoTarget, Received, Target};
use super::request::{Input, Request};

/// How many calls of which operation came since the start, or since they were last forgotten: `GET` and `DELETE`.
const CALLS_PATH: &str = "/_sandbox/calls";

/// `POST` with `advance=5m`: lets that much time pass at once.
const CLOCK_PATH: &str = "/_sandbox/clock";

const NO_REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// How long a change may wait for others before the account is saved.
const SAVE_DELAY: Duration = Duration::from_millis(300);

/// Serves an account until the future is dropped, or until its file cannot be written. Dropping saves what is not saved yet.
pub async fn serve(
    listener: TcpListener,
    account: Account,
    faults: Faults,
    clock: impl Fn() -> Timestamp + Send + Sync + 'static,
) -> io::Result<()> {
    Sandbox::new(account, faults, clock).serve(listener).await
}

/// An account that is, or will be, served. Clones are the same account.
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
        let state = Mutex::new(State {
            account,
            faults,
            calls: BTreeMap::new(),
            answered: 0,
            ahead: SignedDuration::ZERO,
        });
        Self {
            server: Arc::new(Server {
                state,
                latency,
                clock: Box::new(clock),
                changed: Notify::new(),
            }),
        }
    }

    /// Answers calls until the future is dropped, or until the account's file cannot be written.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        let _last = SavedAtLast(&self.server);
        let mut connections = JoinSet::new();
        let saving = self.server.keep_saved();
        tokio::pin!(saving);
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (stream, _) = accepted?;
                    connections.spawn(connection(Arc::clone(&self.server), stream));
                }
                Some(_) = connections.join_next() => {}
                failed = &mut saving => return failed.map(|never| match never {}),
            }
        }
    }

    /// Changes the account without a call, as the world outside does.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.server.state().account)
    }

    /// Saves what is not saved yet.
    pub fn save(&self) -> io::Result<()> {
        self.edit(Account::save)
    }
}

/// Connections may outlive the server by a moment, and the account with them: saving must not wait for that.
struct SavedAtLast<'a>(&'a Server);

impl Drop for SavedAtLast<'_> {
    fn drop(&mut self) {
        let _ = self.0.state().account.save();
    }
}

async fn connection(server: Arc<Server>, stream: TcpStream) {
    // Small answers on a kept-alive connection: waiting to fill a packet would cost 40 ms for each.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| server.answer(request));
    // A client that goes away is no concern of the server's, and a lost answer ends the connection on purpose.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The answer is lost: the connection ends without one.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost, as asked for")]
struct Lost;

struct Server {
    state: Mutex<State>,
    latency: Duration,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    changed: Notify,
}

struct State {
    account: Account,
    faults: Faults,
    calls: BTreeMap<&'static str, u64>,
    answered: u64,
    /// How much time was let pass.
    ahead: SignedDuration,
}

impl Server {
    /// The state stays usable even if an operation panicked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep_saved(&self) -> io::Result<Infallible> {
        loop {
            self.changed.notified().await;
            tokio::time::sleep(SAVE_DELAY).await;
            self.state().account.save()?;
        }
    }

    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Lost> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
        let body = protocol::unpacked(&head.headers, body);
        let query = head.uri.query().map(str::to_owned);
        let received = Received {
            method: head.method,
            path: head.uri.path().to_owned(),
            query,
            headers: head.headers,
            body,
        };
        if received.path == CALLS_PATH {
            return Ok(self.calls(&received.method));
        }
        if received.path == CLOCK_PATH {
            return Ok(self.advance(received.query.as_deref().unwrap_or_default()));
        }
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        match received.target() {
            Ok(target) => self.call(target, &received),
            Err(NoTarget::Operation(stray, error)) => {
                Ok(protocol::refuse(stray, NO_REQUEST_ID, error))
            }
            Err(NoTarget::Service) => Ok(no_service()),
        }
    }

    fn calls(&self, method: &Method) -> Response<Full<Bytes>> {
        let mut state = self.state();
        if method == Method::DELETE {
            state.calls.clear();
        }
        let body = json!(state.calls).to_string();
        with_type("application/json", Response::new(Full::from(body)))
    }

    /// Alarms do in between what they would have done.
    fn advance(&self, query: &str) -> Response<Full<Bytes>> {
        let by = query
            .strip_prefix("advance=")
            .map_or(Ok(SignedDuration::ZERO), str::parse);
        let mut state = self.state();
        let ahead = by
            .ok()
            .filter(|by| !by.is_negative())
            .and_then(|by| state.ahead.checked_add(by));
        let Some((ahead, now)) =
            ahead.and_then(|ahead| Some((ahead, (self.clock)().checked_add(ahead).ok()?)))
        else {
            return bad_request("The clock is advanced by a duration, as in advance=5m");
        };
        state.ahead = ahead;
        cloudwatch::time_passed(&mut state.account, now);
        self.changed.notify_one();
        with_type(
            "application/json",
            Response::new(Full::from(json!({ "now": now.to_string() }).to_string())),
        )
    }

    fn call(&self, target: Target, received: &Received) -> Result<Response<Full<Bytes>>, Lost> {
        let mut state = self.state();
        *state.calls.entry(target.operation).or_default() += 1;
        state.answered += 1;
        let request_id = format!("00000000-0000-4000-8000-{:012x}", state.answered);
        let now = (self.clock)()
            .saturating_add(state.ahead)
            .unwrap_or(Timestamp::MAX);
        let answer = state.perform(target, received, now);
        if answer.is_ok() && changes_the_account(target.operation) {
            state.account.mark_changed();
        }
        // Alarms may have changed also by being looked at.
        if !state.account.is_saved() {
            self.changed.notify_one();
        }
        if state.faults.loses(target.operation) {
            return Err(Lost);
        }
        Ok(protocol::respond(target, &request_id, answer))
    }
}

impl State {
    fn perform(&mut self, target: Target, received: &Received, now: Timestamp) -> Answer {
        let input = received.input(target);
        let none = serde_json::Map::new();
        if let Some(refusal) = self.faults.refusal(
            target.speech.service,
            target.operation,
            input.as_ref().unwrap_or(&none),
        ) {
            return Err(refusal);
        }
        let request = Request {
            region: received.region().to_owned(),
            now,
            input: Input(input?),
        };
        let handler = target.speech.service.handler(target.operation);
        let handler = handler.ok_or_else(|| {
            AwsError::new(
                "UnknownOperationException",
                "The sandbox does not serve this operation",
            )
        })?;
        handler(&mut self.account, &request)
    }
}

/// AWS names operations that only read with these words.
fn changes_the_account(operation: &str) -> bool {
    !["Describe", "Get", "List"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

fn bad_request(message: &str) -> Response<Full<Bytes>> {
    let mut response = with_type(
        "application/json",
        Response::new(Full::from(json!({ "message": message }).to_string())),
    );
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

fn no_service() -> Response<Full<Bytes>> {
    let message = "This is not a request to a service that the sandbox serves";
    let body = json!({ "__type": "UnknownOperationException", "message": message });
    let mut response = with_type(
        "application/json",
        Response::new(Full::from(body.to_string())),
    );
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn with_type(
    media_type: &'static str,
    mut response: Response<Full<Bytes>>,
) -> Response<Full<Bytes>> {
    response.headers_mut().insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static(media_type),
    );
    response
}
