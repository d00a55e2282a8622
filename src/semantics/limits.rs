//! AWS's limits and quotas, each with its source. This module has numbers and simple rules only, no messages.

/// Characters of an alarm's name (CloudWatch service model).
pub const ALARM_NAME: usize = 255;
/// Characters of an alarm's description (CloudWatch service model).
pub const ALARM_DESCRIPTION: usize = 1024;
/// Actions for each of an alarm's three states (CloudWatch service model).
pub const ALARM_ACTIONS: usize = 5;
/// Dimensions of one metric (CloudWatch service model).
pub const METRIC_DIMENSIONS: usize = 30;
/// Characters of a dimension's name (CloudWatch service model).
pub const DIMENSION_NAME: usize = 255;
/// Characters of a dimension's value (CloudWatch service model).
pub const DIMENSION_VALUE: usize = 1024;
/// Characters of a metric's name (CloudWatch service model).
pub const METRIC_NAME: usize = 255;
/// Characters of a namespace (CloudWatch service model).
pub const NAMESPACE: usize = 255;
/// Metrics that one alarm's metric math may fetch (`PutMetricAlarm`, `Metrics`).
pub const ALARM_METRICS: usize = 10;
/// Expressions of one alarm in addition to its metrics (`PutMetricAlarm`, `Metrics`).
pub const ALARM_EXPRESSIONS: usize = 10;
/// Characters of an expression in `MetricDataQuery` (CloudWatch service model).
pub const EXPRESSION: usize = 2048;
/// Characters of the id of a `MetricDataQuery` (CloudWatch service model).
pub const QUERY_ID: usize = 255;
/// Bytes of one `PutMetricAlarm` request before compression (`PutMetricAlarm`).
pub const ALARM_PAYLOAD: usize = 120 * 1024;
/// Metrics Insights alarms in a Region, fixed (user guide, CloudWatch quotas).
pub const METRICS_INSIGHTS_ALARMS: usize = 200;
/// The longest time in seconds that an alarm on a Metrics Insights query evaluates (user guide, Metrics Insights limits).
pub const LONGEST_QUERIED_WINDOW: u64 = 3 * 60 * 60;
/// The shortest period in seconds of a Metrics Insights query (user guide, Metrics Insights limits).
pub const SHORTEST_QUERIED_PERIOD: u32 = 60;
/// Series that a Metrics Insights query gives at most (user guide, Metrics Insights limits).
pub const QUERIED_SERIES: usize = 500;
/// The minimum and maximum minutes of an alarm's warm-up (`WarmUpConfiguration`).
pub const WARM_UP_MINUTES: (u32, u32) = (1, 2880);

/// Tags of an alarm, dashboard, X-Ray group or sampling rule (service models; X-Ray quotas).
pub const TAGS: usize = 50;
/// Characters of a tag's key (service models).
pub const TAG_KEY: usize = 128;
/// Characters of a tag's value (service models).
pub const TAG_VALUE: usize = 256;

/// Characters of a composite alarm's rule (`PutCompositeAlarm`).
pub const COMPOSITE_RULE: usize = 10_240;
/// Alarms that one rule may name (`PutCompositeAlarm`).
pub const COMPOSITE_CHILDREN: usize = 100;
/// Children, `TRUE`, `FALSE` and parentheses of one rule together (`PutCompositeAlarm`).
pub const COMPOSITE_ELEMENTS: usize = 500;
/// Composite alarms that one alarm may be a child of (user guide, combining alarms).
pub const COMPOSITE_PARENTS: usize = 150;

/// Characters of a mute rule's name (CloudWatch service model).
pub const MUTE_RULE_NAME: usize = 255;
/// Alarm mute rules in a Region (user guide, CloudWatch quotas).
pub const MUTE_RULES: usize = 2000;
/// Alarms of one mute rule (`PutAlarmMuteRule`; CloudFormation's schema says 500).
pub const MUTE_RULE_ALARMS: usize = 100;

