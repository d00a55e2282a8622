//! AWS publishes every metric with its dimensions.

use std::collections::BTreeSet;

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::{MetricDefinition, MetricSource, ServiceDefinition};
use crate::catalog::published::{self, Unpublished};
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
    let unpublished = published::check(namespace, name, &names).err()?;
    Some(not_published(namespace, name, &unpublished).at(word.place.clone()))
}

/// The diagnostic for a metric that can never have data.
fn not_published(namespace: &str, name: &str, unpublished: &Unpublished) -> Diagnostic {
    match unpublished {
        Unpublished::Namespace { nearest } => Diagnostic::new(
            Code::DeadMetric,
            format!("AWS publishes nothing under `{namespace}`"),
        )
        .help(format!("did you mean `{nearest}`?")),
        Unpublished::Metric { nearest } => {
            let diagnostic = Diagnostic::new(
                Code::UnknownAwsMetric,
                format!("`{namespace}` is not known to have a metric `{name}`"),
            );
            match nearest {
                Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
                None => diagnostic.help("an alarm on a metric that does not exist never has data"),
            }
        }
        Unpublished::Dimensions { published, .. } => {
            let sets: Vec<String> = published
                .iter()
                .map(|set| format!("[{}]", set.join(", ")))
                .collect();
            Diagnostic::new(
                Code::DeadMetric,
                format!("`{namespace} {name}` is never published with these dimensions: the alarm could never fire"),
            )
            .help(format!("it is published with {}", sets.join(" or ")))
        }
    }
}
