//! Which resource and which definition file each objective of the project belongs to.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::Inputs;
use crate::catalog::ServiceEntry;
use crate::catalog::dead_metric::dead_metric;
use crate::catalog::definition::{ENTRY_POINT, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::inventory::{Resource, ResourceId, Types as _};
use crate::objective::{Indicator, Objective};
use crate::spanned::Spanned;

/// The project's objectives, each with the definition file whose metrics it measures.
#[derive(Debug, Default)]
pub(super) struct AssignedObjectives<'a> {
    /// By resource and file.
    by_resource: BTreeMap<(&'a ResourceId, &'a str), Vec<&'a Objective>>,
    /// Objectives over metrics of their own.
    pub(super) own: Vec<&'a Objective>,
}

impl<'a> AssignedObjectives<'a> {
    /// Finds the resource and the definition file of each objective of the project. `entry_points` are the resources where traces begin.
    pub(super) fn new(
        inputs: &Inputs<'a>,
        entry_points: &BTreeSet<&ResourceId>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut assigned = Self::default();
        let mut diagnostics = Vec::new();
        for objective in &inputs.project.objectives {
            if !objective.metrics.is_empty() {
                diagnostics.extend(dead_metrics(objective));
                assigned.own.push(objective);
                continue;
            }
            match place_of(objective, inputs, entry_points) {
                Ok(place) => assigned
                    .by_resource
                    .entry(place)
                    .or_default()
                    .push(objective),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        (assigned, diagnostics)
    }

    /// The objectives of a resource under a definition file: the project's, and those of the file without one of the same name.
    pub(super) fn of<'s>(
        &'s self,
        resource: &ResourceId,
        service: &'s ServiceDefinition,
    ) -> Vec<&'s Objective> {
        let of_project = self.by_resource.get(&(resource, service.file.as_str()));
        let mut found: Vec<&Objective> = of_project.cloned().unwrap_or_default();
        for objective in &service.objectives {
            if !found.iter().any(|known| known.name == objective.name) {
                found.push(objective);
            }
        }
        found
    }
}

/// The metrics of an objective's own that AWS does not publish.
fn dead_metrics(objective: &Objective) -> impl Iterator<Item = Diagnostic> {
    let metrics = objective.metrics.values();
    metrics.filter_map(|own| {
        let dimensions = own.metric.dimensions.keys().map(String::as_str).collect();
        let diagnostic = dead_metric(&own.metric.namespace, &own.metric.name, &dimensions)?;
        Some(diagnostic.at(objective.place.clone()))
    })
}

/// The resource of an objective, and the first definition file of the resource that has its metrics.
fn place_of<'a>(
    objective: &Objective,
    inputs: &Inputs<'a>,
    entry_points: &BTreeSet<&ResourceId>,
) -> Result<(&'a ResourceId, &'a str), Diagnostic> {
    let resource = resource_of(objective, inputs)?;
    let catalog = inputs.catalog;
    let watched_as = catalog.watched_as(&resource.kind);
    let of_traces = catalog
        .services_for(ENTRY_POINT)
        .filter(|_| entry_points.contains(&resource.id));
    let files: Vec<&'a ServiceDefinition> = catalog
        .services_for(watched_as)
        .chain(of_traces)
        .map(ServiceEntry::definition)
        .collect();
    let named = match &objective.definitions {
        None => files,
        Some(written) => {
            let named: Vec<_> = files
                .iter()
                .copied()
                .filter(|service| service.file == written.value)
                .collect();
            if named.is_empty() {
                let known = files.iter().map(|service| service.file.as_str());
                return Err(unknown_definitions(written, resource, known));
            }
            named
        }
    };
    match named.iter().find(|service| is_measured(objective, service)) {
        Some(service) => Ok((&resource.id, service.file.as_str())),
        None => Err(not_measured(objective, resource, &named)),
    }
}

