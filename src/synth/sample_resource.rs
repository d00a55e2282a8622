//! A sample resource for the tests and trials of definitions and objectives.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::alarms::{AlarmBuilder, GeneratedAlarm};
use super::assigned_objectives::AssignedObjectives;
use super::definition_events::{self, EventBuilder};
use super::inputs::Inputs;
use super::naming::Names;
use super::objective_alarms::GeneratedObjective;
use super::objectives::ObjectiveBuilder;
use super::overrides::Overrides;
use super::subject::Subject;
use super::topics::Topics;
use super::traces::with_slow;
use super::view::Views;
use crate::artifact::{Alarm, CompositeAlarm};
use crate::catalog::Catalog;
use crate::catalog::definition::{AlarmDefinition, EXPECT_TRAFFIC, ServiceDefinition};
use crate::catalog::event::EventDefinition;
use crate::catalog::log_metric::LogMetricDefinition;
use crate::diagnostic::Diagnostic;
use crate::inventory::{Inventory, Link, NameSource, Resource, ResourceId, Target};
use crate::objective::{Indicator, Objective};
use crate::project::{Project, StackFrom};
use crate::trial::{Given, GivenLink};

/// Stack name, logical id and physical id of the sample resource.
const NAME: &str = "sample_resource";

/// The alarms of an objective for a sample resource.
#[derive(Debug)]
pub struct SampleObjective {
    pub alarms: Vec<Alarm>,
    pub composites: Vec<CompositeAlarm>,
    /// The word that a trial has for all metrics of the alarms; `None` where the alarms use the words of the trial.
    pub word: Option<String>,
}

/// Generates a definition's alarms for a sample resource with the test's properties. Empty if the definition does not apply.
pub fn alarms(
    catalog: &Catalog,
    service: &ServiceDefinition,
    definition: &AlarmDefinition,
    given: &Given,
) -> Result<Vec<GeneratedAlarm>, Diagnostic> {
    let stack = SampleStack::of(service, given);
    stack.build(catalog, |builder, views| {
        let mut subject = stack.subject(views, service, given)?;
        builder.of_definition(&mut subject, definition)
    })
}

/// The pattern of an event for a sample resource with the test's properties. `None` if the event does not apply.
pub fn event_pattern(
    catalog: &Catalog,
    service: &ServiceDefinition,
    event: &EventDefinition,
    given: &Given,
) -> Result<Option<Value>, Diagnostic> {
    let stack = SampleStack::of(service, given);
    stack.build(catalog, |alarms, views| {
        let subject = stack.subject(views, service, given)?;
        Ok(if definition_events::applies(&subject, event)? {
            Some(EventBuilder { alarms }.pattern(&subject, event)?)
        } else {
            None
        })
    })
}

/// The pattern of a log metric for a sample resource with the test's properties.
pub fn log_pattern(
    catalog: &Catalog,
    service: &ServiceDefinition,
    log_metric: &LogMetricDefinition,
    given: &Given,
) -> Result<String, Diagnostic> {
    let stack = SampleStack::of(service, given);
    stack.build(catalog, |alarms, views| {
        let subject = stack.subject(views, service, given)?;
        alarms.filters().pattern(&subject, log_metric)
    })
}

/// Generates the alarms of an objective that measures a definition file.
pub fn objective(
    catalog: &Catalog,
    service: &ServiceDefinition,
    objective: &Objective,
    given: &Given,
) -> Result<SampleObjective, Diagnostic> {
    let stack = SampleStack::of(service, given);
    let generated = stack.build(catalog, |alarms, views| {
        let builder = ObjectiveBuilder {
            alarms,
            assigned: &AssignedObjectives::default(),
        };
        builder.of_resource(objective, &stack.subject(views, service, given)?)
    })?;
    let threshold = match &objective.indicator {
        Indicator::Availability | Indicator::Ratio(_) => None,
        Indicator::LatencyBelow(_) => service.measures.latency.as_ref(),
        Indicator::AgeBelow(_) => service.measures.age.as_ref(),
    };
    let word = threshold.map(|threshold| threshold.metric.value.clone());
    Ok(SampleObjective::new(generated, word))
}

