//! Which resources a service publishes a metric of: the conditions of `metric_conditions.toml`.
//! A plan with built-in definitions alone does not read them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use super::condition::Cel;
use super::definition::{MetricSource, ServiceDefinition};
use super::properties::UsedProperties;
use crate::diagnostic::{Place, Source};
use crate::spanned::Spanned;

/// The variable with the metric's name.
pub const METRIC: &str = "metric";

/// The variable with the metric's dimensions.
pub const DIMENSION: &str = "dimension";

/// A condition for metrics of some types; `metric_conditions.toml` explains the keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricCondition {
    types: Vec<String>,
    /// `None`: all metrics of the namespace.
    metrics: Option<String>,
    /// `None`: any dimensions.
    by: Option<BTreeSet<String>>,
    #[serde(rename = "if")]
    expression: String,
    /// Ends the diagnostic "… has no data: a rule on a custom bus publishes with …".
    pub because: String,
    pub fix: String,
    #[serde(skip)]
    cel: OnceLock<Option<Cel>>,
}

impl MetricCondition {
    /// The condition, parsed on first use. A test parses every one.
    pub fn cel(&self) -> Option<&Cel> {
        let cel = self
            .cel
            .get_or_init(|| Cel::parse(&written(&self.expression)).ok());
        cel.as_ref()
    }

    fn is_about(&self, metric: &str, dimensions: &BTreeSet<&str>) -> bool {
        let of_metric = self.metrics.as_ref().is_none_or(|metrics| {
            let mut patterns = metrics.split_ascii_whitespace();
            patterns.any(|pattern| matches(pattern, metric))
        });
        let is_set = |set: &BTreeSet<String>| {
            set.iter()
                .map(String::as_str)
                .eq(dimensions.iter().copied())
        };
        of_metric && self.by.as_ref().is_none_or(is_set)
    }
}

fn matches(pattern: &str, metric: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => metric.starts_with(start),
        None => pattern == metric,
    }
}

fn written(expression: &str) -> Spanned<String> {
    let source = Source::new("metric_conditions.toml", expression);
    Spanned {
        value: expression.to_owned(),
        place: Place::new(&source, 0..expression.len()),
    }
}

/// The conditions for a metric of a resource of a type.
pub fn of_metric(
    kind: &str,
    namespace: &str,
    metric: &str,
    dimensions: &BTreeSet<&str>,
) -> impl Iterator<Item = &'static MetricCondition> {
    of_namespace(kind, namespace).filter(move |condition| condition.is_about(metric, dimensions))
}

fn of_namespace(kind: &str, namespace: &str) -> impl Iterator<Item = &'static MetricCondition> {
    let conditions = CONDITIONS.get(namespace).into_iter().flatten();
    conditions.filter(move |condition| condition.types.iter().any(|of_type| of_type == kind))
}

/// The properties that the conditions for the metrics of a definition file read of resources of a type.
pub(super) fn used_properties(service: &ServiceDefinition, kind: &str) -> UsedProperties {
    let mut used = UsedProperties::default();
    let namespaces: BTreeSet<&str> = service
        .metrics
        .values()
        .filter_map(|metric| match &metric.source {
            MetricSource::Published { namespace, .. } => Some(namespace.as_str()),
            MetricSource::Group(_) | MetricSource::Log(_) => None,
        })
        .collect();
    for namespace in namespaces {
        for cel in of_namespace(kind, namespace).filter_map(MetricCondition::cel) {
            used.register(cel.property_paths());
        }
    }
    used
}

static CONDITIONS: LazyLock<BTreeMap<String, Vec<MetricCondition>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(
        env!("OUT_DIR"),
        "/metric_conditions.json"
    )))
    .expect("metric_conditions.toml is part of the program, and a test reads it")
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::known_properties;
    use crate::catalog::published;

    fn all() -> impl Iterator<Item = (&'static str, &'static MetricCondition)> {
        let of_namespace = CONDITIONS.iter();
        of_namespace.flat_map(|(namespace, conditions)| {
            let conditions = conditions.iter();
            conditions.map(move |condition| (namespace.as_str(), condition))
        })
    }

    #[test]
    fn every_condition_is_an_expression_over_properties_of_its_types() {
        for (namespace, condition) in all() {
            let cel = Cel::parse(&written(&condition.expression));
            let cel =
                cel.unwrap_or_else(|diagnostic| panic!("{namespace}: {}", diagnostic.message));
            assert!(
                !condition.types.is_empty(),
                "{namespace}: {}",
                condition.because
            );
            for (kind, path) in condition
                .types
                .iter()
                .flat_map(|kind| cel.properties().map(move |path| (kind, path)))
            {
                let unknown = known_properties::diagnostic(kind, path);
                assert!(unknown.is_none(), "{kind} {path}");
            }
        }
    }

    #[test]
    fn every_condition_is_about_a_published_metric() {
        for (namespace, condition) in all() {
            let by: BTreeSet<&str> = condition.by.iter().flatten().map(String::as_str).collect();
            let metrics = condition
                .metrics
                .iter()
                .flat_map(|metrics| metrics.split_ascii_whitespace());
            for metric in metrics.filter(|metric| !metric.ends_with('*')) {
                match published::check(namespace, metric, &by) {
                    Ok(()) => {}
                    Err(published::Unpublished::Dimensions { .. }) if condition.by.is_none() => {}
                    Err(unpublished) => panic!("{namespace} {metric}: {unpublished:?}"),
                }
            }
        }
    }

    #[test]
    fn a_condition_is_about_names_and_sets_of_dimensions() {
        let count = |kind, namespace, metric, dimensions: &[&str]| {
            of_metric(
                kind,
                namespace,
                metric,
                &dimensions.iter().copied().collect(),
            )
            .count()
        };
        let rule = "AWS::Events::Rule";
        assert_eq!(
            count(rule, "AWS/Events", "FailedInvocations", &["RuleName"]),
            1
        );
        assert_eq!(
            count(
                rule,
                "AWS/Events",
                "FailedInvocations",
                &["RuleName", "EventBusName"]
            ),
            0
        );
        assert_eq!(
            count(
                "AWS::Events::EventBus",
                "AWS/Events",
                "Invocations",
                &["RuleName"]
            ),
            0
        );
        let stream = "AWS::KinesisFirehose::DeliveryStream";
        assert_eq!(
            count(
                stream,
                "AWS/Firehose",
                "DeliveryToSplunk.Success",
                &["DeliveryStreamName"]
            ),
            1
        );
        assert_eq!(
            count(
                stream,
                "AWS/Firehose",
                "DeliveryToS3.Success",
                &["DeliveryStreamName"]
            ),
            0
        );
    }
}
