//! The usage metrics that have a service quota, from `quotas.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::diagnostic::nearest;

/// The namespace of usage metrics.
pub(super) const NAMESPACE: &str = "AWS/Usage";

/// The dimensions that name a usage metric.
pub(super) const DIMENSIONS: [&str; 4] = ["Class", "Resource", "Service", "Type"];

/// A usage metric. `None` for a dimension that depends on the resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct UsageMetric<'m> {
    pub(super) metric: &'m str,
    pub(super) class: Option<&'m str>,
    pub(super) resource: Option<&'m str>,
    pub(super) service: Option<&'m str>,
    pub(super) kind: Option<&'m str>,
}

/// Usage metrics of one service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaGroup {
    metric: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default = "no_class")]
    classes: String,
    resources: Option<String>,
}

fn no_class() -> String {
    "None".to_owned()
}

static QUOTAS: LazyLock<BTreeMap<String, Vec<QuotaGroup>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/quotas.json")))
        .expect("quotas.toml is part of the program, and a test reads it")
});

/// The help about a usage metric that is not known to have a quota: the metrics that have one. `None` for a metric with a quota.
pub(super) fn without_quota(usage: UsageMetric<'_>) -> Option<String> {
    let service = usage.service?;
    let Some(groups) = QUOTAS.get(service) else {
        let known: Vec<&str> = QUOTAS.keys().map(String::as_str).collect();
        return Some(match nearest(service, known.iter().copied()) {
            Some(near) => format!("did you mean `Service = \"{near}\"`?"),
            None => format!("services with quotas: {}", known.join(", ")),
        });
    };
    if groups.iter().any(|group| group.has(usage)) {
        return None;
    }
    let known: Vec<String> = groups.iter().map(QuotaGroup::text).collect();
    Some(format!(
        "metrics of {service} with quotas: {}",
        known.join("; ")
    ))
}

impl QuotaGroup {
    fn has(&self, usage: UsageMetric<'_>) -> bool {
        let is_one_of = |list: &str, value: Option<&str>| {
            value.is_none_or(|value| list.split_ascii_whitespace().any(|known| known == value))
        };
        self.metric == usage.metric
            && usage.kind.is_none_or(|kind| kind == self.kind)
            && is_one_of(&self.classes, usage.class)
            && self
                .resources
                .as_ref()
                .is_none_or(|resources| is_one_of(resources, usage.resource))
    }

    /// `ResourceCount with Type = Resource, Class = None, Resource = ConcurrentExecutions`
    fn text(&self) -> String {
        let list = |words: &str| {
            words
                .split_ascii_whitespace()
                .collect::<Vec<_>>()
                .join(" | ")
        };
        let resources = self.resources.as_deref().map_or("any".to_owned(), list);
        format!(
            "{} with Type = {}, Class = {}, Resource = {resources}",
            self.metric,
            self.kind,
            list(&self.classes)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(
        service: &str,
        metric: &str,
        kind: &str,
        class: &str,
        resource: &str,
    ) -> Option<String> {
        without_quota(UsageMetric {
            metric,
            class: Some(class),
            resource: Some(resource),
            service: Some(service),
            kind: Some(kind),
        })
    }

    #[test]
    fn listed_metrics_have_quotas_and_others_get_the_list() {
        let concurrent = ["Resource", "None", "ConcurrentExecutions"];
        let of_lambda = |[kind, class, resource]: [&str; 3]| {
            help("Lambda", "ResourceCount", kind, class, resource)
        };
        assert_eq!(of_lambda(concurrent), None);
        let known = "metrics of Lambda with quotas: ResourceCount with Type = Resource, Class = None, Resource = ConcurrentExecutions";
        for wrong in [
            ["API", "None", "ConcurrentExecutions"],
            ["Resource", "Standard/OnDemand", "ConcurrentExecutions"],
            ["Resource", "None", "Functions"],
        ] {
            assert_eq!(of_lambda(wrong).as_deref(), Some(known), "{wrong:?}");
        }
        assert_eq!(
            help(
                "States",
                "ResourceCount",
                "Resource",
                "None",
                "StateMachineCount"
            ),
            None
        );
        assert_eq!(
            help(
                "lambda",
                "ResourceCount",
                "Resource",
                "None",
                "ConcurrentExecutions"
            )
            .as_deref(),
            Some("did you mean `Service = \"Lambda\"`?")
        );
    }

    #[test]
    fn a_dimension_that_depends_on_the_resource_is_not_judged() {
        let open = UsageMetric {
            metric: "ResourceCount",
            class: Some("None"),
            resource: None,
            service: Some("DynamoDB"),
            kind: Some("Resource"),
        };
        assert_eq!(without_quota(open), None);
        let without_service = UsageMetric {
            service: None,
            ..open
        };
        assert_eq!(without_quota(without_service), None);
    }

    #[test]
    fn no_service_has_a_metric_twice() {
        for (service, groups) in QUOTAS.iter() {
            let mut known = std::collections::BTreeSet::new();
            for group in groups {
                for resource in group.resources.as_deref().unwrap_or("*").split_whitespace() {
                    let metric = (&group.metric, &group.kind, resource);
                    assert!(known.insert(metric), "{service}: {metric:?}");
                }
            }
        }
    }
}
