//! AWS publishes every metric with its dimensions.

use std::collections::BTreeSet;

use super::check::{CatalogCheck, Run};
use crate::catalog::dead_metric::dead_metric;
use crate::catalog::definition::{MetricDefinition, MetricSource, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::DeadMetric, Code::UnknownAwsMetric],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    service
        .metrics
        .values()
        .filter(|word| !word.built_in)
        .filter_map(unpublished)
        .collect()
}

fn unpublished(word: &MetricDefinition) -> Option<Diagnostic> {
    let MetricSource::Published {
        namespace,
        name,
        dimensions,
    } = &word.source
    else {
        return None;
    };
    // An optional dimension depends on the resource: this check needs fixed dimensions.
    if dimensions.iter().any(|(_, text)| text.is_conditional()) {
        return None;
    }
    let names: BTreeSet<&str> = dimensions.iter().map(|(name, _)| name.as_str()).collect();
    Some(dead_metric(namespace, name, &names)?.at(word.place.clone()))
}