fn resource_of<'a>(objective: &Objective, inputs: &Inputs<'a>) -> Result<&'a Resource, Diagnostic> {
    // The reader refuses an objective with neither a resource nor metrics.
    let written = objective.resource.as_ref();
    let name = written.map_or("", |written| written.value.as_str());
    let system = &inputs.project.name;
    let resources = inputs.inventory.resources.values();
    let found = resources
        .clone()
        .find(|resource| *resource.id.logical_id == *name || resource.id.within(system) == name);
    if let Some(resource) = found {
        return Ok(resource);
    }
    let message = format!("the stack has no resource `{name}`");
    let mut diagnostic = Diagnostic::new(Code::UnknownResource, message);
    if let Some(written) = written {
        diagnostic = diagnostic.at(written.place.clone());
    }
    let ids: Vec<String> = resources
        .map(|resource| resource.id.within(system).into_owned())
        .collect();
    Err(match nearest(name, ids.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    })
}

/// Whether a definition file has what an objective measures.
fn is_measured(objective: &Objective, service: &ServiceDefinition) -> bool {
    let measures = &service.measures;
    match &objective.indicator {
        Indicator::Availability => measures.total.is_some() && measures.bad.is_some(),
        Indicator::LatencyBelow(_) => measures.latency.is_some(),
        Indicator::AgeBelow(_) => measures.age.is_some(),
        Indicator::Ratio(ratio) => [&ratio.bad, &ratio.total].into_iter().all(|part| {
            let words = part.value.ids();
            words
                .into_iter()
                .all(|word| service.metrics.contains_key(word))
        }),
    }
}

fn unknown_definitions<'k>(
    written: &Spanned<String>,
    resource: &Resource,
    known: impl Iterator<Item = &'k str> + Clone,
) -> Diagnostic {
    let message = format!(
        "no definition file `{}` watches `{}`",
        written.value, resource.id.logical_id
    );
    let diagnostic = written.diagnostic(Code::UnknownDefinitions, message);
    match nearest(&written.value, known.clone()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("one of: {}", known.collect::<Vec<_>>().join(", "))),
    }
}

fn not_measured(
    objective: &Objective,
    resource: &Resource,
    services: &[&ServiceDefinition],
) -> Diagnostic {
    let id = &resource.id.logical_id;
    let kind = &resource.kind;
    let message = match &objective.indicator {
        Indicator::Availability => {
            format!("no definition says which requests to `{id}` (a `{kind}`) fail")
        }
        Indicator::LatencyBelow(_) => {
            format!("no definition measures the latency of `{id}` (a `{kind}`)")
        }
        Indicator::AgeBelow(_) => format!("no definition measures an age of `{id}` (a `{kind}`)"),
        Indicator::Ratio(_) => {
            format!("no definition file of `{id}` (a `{kind}`) has all metrics of this objective")
        }
    };
    let diagnostic =
        Diagnostic::new(Code::ObjectiveNotMeasured, message).at(objective.place.clone());
    diagnostic.help(possible_forms(services))
}

/// The forms of an objective that these definition files allow.
fn possible_forms(services: &[&ServiceDefinition]) -> String {
    let has = |measured: fn(&ServiceDefinition) -> bool| services.iter().copied().any(measured);
    let mut forms = Vec::new();
    if has(|service| service.measures.bad.is_some()) {
        forms.push("no further key for the share of failures".to_owned());
    }
    if has(|service| service.measures.latency.is_some()) {
        forms.push("`latency_below = \"500ms\"`".to_owned());
    }
    if has(|service| service.measures.age.is_some()) {
        forms.push("`age_below = \"5m\"`".to_owned());
    }
    let words: BTreeSet<&str> = services
        .iter()
        .flat_map(|service| service.metrics.keys())
        .map(String::as_str)
        .collect();
    if !words.is_empty() {
        let words = Vec::from_iter(words).join(", ");
        forms.push(format!("`total` and `bad` with its metrics ({words})"));
    }
    if forms.is_empty() {
        return "no definition file watches it: an objective with `[slo.metrics]` needs no resource".to_owned();
    }
    format!("possible: {}", forms.join("; "))
}
