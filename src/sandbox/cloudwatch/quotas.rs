//! `SERVICE_QUOTA`: the quotas of usage metrics.

use serde_json::Value;

use super::error::invalid;
use super::metric_queries::{id, metric_key, text};
use crate::sandbox::data::MetricKey;
use crate::sandbox::error::AwsError;
use crate::semantics::math::{self, Expr, Function};

/// The namespace of usage metrics.
const USAGE: &str = "AWS/Usage";

/// AWS's default quotas by the dimensions `Service` and `Resource`. In a sandbox nobody raises a quota, and a usage metric that is not listed has
/// none: an expression over its quota has no data.
const DEFAULTS: [(&str, &str, f64); 4] = [
    ("DynamoDB", "AccountProvisionedReadCapacityUnits", 80_000.0),
    ("DynamoDB", "AccountProvisionedWriteCapacityUnits", 80_000.0),
    (
        "Elastic Load Balancing",
        "ApplicationLoadBalancersPerRegion",
        50.0,
    ),
    ("Lambda", "ConcurrentExecutions", 1000.0),
];

/// The expression with the default quotas as numbers.
pub(super) fn with_default_quotas(expression: &Expr, queries: &[Value]) -> Expr {
    math::with_quotas(expression, &|operand| {
        default_quota(&metric_key(metric_stat(queries, operand)?))
    })
}

fn metric_stat<'q>(queries: &'q [Value], wanted: &str) -> Option<&'q Value> {
    let query = queries.iter().find(|query| id(query) == wanted)?;
    query.get("MetricStat")
}

fn default_quota(metric: &MetricKey) -> Option<f64> {
    let dimension = |name: &str| metric.dimensions.get(name).map(String::as_str);
    let (service, resource) = (dimension("Service")?, dimension("Resource")?);
    let mut defaults = DEFAULTS.iter();
    let (_, _, quota) = defaults.find(|(of, what, _)| (*of, *what) == (service, resource))?;
    (metric.namespace == USAGE).then_some(*quota)
}

/// `SERVICE_QUOTA` takes a usage metric. AWS does not document its words of refusal.
pub(super) fn quotas_are_of_usage(
    query: &Value,
    expression: &Expr,
    queries: &[Value],
) -> Result<(), AwsError> {
    let is_usage = |operand: &&str| {
        let metric = metric_stat(queries, operand).and_then(|stat| stat.get("Metric"));
        metric.is_some_and(|metric| text(metric, "Namespace") == USAGE)
    };
    let quotas = expression.service_quotas();
    let takes_none = quotas.is_empty() && expression.calls(Function::ServiceQuota);
    if takes_none || !quotas.iter().all(is_usage) {
        return Err(invalid(format!(
            "Error in expression '{}': SERVICE_QUOTA takes a metric of the namespace {USAGE}.",
            id(query)
        )));
    }
    Ok(())
}