/// Generates the alarms of an objective over metrics of its own.
pub fn objective_over_own_metrics(
    catalog: &Catalog,
    objective: &Objective,
) -> Result<SampleObjective, Diagnostic> {
    let generated = SampleStack::default().build(catalog, |alarms, _| {
        let builder = ObjectiveBuilder {
            alarms,
            assigned: &AssignedObjectives::default(),
        };
        builder.over_own(objective)
    })?;
    Ok(SampleObjective::new(generated, None))
}

impl SampleObjective {
    fn new(generated: GeneratedObjective, word: Option<String>) -> Self {
        let alarms = generated.alarms.into_iter();
        let composites = generated.composites.into_iter();
        Self {
            alarms: alarms.map(|generated| generated.alarm).collect(),
            composites: composites.map(|generated| generated.alarm).collect(),
            word,
        }
    }
}

/// A stack of one resource, or of none.
struct SampleStack {
    inventory: Inventory,
    project: Project,
    identity: Target,
}

impl Default for SampleStack {
    fn default() -> Self {
        Self {
            inventory: Inventory::default(),
            project: Project::without_file(NAME, StackFrom::Deployed),
            identity: Target {
                partition: "aws".into(),
                region: "us-east-1".into(),
                account: "123456789012".into(),
            },
        }
    }
}

impl SampleStack {
    fn of(service: &ServiceDefinition, given: &Given) -> Self {
        let resource = resource(service, given);
        let id = resource.id.clone();
        let mut stack = Self::default();
        stack
            .inventory
            .resources
            .insert(id.clone(), Box::new(resource));
        for link in &given.links {
            add_link(&mut stack.inventory, &id, link);
        }
        stack
    }

    /// Calls `make` with a builder of alarms for this stack.
    fn build<T>(
        &self,
        catalog: &Catalog,
        make: impl FnOnce(&AlarmBuilder<'_>, &Views<'_>) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        let Self {
            inventory,
            project,
            identity,
        } = self;
        let inputs = Inputs {
            inventory,
            catalog,
            project,
            identity,
            now: 0,
        };
        let views = Views::new(inventory, catalog, identity, project);
        let names = Names::new(NAME, &identity.region);
        let topics = [(identity.clone(), Topics::new(project, &names, identity))].into();
        let (overrides, _) = Overrides::new(project, catalog, inventory);
        make(
            &AlarmBuilder::new(&inputs, &views, &names, &topics, &overrides),
            &views,
        )
    }

    /// The resource as the test describes it.
    fn subject<'s>(
        &'s self,
        views: &Views<'s>,
        service: &'s ServiceDefinition,
        given: &Given,
    ) -> Result<Subject<'s>, Diagnostic> {
        let id = ResourceId::new(NAME, NAME);
        let view = views
            .view_for(&self.inventory.resources[&id], service)?
            .with("invoked_by", json!(given.invoked_by))
            .with("invokes", json!(given.invokes))
            .with("is_dead_letter", given.is_dead_letter.into())
            .with(EXPECT_TRAFFIC, given.expect_traffic.unwrap_or(0).into())
            .with(
                "parent",
                json!({ "id": NAME, "name": NAME, "logical_id": NAME, "resource": given.parent }),
            )
            .with("trace", json!({ "name": NAME, "type": service.kind }));
        let groups: BTreeMap<&str, String> = service
            .groups
            .iter()
            .map(|group| (group.name.as_str(), group.name.clone()))
            .collect();
        Ok(Subject {
            service,
            view: with_slow(view, None, None),
            groups,
        })
    }
}

fn add_link(inventory: &mut Inventory, sample: &ResourceId, given: &GivenLink) {
    let id = ResourceId::new(NAME, given.id.as_str());
    let properties = given.resource.clone().into_iter();
    let resource = Resource {
        physical_id: Some(given.id.clone()),
        name_source: NameSource::Template,
        properties: properties
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        ..Resource::new(id.clone(), given.of_type.as_str())
    };
    inventory.resources.insert(id.clone(), Box::new(resource));
    inventory.links.insert(Link {
        from: id,
        to: sample.clone(),
        kind: given.kind,
    });
}

fn resource(service: &ServiceDefinition, given: &Given) -> Resource {
    let named = [("Name".to_owned(), NAME.into())]
        .into_iter()
        .chain(given.resource.clone());
    Resource {
        physical_id: Some(NAME.to_owned()),
        name_source: NameSource::Template,
        properties: named
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        ..Resource::new(ResourceId::new(NAME, NAME), service.kind.as_str())
    }
}
