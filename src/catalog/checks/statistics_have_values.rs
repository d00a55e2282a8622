//! Checks that every metric has a statistic that AWS publishes for it and that means something.

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::{MetricDefinition, MetricSource, ServiceDefinition};
use crate::catalog::metric_kinds::{self, MetricKind};
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::UnsuitableStatistic],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let metrics = service.metrics.values();
    metrics
        .filter(|metric| !metric.built_in)
        .filter_map(unsuitable)
        .collect()
}

fn unsuitable(metric: &MetricDefinition) -> Option<Diagnostic> {
    let MetricSource::Published {
        namespace, name, ..
    } = &metric.source
    else {
        return None;
    };
    let (reason, help) = match metric_kinds::kind(namespace, name)? {
        MetricKind::PercentOfRequests if metric.stat != "Average" => (
            format!("AWS publishes only the average of `{namespace} {name}`"),
            "write `stat = \"Average\"`",
        ),
        MetricKind::Gauge
        | MetricKind::AgeMilliseconds
        | MetricKind::AgeSeconds
        | MetricKind::PercentOfUse
        | MetricKind::PercentOfReservation
        | MetricKind::Share
            if metric.stat == "Sum" =>
        {
            (
                format!("the sum of `{namespace} {name}` adds up all readings of a period"),
                "one reading is what there is at a moment: write `stat = \"Maximum\"`",
            )
        }
        MetricKind::PercentOfRequests
        | MetricKind::Gauge
        | MetricKind::AgeMilliseconds
        | MetricKind::AgeSeconds
        | MetricKind::PercentOfUse
        | MetricKind::PercentOfReservation
        | MetricKind::Share
        | MetricKind::Milliseconds
        | MetricKind::Seconds
        | MetricKind::OneOrZero => return None,
    };
    let diagnostic = Diagnostic::new(Code::UnsuitableStatistic, reason);
    Some(diagnostic.at(metric.place.clone()).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn the_statistics_of_built_in_metrics_are_suitable() {
        for service in Catalog::load(None, None).value.services() {
            let mut metrics = service.definition().metrics.values();
            assert_eq!(metrics.find_map(unsuitable), None, "{}", service.kind);
        }
    }
}