/// Characters of the name of a service-level objective (Application Signals service model).
pub const OBJECTIVE_NAME: usize = 128;
/// Characters of the description of a service-level objective (Application Signals service model).
pub const OBJECTIVE_DESCRIPTION: usize = 1024;
/// Service-level objectives in a Region; adjustable (user guide, CloudWatch quotas).
pub const OBJECTIVES: usize = 250;
/// Burn rates of one service-level objective (Application Signals service model).
pub const OBJECTIVE_BURN_RATES: usize = 10;
/// Minutes of the longest look-back window of a burn rate (Application Signals service model).
pub const OBJECTIVE_LOOK_BACK: u32 = 10_080;

/// Characters of a dashboard's name (CloudWatch service model).
pub const DASHBOARD_NAME: usize = 255;
/// Widgets of a dashboard (user guide, CloudWatch quotas).
pub const DASHBOARD_WIDGETS: usize = 500;
/// Metrics of a widget (user guide, CloudWatch quotas).
pub const WIDGET_METRICS: usize = 500;
/// Metrics of a dashboard, including those for math and `SEARCH` (quota page of 2023; absent from newer ones).
pub const DASHBOARD_METRICS: usize = 2500;
/// Variables of a dashboard (dashboard body structure).
pub const DASHBOARD_VARIABLES: usize = 25;
/// Columns of the grid (dashboard body structure).
pub const DASHBOARD_COLUMNS: u64 = 24;
/// Rows that one widget may be high (dashboard body structure).
pub const WIDGET_HEIGHT: u64 = 1000;
/// Bytes of a dashboard's body. UNVERIFIED: often quoted, but in no AWS source.
pub const DASHBOARD_BODY: usize = 1024 * 1024;

/// X-Ray groups in a Region, not adjustable (X-Ray quotas).
pub const TRACE_GROUPS: usize = 25;
/// X-Ray groups that a user can create. UNVERIFIED: the group `Default` may not be one of the 25; an emulator counts it.
pub const USABLE_TRACE_GROUPS: usize = TRACE_GROUPS - 1;
/// Characters of a group's name (X-Ray service model).
pub const TRACE_GROUP_NAME: usize = 32;
/// Custom sampling rules in a Region, adjustable (X-Ray quotas, L-8C0C998A).
pub const SAMPLING_RULES: usize = 25;
/// Characters of a sampling rule's name (X-Ray service model).
pub const SAMPLING_RULE_NAME: usize = 32;
/// The lowest and the highest priority of sampling rules; the rule `Default` has 10000 (X-Ray service model, observed).
pub const SAMPLING_PRIORITY: (u16, u16) = (1, 9999);
/// Attributes of a sampling rule (X-Ray service model, observed).
pub const SAMPLING_ATTRIBUTES: usize = 5;
/// Characters of an attribute's key, and of its value (X-Ray service model).
pub const SAMPLING_ATTRIBUTE: usize = 32;
/// Characters of the service name that a rule matches (X-Ray service model).
pub const SAMPLING_SERVICE_NAME: usize = 64;
/// Characters of the service type that a rule matches (X-Ray service model).
pub const SAMPLING_SERVICE_TYPE: usize = 64;
/// Characters of the host that a rule matches (X-Ray service model).
pub const SAMPLING_HOST: usize = 64;
/// Characters of the HTTP method that a rule matches (X-Ray service model).
pub const SAMPLING_METHOD: usize = 10;
/// Characters of the path that a rule matches (X-Ray service model).
pub const SAMPLING_PATH: usize = 128;
/// Characters of the ARN that a rule matches (X-Ray service model).
pub const SAMPLING_RESOURCE_ARN: usize = 500;

/// Characters of an SNS topic's name (SNS service model).
pub const TOPIC_NAME: usize = 256;
/// The suffix of a FIFO topic's name (SNS service model).
pub const FIFO_SUFFIX: &str = ".fifo";
/// Characters of an EventBridge rule's name (EventBridge service model).
pub const EVENT_RULE_NAME: usize = 64;
/// Characters of an EventBridge rule's description (EventBridge service model).
pub const EVENT_RULE_DESCRIPTION: usize = 512;
/// Characters of an EventBridge rule's pattern (EventBridge quotas: 2,048 by default).
pub const EVENT_PATTERN: usize = 2048;
/// Whether a text can be the name of a log group (Logs API reference, `CreateLogGroup`).
pub fn is_log_group_name(name: &str) -> bool {
    (1..=512).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-/#".contains(c))
}

