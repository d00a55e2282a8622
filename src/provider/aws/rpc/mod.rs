//! Calls to services of which only a few operations are needed, in AWS's JSON 1.1, REST-JSON and query protocols. The SDK's own runtime signs,
//! retries and times out, as in the generated clients. Independent of the operations and of this crate.

mod endpoint;
mod protocol;

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
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin};
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use serde_json::Value;

use self::endpoint::endpoint;
use self::protocol::{read_response, request};

pub(crate) use self::protocol::{Protocol, Route, bare_code, json_error, list_or_empty, xml_error};

/// A service as its API reference names it.
#[derive(Debug)]
pub(crate) struct Service {
    /// The service id, which the settings of an endpoint address use.
    pub(crate) id: &'static str,
    /// The first label of the endpoint's host name, also the signing name.
    pub(crate) host: &'static str,
    pub(crate) protocol: Protocol,
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
            endpoint: endpoint(service.id, service.host, config),
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
