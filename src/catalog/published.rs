//! The metrics that AWS services publish to CloudWatch, from `published.toml`: whether a metric with its dimensions can have data.
//! This module knows no definitions, stacks or accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::diagnostic::nearest;

/// Why a metric never has data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpublished {
    /// No service publishes to this misspelt namespace; `nearest` is the right one.
    Namespace { nearest: String },
    /// The service publishes nothing under this name; the text says where to look instead.
    Nothing { instead: String },
    /// The namespace is not known to have the metric. It may be newer than our list.
    Metric { nearest: Option<String> },
    /// The metric exists, but only with other sets of dimension names; `nearest` is the most similar set.
    Dimensions {
        published: Vec<DimensionSet>,
        nearest: Option<DimensionSet>,
    },
}

/// Dimension names that are published together.
pub type DimensionSet = Vec<String>;

/// Whether CloudWatch can have data for a metric with exactly these dimension names.
///
/// Accepted as well: custom namespaces, services that `published.toml` does not list, and every set of dimensions for a metric without
/// documented sets.
pub fn check(
    namespace: &str,
    metric: &str,
    dimensions: &BTreeSet<&str>,
) -> Result<(), Unpublished> {
    let Some(groups) = PUBLISHED.get(namespace) else {
        return check_unlisted(namespace);
    };
    if let Some(instead) = groups.iter().find_map(|group| group.nothing.clone()) {
        return Err(Unpublished::Nothing { instead });
    }
    match groups
        .iter()
        .find(|group| group.names().any(|name| name == metric))
    {
        Some(group) => group.check(dimensions),
        None => check_unknown(metric, groups),
    }
}

/// Where only some metrics of a namespace are listed, an unknown one is published, unless it is a misspelling of a listed one.
fn check_unknown(metric: &str, groups: &[MetricGroup]) -> Result<(), Unpublished> {
    let is_partial = groups.iter().any(|group| group.partial);
    let names: Vec<&str> = groups.iter().flat_map(MetricGroup::names).collect();
    if is_partial && !names.iter().any(|known| is_misspelt(metric, known)) {
        return Ok(());
    }
    Err(Unpublished::Metric {
        nearest: nearest(metric, names).map(ToOwned::to_owned),
    })
}

/// Whether the name of a metric differs from a known one only in case, punctuation or one letter.
fn is_misspelt(written: &str, known: &str) -> bool {
    // Short names, and those with numbers, may differ by one character and be right: `2xx` and `3xx`.
    const LONG_ENOUGH: usize = "Invocations".len();
    let has_digits = known.contains(|character: char| character.is_ascii_digit());
    letters(written) == letters(known)
        || known.len() >= LONG_ENOUGH && !has_digits && strsim::osa_distance(written, known) == 1
}

/// The fixed Regions of a metric. Empty for a metric that the service publishes in the resource's Region.
pub fn regions(namespace: &str, metric: &str) -> &'static [String] {
    group(namespace, metric).map_or(&[], |group| &group.regions)
}

/// Whether all metrics of a namespace are listed.
pub fn is_listed(namespace: &str) -> bool {
    let groups = PUBLISHED.get(namespace);
    groups.is_some_and(|groups| groups.iter().all(|group| !group.partial))
}

/// The seconds between two points of a metric that AWS publishes more rarely than alarms usually ask.
pub fn interval(namespace: &str, metric: &str) -> Option<u32> {
    group(namespace, metric)?.interval
}

fn group(namespace: &str, metric: &str) -> Option<&'static MetricGroup> {
    let mut groups = PUBLISHED.get(namespace)?.iter();
    groups.find(|group| group.names().any(|name| name == metric))
}

/// An unlisted namespace is custom or belongs to an unlisted service, unless it is a misspelt listed one.
fn check_unlisted(namespace: &str) -> Result<(), Unpublished> {
    let meant = PUBLISHED.iter().find(|(known, groups)| {
        let misnamed = groups
            .iter()
            .flat_map(|group| &group.misnamed)
            .any(|name| name == namespace);
        misnamed || is_misspelling(namespace, known)
    });
    match meant {
        Some((known, _)) => Err(Unpublished::Namespace {
            nearest: known.clone(),
        }),
        None => Ok(()),
    }
}

