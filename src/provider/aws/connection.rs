//! Where and as whom to call: AWS's own configuration, or a loopback address with made-up credentials.
//! Reads no environment by itself; `aws-config` does.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudwatch::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_cloudwatch::config::timeout::TimeoutConfig;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::rate_limit::RateLimit;
use crate::provider::AccountError;

/// How to reach an account.
#[derive(Debug, Clone)]
pub struct Settings {
    pub profile: Option<String>,
    pub region: Option<String>,
    /// A sandbox in this process, by its `http://` address: no profile is read and no credentials are needed.
    pub endpoint: Option<String>,
    /// Of AWS itself; whatever has its own address is called without a rate_limit.
    pub rate_limit: RateLimit,
}

const SANDBOX_REGION: &str = "us-east-1";

/// The SDK's configuration for these settings. Nothing is sent, and no credentials are looked for, before the first call.
pub(super) async fn configuration(settings: &Settings) -> Result<SdkConfig, AccountError> {
    let config = match &settings.endpoint {
        Some(endpoint) => sandbox(
            endpoint,
            settings.region.as_deref().unwrap_or(SANDBOX_REGION),
        ),
        None => configured(settings).await,
    };
    if config.region().is_none() {
        let message =
            "no Region is set: name one, or set AWS_REGION or the profile's `region`".to_owned();
        return Err(AccountError::Other {
            operation: "configuration",
            message,
        });
    }
    Ok(config)
}

fn sandbox(endpoint: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Builder::new().build_http())
        .retry_config(retries())
        .timeout_config(timeouts())
        .build()
}

async fn configured(settings: &Settings) -> SdkConfig {
    let tls = WhenNeeded(
        Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https(),
    );
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(tls)
        .retry_config(retries())
        .timeout_config(timeouts());
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    let config = loader.load().await;
    if config
        .endpoint_url()
        .is_some_and(|endpoint| endpoint.starts_with("http://"))
    {
        return config
            .into_builder()
            .http_client(Builder::new().build_http())
            .build();
    }
    config
}

/// A client that loads its certificates for its first request. By itself it would for every service's client that is made, and for
/// each source of credentials that is only looked at.
#[derive(Debug)]
struct WhenNeeded(SharedHttpClient);

impl HttpClient for WhenNeeded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

/// Enough tries to sit out some seconds of throttling, with waits short enough that a small quota is used up.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(10)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(5))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build()
}

/// Without it the SDK stops retrying at all after a hundred throttled calls, long before a large stack is through.
pub(super) fn patience() -> RetryPartition {
    RetryPartition::custom("tracewatch")
        .token_bucket(TokenBucket::unlimited())
        .build()
}
