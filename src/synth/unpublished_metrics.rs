//! Finds metrics of alarms that the service does not publish for a resource, because of the properties of the resource.

use std::collections::BTreeSet;

use serde_json::json;

use super::subject::Subject;
use super::view::Views;
use crate::artifact::{AlarmQuery, Metric};
use crate::catalog::condition::LINKED;
use crate::catalog::definition::AlarmDefinition;
use crate::catalog::is_in_built_in_file;
use crate::catalog::metric_conditions::{self, DIMENSION, METRIC, MetricCondition};
use crate::diagnostic::{Code, Diagnostic};

/// The diagnostics about the metrics of a definition's alarms, given by their queries. Built-in alarms are not checked: a test compares them with the conditions.
pub(super) fn unpublished<'v, 'q>(
    views: &Views<'v>,
    subject: &Subject<'v>,
    definition: &'q AlarmDefinition,
    queries: impl Iterator<Item = &'q AlarmQuery>,
) -> Vec<Diagnostic> {
    let is_built_in = is_in_built_in_file(&definition.place);
    let mut diagnostics = Vec::new();
    for query in queries {
        for (word, metric) in words(definition, query) {
            let written = subject.service.metrics.get(word);
            let Some(written) = written.filter(|written| !(is_built_in && written.built_in)) else {
                continue;
            };
            let Some(condition) = broken_condition(views, subject, metric) else {
                continue;
            };
            let place = if written.built_in {
                &definition.place
            } else {
                &written.place
            };
            let diagnostic = not_published(subject, metric, condition).at(place.clone());
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
    }
    diagnostics
}

/// The metrics of an alarm by the words of its definition.
fn words<'q>(definition: &'q AlarmDefinition, query: &'q AlarmQuery) -> Vec<(&'q str, &'q Metric)> {
    match query {
        AlarmQuery::Metric(metric) => {
            let words = definition.value.value.ids().into_iter();
            words.map(|word| (word, metric)).collect()
        }
        AlarmQuery::Math { metrics, .. } => {
            let metrics = metrics.iter();
            metrics
                .map(|(word, metric)| (word.as_str(), metric))
                .collect()
        }
        AlarmQuery::Insights { .. } => Vec::new(),
    }
}

/// The first condition that the resource does not fulfil.
fn broken_condition<'v>(
    views: &Views<'v>,
    subject: &Subject<'v>,
    metric: &Metric,
) -> Option<&'static MetricCondition> {
    let view = &subject.view;
    let names: BTreeSet<&str> = metric.dimensions.keys().map(String::as_str).collect();
    let kind = &view.resource.kind;
    let mut conditions =
        metric_conditions::of_metric(kind, &metric.namespace, &metric.name, &names).peekable();
    conditions.peek()?;
    let variables = view
        .again()
        .with(METRIC, metric.name.as_str().into())
        .with(DIMENSION, json!(metric.dimensions))
        .with(LINKED, views.linked(&view.resource.id));
    conditions.find(|condition| {
        condition.cel().is_some_and(|cel| {
            views.are_known(view.resource, cel) && cel.holds(variables.variables()) == Ok(false)
        })
    })
}

fn not_published(
    subject: &Subject<'_>,
    metric: &Metric,
    condition: &MetricCondition,
) -> Diagnostic {
    let Metric {
        namespace, name, ..
    } = metric;
    let message = format!(
        "`{namespace} {name}` of `{}` has no data: {}",
        subject.view.resource.id.logical_id, condition.because
    );
    Diagnostic::new(Code::MetricNotPublishedHere, message).help(condition.fix.clone())
}
