//! Requests and responses of the JSON 1.1, REST-JSON and query protocols.

use std::borrow::Cow;
use std::fmt::Write as _;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Protocol {
    /// `target`: the part of `X-Amz-Target` before the operation.
    Json {
        target: &'static str,
    },
    /// `version`: the version of the API.
    Query {
        version: &'static str,
    },
    RestJson {
        routes: &'static [Route],
    },
}

/// The HTTP binding of an operation.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    /// With labels: `/slo/{Id}`.
    pub(crate) path: &'static str,
    /// The members in the query of the URL; others without a label are in the body.
    pub(crate) query: &'static [&'static str],
}

impl Route {
    /// An operation with all members in the body.
    pub(crate) const fn post(operation: &'static str, path: &'static str) -> Self {
        Self {
            operation,
            method: "POST",
            path,
            query: &[],
        }
    }
}

pub(super) fn request(
    protocol: Protocol,
    operation: &'static str,
    input: Value,
) -> Result<HttpRequest, BoxError> {
    let mut members = match input {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.retain(|_, value| !value.is_null());
    if let Protocol::RestJson { routes } = protocol {
        return rest_request(routes, operation, members);
    }
    let (content_type, body) = match protocol {
        Protocol::Json { .. } | Protocol::RestJson { .. } => (
            "application/x-amz-json-1.1",
            Value::from(members).to_string(),
        ),
        Protocol::Query { version } => (
            "application/x-www-form-urlencoded",
            form(operation, version, &members),
        ),
    };
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method("POST")?;
    request.set_uri("/")?;
    let headers = request.headers_mut();
    headers.insert("content-type", content_type);
    headers.insert("content-length", body.len().to_string());
    if let Protocol::Json { target } = protocol {
        headers.insert("x-amz-target", format!("{target}.{operation}"));
    }
    *request.body_mut() = SdkBody::from(body);
    Ok(request)
}

fn rest_request(
    routes: &[Route],
    operation: &'static str,
    mut members: Map<String, Value>,
) -> Result<HttpRequest, BoxError> {
    let route = routes
        .iter()
        .find(|route| route.operation == operation)
        .ok_or_else(|| format!("`{operation}` has no route"))?;
    let path = route.path.split('/').map(|segment| {
        let label = segment
            .strip_prefix('{')
            .and_then(|label| label.strip_suffix('}'));
        match label {
            Some(label) => escaped(&text(members.remove(label))),
            None => segment.to_owned(),
        }
    });
    let mut uri = path.collect::<Vec<_>>().join("/");
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in route.query {
        if let Some(value) = members.remove(*name) {
            query.append_pair(name, &text(Some(value)));
        }
    }
    let query = query.finish();
    if !query.is_empty() {
        write!(uri, "?{query}")?;
    }
    let has_body = !matches!(route.method, "GET" | "DELETE");
    let body = if has_body {
        Value::from(members).to_string()
    } else {
        String::new()
    };
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method(route.method)?;
    request.set_uri(uri)?;
    let headers = request.headers_mut();
    if has_body {
        headers.insert("content-type", "application/json");
        headers.insert("content-length", body.len().to_string());
    }
    *request.body_mut() = SdkBody::from(body);
    Ok(request)
}

/// A member of the path or of the query.
fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text,
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// A segment of a path: all but the unreserved characters of RFC 3986 are percent-encoded.
fn escaped(segment: &str) -> String {
    segment.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

/// Members are texts: no operation in use takes a list.
fn form(operation: &str, version: &str, members: &Map<String, Value>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", operation)
        .append_pair("Version", version);
    for (name, value) in members {
        form.append_pair(name, value.as_str().unwrap_or_default());
    }
    form.finish()
}

pub(super) fn read_response(
    protocol: Protocol,
    operation: &'static str,
    response: &HttpResponse,
) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        let error = match protocol {
            Protocol::Json { .. } | Protocol::RestJson { .. } => {
                json_error(body, response.headers().get("x-amzn-errortype"))
            }
            Protocol::Query { .. } => xml_error(body),
        };
        return Err(OrchestratorError::operation(error));
    }
    let output = match protocol {
        Protocol::Json { .. } | Protocol::RestJson { .. } if body.is_empty() => Ok(Value::Null),
        Protocol::Json { .. } | Protocol::RestJson { .. } => {
            serde_json::from_slice(body).map_err(BoxError::from)
        }
        Protocol::Query { .. } => xml_output(operation, body),
    };
    output.map_err(OrchestratorError::response)
}

/// The error code comes from the header or the body, with a namespace before `#` or a URL after `:`.
pub(crate) fn json_error(body: &[u8], header: Option<&str>) -> ErrorMetadata {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = header
        .or_else(|| body["__type"].as_str())
        .or_else(|| body["code"].as_str());
    let message = body["message"]
        .as_str()
        .or_else(|| body["Message"].as_str());
    error(code.map(bare_code), message)
}