/// Whether `written` differs from `known` only in case, punctuation or one letter.
///
/// Only names in `AWS/` can be misspelt: CloudWatch reserves that prefix for services.
fn is_misspelling(written: &str, known: &str) -> bool {
    // Short names may differ by one letter and be right: AWS/SES and AWS/SNS.
    const LONG_ENOUGH: usize = "AWS/Events".len();
    written
        .get(..4)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("AWS/"))
        && (letters(written) == letters(known)
            || known.len() >= LONG_ENOUGH && strsim::osa_distance(written, known) == 1)
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Metrics of one namespace with the same sets of dimensions; `published.toml` explains the keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricGroup {
    dimensions: Option<Vec<DimensionSet>>,
    #[serde(default)]
    metrics: String,
    /// Where to look instead of in a namespace that holds nothing.
    nothing: Option<String>,
    #[serde(default)]
    misnamed: Vec<String>,
    /// Fixed Regions to which the service publishes; empty for services that publish to the resource's Region.
    #[serde(default)]
    regions: Vec<String>,
    /// Whether the namespace has metrics that are not listed.
    #[serde(default)]
    partial: bool,
    /// Seconds between two points.
    interval: Option<u32>,
}

impl MetricGroup {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.metrics.split_ascii_whitespace()
    }

    fn check(&self, asked: &BTreeSet<&str>) -> Result<(), Unpublished> {
        let Some(published) = &self.dimensions else {
            return Ok(());
        };
        if published.iter().any(|set| names_of(set) == *asked) {
            return Ok(());
        }
        Err(Unpublished::Dimensions {
            published: published.clone(),
            nearest: nearest_set(published, asked),
        })
    }
}

fn names_of(set: &DimensionSet) -> BTreeSet<&str> {
    set.iter().map(String::as_str).collect()
}

/// Compares the sets as text, so that similar names count as similar.
fn nearest_set(published: &[DimensionSet], asked: &BTreeSet<&str>) -> Option<DimensionSet> {
    let text = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(",");
    published
        .iter()
        .min_by_key(|set| strsim::osa_distance(&text(&names_of(set)), &text(asked)))
        .cloned()
}

