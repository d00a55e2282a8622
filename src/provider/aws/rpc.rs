//! Calls to services of which only a few operations are needed, in AWS's JSON 1.1 and query protocols. The SDK's own runtime signs,
//! retries and times out, as it does for the generated clients. Knows no operation and nothing of this crate.

use std::borrow::Cow;

use aws_config::SdkConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::service_config::ServiceConfigKey;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A service as its API reference names it.
#[derive(Debug)]
pub(crate) struct Service {
    /// The service id, which the settings of an endpoint address use.
    pub(crate) id: &'static str,
    /// The beginning of the endpoint's host, which is also the name in signatures.
    pub(crate) host: &'static str,
    pub(crate) protocol: Protocol,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Protocol {
    /// `target`: the part of `X-Amz-Target` before the operation.
    Json { target: &'static str },
    /// `version`: the version of the API.
    Query { version: &'static str },
}

#[derive(Debug)]
pub(crate) struct Client {
    service: &'static Service,
    config: SdkConfig,
    endpoint: String,
    plugin: SharedRuntimePlugin,
}

impl Client {
    pub(crate) fn new(
        service: &'static Service,
        config: &SdkConfig,
        retry_partition: RetryPartition,
    ) -> Self {
        let mut layer = Layer::new(service.id);
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(SigV4OperationSigningConfig::default());
        layer.store_put(SigningName::from(service.host));
        layer.store_put(ApiMetadata::new(service.host, env!("CARGO_PKG_VERSION")));
        layer.store_put(retry_partition);
        if let Some(region) = config.region() {
            layer.store_put(SigningRegion::from(region.clone()));
        }
        if let Some(name) = config.app_name() {
            layer.store_put(name.clone());
        }
        let plugin = StaticRuntimePlugin::new()
            .with_config(layer.freeze())
            .with_runtime_components(components(config));
        Self {
            service,
            config: config.clone(),
            endpoint: endpoint(service, config),
            plugin: SharedRuntimePlugin::new(plugin),
        }
    }

    /// Calls `operation`. Members of `input` that are `null` are left out.
    pub(crate) async fn call(
        &self,
        operation: &'static str,
        input: Value,
    ) -> Result<Value, SdkError<ErrorMetadata, HttpResponse>> {
        let protocol = self.service.protocol;
        let mut builder = Operation::builder()
            .service_name(self.service.id)
            .operation_name(operation)
            .endpoint_url(&self.endpoint)
            .with_connection_poisoning()
            .interceptor(ServiceClockSkewInterceptor::new())
            .interceptor(RequestInfoInterceptor::new())
            .interceptor(UserAgentInterceptor::new())
            .interceptor(InvocationIdInterceptor::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
            .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
            .retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new())
            .runtime_plugin(self.plugin.clone());
        if let Some(version) = self.config.behavior_version() {
            builder = builder.behavior_version(version);
        }
        if let Some(retries) = self.config.retry_config() {
            builder = builder.standard_retry(retries);
        }
        if let Some(timeouts) = self.config.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        builder
            .serializer(move |input: Value| request(protocol, operation, input))
            .deserializer(move |response| read_response(protocol, operation, response))
            .build()
            .invoke(input)
            .await
    }
}

/// What all services share: the HTTP client, the credentials with their cache, the signer.
fn components(config: &SdkConfig) -> RuntimeComponentsBuilder {
    let resolver = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    let mut components = RuntimeComponentsBuilder::new("rpc")
        .with_http_client(config.http_client())
        .with_sleep_impl(config.sleep_impl())
        .with_time_source(config.time_source())
        .with_identity_cache(config.identity_cache())
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(resolver));
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    components
}

/// The address that the configuration gives this service or all services, or the service's own in the Region.
fn endpoint(service: &Service, config: &SdkConfig) -> String {
    let key = ServiceConfigKey::builder()
        .service_id(service.id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let of_service = match (config.service_config(), key) {
        (Some(settings), Ok(key)) if !config.get_origin("endpoint_url").is_client_config() => {
            settings.load_config(key)
        }
        _ => None,
    };
    let configured = of_service.or_else(|| config.endpoint_url().map(str::to_owned));
    configured.unwrap_or_else(|| regional_endpoint(service.host, config))
}

/// Domains of the partitions, by the beginning of their Regions' names; the second is the one that also answers over IPv6.
const DOMAINS: &[(&str, &str, &str)] = &[
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "sc2s.sgov.gov"),
    ("eu-isoe-", "cloud.adc-e.uk", "cloud.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov", "csp.hci.ic.gov"),
    ("", "amazonaws.com", "api.aws"),
];

/// In GovCloud the ordinary endpoints are the FIPS ones.
fn regional_endpoint(host: &str, config: &SdkConfig) -> String {
    let region = config.region().map_or("us-east-1", AsRef::as_ref);
    let domains = DOMAINS
        .iter()
        .find(|(prefix, ..)| region.starts_with(prefix));
    let domain = match (domains, config.use_dual_stack()) {
        (Some((_, _, dual_stack)), Some(true)) => dual_stack,
        (Some((_, domain, _)), _) => domain,
        (None, _) => "amazonaws.com",
    };
    let has_fips_host = config.use_fips() == Some(true) && !region.starts_with("us-gov-");
    let fips = if has_fips_host { "-fips" } else { "" };
    format!("https://{host}{fips}.{region}.{domain}")
}

fn request(
    protocol: Protocol,
    operation: &'static str,
    input: Value,
) -> Result<HttpRequest, BoxError> {
    let mut members = match input {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.retain(|_, value| !value.is_null());
    let (content_type, body) = match protocol {
        Protocol::Json { .. } => (
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

fn read_response(
    protocol: Protocol,
    operation: &'static str,
    response: &HttpResponse,
) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        let error = match protocol {
            Protocol::Json { .. } => json_error(body, response.headers().get("x-amzn-errortype")),
            Protocol::Query { .. } => xml_error(body),
        };
        return Err(OrchestratorError::operation(error));
    }
    let output = match protocol {
        Protocol::Json { .. } if body.is_empty() => Ok(Value::Null),
        Protocol::Json { .. } => serde_json::from_slice(body).map_err(BoxError::from),
        Protocol::Query { .. } => xml_output(operation, body),
    };
    output.map_err(OrchestratorError::response)
}

/// The code is in a header or the body, there with a namespace before `#`, or with an address after `:`.
fn json_error(body: &[u8], header: Option<&str>) -> ErrorMetadata {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = header
        .or_else(|| body["__type"].as_str())
        .or_else(|| body["code"].as_str());
    let message = body["message"]
        .as_str()
        .or_else(|| body["Message"].as_str());
    error(code.map(bare_code), message)
}

fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

fn xml_error(body: &[u8]) -> ErrorMetadata {
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
        .filter(|child| child.is_element())
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
    use aws_config::Region;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_endpoint_follows_the_partition_of_the_region() {
        let cases = [
            ("us-east-1", false, false, "events.us-east-1.amazonaws.com"),
            (
                "us-east-1",
                true,
                false,
                "events-fips.us-east-1.amazonaws.com",
            ),
            ("eu-west-1", false, true, "events.eu-west-1.api.aws"),
            (
                "us-gov-west-1",
                true,
                false,
                "events.us-gov-west-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                false,
                false,
                "events.cn-north-1.amazonaws.com.cn",
            ),
            (
                "us-isob-east-1",
                false,
                false,
                "events.us-isob-east-1.sc2s.sgov.gov",
            ),
        ];
        for (region, fips, dual_stack, host) in cases {
            let config = SdkConfig::builder()
                .region(Region::new(region))
                .use_fips(fips)
                .use_dual_stack(dual_stack)
                .build();
            assert_eq!(
                regional_endpoint("events", &config),
                format!("https://{host}")
            );
        }
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
