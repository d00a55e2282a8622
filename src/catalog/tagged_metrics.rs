//! The metrics to which CloudWatch adds the tags of resources, from `tagged_metrics.txt`. Queries can select these by tags.

use std::collections::BTreeSet;

const LIST: &str = include_str!("tagged_metrics.txt");

/// Whether AWS's list has a metric with exactly these dimension names. AWS does not say that the list is exhaustive.
pub fn is_listed<'d>(
    namespace: &str,
    metric: &str,
    dimensions: impl Iterator<Item = &'d str>,
) -> bool {
    let dimensions: BTreeSet<&str> = dimensions.collect();
    let mut sets = LIST.lines().filter_map(TaggedSet::read);
    sets.any(|set| {
        set.namespace == namespace
            && set.dimensions == dimensions
            && (set.metrics.is_empty() || set.metrics.contains(metric))
    })
}

/// A line of the list.
struct TaggedSet<'l> {
    namespace: &'l str,
    dimensions: BTreeSet<&'l str>,
    /// Empty for all metrics of the namespace.
    metrics: BTreeSet<&'l str>,
}

impl<'l> TaggedSet<'l> {
    /// `None` for comments and empty lines.
    fn read(line: &'l str) -> Option<Self> {
        if line.starts_with('#') {
            return None;
        }
        let (namespace, rest) = line.split_once(": ")?;
        let (dimensions, metrics) = rest.split_once(" = ").unwrap_or((rest, ""));
        Some(Self {
            namespace,
            dimensions: names(dimensions),
            metrics: names(metrics),
        })
    }
}

/// Names between spaces; one with spaces is in quotation marks.
fn names(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (index, part) in text.split('"').enumerate() {
        let is_quoted = index % 2 == 1;
        if is_quoted {
            names.insert(part);
        } else {
            names.extend(part.split_ascii_whitespace());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::published::{self, Unpublished};

    #[test]
    fn a_metric_is_listed_with_exactly_its_dimensions() {
        let is_listed =
            |namespace, metric, names: &[&str]| is_listed(namespace, metric, names.iter().copied());
        assert!(is_listed("AWS/Lambda", "Errors", &["FunctionName"]));
        assert!(!is_listed("AWS/Lambda", "Errors", &[]));
        assert!(is_listed(
            "AWS/DynamoDB",
            "SystemErrors",
            &["TableName", "Operation"]
        ));
        assert!(!is_listed("AWS/DynamoDB", "SystemErrors", &["TableName"]));
        assert!(is_listed(
            "AWS/Redshift",
            "WLMQueueLength",
            &["ClusterIdentifier", "service class"]
        ));
        assert!(!is_listed(
            "AWS/States",
            "ExecutionsFailed",
            &["StateMachineArn"]
        ));
    }

    #[test]
    fn every_line_names_a_namespace_that_services_publish_to() {
        let sets: Vec<TaggedSet<'_>> = LIST.lines().filter_map(TaggedSet::read).collect();
        assert!(sets.len() > 100);
        for set in sets {
            let checked =
                published::check(set.namespace, "a metric of no service", &BTreeSet::new());
            assert!(
                matches!(checked, Err(Unpublished::Metric { .. }) | Ok(())),
                "{}",
                set.namespace
            );
        }
    }
}
