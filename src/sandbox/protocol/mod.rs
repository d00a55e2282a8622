//! The wire: which service and operation a request names, in which of AWS's protocols, and how its answer is written.
//! Knows no operation's meaning.

pub mod cbor;
pub mod input;
pub mod json;
pub mod model;
pub mod query;

use std::io::Read;

use flate2::read::GzDecoder;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use self::json::Nulls;
use self::model::Model;
use self::query::Form;
use super::error::AwsError;
use super::service::{SERVICES, Service};

/// Far more than any service takes.
const LONGEST_BODY: u64 = 16 << 20;

/// How a request spoke, and so how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    RpcCbor,
    AwsJson,
    RestJson,
    AwsQuery,
}

/// A request as it came.
pub struct Received {
    pub method: Method,
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Whom a request speaks to, and how.
#[derive(Debug, Clone, Copy)]
pub struct Speech {
    pub service: &'static Service,
    pub protocol: Protocol,
}

/// What a request asks for.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub speech: Speech,
    pub operation: &'static str,
}

/// Why a request names nothing that the sandbox serves.
pub enum NoTarget {
    Operation(Speech, AwsError),
    Service,
}

/// A body as it was before the client compressed it, as SDKs do with more than 10 kB for PutMetricData.
pub fn unpacked(headers: &HeaderMap, body: Bytes) -> Bytes {
    let is_packed = headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding == "gzip");
    let mut plain = Vec::new();
    match is_packed.then(|| {
        GzDecoder::new(&*body)
            .take(LONGEST_BODY)
            .read_to_end(&mut plain)
    }) {
        Some(Ok(_)) => plain.into(),
        // What is not gzip is left to the protocol to refuse.
        Some(Err(_)) | None => body,
    }
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The form of a query-protocol request, which may stand in the body or in the URL.
    fn form(&self) -> Form {
        let body = String::from_utf8_lossy(&self.body);
        Form::parse(if self.method == Method::GET {
            self.query.as_deref().unwrap_or_default()
        } else {
            &body
        })
    }

    /// Finds what the request asks for.
    pub fn target(&self) -> Result<Target, NoTarget> {
        if let Some((prefix, operation)) = rpc_path(&self.path) {
            return find(
                |model| model.metadata.target_prefix.as_deref() == Some(prefix),
                operation,
                Protocol::RpcCbor,
            );
        }
        if let Some((prefix, operation)) = self.header("x-amz-target").split_once('.') {
            return find(
                |model| model.metadata.target_prefix.as_deref() == Some(prefix),
                operation,
                Protocol::AwsJson,
            );
        }
        if self.path == "/" {
            let form = self.form();
            let version = form.get("Version").unwrap_or_default();
            return find(
                |model| model.metadata.api_version == version,
                form.get("Action").unwrap_or_default(),
                Protocol::AwsQuery,
            );
        }
        rest_target(&self.path)
    }

    /// The Region that the request was signed for; `us-east-1` for one that was not signed.
    pub fn region(&self) -> &str {
        let scope = self
            .header("authorization")
            .split_once("Credential=")
            .map_or("", |(_, rest)| rest);
        scope
            .split('/')
            .nth(2)
            .filter(|region| !region.is_empty())
            .unwrap_or("us-east-1")
    }

    /// The typed and checked members of the request.
    pub fn input(&self, target: Target) -> Result<Map<String, Value>, AwsError> {
        let model = target.speech.service.model();
        let Some(shape) = model
            .operations
            .get(target.operation)
            .and_then(|operation| operation.input.as_ref())
        else {
            return Ok(Map::new());
        };
        let raw = match target.speech.protocol {
            Protocol::RpcCbor => cbor::decode(&self.body),
            Protocol::AwsJson | Protocol::RestJson => json::decode(&self.body),
            Protocol::AwsQuery => Some(self.form().members(model, shape)),
        };
        let raw = raw.ok_or_else(|| {
            AwsError::new("SerializationException", "The request body cannot be read")
        })?;
        input::read(model, shape, raw)
            .map_err(|message| AwsError::new(target.speech.service.validation, message))
    }
}

fn rpc_path(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/service/")?.split_once("/operation/")
}

