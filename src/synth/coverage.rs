//! Which of the alarms that AWS recommends each resource has, and why it lacks the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::alarms::AlarmBuilder;
use super::inputs::{Inputs, Synthesis};
use super::naming::Names;
use super::not_watched::Watched;
use super::overrides::{OverrideLevel, Overrides, SwitchedOff};
use super::subject::Subject;
use super::synthesizer::topics_by_target;
use super::view::{View, Views};
use super::watching::definitions_made;
use crate::artifact::{DefinitionKey, Kind};
use crate::catalog::definition::{ENTRY_POINT, ServiceDefinition};
use crate::catalog::recommended::{self, Recommendation};
use crate::diagnostic::Diagnostic;
use crate::inventory::{Resource, ResourceId};

/// The watched resources with their recommended alarms, and those that nothing watches.
#[derive(Debug, Default)]
pub struct Coverage {
    pub resources: Vec<CoveredResource>,
    /// Id and type of the resources without definitions. Configuration is left out.
    pub not_watched: Vec<(ResourceId, Arc<str>)>,
}

/// A resource with its alarms and with what AWS recommends for it.
#[derive(Debug)]
pub struct CoveredResource {
    pub id: ResourceId,
    /// The CloudFormation type.
    pub kind: Arc<str>,
    /// The definitions of its alarms.
    pub alarms: BTreeSet<DefinitionKey>,
    pub recommendations: Vec<(&'static Recommendation, Status)>,
}

/// What became of a recommended alarm for one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    Covered(Vec<DefinitionKey>),
    /// The reason.
    DecidedOtherwise(&'static str),
    SwitchedOff(DefinitionKey, SwitchedOff),
    /// The part of the user's template that switches the metric on.
    MetricNotSwitchedOn(&'static str),
    /// No definition has an alarm for it.
    NoAlarm,
    /// The template leaves open whether it applies, or the alarm could not be made: the reason.
    NotKnown(String),
    DoesNotApply,
}

impl Status {
    /// Whether the recommendation is about the resource at all.
    pub fn applies(&self) -> bool {
        !matches!(self, Status::DoesNotApply)
    }

    /// Whether the recommendation is met, or not met for a reason.
    pub fn is_met(&self) -> bool {
        matches!(self, Status::Covered(_) | Status::DecidedOtherwise(_))
    }
}

impl Coverage {
    /// How many recommendations are met, and how many apply.
    pub fn counts(&self) -> (usize, usize) {
        let statuses = self
            .resources
            .iter()
            .flat_map(|resource| &resource.recommendations);
        let applying = statuses.filter(|(_, status)| status.applies());
        applying.fold((0, 0), |(met, all), (_, status)| {
            (met + usize::from(status.is_met()), all + 1)
        })
    }

    /// The whole percentage of the recommendations that are met, rounded down. 100 where none applies.
    pub fn percent(&self) -> usize {
        let (met, all) = self.counts();
        (met * 100).checked_div(all).unwrap_or(100)
    }
}

/// Compares the alarms of a synthesis with AWS's recommendations.
pub fn coverage(inputs: &Inputs<'_>, synthesis: &Synthesis) -> Coverage {
    let names = Names::new(&inputs.project.name, &inputs.identity.region);
    let views = Views::new(
        inputs.inventory,
        inputs.catalog,
        inputs.identity,
        inputs.project,
    );
    let topics = topics_by_target(inputs);
    let (overrides, _) = Overrides::new(inputs.project, inputs.catalog, inputs.inventory);
    let comparison = Comparison {
        views: &views,
        overrides: &overrides,
        builder: AlarmBuilder::new(inputs, &views, &names, &topics, &overrides),
        made: definitions_made(synthesis, &[Kind::Alarm, Kind::CompositeAlarm]),
    };
    let mut resources = BTreeMap::new();
    for service in inputs.catalog.services() {
        if service.kind == ENTRY_POINT || service.is_off {
            continue;
        }
        for resource in views.watched_as(&service.kind) {
            if comparison.is_watched(resource, service.definition()) {
                let covered = resources
                    .entry(&resource.id)
                    .or_insert_with(|| comparison.without_recommendations(resource));
                let recommendations = comparison.recommendations(resource, service.definition());
                covered.recommendations.extend(recommendations);
            }
        }
    }
    let all = inputs.inventory.resources.values().map(Box::as_ref);
    for resource in all.clone() {
        if comparison.made.contains_key(&resource.id) {
            resources
                .entry(&resource.id)
                .or_insert_with(|| comparison.without_recommendations(resource));
        }
    }
    let watched = Watched {
        inputs,
        views: &views,
        made: comparison.made.keys().collect(),
    };
    let not_watched = all.filter(|resource| !watched.covers(resource));
    Coverage {
        resources: resources.into_values().collect(),
        not_watched: not_watched
            .map(|resource| (resource.id.clone(), Arc::clone(&resource.kind)))
            .collect(),
    }
}

struct Comparison<'c> {
    views: &'c Views<'c>,
    overrides: &'c Overrides<'c>,
    builder: AlarmBuilder<'c>,
    made: BTreeMap<ResourceId, BTreeSet<DefinitionKey>>,
}

impl<'c> Comparison<'c> {
    fn without_recommendations(&self, resource: &Resource) -> CoveredResource {
        CoveredResource {
            id: resource.id.clone(),
            kind: Arc::clone(&resource.kind),
            alarms: self.made.get(&resource.id).cloned().unwrap_or_default(),
            recommendations: Vec::new(),
        }
    }

