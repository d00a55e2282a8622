//! Every log metric that a metric names exists, and every log metric has its own name and an alarm or objective that reads it.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{CatalogCheck, Run};
use super::suggestion::suggest;
use crate::catalog::definition::{MetricSource, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::spanned::Spanned;

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[
        Code::DuplicateAlarm,
        Code::UnknownLogMetric,
        Code::UnusedLogMetric,
    ],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let named: Vec<&Spanned<String>> = service
        .metrics
        .values()
        .filter_map(|word| match &word.source {
            MetricSource::Log(name) => Some(name),
            MetricSource::Group(_) | MetricSource::Published { .. } => None,
        })
        .collect();
    let mut diagnostics: Vec<Diagnostic> = named
        .iter()
        .filter_map(|name| unknown(service, name))
        .collect();
    diagnostics.extend(same_names(service));
    diagnostics.extend(unused(service, &named));
    diagnostics
}

fn unknown(service: &ServiceDefinition, name: &Spanned<String>) -> Option<Diagnostic> {
    let names = service.log_metrics.iter().map(|known| &known.name);
    if names.clone().any(|known| *known == name.value) {
        return None;
    }
    let message = format!("no log metric of this file is called `{}`", name.value);
    let diagnostic = name.diagnostic(Code::UnknownLogMetric, message);
    Some(suggest(diagnostic, &name.value, names))
}

fn same_names(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let mut seen = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for log_metric in &service.log_metrics {
        if let Some(first) = seen.insert(&log_metric.name, &log_metric.place) {
            let message = format!(
                "two log metrics of this file are called `{}`",
                log_metric.name
            );
            let diagnostic = Diagnostic::new(Code::DuplicateAlarm, message);
            diagnostics.push(diagnostic.at(log_metric.place.clone()).at(first.clone()));
        }
    }
    diagnostics
}

fn unused(service: &ServiceDefinition, named: &[&Spanned<String>]) -> Vec<Diagnostic> {
    let named: BTreeSet<&str> = named.iter().map(|name| name.value.as_str()).collect();
    let unused = service
        .log_metrics
        .iter()
        .filter(|log_metric| !named.contains(log_metric.name.as_str()));
    unused
        .map(|log_metric| {
            let name = &log_metric.name;
            let message = format!("no metric reads log metric `{name}`: it makes no filter");
            Diagnostic::new(Code::UnusedLogMetric, message)
                .at(log_metric.place.clone())
                .help(format!(
                    "under `[metrics]`: `word = {{ log = \"{name}\" }}`, and an alarm on the word"
                ))
        })
        .collect()
}