fn find(
    is_meant: impl Fn(&Model) -> bool,
    operation: &str,
    protocol: Protocol,
) -> Result<Target, NoTarget> {
    let service = SERVICES
        .iter()
        .find(|service| is_meant(service.model()))
        .ok_or(NoTarget::Service)?;
    let speech = Speech { service, protocol };
    let unknown = || {
        let name = if protocol == Protocol::AwsQuery {
            "InvalidAction"
        } else {
            "UnknownOperationException"
        };
        NoTarget::Operation(
            speech,
            AwsError::new(
                name,
                format!("The sandbox does not serve {} {operation}", service.name),
            ),
        )
    };
    service
        .operation_name(operation)
        .map(|operation| Target { speech, operation })
        .ok_or_else(unknown)
}

fn rest_target(path: &str) -> Result<Target, NoTarget> {
    let at = |service: &'static Service| {
        let mut operations = service.model().operations.iter();
        let (name, _) = operations.find(|(_, operation)| operation.http.request_uri == path)?;
        let speech = Speech {
            service,
            protocol: Protocol::RestJson,
        };
        Some(Target {
            speech,
            operation: service.operation_name(name)?,
        })
    };
    SERVICES.iter().find_map(at).ok_or(NoTarget::Service)
}

/// Writes an answer in the protocol of its question.
pub fn respond(
    target: Target,
    request_id: &str,
    answer: Result<Value, AwsError>,
) -> Response<Full<Bytes>> {
    match answer {
        Ok(value) => with_headers(
            target.speech,
            request_id,
            success(target, request_id, &value),
        ),
        Err(error) => refuse(target.speech, request_id, error),
    }
}

/// Writes an error in the protocol of its question.
pub fn refuse(speech: Speech, request_id: &str, error: AwsError) -> Response<Full<Bytes>> {
    with_headers(speech, request_id, failure(speech, request_id, error))
}

fn with_headers(
    speech: Speech,
    request_id: &str,
    mut response: Response<Full<Bytes>>,
) -> Response<Full<Bytes>> {
    let headers = response.headers_mut();
    if let Ok(id) = request_id.parse() {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(media_type) = media_type(speech) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    if speech.protocol == Protocol::RpcCbor {
        headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    }
    response
}

fn media_type(speech: Speech) -> Option<HeaderValue> {
    match speech.protocol {
        Protocol::RpcCbor => "application/cbor".parse(),
        Protocol::AwsJson => format!(
            "application/x-amz-json-{}",
            speech.service.model().metadata.json_version
        )
        .parse(),
        Protocol::RestJson => "application/json".parse(),
        Protocol::AwsQuery => "text/xml".parse(),
    }
    .ok()
}

fn success(target: Target, request_id: &str, value: &Value) -> Response<Full<Bytes>> {
    let model = target.speech.service.model();
    let output = model
        .operations
        .get(target.operation)
        .and_then(|operation| operation.output.as_ref());
    let body = match (target.speech.protocol, output) {
        (Protocol::AwsQuery, output) => {
            query::encode(model, target.operation, output, value, request_id)
        }
        (_, None) => Vec::new(),
        (Protocol::RpcCbor, Some(output)) => cbor::encode(model, output, value),
        (Protocol::AwsJson, Some(output)) => json::encode(model, output, Nulls::LeftOut, value),
        (Protocol::RestJson, Some(output)) => json::encode(model, output, Nulls::Written, value),
    };
    Response::new(Full::from(body))
}

fn failure(speech: Speech, request_id: &str, error: AwsError) -> Response<Full<Bytes>> {
    let model = speech.service.model();
    let reply = error.in_terms_of(model);
    let body = match speech.protocol {
        Protocol::RpcCbor => cbor::encode_error(&reply.name, &reply.members),
        Protocol::AwsJson | Protocol::RestJson => json::encode_error(&reply.name, &reply.members),
        Protocol::AwsQuery => query::encode_error(
            model,
            reply.fault,
            &reply.query_code,
            &reply.members,
            request_id,
        ),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    if let Some(name) = reply
        .name
        .parse()
        .ok()
        .filter(|_| speech.protocol == Protocol::RestJson)
    {
        headers.insert("x-amzn-errortype", name);
    }
    if model.is_query_compatible()
        && speech.protocol != Protocol::AwsQuery
        && let Ok(code) = format!("{};{}", reply.query_code, reply.fault).parse()
    {
        headers.insert("x-amzn-query-error", code);
    }
    response
}
