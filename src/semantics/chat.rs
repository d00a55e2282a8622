//! Facts about Amazon Q Developer in chat applications, whose API is the service `chatbot`.

/// The Regions with an endpoint of the API (Terraform's AWS provider, `internal/service/chatbot/service_package.go`; botocore's
/// `endpoints.json` lists none). Configurations have no Region: their ARNs name none.
const ENDPOINT_REGIONS: [&str; 4] = ["us-west-2", "us-east-2", "eu-west-1", "ap-southeast-1"];

/// The one partition that the ARNs of the API may have (its model: `arn:aws:…`).
pub const PARTITION: &str = "aws";

/// The endpoint by which the service subscribes to topics, with the protocol `https`. It was observed; AWS does not document it.
pub const SUBSCRIPTION_ENDPOINT: &str = "https://global-sns-api.chatbot.amazonaws.com";

/// The longest name of a configuration (`ConfigurationName`).
pub const CONFIGURATION_NAME: usize = 128;

/// The Region whose endpoint serves callers in `region`.
pub fn endpoint_region(region: &str) -> &str {
    if ENDPOINT_REGIONS.contains(&region) {
        region
    } else {
        ENDPOINT_REGIONS[0]
    }
}

/// Whether a subscription was made by a chat configuration.
pub fn is_subscription(protocol: &str, endpoint: &str) -> bool {
    protocol == "https" && endpoint.trim_end_matches('/') == SUBSCRIPTION_ENDPOINT
}

/// `SlackTeamId`: `T0123ABCD`.
pub fn is_slack_workspace(id: &str) -> bool {
    has_length(id)
        && id
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// `SlackChannelId`: `C0123ABCD`.
pub fn is_slack_channel(id: &str) -> bool {
    has_length(id) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The ids of a tenant and of a team of Microsoft Teams are UUIDs.
pub fn is_uuid(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.concat().bytes().all(|b| b.is_ascii_hexdigit())
}

/// `TeamsChannelId`, as the link to a channel has it: `19%3Aabc%40thread.tacv2`.
pub fn is_teams_channel(id: &str) -> bool {
    let colon = id.to_ascii_lowercase().find("%3a");
    let at = id.find("%40");
    let others = id.replace("%3A", "").replace("%3a", "").replace("%40", "");
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_=+/.,".contains(&b);
    has_length(id) && colon.is_some() && colon < at && others.bytes().all(allowed)
}

fn has_length(id: &str) -> bool {
    (1..=255).contains(&id.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_far_from_every_endpoint_uses_one_of_them() {
        for (region, endpoint) in [
            ("eu-west-1", "eu-west-1"),
            ("us-east-1", "us-west-2"),
            ("eu-central-1", "us-west-2"),
        ] {
            assert_eq!(endpoint_region(region), endpoint);
        }
    }

    #[test]
    fn ids_have_the_patterns_of_the_model() {
        let team = "0f1e2d3c-1111-2222-3333-444455556666";
        assert!(is_slack_workspace("T0123ABCD") && !is_slack_workspace("t0123"));
        assert!(is_slack_channel("C0123abcd") && !is_slack_channel("#alarms"));
        assert!(is_uuid(team) && !is_uuid("0f1e2d3c") && !is_uuid(&team.replace('0', "g")));
        for (channel, is_channel) in [
            ("19%3Aabc-_%40thread.tacv2", true),
            ("19%3aabc%40thread.tacv2", true),
            ("19:abc@thread.tacv2", false),
            ("19%40abc%3Athread", false),
            ("", false),
        ] {
            assert_eq!(is_teams_channel(channel), is_channel, "{channel}");
        }
    }
}
