//! The alarms, event rules, metric filters and graph rows of one resource.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use super::alarms::{AlarmBuilder, Generated};
use super::definition_events::{EventBuilder, GeneratedEvents};
use super::objective_alarms::GeneratedObjective;
use super::objectives::ObjectiveBuilder;
use super::subject::Subject;
use crate::artifact::{Metric, MetricFilter, Origin};
use crate::catalog::definition::{MetricDefinition, MetricSource};
use crate::inventory::Resource;

/// One resource's alarms, event rules, metric filters, template values and dashboard metrics.
pub(super) struct ResourceOutput<'a> {
    pub resource: &'a Resource,
    pub values: Value,
    /// By the name that definitions use. `None` for a metric that no board shows or that the
    /// resource lacks.
    pub metrics: BTreeMap<&'a str, Option<ShownMetric<'a>>>,
    pub generated: Generated,
    pub events: GeneratedEvents,
    pub filters: Vec<(Origin, MetricFilter)>,
    pub objectives: Vec<GeneratedObjective>,
}

/// What makes the alarms of resources.
#[derive(Clone, Copy)]
pub(super) struct Builders<'b> {
    pub alarms: &'b AlarmBuilder<'b>,
    pub objectives: &'b ObjectiveBuilder<'b>,
}

/// A metric on a graph.
pub(super) struct ShownMetric<'a> {
    pub metric: Metric,
    /// Region of the metric, if different from the stack's.
    pub region: Option<&'a str>,
}

impl<'a> ResourceOutput<'a> {
    /// `shown` are the metrics that boards show, by the name that definitions use.
    pub(super) fn of(
        builders: Builders<'_>,
        mut subject: Subject<'a>,
        shown: &BTreeSet<&str>,
    ) -> Self {
        let mut generated = builders.alarms.make(&mut subject);
        let (objectives, diagnostics) = builders.objectives.of(&subject);
        generated.diagnostics.extend(diagnostics);
        let alarms = builders.alarms;
        let events = EventBuilder { alarms }.of(&subject);
        let of_definitions = generated.alarms.iter();
        let of_objectives = objectives.iter().flat_map(|objective| &objective.alarms);
        let made = of_definitions.chain(of_objectives);
        let filters = alarms.filters().of(&subject, made.map(|made| &made.alarm));
        let mut metrics = BTreeMap::new();
        for (name, definition) in &subject.service.metrics {
            if is_per_item(definition) {
                continue;
            }
            let is_shown = shown.contains(name.as_str());
            let metric = is_shown.then(|| builders.alarms.metric_of(&subject, definition).ok());
            let metric = metric.flatten().filter(|metric| {
                let is_made = |(_, filter): &(_, MetricFilter)| filter.metric == metric.name;
                !definition.is_of_log() || filters.iter().any(is_made)
            });
            let region = definition
                .region
                .as_ref()
                .map(|region| region.value.as_str());
            let shown = metric.map(|metric| ShownMetric { metric, region });
            metrics.insert(name.as_str(), shown);
        }
        Self {
            resource: subject.view.resource,
            values: subject.view.values.into_value(),
            metrics,
            generated,
            events,
            filters,
            objectives,
        }
    }
}

/// Whether a metric belongs to an `each` item (a table's index) instead of the resource.
fn is_per_item(definition: &MetricDefinition) -> bool {
    match &definition.source {
        MetricSource::Published { dimensions, .. } => {
            let mut dimensions = dimensions.iter();
            dimensions.any(|(_, text)| text.source().contains("{{item}}"))
        }
        MetricSource::Group(_) | MetricSource::Log(_) => false,
    }
}