pub(crate) fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

pub(crate) fn xml_error(body: &[u8]) -> ErrorMetadata {
    let text = String::from_utf8_lossy(body);
    let Ok(document) = roxmltree::Document::parse(&text) else {
        return error(None, None);
    };
    error(text_of(&document, "Code"), text_of(&document, "Message"))
}

/// The text of the first element with this name, at any depth.
fn text_of<'a>(document: &'a roxmltree::Document<'_>, name: &str) -> Option<&'a str> {
    document
        .descendants()
        .find(|node| node.tag_name().name() == name)?
        .text()
}

fn error(code: Option<&str>, message: Option<&str>) -> ErrorMetadata {
    let mut error = ErrorMetadata::builder();
    if let Some(code) = code {
        error = error.code(code);
    }
    if let Some(message) = message {
        error = error.message(message);
    }
    error.build()
}

fn xml_output(operation: &str, body: &[u8]) -> Result<Value, BoxError> {
    let document = roxmltree::Document::parse(std::str::from_utf8(body)?)?;
    let result = format!("{operation}Result");
    let output = document
        .root_element()
        .children()
        .find(|child| child.tag_name().name() == result);
    Ok(output.map_or(Value::Null, xml_value))
}

/// An element without child elements is a text, one with `member` elements a list, any other an object.
fn xml_value(element: roxmltree::Node<'_, '_>) -> Value {
    let children: Vec<_> = element
        .children()
        .filter(roxmltree::Node::is_element)
        .collect();
    if children.is_empty() {
        let text: Cow<'_, str> = element
            .children()
            .filter_map(|child| child.text())
            .collect();
        return Value::from(text);
    }
    if children
        .iter()
        .all(|child| child.tag_name().name() == "member")
    {
        return children.into_iter().map(xml_value).collect();
    }
    children
        .into_iter()
        .map(|child| (child.tag_name().name().to_owned(), xml_value(child)))
        .collect()
}

/// For lists in the query protocol, where an empty list is an empty element and so reads as an empty text.
pub(crate) fn list_or_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List<T> {
        Members(Vec<T>),
        Empty(IgnoredAny),
    }
    match List::deserialize(deserializer)? {
        List::Members(members) => Ok(members),
        List::Empty(_) => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_of_a_rest_request_are_in_the_path_the_query_and_the_body() {
        const ROUTES: [Route; 2] = [
            Route {
                operation: "Update",
                method: "PATCH",
                path: "/slo/{Id}",
                query: &["Page", "Token"],
            },
            Route {
                operation: "Get",
                method: "GET",
                path: "/slo/{Id}",
                query: &[],
            },
        ];
        let protocol = Protocol::RestJson { routes: &ROUTES };
        let input = json!({ "Id": "a b/ä", "Page": 50, "Token": null, "Goal": { "Days": 7 } });
        let update = request(protocol, "Update", input).unwrap();
        assert_eq!(update.method(), "PATCH");
        assert_eq!(update.uri(), "/slo/a%20b%2F%C3%A4?Page=50");
        assert_eq!(update.body().bytes(), Some(&br#"{"Goal":{"Days":7}}"#[..]));
        let get = request(protocol, "Get", json!({ "Id": "a" })).unwrap();
        assert_eq!((get.method(), get.uri()), ("GET", "/slo/a"));
        assert_eq!(get.body().bytes(), Some(&b""[..]));
        assert!(request(protocol, "Delete", json!({})).is_err());
    }

    #[test]
    fn an_error_in_json_keeps_its_bare_code() {
        let cases = [
            (
                r#"{"__type":"a.b#ResourceNotFoundException","message":"no"}"#,
                None,
                "no",
            ),
            (
                r#"{"Message":"no"}"#,
                Some("ResourceNotFoundException:http://x/"),
                "no",
            ),
        ];
        for (body, header, message) in cases {
            let error = json_error(body.as_bytes(), header);
            assert_eq!(error.code(), Some("ResourceNotFoundException"));
            assert_eq!(error.message(), Some(message));
        }
        assert_eq!(json_error(b"<html>", None).code(), None);
    }

    #[test]
    fn xml_becomes_texts_lists_and_objects() {
        let body = "<R xmlns='urn:x'><ListResult><Name> a &lt;b&gt;&#10;</Name><None/>\
            <Items><member>1</member></Items><Tags><member><Key>k</Key></member></Tags>\
            </ListResult></R>";
        let expected = json!({
            "Name": " a <b>\n", "None": "", "Items": ["1"], "Tags": [{ "Key": "k" }],
        });
        assert_eq!(xml_output("List", body.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn an_error_in_xml_has_a_code_and_a_message() {
        let body =
            b"<E><Error><Type>Sender</Type><Code>Denied</Code><Message>no</Message></Error></E>";
        let error = xml_error(body);
        assert_eq!(
            (error.code(), error.message()),
            (Some("Denied"), Some("no"))
        );
    }
}
