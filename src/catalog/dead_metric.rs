//! Metrics that AWS does not publish: an alarm on one never has data.

use std::collections::BTreeSet;

use super::published::{self, Unpublished};
use crate::diagnostic::{Code, Diagnostic};

/// The diagnostic for a metric that AWS does not publish with these dimensions; `None` for a published one, and for one of a
/// namespace that nobody lists.
pub fn dead_metric(namespace: &str, name: &str, dimensions: &BTreeSet<&str>) -> Option<Diagnostic> {
    let unpublished = published::check(namespace, name, dimensions).err()?;
    Some(not_published(namespace, name, &unpublished))
}

fn not_published(namespace: &str, name: &str, unpublished: &Unpublished) -> Diagnostic {
    match unpublished {
        Unpublished::Namespace { nearest } => Diagnostic::new(
            Code::DeadMetric,
            format!("AWS publishes nothing under `{namespace}`"),
        )
        .help(format!("did you mean `{nearest}`?")),
        Unpublished::Nothing { instead } => Diagnostic::new(
            Code::DeadMetric,
            format!("AWS publishes nothing under `{namespace}`"),
        )
        .help(instead.clone()),
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
