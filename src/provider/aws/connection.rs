//! The SDK's configuration: from the user's AWS settings, or for a sandbox on a loopback address.
//! Only `aws-config` reads the environment.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::os_shim_internal::{Env, Fs};

use super::rate_limit::RateLimit;
use crate::diagnostic::nearest;
use crate::provider::AccountError;

/// The user's choice of an account.
#[derive(Debug, Clone)]
pub struct Settings {
    pub profile: Option<String>,
    pub region: Option<String>,
    /// The `http://` address of a sandbox. With it no profile is read and no credentials are needed.
    pub endpoint: Option<String>,
    /// Applies to AWS. Configured endpoint addresses have no limit before they throttle.
    pub rate_limit: RateLimit,
}

const SANDBOX_REGION: &str = "us-east-1";

/// The configuration, and its HTTP client. The first call resolves the credentials; this function sends nothing.
pub(super) async fn configuration(
    settings: &Settings,
) -> Result<(SdkConfig, SharedHttpClient), AccountError> {
    let config = if let Some(endpoint) = &settings.endpoint {
        sandbox(
            endpoint,
            settings.region.as_deref().unwrap_or(SANDBOX_REGION),
        )
    } else {
        check_profile(settings.profile.as_deref()).await?;
        configured(settings).await
    };
    if config.region().is_none() {
        let message = "no Region is set: name one, or set AWS_REGION or the profile's `region`";
        return Err(unusable(message));
    }
    let client = config
        .http_client()
        .ok_or_else(|| unusable("there is no HTTP client"))?;
    Ok((config, client))
}

fn unusable(message: &str) -> AccountError {
    AccountError::Other {
        operation: "configuration",
        message: message.to_owned(),
    }
}

/// Refuses a profile that no configuration file has. Unreadable files are reported by the first call.
async fn check_profile(named: Option<&str>) -> Result<(), AccountError> {
    let files = EnvConfigFiles::default();
    let Ok(mut source) = env_config::source::load(&Env::real(), &Fs::real(), &files).await else {
        return Ok(());
    };
    if let Some(name) = named {
        source.profile = name.to_owned().into();
    }
    let Ok(profiles) = EnvConfigSections::parse(source) else {
        return Ok(());
    };
    let selected = profiles.selected_profile();
    if selected == "default" || profiles.get_profile(selected).is_some() {
        return Ok(());
    }
    let mut known: Vec<&str> = profiles.profiles().collect();
    known.sort_unstable();
    let hint = match nearest(selected, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "it has no profiles".to_owned(),
        None => format!("it has {}", known.join(", ")),
    };
    Err(AccountError::Other {
        operation: "configuration",
        message: format!("the AWS configuration has no profile `{selected}`; {hint}"),
    })
}

fn sandbox(endpoint: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::lazy().build())
        .http_client(Builder::new().build_http())
        .retry_config(retries())
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

async fn configured(settings: &Settings) -> SdkConfig {
    let tls = LazyCertificates(
        Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https(),
    );
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(tls)
        .retry_config(retries())
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
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

/// Loads the certificates at the first request. The inner client would load them for every service client and for every source of
/// credentials, used or not.
#[derive(Debug)]
struct LazyCertificates(SharedHttpClient);

impl HttpClient for LazyCertificates {
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

/// For server errors and missing answers. `transport` repeats throttled calls.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(10)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(5))
}

/// `transport` limits the time of an answer: an attempt of the SDK also waits for its turn.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .build()
}

/// Never runs out of retry tokens: `transport` decides when an endpoint or an operation is given up.
pub(super) fn retry_partition() -> RetryPartition {
    RetryPartition::custom("tracewatch")
        .token_bucket(TokenBucket::unlimited())
        .build()
}