    /// Whether the `where` of a file holds. `false` where that is not known.
    fn is_watched(&self, resource: &'c Resource, service: &ServiceDefinition) -> bool {
        let Some(applies) = &service.applies else {
            return true;
        };
        let view = self.views.view_for(resource, service);
        view.and_then(|view| applies.holds(view.variables()))
            .unwrap_or(false)
    }

    fn recommendations(
        &self,
        resource: &'c Resource,
        service: &'c ServiceDefinition,
    ) -> Vec<(&'static Recommendation, Status)> {
        let rows = recommended::of_file(&service.file);
        let view = match self.views.view_for(resource, service) {
            Ok(view) => view,
            Err(diagnostic) => {
                let status = Status::NotKnown(diagnostic.message);
                return rows.iter().map(|row| (row, status.clone())).collect();
            }
        };
        let mut subject = Subject {
            service,
            view,
            groups: BTreeMap::new(),
        };
        self.builder.expect_traffic(&mut subject);
        let mut recommendations = Vec::new();
        for row in rows {
            let status = self.status(&mut subject, row);
            let status = status.unwrap_or_else(|diagnostic| Status::NotKnown(diagnostic.message));
            recommendations.push((row, status));
        }
        recommendations
    }

    fn status(
        &self,
        subject: &mut Subject<'c>,
        row: &'static Recommendation,
    ) -> Result<Status, Diagnostic> {
        if !is_about(row, &subject.view)? {
            return Ok(Status::DoesNotApply);
        }
        let made = self.made.get(&subject.view.resource.id);
        let keys = row
            .all_alarms()
            .map(|name| DefinitionKey::new(&subject.service.file, name));
        let covering: Vec<DefinitionKey> = keys
            .filter(|key| made.is_some_and(|made| made.contains(key)))
            .collect();
        if !covering.is_empty() {
            return Ok(Status::Covered(covering));
        }
        if let Some(status) = self.switched_off(subject, row)? {
            return Ok(status);
        }
        Ok(not_made(row, subject.service, subject.view.resource))
    }

    /// The status of a recommendation one of whose alarms would be there if it were on.
    fn switched_off(
        &self,
        subject: &mut Subject<'c>,
        row: &Recommendation,
    ) -> Result<Option<Status>, Diagnostic> {
        let service = subject.service;
        let alarms = service.alarms.iter();
        for definition in alarms.filter(|alarm| row.is_watched_by(&alarm.name)) {
            let resource = subject.view.resource;
            let file = &service.file;
            let off = self
                .overrides
                .switched_off(file, &definition.named(), resource);
            let is_replaced = |off: &SwitchedOff| {
                matches!(off.level, OverrideLevel::Preset(_)) && row.preset.is_some()
            };
            let off = off.filter(|off| !is_replaced(off));
            let would_be_made = !self.builder.of_definition(subject, definition)?.is_empty();
            if let (true, Some(off)) = (would_be_made, off) {
                let key = DefinitionKey::new(&service.file, &definition.name);
                return Ok(Some(Status::SwitchedOff(key, off)));
            }
        }
        Ok(None)
    }
}

fn is_about(row: &Recommendation, view: &View<'_>) -> Result<bool, Diagnostic> {
    let Some(condition) = row.condition()? else {
        return Ok(true);
    };
    view.cel_needs_known(
        &condition,
        &format!("the recommendation for {}", row.metric),
    )?;
    condition.holds(view.variables())
}

/// The status of a recommendation none of whose alarms applies to the resource.
fn not_made(
    row: &'static Recommendation,
    service: &ServiceDefinition,
    resource: &Resource,
) -> Status {
    let mut alarms = service.alarms.iter();
    let has_alarm = alarms.any(|alarm| row.is_watched_by(&alarm.name));
    let switch = match resource.terraform {
        Some(_) => &row.switch_terraform,
        None => &row.switch,
    };
    match (switch, &row.because) {
        (Some(switch), _) => Status::MetricNotSwitchedOn(switch),
        (None, Some(reason)) => Status::DecidedOtherwise(reason),
        (None, None) if !has_alarm => Status::NoAlarm,
        (None, None) => Status::DoesNotApply,
    }
}