/// Characters of a filter pattern (Logs service model).
pub const FILTER_PATTERN: usize = 1024;
/// Characters of a metric filter's name (Logs service model).
pub const METRIC_FILTER_NAME: usize = 512;
/// Characters of the metric that a metric filter publishes (Logs service model).
pub const FILTERED_METRIC_NAME: usize = 255;
/// Metric filters of one log group (Logs quotas).
pub const METRIC_FILTERS: usize = 100;
/// Metric and subscription filters of one log group whose patterns have regular expressions (Logs user guide, "Filter pattern syntax").
pub const REGEX_FILTERS: usize = 5;
/// Characters of a metric filter's value (Logs service model).
pub const FILTERED_METRIC_VALUE: usize = 100;
/// Targets of one EventBridge rule (EventBridge quotas).
pub const EVENT_RULE_TARGETS: usize = 5;

/// Retention periods of CloudWatch Logs in days (`PutRetentionPolicy`).
pub const LOG_RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Names that one `DeleteAlarms` takes (CloudWatch service model).
pub const DELETE_ALARMS_BATCH: usize = 100;
/// Composite alarms among the names of one `DeleteAlarms` (CloudWatch service model).
pub const DELETE_COMPOSITES_BATCH: usize = 1;
/// Names that one `DeleteDashboards` takes (CloudWatch service model).
pub const DELETE_DASHBOARDS_BATCH: usize = 100;
/// Alarms on a page of `DescribeAlarms`, at most (CloudWatch service model).
pub const DESCRIBE_ALARMS_PAGE: usize = 100;
/// Alarms on a page without `MaxRecords`. UNVERIFIED.
pub const DESCRIBE_ALARMS_DEFAULT_PAGE: usize = 50;
/// Dashboards on a page of `ListDashboards` (CloudWatch service model).
pub const LIST_DASHBOARDS_PAGE: usize = 1000;
/// Metrics on a page of `ListMetrics` (CloudWatch service model).
pub const LIST_METRICS_PAGE: usize = 500;
/// Subscriptions on a page of `ListSubscriptionsByTopic` (SNS service model).
pub const LIST_SUBSCRIPTIONS_PAGE: usize = 100;
/// Topics on a page of `ListTopics` (SNS service model).
pub const LIST_TOPICS_PAGE: usize = 100;
/// Log groups on a page of `DescribeLogGroups`, at most (Logs service model).
pub const DESCRIBE_LOG_GROUPS_PAGE: usize = 50;
/// Queries of one `GetMetricData` (CloudWatch service model).
pub const METRIC_DATA_QUERIES: usize = 500;

/// Seconds that periods times evaluation periods may span (`PutMetricAlarm`, `Period`).
const SHORT_PERIOD_WINDOW: u64 = 86_400;
const LONG_PERIOD_WINDOW: u64 = 604_800;
const LONG_PERIOD: u32 = 3600;

/// Characters of a stack's name (`CreateStack`, `StackName`).
pub const STACK_NAME: usize = 128;

/// Whether a text has the form of a Region's name: `us-east-1`, `us-gov-west-1`.
pub fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] => {
            words.len() >= 2
                && words.iter().all(is_word)
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        [] => false,
    }
}

/// The partition of a Region (AWS general reference, "AWS partitions").
pub fn partition(region: &str) -> &'static str {
    const BEGINNINGS: [(&str, &str); 5] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eusc-", "aws-eusc"),
    ];
    let known = BEGINNINGS
        .iter()
        .find(|(beginning, _)| region.starts_with(beginning));
    known.map_or("aws", |(_, partition)| partition)
}

/// CloudFormation's rule for the names of stacks (`CreateStack`, `StackName`).
pub fn is_stack_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= STACK_NAME
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether an alarm can have a period of this many seconds: 10, 20, 30 or a multiple of 60 (`PutMetricAlarm`, `Period`).
pub fn is_alarm_period(seconds: u32) -> bool {
    matches!(seconds, 10 | 20 | 30) || (seconds > 0 && seconds.is_multiple_of(60))
}