static PUBLISHED: LazyLock<BTreeMap<String, Vec<MetricGroup>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/published.json")))
        .expect("published.toml is part of the program, and a test reads it")
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of `namespace | dimension names | metrics`.
    fn cases(lines: &str) -> impl Iterator<Item = (&str, &str, BTreeSet<&str>)> {
        lines
            .lines()
            .filter(|line| !line.trim().is_empty())
            .flat_map(|line| {
                let mut columns = line.split('|').map(str::trim);
                let mut column = || columns.next().expect("three columns");
                let (namespace, dimensions, metrics) = (column(), column(), column());
                metrics
                    .split_whitespace()
                    .map(move |metric| (namespace, metric, dimensions.split_whitespace().collect()))
            })
    }

    fn verdict(namespace: &str, metric: &str, dimensions: &[&str]) -> Result<(), Unpublished> {
        check(namespace, metric, &dimensions.iter().copied().collect())
    }

    #[test]
    fn the_list_has_no_duplicates() {
        for (namespace, groups) in PUBLISHED.iter() {
            let mut metrics = BTreeSet::new();
            for group in groups {
                assert!(
                    group.names().count() > 0 || group.nothing.is_some(),
                    "{namespace}: a group without metrics"
                );
                for metric in group.names() {
                    assert!(metrics.insert(metric), "{namespace} {metric}: twice");
                }
                let sets = group.dimensions.iter().flatten();
                assert_eq!(
                    sets.clone().map(names_of).collect::<BTreeSet<_>>().len(),
                    sets.clone().count(),
                    "{namespace}: a set twice"
                );
                assert!(
                    sets.clone().all(|set| names_of(set).len() == set.len()),
                    "{namespace}: a name twice in a set"
                );
                assert_ne!(
                    group.dimensions.as_deref(),
                    Some([].as_slice()),
                    "{namespace}: no set at all; leave the key out instead"
                );
            }
        }
    }

    #[test]
    fn a_misspelt_namespace_is_not_also_published() {
        let misnamed: Vec<&String> = PUBLISHED
            .values()
            .flatten()
            .flat_map(|group| &group.misnamed)
            .collect();
        assert_eq!(
            misnamed.iter().collect::<BTreeSet<_>>().len(),
            misnamed.len()
        );
        assert!(misnamed.iter().all(|name| !PUBLISHED.contains_key(*name)));
    }

    /// AWS's recommended alarms for services of serverless stacks (data of the console's alarm recommendations).
    const RECOMMENDED: &str = "
        AWS/Lambda | FunctionName | Errors Throttles Duration ConcurrentExecutions
        AWS/Lambda | | ClaimedAccountConcurrency
        LambdaInsights | function_name | memory_utilization
        AWS/ApiGateway | ApiName Stage | 4XXError 5XXError Count Latency
        AWS/ApiGateway | ApiName Stage Resource Method | Count Latency
        AWS/ApiGateway | ApiId Stage | Count Latency IntegrationLatency 4xx 5xx MessageCount ClientError ExecutionError
        AWS/ApiGateway | ApiId Stage Resource Method | Count Latency
        AWS/ApiGateway | ApiId Stage Route | IntegrationLatency MessageCount
        AWS/DynamoDB | | AccountProvisionedReadCapacityUtilization AccountProvisionedWriteCapacityUtilization UserErrors
        AWS/DynamoDB | TableName | ReadThrottleEvents WriteThrottleEvents
        AWS/DynamoDB | TableName GlobalSecondaryIndexName | ReadThrottleEvents WriteThrottleEvents
        AWS/DynamoDB | TableName Operation | SuccessfulRequestLatency
        AWS/DynamoDB | TableName ReceivingRegion | ReplicationLatency
        AWS/DynamoDB | TableName DelegatedOperation | AgeOfOldestUnreplicatedRecord FailedToReplicateRecordCount ThrottledPutRecordCount
        AWS/SQS | QueueName | ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesNotVisible
        AWS/SQS | QueueName | ApproximateNumberOfMessagesVisible NumberOfMessagesSent
        AWS/SNS | TopicName | NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed
        AWS/SNS | TopicName | NumberOfNotificationsFilteredOut-InvalidAttributes NumberOfNotificationsFilteredOut-InvalidMessageBody
        AWS/SNS | TopicName | NumberOfNotificationsRedrivenToDlq NumberOfNotificationsFailedToRedriveToDlq SMSSuccessRate
        AWS/Scheduler | | TargetErrorThrottledCount InvocationThrottleCount InvocationDroppedCount
        AWS/Scheduler | | InvocationsFailedToBeSentToDeadLetterCount
        AWS/Kinesis | StreamName | GetRecords.IteratorAgeMilliseconds GetRecords.Success PutRecord.Success PutRecords.FailedRecords
        AWS/Kinesis | StreamName | ReadProvisionedThroughputExceeded WriteProvisionedThroughputExceeded
        AWS/Kinesis | StreamName ConsumerName | SubscribeToShardEvent.MillisBehindLatest
        AWS/S3 | BucketName FilterId | 4xxErrors 5xxErrors
        AWS/S3 | SourceBucket DestinationBucket RuleId | OperationsFailedReplication
        AWS/Cognito | UserPool UserPoolClient | SignUpThrottles SignInThrottles TokenRefreshThrottles
        AWS/Cognito | UserPool UserPoolClient IdentityProvider | FederationThrottles
        AWS/ECS | ClusterName | CPUReservation MemoryReservation
        AWS/ECS | ClusterName ServiceName | CPUUtilization MemoryUtilization HTTPCode_Target_5XX_Count TargetResponseTime
        AWS/CertificateManager | CertificateArn | DaysToExpiry
        AWS/CloudFront | DistributionId Region | 5xxErrorRate OriginLatency
        AWS/CloudFront | DistributionId FunctionName Region | FunctionValidationErrors FunctionExecutionErrors FunctionThrottles
    ";

    /// Other alarms with data, each from a published source.
    const ALIVE: &str = "
        AWS/Lambda | | Errors Throttles Duration ConcurrentExecutions UnreservedConcurrentExecutions
        AWS/Lambda | FunctionName Resource ExecutedVersion | Errors Invocations
        AWS/Lambda | EventSourceMappingUUID | PolledEventCount IteratorAge
        AWS/DynamoDB | Operation TableName | SystemErrors ThrottledRequests
        AWS/DynamoDB | Source TableName | ConsumedWriteCapacityUnits
        AWS/Events | RuleName | FailedInvocations Invocations InvocationsSentToDlq ThrottledRules
        AWS/Events | EventBusName RuleName | FailedInvocations Invocations InvocationsFailedToBeSentToDlq
        AWS/Events | EventBusName | InvocationAttempts RetryInvocationAttempts
        AWS/Events | | IngestiontoInvocationStartLatency IngestionToInvocationStartLatency PutEventsFailedEntriesCount
        AWS/EventBridge/Pipes | PipeName | ExecutionFailed TargetStageFailed ExecutionThrottled
        AWS/Scheduler | ScheduleGroup | TargetErrorCount
        AWS/States | StateMachineArn | ExecutionsFailed ExecutionsTimedOut ExecutionThrottled ExecutionTime
        AWS/X-Ray | GroupName | ApproximateTraceCount
        AWS/ApplicationSignals | SloName BurnRateWindowMinutes | BurnRate
        ApplicationSignals | Environment Service | Fault Latency
        AWS/Logs | LogGroupName | IncomingBytes
        AWS/AppSync | GraphQLAPIId | 5XXError Latency
        AWS/Firehose | DeliveryStreamName | DeliveryToS3.DataFreshness ThrottledRecords
        AWS/ApplicationELB | LoadBalancer TargetGroup | UnHealthyHostCount
        AWS/SES | | Reputation.BounceRate
        Shop/Orders | Stage | Rejected
        XRay | GroupName | Faults
    ";

    #[test]
    fn alarms_that_have_data_are_accepted() {
        for (namespace, metric, dimensions) in cases(RECOMMENDED).chain(cases(ALIVE)) {
            assert_eq!(
                check(namespace, metric, &dimensions),
                Ok(()),
                "{namespace} {metric} {dimensions:?}"
            );
        }
    }

    /// Recommended by AWS, shipped by other tools, or easy to write: none can have data.
    const DEAD: &str = "
        AWS/DynamoDB | TableName | SystemErrors UserErrors SuccessfulRequestLatency ThrottledRequests ReplicationLatency
        AWS/DynamoDB | TableName GlobalSecondaryIndex | ReadThrottleEvents WriteThrottleEvents
        AWS/DynamoDB | GlobalSecondaryIndexName | ReadThrottleEvents
        AWS/DynamoDB | TableName Operation | UserErrors
        AWS/SNS | TopicName | SMSMonthToDateSpentUSD
        AWS/ApiGateway | ApiId Stage | 4XXError 5XXError
        AWS/ApiGateway | ApiId | 5XXError
        AWS/ApiGateway | ApiName Stage | 4xx 5xx MessageCount
        AWS/ApiGateway | Stage | Count 5XXError
        AWS/ApiGateway | | Count
        AWS/Lambda | FunctionName | ClaimedAccountConcurrency PolledEventCount
        AWS/Lambda | FunctionName Resource ExecutedVersion | IteratorAge AsyncEventAge DeadLetterErrors
        AWS/Lambda | functionName | Errors
        LambdaInsights | FunctionName | memory_utilization
        AWS/Events | EventBusName | FailedInvocations Invocations
        AWS/Events | RuleName | PutEventsFailedEntriesCount InvocationsCreated
        AWS/SQS | | ApproximateNumberOfMessagesVisible
        AWS/SQS | QueueUrl | ApproximateNumberOfMessagesVisible
        AWS/SNS | TopicArn | NumberOfNotificationsFailed
        AWS/States | StateMachineName | ExecutionsFailed
        AWS/S3 | BucketName | 4xxErrors 5xxErrors BucketSizeBytes
        AWS/X-Ray | GroupName | FaultRate ErrorRate ResponseTime
        AWS/X-Ray | GroupName ServiceName | ApproximateTraceCount
        AWS/Kinesis | StreamName | SubscribeToShardEvent.MillisBehindLatest
        AWS/AppSync | API_Id | 5XXError
        AWS/Cognito | UserPool | SignInThrottles
        AWS/ApplicationELB | LoadBalancer | UnHealthyHostCount
    ";

    #[test]
    fn alarms_with_a_set_of_dimensions_that_is_not_published_are_refused() {
        for (namespace, metric, dimensions) in cases(DEAD) {
            let refused = matches!(
                check(namespace, metric, &dimensions),
                Err(Unpublished::Dimensions { .. })
            );
            assert!(refused, "{namespace} {metric} {dimensions:?}");
        }
    }

    #[test]
    fn the_most_similar_set_of_dimensions_is_suggested() {
        let named =
            |namespace, metric, dimensions: &[&str]| match verdict(namespace, metric, dimensions) {
                Err(Unpublished::Dimensions { nearest, .. }) => {
                    nearest.unwrap_or_default().join(" ")
                }
                other => format!("{other:?}"),
            };
        assert_eq!(
            named(
                "AWS/DynamoDB",
                "ReadThrottleEvents",
                &["TableName", "GlobalSecondaryIndex"]
            ),
            "TableName GlobalSecondaryIndexName"
        );
        assert_eq!(
            named("AWS/ApiGateway", "5XXError", &["ApiId", "Stage"]),
            "ApiName Stage"
        );
        assert_eq!(
            named("AWS/DynamoDB", "SystemErrors", &["TableName"]),
            "TableName Operation"
        );
        assert_eq!(named("AWS/DynamoDB", "UserErrors", &["TableName"]), "");
    }

    #[test]
    fn an_unknown_metric_gets_the_nearest_name() {
        let named = |namespace, metric| match verdict(namespace, metric, &[]) {
            Err(Unpublished::Metric { nearest }) => nearest,
            other => Some(format!("{other:?}")),
        };
        assert_eq!(named("AWS/Lambda", "Error").as_deref(), Some("Errors"));
        assert_eq!(
            named("AWS/ApiGateway", "5xxError").as_deref(),
            Some("5XXError")
        );
        assert_eq!(
            named("AWS/Events", "IngestionToInvocationStartLatencies").as_deref(),
            Some("IngestionToInvocationStartLatency")
        );
        assert_eq!(
            named("AWS/X-Ray", "ApproximateTracesCount").as_deref(),
            Some("ApproximateTraceCount")
        );
        assert_eq!(named("AWS/SQS", "Zzz"), None);
        assert_eq!(
            named("AWS/ES", "FreeStorageSpce").as_deref(),
            Some("FreeStorageSpace")
        );
    }

    #[test]
    fn a_metric_of_a_partial_list_may_be_unknown() {
        assert_eq!(verdict("AWS/ES", "WarmFreeStorageSpace", &[]), Ok(()));
        assert_eq!(verdict("AWS/AOSS", "1xx", &["ClientId"]), Ok(()));
    }

    #[test]
    fn a_service_without_metrics_has_no_namespace() {
        for namespace in ["AWS/Batch", "AWS/RedshiftServerless"] {
            let verdict = verdict(namespace, "Any", &[]);
            let is_nothing = matches!(verdict, Err(Unpublished::Nothing { .. }));
            assert!(is_nothing, "{namespace}: {verdict:?}");
        }
    }

    #[test]
    fn a_misspelt_namespace_gets_the_right_one() {
        let meant = |namespace| match verdict(namespace, "Any", &[]) {
            Err(Unpublished::Namespace { nearest }) => nearest,
            other => format!("{other:?}"),
        };
        assert_eq!(meant("AWS/XRay"), "AWS/X-Ray");
        assert_eq!(meant("AWS/Pipes"), "AWS/EventBridge/Pipes");
        assert_eq!(meant("AWS/Lamdba"), "AWS/Lambda");
        assert_eq!(meant("AWS/APIGateway"), "AWS/ApiGateway");
        assert_eq!(meant("AWS/Sqs"), "AWS/SQS");
        assert_eq!(meant("AWS/StepFunctions"), "AWS/States");
        assert_eq!(meant("AWS/OpenSearch"), "AWS/ES");
        assert_eq!(meant("AWS/MSK"), "AWS/Kafka");
        assert_eq!(meant("AWS/SES"), "Ok(())");
        assert_eq!(meant("AWS/AppFlow"), "Ok(())");
        assert_eq!(meant("Lambda"), "Ok(())");
    }
}
