//! Requests as HTTP carries them: the service, the operation and the protocol that a request names, and its members.

use std::io::Read;

use flate2::read::GzDecoder;
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{CONTENT_ENCODING, HeaderMap};
use serde_json::{Map, Value};

use super::model::{OperationModel, ServiceModel, Shape};
use super::query::QueryForm;
use super::services::{SERVICES, Service};
use super::{cbor, input, json};
use crate::sandbox::error::AwsError;

/// Bytes of a body, before and after compression. CloudWatch's own limit is 1 MB.
pub(crate) const LONGEST_BODY: usize = 2 << 20;

/// The parts of a signature's scope.
const REGION: usize = 2;
const SERVICE: usize = 3;

/// Used for requests without a signature.
const DEFAULT_REGION: &str = "us-east-1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireProtocol {
    RpcCbor,
    AwsJson,
    RestJson,
    AwsQuery,
}

/// A service and the request's protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Channel {
    pub(crate) service: &'static Service,
    pub(super) protocol: WireProtocol,
}

/// A request's operation, and the channel of the request and the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OperationCall {
    pub(crate) channel: Channel,
    pub(super) operation: &'static OperationModel,
}

/// The request's operation or service is unknown to the sandbox.
pub(crate) enum RoutingError {
    UnknownOperation(Channel, AwsError),
    UnknownService,
}

/// A request before decoding, with its body decompressed.
pub(crate) struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    headers: HeaderMap,
    body: Bytes,
}

impl OperationCall {
    pub(crate) fn operation(self) -> &'static str {
        self.operation.name
    }
}

impl HttpRequest {
    /// `None` for a body that is too long without its compression.
    pub(crate) fn new(head: hyper::http::request::Parts, body: Bytes) -> Option<Self> {
        let body = decompressed(&head.headers, body)?;
        Some(Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: head.headers,
            body,
        })
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Parses the form of a query-protocol request: the URL's query of a `GET`, else the body.
    fn form(&self) -> QueryForm {
        if self.method == Method::GET {
            QueryForm::parse(self.query.as_deref().unwrap_or_default())
        } else {
            QueryForm::parse(&String::from_utf8_lossy(&self.body))
        }
    }

    /// The operation that the request names.
    pub(crate) fn call(&self) -> Result<OperationCall, RoutingError> {
        if let Some((prefix, operation)) = rpc_path(&self.path) {
            return with_prefix(prefix, WireProtocol::RpcCbor)?.call(operation);
        }
        if let Some((prefix, operation)) = self.header("x-amz-target").split_once('.') {
            return with_prefix(prefix, WireProtocol::AwsJson)?.call(operation);
        }
        if self.path == "/" {
            let form = self.form();
            return with_version(form.get("Version").unwrap_or_default())?
                .call(form.get("Action").unwrap_or_default());
        }
        rest_call(&self.method, &self.path, self.of_scope(SERVICE))
    }

    /// The Region in the request's signature.
    pub(crate) fn region(&self) -> &str {
        self.of_scope(REGION).unwrap_or(DEFAULT_REGION)
    }

    /// A part of the scope in the request's signature: `KEY/DATE/REGION/SERVICE/aws4_request`.
    fn of_scope(&self, part: usize) -> Option<&str> {
        let (_, scope) = self.header("authorization").split_once("Credential=")?;
        scope.split('/').nth(part).filter(|part| !part.is_empty())
    }

    /// The members of a REST-JSON request that the path and the query have.
    fn members_of_url(&self, operation: &OperationModel) -> Map<String, Value> {
        let query = QueryForm::parse(self.query.as_deref().unwrap_or_default());
        let of_query = operation
            .input
            .iter()
            .filter_map(|input| match input.shape {
                Shape::Structure(structure) => Some(structure.members),
                _ => None,
            });
        let of_query = of_query.flatten().filter_map(|(name, member)| {
            let name = member.wire_name(name);
            Some((name.to_owned(), Value::from(query.get(name)?)))
        });
        let of_path = labels(operation.request_uri, &self.path).unwrap_or_default();
        of_query.chain(of_path).collect()
    }

