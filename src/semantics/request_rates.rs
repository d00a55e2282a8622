//! AWS's documented request rates for an account and Region.

/// The rate of an operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub per_second: f64,
    /// The number of calls that may start at once after a pause.
    pub burst: u32,
}

/// Documented rates by signing name and operation; no operations: all others of the service. AWS documents a rate for each
/// operation, so each has its own bucket. The rates of X-Ray, CloudFormation and tagging (not published) and of EventBridge
/// (different in each Region) are *unverified*.
const RATES: &[(&str, &[&str], Rate)] = &[
    (
        "monitoring",
        &[
            "PutMetricAlarm",
            "PutCompositeAlarm",
            "DeleteAlarms",
            "SetAlarmState",
            "EnableAlarmActions",
            "DisableAlarmActions",
        ],
        rate(3.0, 1),
    ),
    ("monitoring", &["DescribeAlarms"], rate(9.0, 8)),
    ("monitoring", &[], rate(10.0, 9)),
    (
        "sns",
        &["ListTagsForResource", "TagResource", "UntagResource"],
        rate(10.0, 9),
    ),
    ("sns", &[], rate(30.0, 25)),
    (
        "logs",
        &[
            "DeleteMetricFilter",
            "DescribeMetricFilters",
            "PutMetricFilter",
            "PutRetentionPolicy",
        ],
        rate(5.0, 4),
    ),
    ("logs", &[], rate(10.0, 9)),
    ("xray", &[], rate(2.0, 4)),
    ("events", &[], rate(4.0, 8)),
    ("application-signals", &[], rate(5.0, 4)),
];

const OTHER_SERVICES: Rate = rate(9.0, 8);

pub const fn rate(per_second: f64, burst: u32) -> Rate {
    Rate { per_second, burst }
}

/// The rate of an operation of a service, by its signing name.
pub fn documented_rate(service: &str, operation: &str) -> Rate {
    RATES
        .iter()
        .find(|(name, operations, _)| {
            *name == service && (operations.is_empty() || operations.contains(&operation))
        })
        .map_or(OTHER_SERVICES, |(_, _, rate)| *rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_the_operation_or_else_the_service() {
        for (service, operation, per_second) in [
            ("monitoring", "PutMetricAlarm", 3.0),
            ("monitoring", "PutDashboard", 10.0),
            ("logs", "DescribeLogGroups", 10.0),
            ("sts", "GetCallerIdentity", 9.0),
        ] {
            let rate = documented_rate(service, operation);
            assert_eq!(
                rate,
                super::rate(per_second, rate.burst),
                "{service} {operation}"
            );
        }
    }
}
