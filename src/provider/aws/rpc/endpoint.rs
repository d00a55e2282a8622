//! Endpoint addresses of services.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

/// The endpoint address from the configuration (for this service, else for all), by default the service's endpoint in the Region.
pub(super) fn endpoint(service_id: &str, host: &str, config: &SdkConfig) -> String {
    let key = ServiceConfigKey::builder()
        .service_id(service_id)
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
    configured.unwrap_or_else(|| regional_endpoint(host, config))
}

/// Each partition's Region prefix, its IPv4 domain and its dual-stack domain.
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

#[cfg(test)]
mod tests {
    use aws_config::Region;

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
}