/// The maximum seconds of `period` times the number of evaluation periods: a day, or a week for periods of an hour and more.
pub fn longest_window(period: u32) -> u64 {
    if period >= LONG_PERIOD {
        LONG_PERIOD_WINDOW
    } else {
        SHORT_PERIOD_WINDOW
    }
}

/// Whether an alarm can evaluate this many periods.
pub fn is_alarm_window(period: u32, evaluation_periods: u32) -> bool {
    u64::from(period) * u64::from(evaluation_periods) <= longest_window(period)
}

/// Alarm names are UTF-8 without ASCII control characters.
pub fn is_alarm_name(name: &str) -> bool {
    (1..=ALARM_NAME).contains(&name.chars().count())
        && !name.chars().any(|character| character.is_ascii_control())
}

/// Values of dimensions are ASCII without control characters, and not blank.
pub fn is_dimension_value(value: &str) -> bool {
    value.len() <= DIMENSION_VALUE
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !value.trim().is_empty()
}

/// Dashboard names are letters, digits, `-` and `_`.
pub fn is_dashboard_name(name: &str) -> bool {
    (1..=DASHBOARD_NAME).contains(&name.len()) && name.bytes().all(is_name_byte)
}

/// Standard topics are named with letters, digits, `-` and `_`; FIFO topics end with `.fifo`.
pub fn is_topic_name(name: &str) -> bool {
    let stem = name.strip_suffix(FIFO_SUFFIX).unwrap_or(name);
    (1..=TOPIC_NAME).contains(&name.len()) && !stem.is_empty() && stem.bytes().all(is_name_byte)
}

