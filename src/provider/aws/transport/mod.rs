//! The HTTP client of all services in one Region. It keeps calls within the account's quotas, retries included; it gives up an
//! endpoint that stopped answering; it rejects answers that are not of AWS. The SDK retries other failures.

mod circuit;
mod wire;

#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::{Instant, timeout};

use self::circuit::Circuit;
use self::wire::{Call, Verdict};
use super::rate_limit::{Bucket, NoProgress, Quotas, RateLimit, Setback};
use super::transport_error::TransportError;

/// The longest wait for the head of an answer.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest wait for a body: a template has up to a megabyte, and lines are slow.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The age up to which a throttled request is sent again as it is. AWS refuses a signature after five minutes.
const SIGNATURE_AGE: Duration = Duration::from_mins(3);

/// Clones share quotas and circuit.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    client: SharedHttpClient,
    line: Arc<Line>,
}

/// What all calls of a Region share.
#[derive(Debug)]
struct Line {
    quotas: Quotas,
    circuit: Circuit,
}

impl Transport {
    pub(super) fn new(client: SharedHttpClient, rate_limit: RateLimit) -> Self {
        let line = Line {
            quotas: Quotas::new(rate_limit, RandomState::new().build_hasher().finish()),
            circuit: Circuit::new(),
        };
        Self {
            client,
            line: Arc::new(line),
        }
    }
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            connector: self.client.http_connector(settings, components),
            line: Arc::clone(&self.line),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

#[derive(Debug, Clone)]
struct Connector {
    connector: SharedHttpConnector,
    line: Arc<Line>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().answer(request))
    }
}

impl Connector {
    /// Sends the request, unless the endpoint is given up first.
    async fn answer(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        tokio::select! {
            biased;
            reason = self.line.circuit.opened() => Err(failure(TransportError::Unreachable(reason))),
            answer = self.send_in_turn(request) => answer,
        }
    }

    /// Queues the request in its operation's bucket, again after each throttled answer.
    async fn send_in_turn(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let call = Call::of(&request);
        let bucket = self.line.quotas.bucket(&call.service, &call.operation);
        let signed = Instant::now();
        let copy = request.try_clone();
        let mut next = Some(request);
        loop {
            let request = next.take().or_else(|| copy.as_ref()?.try_clone());
            let Some(request) = request else {
                return Err(ConnectorError::user(
                    "the request cannot be repeated".into(),
                ));
            };
            let start = bucket.acquire().await.map_err(given_up)?;
            let answer = self.send(request, start).await?;
            let is_throttled = self.record(&call, &bucket, &answer, start)?;
            if !is_throttled || copy.is_none() || signed.elapsed() > SIGNATURE_AGE {
                return Ok(answer);
            }
        }
    }

    /// Sends a request once, and reads the whole answer.
    async fn send(
        &self,
        request: HttpRequest,
        start: Instant,
    ) -> Result<HttpResponse, ConnectorError> {
        let endpoint = endpoint(request.uri()).to_owned();
        let answer = match timeout(HEAD_TIMEOUT, self.connector.call(request)).await {
            Ok(Ok(answer)) => with_whole_body(answer).await,
            Ok(Err(error)) => Err(error),
            Err(_) => Err(timed_out(HEAD_TIMEOUT)),
        };
        if let Err(error) = &answer {
            let cause = innermost(error);
            self.line.circuit.missing(&endpoint, &cause, start);
        }
        answer
    }

    /// Records the answer for the calls to come, and returns whether it is a throttled one.
    fn record(
        &self,
        call: &Call,
        bucket: &Bucket,
        answer: &HttpResponse,
        start: Instant,
    ) -> Result<bool, ConnectorError> {
        let verdict = call.judge(answer);
        if let Verdict::Foreign(description) = verdict {
            self.line.circuit.foreign(&description);
            return Err(failure(TransportError::Foreign(description)));
        }
        self.line.circuit.answered();
        match verdict {
            Verdict::Throttled => bucket.set_back(Setback::Throttled, start),
            Verdict::ServerError => bucket.set_back(Setback::ServerError, start),
            Verdict::Answered | Verdict::Foreign(_) => bucket.accepted(),
        }
        Ok(verdict == Verdict::Throttled)
    }
}

async fn with_whole_body(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let body = ByteStream::new(answer.take_body()).collect();
    let body = match timeout(BODY_TIMEOUT, body).await {
        Ok(Ok(body)) => body.into_bytes(),
        Ok(Err(error)) => return Err(ConnectorError::io(error.into())),
        Err(_) => return Err(timed_out(BODY_TIMEOUT)),
    };
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

fn timed_out(after: Duration) -> ConnectorError {
    ConnectorError::timeout(format!("no answer within {} s", after.as_secs()).into())
}

fn given_up(no_progress: NoProgress) -> ConnectorError {
    let seconds = no_progress.seconds;
    failure(match no_progress.cause {
        Setback::Throttled => TransportError::Throttled { seconds },
        Setback::ServerError => TransportError::ServerErrors { seconds },
    })
}

/// The SDK does not retry it.
fn failure(error: TransportError) -> ConnectorError {
    ConnectorError::other(error.into(), None)
}

/// Scheme and host of an address.
fn endpoint(uri: &str) -> &str {
    let host = uri.find("://").map_or(0, |at| at + 3);
    let path = uri.get(host..).and_then(|rest| rest.find('/'));
    path.and_then(|path| uri.get(..host + path)).unwrap_or(uri)
}

fn innermost(error: &ConnectorError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
