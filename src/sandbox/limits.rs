//! AWS's limits and quotas, where the models do not state them. Sources: service quota pages and API references.

/// Tags per resource, in all services.
pub const TAGS: usize = 50;

/// Items per page of DescribeAlarms when `MaxRecords` is not given. That AWS's default is 50 is unverified.
pub const ALARMS_PER_PAGE: usize = 50;
pub const ALARM_HISTORY_PER_PAGE: usize = 100;
/// Of the sandbox, not of AWS: what it remembers of a Region's alarm history.
pub const ALARM_HISTORY: usize = 1000;
pub const DASHBOARDS_PER_PAGE: usize = 1000;
pub const DASHBOARDS_PER_DELETION: usize = 100;
pub const METRICS_PER_PAGE: usize = 500;
/// Entries of `Metrics` in an alarm that are a `MetricStat`, and those that are an `Expression`.
pub const QUERIES_PER_KIND: usize = 10;
/// Seconds that `Period * EvaluationPeriods` may span, for periods of an hour or more, and for shorter ones.
pub const LONG_WINDOW: i64 = 604_800;
pub const SHORT_WINDOW: i64 = 86_400;
pub const LONG_PERIOD: i64 = 3600;

/// X-Ray groups per Region beside `Default`; whether `Default` counts is unverified.
pub const TRACE_GROUPS: usize = 25;
/// Custom sampling rules per Region.
pub const SAMPLING_RULES: usize = 25;
pub const SAMPLING_RULE_ATTRIBUTES: usize = 5;

pub const TOPICS_PER_PAGE: usize = 100;
pub const SUBSCRIPTIONS_PER_PAGE: usize = 100;

pub const LOG_GROUPS_PER_PAGE: usize = 50;
/// Days for which a log group can keep its events.
pub const RETENTION_DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub const RULES_PER_PAGE: usize = 100;
pub const TARGETS_PER_RULE: usize = 5;

/// AWS pages stack resources by size; 100 to a page is the sandbox's own.
pub const STACK_RESOURCES_PER_PAGE: usize = 100;
pub const STACKS_PER_PAGE: usize = 100;
pub const TAGGED_RESOURCES_PER_PAGE: usize = 50;