/// Whether a group's name is valid in all sources: letters, digits and dashes, not `Default`. UNVERIFIED: AWS accepts more characters.
pub fn is_trace_group_name(name: &str) -> bool {
    (1..=TRACE_GROUP_NAME).contains(&name.len())
        && name != "Default"
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The name of a service-level objective: letters, digits, `-`, `.`, `_` and spaces, with a letter or a digit at both ends.
pub fn is_objective_name(name: &str) -> bool {
    let is_edge = |c: char| c.is_ascii_alphanumeric();
    (2..=OBJECTIVE_NAME).contains(&name.len())
        && name.starts_with(is_edge)
        && name.ends_with(is_edge)
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._ ".contains(c))
}

/// Ids of metric math begin with a lower-case letter, then letters, digits and underscores.
pub fn is_query_id(id: &str) -> bool {
    id.len() <= QUERY_ID
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Requests per second of an account in a Region: service, rate, operations. Sources: user guide, CloudWatch quotas; SNS quotas (the lowest
/// of all Regions); Logs quotas. X-Ray publishes no rates: UNVERIFIED, a low rate.
const RATES: [(&str, f64, &[&str]); 16] = [
    (
        "cloudwatch",
        3.0,
        &[
            "PutMetricAlarm",
            "PutCompositeAlarm",
            "PutLogAlarm",
            "DeleteAlarms",
            "SetAlarmState",
        ],
    ),
    (
        "cloudwatch",
        3.0,
        &[
            "EnableAlarmActions",
            "DisableAlarmActions",
            "PutAlarmMuteRule",
            "DeleteAlarmMuteRule",
        ],
    ),
    (
        "cloudwatch",
        9.0,
        &[
            "DescribeAlarms",
            "DescribeAlarmContributors",
            "DescribeAlarmsForMetric",
        ],
    ),
    (
        "cloudwatch",
        10.0,
        &[
            "PutDashboard",
            "GetDashboard",
            "ListDashboards",
            "DeleteDashboards",
            "ListTagsForResource",
        ],
    ),
    (
        "cloudwatch",
        10.0,
        &["PutAnomalyDetector", "DescribeAnomalyDetectors"],
    ),
    (
        "cloudwatch",
        20.0,
        &[
            "TagResource",
            "UntagResource",
            "DescribeAlarmHistory",
            "GetAlarmMuteRule",
            "GetMetricWidgetImage",
        ],
    ),
    ("cloudwatch", 25.0, &["ListMetrics"]),
    ("cloudwatch", 50.0, &["ListAlarmMuteRules"]),
    ("cloudwatch", 400.0, &["GetMetricStatistics"]),
    ("cloudwatch", 500.0, &["GetMetricData", "PutMetricData"]),
    (
        "sns",
        10.0,
        &["TagResource", "UntagResource", "ListTagsForResource"],
    ),
    (
        "sns",
        30.0,
        &[
            "CreateTopic",
            "SetTopicAttributes",
            "GetTopicAttributes",
            "ListSubscriptionsByTopic",
            "ListTopics",
        ],
    ),
    ("sns", 100.0, &["Subscribe", "Unsubscribe"]),
    ("logs", 5.0, &["PutRetentionPolicy", "PutMetricFilter"]),
    (
        "logs",
        10.0,
        &[
            "DescribeLogGroups",
            "CreateLogGroup",
            "StartQuery",
            "GetQueryResults",
        ],
    ),
    (
        "xray",
        1.0,
        &[
            "CreateGroup",
            "UpdateGroup",
            "DeleteGroup",
            "CreateSamplingRule",
            "UpdateSamplingRule",
            "DeleteSamplingRule",
        ],
    ),
];

/// Requests per second for an operation of `cloudwatch`, `sns`, `logs` or `xray`, named as AWS names it; `None` for an unknown rate.
pub fn rate(service: &str, operation: &str) -> Option<f64> {
    RATES
        .iter()
        .find(|(owner, _, operations)| *owner == service && operations.contains(&operation))
        .map(|(_, rate, _)| *rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_at_most_a_day_or_a_week_for_long_periods() {
        assert!(is_alarm_window(60, 1440) && !is_alarm_window(60, 1441));
        assert!(is_alarm_window(3600, 168) && !is_alarm_window(3600, 169));
        assert!(
            !is_alarm_window(3540, 25),
            "a period below an hour has the limit of a day"
        );
        assert!(!is_alarm_window(u32::MAX, u32::MAX), "no overflow");
    }

    #[test]
    fn periods_are_ten_twenty_thirty_or_whole_minutes() {
        let allowed: Vec<u32> = [0, 1, 10, 20, 30, 40, 59, 60, 90, 120, 86_400]
            .into_iter()
            .filter(|s| is_alarm_period(*s))
            .collect();
        assert_eq!(allowed, [10, 20, 30, 60, 120, 86_400]);
    }

    #[test]
    fn names_follow_the_rules_of_their_service() {
        assert!(
            is_alarm_name("stack.Fn.err ä")
                && !is_alarm_name("a\nb")
                && !is_alarm_name("")
                && !is_alarm_name(&"a".repeat(256))
        );
        assert!(
            is_dashboard_name("stack_Over-view")
                && !is_dashboard_name("stack.x")
                && !is_dashboard_name("")
        );
        assert!(is_topic_name("alerts.fifo") && !is_topic_name(".fifo") && !is_topic_name("a.b"));
        assert!(
            is_trace_group_name("orders-faults")
                && !is_trace_group_name("Default")
                && !is_trace_group_name("a_b")
        );
        assert!(
            is_query_id("m1_X") && !is_query_id("M1") && !is_query_id("") && !is_query_id("m-1")
        );
    }

    #[test]
    fn the_name_of_an_objective_begins_and_ends_with_a_letter_or_digit() {
        let long = "a".repeat(OBJECTIVE_NAME);
        for (name, expected) in [
            ("ab", true),
            ("shop.Stage.availability", true),
            ("a b_c-d", true),
            (&long, true),
            ("a", false),
            ("shop-", false),
            (".shop", false),
            ("shop/x", false),
            (&format!("{long}a"), false),
        ] {
            assert_eq!(is_objective_name(name), expected, "{name}");
        }
    }

    #[test]
    fn rates_are_per_service_and_operation() {
        assert_eq!(rate("cloudwatch", "PutMetricAlarm"), Some(3.0));
        assert_eq!(rate("cloudwatch", "TagResource"), Some(20.0));
        assert_eq!(rate("sns", "TagResource"), Some(10.0));
        assert_eq!(rate("events", "PutEvents"), None);
    }
}