    /// The members of the request, checked and converted to the model's types.
    pub(crate) fn input(&self, call: OperationCall) -> Result<Map<String, Value>, AwsError> {
        let Some(shape) = &call.operation.input else {
            return Ok(Map::new());
        };
        let raw = match call.channel.protocol {
            WireProtocol::RpcCbor => cbor::decode(&self.body),
            WireProtocol::AwsJson => json::decode(&self.body),
            WireProtocol::RestJson => json::decode(&self.body).map(|mut members| {
                members.extend(self.members_of_url(call.operation));
                members
            }),
            WireProtocol::AwsQuery => Some(self.form().members(shape)),
        };
        let raw = raw.ok_or_else(|| {
            AwsError::new("SerializationException", "The request body cannot be read")
        })?;
        input::read(shape, raw)
            .map_err(|message| AwsError::new(call.channel.service.validation, message))
    }
}

/// A body before compression: SDKs compress PutMetricData above 10 kB. `None` for one that is too long.
fn decompressed(headers: &HeaderMap, body: Bytes) -> Option<Bytes> {
    let is_compressed = headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding == "gzip");
    if !is_compressed {
        return Some(body);
    }
    let mut plain = Vec::new();
    let read = GzDecoder::new(&*body)
        .take(LONGEST_BODY as u64 + 1)
        .read_to_end(&mut plain);
    if plain.len() > LONGEST_BODY {
        return None;
    }
    // The protocol refuses a body that is not gzip.
    Some(if read.is_ok() { plain.into() } else { body })
}

fn rpc_path(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/service/")?.split_once("/operation/")
}

fn with_prefix(prefix: &str, protocol: WireProtocol) -> Result<Channel, RoutingError> {
    channel(protocol, |model| model.target_prefix == Some(prefix))
}

fn with_version(version: &str) -> Result<Channel, RoutingError> {
    channel(WireProtocol::AwsQuery, |model| model.api_version == version)
}

fn channel(
    protocol: WireProtocol,
    is_meant: impl Fn(&ServiceModel) -> bool,
) -> Result<Channel, RoutingError> {
    SERVICES
        .iter()
        .find(|service| is_meant(service.model))
        .map(|service| Channel { service, protocol })
        .ok_or(RoutingError::UnknownService)
}

/// The labels of a path (`/slo/{Id}`) with their values; `None` for another path.
fn labels(pattern: &str, path: &str) -> Option<Vec<(String, Value)>> {
    let (patterns, segments) = (pattern.split('/'), path.split('/'));
    if patterns.clone().count() != segments.clone().count() {
        return None;
    }
    let mut labels = Vec::new();
    for (pattern, segment) in patterns.zip(segments) {
        let label = pattern
            .strip_prefix('{')
            .and_then(|label| label.strip_suffix('}'));
        match label {
            Some(label) => labels.push((label.to_owned(), Value::from(unescaped(segment)))),
            None if pattern == segment => {}
            None => return None,
        }
    }
    Some(labels)
}

/// A segment of a path without percent-encoding.
fn unescaped(segment: &str) -> String {
    let form = segment.replace('+', "%2B");
    let mut pairs = form_urlencoded::parse(form.as_bytes());
    pairs
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}

/// Services share paths such as `/tag-resource`: the signature says which one is called.
fn rest_call(
    method: &Method,
    path: &str,
    signed_for: Option<&str>,
) -> Result<OperationCall, RoutingError> {
    let is_meant = |service: &&Service| signed_for.is_none_or(|name| service.model.name == name);
    SERVICES
        .iter()
        .filter(is_meant)
        .find_map(|service| {
            let operation = service.model.operations.iter().find(|operation| {
                operation.method == method.as_str() && labels(operation.request_uri, path).is_some()
            })?;
            let channel = Channel {
                service,
                protocol: WireProtocol::RestJson,
            };
            Some(OperationCall { channel, operation })
        })
        .ok_or(RoutingError::UnknownService)
}

impl Channel {
    fn call(self, name: &str) -> Result<OperationCall, RoutingError> {
        match self.service.model.operation(name) {
            Some(operation) => Ok(OperationCall {
                channel: self,
                operation,
            }),
            None => Err(RoutingError::UnknownOperation(
                self,
                self.unknown_operation(name),
            )),
        }
    }

    fn unknown_operation(self, name: &str) -> AwsError {
        let code = if self.protocol == WireProtocol::AwsQuery {
            "InvalidAction"
        } else {
            "UnknownOperationException"
        };
        let service = self.service.model.name;
        AwsError::new(code, format!("The sandbox does not serve {service} {name}"))
    }
}
