//! Links into the AWS console, for descriptions, dashboards and the end of an apply. The paths are the console's own and not documented by
//! AWS: all of them stand here. (Seen in use: the trace map, in AWS's own sample templates. Unverified: the query parts.)

use crate::inventory::Target;

/// Console URLs for one Region.
#[derive(Debug, Clone)]
pub(super) struct Console {
    base: String,
}

impl Console {
    pub(super) fn new(identity: &Target) -> Self {
        let domain = match identity.partition.as_str() {
            "aws-cn" => "console.amazonaws.cn",
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            _ => "console.aws.amazon.com",
        };
        Self {
            base: format!(
                "https://{region}.{domain}/cloudwatch/home?region={region}",
                region = identity.region
            ),
        }
    }

    pub(super) fn dashboard(&self, name: &str) -> String {
        format!("{}#dashboards/dashboard/{}", self.base, encoded(name))
    }

    pub(super) fn trace_map(&self) -> String {
        format!("{}#xray:service-map/map", self.base)
    }

    /// Traces that match a filter expression.
    pub(super) fn traces(&self, filter: &str) -> String {
        format!("{}#xray:traces/query?query={}", self.base, encoded(filter))
    }

    pub(super) fn trace_group(&self, name: &str) -> String {
        format!("{}#xray:settings/groups/{}", self.base, encoded(name))
    }

    pub(super) fn insights(&self) -> String {
        format!("{}#xray:insights", self.base)
    }

    pub(super) fn logs(&self) -> String {
        format!("{}#logsV2:logs-insights", self.base)
    }

    pub(super) fn alarms(&self, prefix: &str) -> String {
        format!("{}#alarmsV2:?search={}", self.base, encoded(prefix))
    }
}

/// Percent-encoding of everything but letters, digits and `-_.~`.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_carry_the_region_and_escape_names() {
        let console = Console::new(&Target {
            partition: "aws".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        });
        assert!(
            console
                .traces("fault = true")
                .ends_with("query=fault%20%3D%20true")
        );
    }
}
