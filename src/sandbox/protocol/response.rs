//! Answers and errors in the protocol of their request.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::http::{Channel, OperationCall, WireProtocol};
use super::json::Nulls;
use super::model::ServiceModel;
use super::{cbor, json, query};
use crate::sandbox::error::AwsError;

pub(crate) type Body = Full<Bytes>;

/// HTTP statuses of errors that no model declares, by parts of their names; 400 otherwise.
const UNDECLARED_STATUSES: &[(&str, u16)] = &[
    ("AccessDenied", 403),
    ("AuthorizationError", 403),
    ("UnrecognizedClient", 403),
    ("ExpiredToken", 403),
    ("InternalFailure", 500),
    ("InternalError", 500),
    ("InternalServiceError", 500),
    ("ServiceUnavailable", 503),
];

/// Encodes the result of a call.
pub(crate) fn respond(
    call: OperationCall,
    request_id: &str,
    result: Result<Value, AwsError>,
) -> Response<Body> {
    match result {
        Ok(value) => with_headers(
            call.channel,
            request_id,
            Response::new(Full::from(output(call, request_id, &value))),
        ),
        Err(error) => refuse(call.channel, request_id, error),
    }
}

/// Encodes an error.
pub(crate) fn refuse(channel: Channel, request_id: &str, error: AwsError) -> Response<Body> {
    with_headers(
        channel,
        request_id,
        error_response(channel, request_id, error),
    )
}

fn with_headers(
    channel: Channel,
    request_id: &str,
    mut response: Response<Body>,
) -> Response<Body> {
    let headers = response.headers_mut();
    if let Ok(id) = request_id.parse() {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(media_type) = media_type(channel) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    if channel.protocol == WireProtocol::RpcCbor {
        headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    }
    response
}

fn media_type(channel: Channel) -> Option<HeaderValue> {
    let json_version = channel.service.model.json_version;
    match channel.protocol {
        WireProtocol::RpcCbor => "application/cbor".parse(),
        WireProtocol::AwsJson => format!("application/x-amz-json-{json_version}").parse(),
        WireProtocol::RestJson => "application/json".parse(),
        WireProtocol::AwsQuery => "text/xml".parse(),
    }
    .ok()
}

fn output(call: OperationCall, request_id: &str, value: &Value) -> Vec<u8> {
    let operation = call.operation;
    match (call.channel.protocol, &operation.output) {
        (WireProtocol::AwsQuery, _) => {
            let namespace = call.channel.service.model.xml_namespace;
            query::encode(namespace, operation, value, request_id)
        }
        (_, None) => Vec::new(),
        (WireProtocol::RpcCbor, Some(output)) => cbor::encode(output, value),
        (WireProtocol::AwsJson, Some(output)) => json::encode(output, Nulls::Omitted, value),
        (WireProtocol::RestJson, Some(output)) => json::encode(output, Nulls::Written, value),
    }
}

fn error_response(channel: Channel, request_id: &str, error: AwsError) -> Response<Body> {
    let model = channel.service.model;
    let error = EncodedError::new(error, model);
    let body = match channel.protocol {
        WireProtocol::RpcCbor => cbor::encode_error(&error.name, &error.members),
        WireProtocol::AwsJson | WireProtocol::RestJson => {
            json::encode_error(&error.name, &error.members)
        }
        WireProtocol::AwsQuery => query::encode_error(
            model.xml_namespace,
            error.fault,
            &error.query_code,
            &error.members,
            request_id,
        ),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    if channel.protocol == WireProtocol::RestJson
        && let Ok(name) = error.name.parse()
    {
        headers.insert("x-amzn-errortype", name);
    }
    if model.is_query_compatible
        && channel.protocol != WireProtocol::AwsQuery
        && let Ok(code) = format!("{};{}", error.query_code, error.fault).parse()
    {
        headers.insert("x-amzn-query-error", code);
    }
    response
}

/// An error with the details that the model adds.
struct EncodedError {
    status: u16,
    name: String,
    /// The name in the query protocol, which some models spell differently.
    query_code: String,
    /// `Sender` or `Receiver`.
    fault: &'static str,
    members: Map<String, Value>,
}

impl EncodedError {
    fn new(error: AwsError, model: &ServiceModel) -> Self {
        let declared = model.exception(&error.name);
        let status = declared
            .and_then(|exception| exception.http_status)
            .unwrap_or_else(|| undeclared_status(&error.name));
        let name = error.name.into_owned();
        let query_code = declared
            .and_then(|exception| exception.code)
            .unwrap_or(&name)
            .to_owned();
        let message_member = declared
            .and_then(|exception| exception.message_member)
            .unwrap_or("message");
        let mut members = error.details;
        members.insert(message_member.to_owned(), json!(error.message));
        Self {
            status,
            name,
            query_code,
            fault: if status < 500 { "Sender" } else { "Receiver" },
            members,
        }
    }
}

fn undeclared_status(name: &str) -> u16 {
    UNDECLARED_STATUSES
        .iter()
        .find(|(part, _)| name.contains(part))
        .map_or(400, |(_, status)| *status)
}
