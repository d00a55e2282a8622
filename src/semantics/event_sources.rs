//! The events of AWS services that tracewatch sends on, and the metric of failed deliveries.

/// The source of alarm events (CloudWatch user guide, "Alarm events and EventBridge").
pub const ALARM_SOURCE: &str = "aws.cloudwatch";
/// An alarm enters another state; `detail` has `alarmName`, `state` and `previousState` (as above).
pub const ALARM_STATE_CHANGE: &str = "CloudWatch Alarm State Change";

/// The source of X-Ray's events (X-Ray developer guide, "Using X-Ray insights").
pub const INSIGHT_SOURCE: &str = "aws.xray";
/// An insight begins, changes or ends; AWS documents `State` of its `detail`, typed clients of EventBridge list the other members.
pub const INSIGHT_UPDATE: &str = "AWS X-Ray Insight Update";

/// The namespace, name and dimension of the count of events that a rule of the default bus could not deliver (EventBridge user guide,
/// "Monitoring Amazon EventBridge").
pub const FAILED_INVOCATIONS: (&str, &str, &str) = ("AWS/Events", "FailedInvocations", "RuleName");
