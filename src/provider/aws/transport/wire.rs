//! Requests and answers of AWS's protocols, as far as the transport has to read them: the operation, the form of an answer, the
//! error code.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use ciborium::Value as Cbor;
use serde_json::Value as Json;

use crate::provider::aws::errors::is_throttling;
use crate::provider::aws::rpc::{bare_code, json_error, xml_error};

/// The operation that a request calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// The signing name, as in `monitoring`; empty in a request without a signature.
    pub(super) service: String,
    /// For REST the method and the first segment of the path.
    pub(super) operation: String,
    protocol: Protocol,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Query,
    Json,
    RestJson,
    Cbor,
}

/// What an answer says about the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was carried out or refused.
    Answered,
    Throttled,
    ServerError,
    /// Somebody else than AWS answered; with a description of the answer.
    Foreign(String),
}

impl Call {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let (protocol, operation) = operation(request);
        Self {
            service: signing_name(request).unwrap_or_default().to_owned(),
            operation,
            protocol,
        }
    }

    /// Judges an answer whose body is read. A successful one without the form of its protocol would otherwise count as done: the
    /// SDK does not read the body of an operation without output.
    pub(super) fn judge(&self, answer: &HttpResponse) -> Verdict {
        let status = answer.status();
        let body = answer.body().bytes().unwrap_or_default();
        if status.is_success() {
            return if self.has_form(body) {
                Verdict::Answered
            } else {
                Verdict::Foreign(description(answer, body))
            };
        }
        let code = self.error_code(answer, body).unwrap_or_default();
        if is_throttling(&code, status.as_u16()) {
            Verdict::Throttled
        } else if status.is_server_error() {
            Verdict::ServerError
        } else if code.is_empty() && is_html(answer, body) {
            Verdict::Foreign(description(answer, body))
        } else {
            Verdict::Answered
        }
    }

    fn has_form(&self, body: &[u8]) -> bool {
        match self.protocol {
            Protocol::Query => has_root(body, &format!("{}Response", self.operation)),
            Protocol::Json | Protocol::RestJson => {
                body.is_empty()
                    || serde_json::from_slice(body).is_ok_and(|json: Json| json.is_object())
            }
            Protocol::Cbor => body.first().is_none_or(|first| first >> 5 == CBOR_MAP),
        }
    }

    fn error_code(&self, answer: &HttpResponse, body: &[u8]) -> Option<String> {
        let error = match self.protocol {
            Protocol::Query => xml_error(body),
            Protocol::Json | Protocol::RestJson => {
                json_error(body, answer.headers().get("x-amzn-errortype"))
            }
            Protocol::Cbor => return cbor_error_code(answer, body),
        };
        error.code().map(str::to_owned)
    }
}

/// The major type of a map in the first three bits.
const CBOR_MAP: u8 = 5;

fn operation(request: &HttpRequest) -> (Protocol, String) {
    let headers = request.headers();
    let path = request
        .uri()
        .split_once("://")
        .map_or(request.uri(), |(_, rest)| {
            rest.find('/').map_or("/", |at| &rest[at..])
        });
    if headers.get("smithy-protocol") == Some("rpc-v2-cbor") {
        let operation = path.rsplit('/').next().unwrap_or_default();
        return (Protocol::Cbor, operation.to_owned());
    }
    if let Some(target) = headers.get("x-amz-target") {
        let operation = target.rsplit('.').next().unwrap_or_default();
        return (Protocol::Json, operation.to_owned());
    }
    let is_form = headers
        .get("content-type")
        .is_some_and(|content_type| content_type.starts_with("application/x-www-form-urlencoded"));
    if is_form {
        let body = request.body().bytes().unwrap_or_default();
        let action = form_urlencoded::parse(body).find(|(name, _)| name == "Action");
        let operation = action.map(|(_, action)| action.into_owned());
        return (Protocol::Query, operation.unwrap_or_default());
    }
    (Protocol::RestJson, rest_operation(request.method(), path))
}

/// The method, and the first segment of the path: what follows are names and queries.
fn rest_operation(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let segment = path.trim_matches('/').split('/').next().unwrap_or_default();
    format!("{method} {segment}")
}

/// The service in the signature: `… Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`
fn signing_name(request: &HttpRequest) -> Option<&str> {
    let signature = request.headers().get("authorization")?;
    let (_, scope) = signature.split_once("Credential=")?;
    scope.split(',').next()?.split('/').rev().nth(1)
}

fn has_root(body: &[u8], name: &str) -> bool {
    let text = String::from_utf8_lossy(body);
    roxmltree::Document::parse(&text)
        .is_ok_and(|document| document.root_element().tag_name().name() == name)
}

/// A service that had the query protocol before keeps its codes in a header, as in `Throttling;Sender`.
fn cbor_error_code(answer: &HttpResponse, body: &[u8]) -> Option<String> {
    if let Some(error) = answer.headers().get("x-amzn-query-error") {
        return error.split(';').next().map(str::to_owned);
    }
    let error: Cbor = ciborium::from_reader(body).ok()?;
    let members = error.as_map()?;
    let (_, code) = members
        .iter()
        .find(|(member, _)| member.as_text() == Some("__type"))?;
    code.as_text().map(bare_code).map(str::to_owned)
}

fn is_html(answer: &HttpResponse, body: &[u8]) -> bool {
    let is_declared = answer
        .headers()
        .get("content-type")
        .is_some_and(|content_type| content_type.contains("html"));
    let start = body.get(..MAX_HTML_START).unwrap_or(body);
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    is_declared || start.contains("<html") || start.contains("<!doctype html")
}

const MAX_HTML_START: usize = 512;

fn description(answer: &HttpResponse, body: &[u8]) -> String {
    let what = if is_html(answer, body) {
        "an HTML page"
    } else {
        "something else"
    };
    let status = answer.status().as_u16();
    format!(
        "{what} instead of an answer of AWS (HTTP {status}): a proxy or a sign-in page may be in between"
    )
}
