//! Fleet alarms (`scope = "fleet"`): one alarm on a Metrics Insights query in place of one alarm per resource.
//!
//! `AlarmBuilder` makes one alarm per resource first. `FleetBuilder` joins them if threshold, window, missing data, severity, Region, text and
//! dimension names are equal, and if every resource of the type has the alarm: the query would also find a resource without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::alarms::{AlarmBuilder, GeneratedAlarm};
use super::fleet_query::{Tags, query, tags};
use super::overrides::{fleet_name, fleet_place};
use super::resource::ResourceOutput;
use crate::artifact::{Alarm, AlarmQuery, DefinitionKey, Origin};
use crate::catalog::definition::{AlarmDefinition, Periods, ServiceDefinition};
use crate::catalog::fleet::{
    FleetMetric, check_missing, check_periods, fleet_metric, impossible, is_fleet,
};
use crate::diagnostic::{Code, Diagnostic, Place, counted};
use crate::inventory::{Resource, ResourceId, Target};
use crate::project::Project;
use crate::semantics::limits;

/// A fleet alarm with its target and origin.
pub(super) struct FleetAlarm {
    pub(super) target: Target,
    pub(super) origin: Origin,
    pub(super) alarm: Alarm,
}

/// Whether a service has a definition with `scope = "fleet"`, by itself or by the project.
pub(super) fn has_fleet_alarms(project: &Project, service: &ServiceDefinition) -> bool {
    let mut alarms = service.alarms.iter();
    alarms.any(|alarm| fleet_place(project, &service.file, alarm).is_some())
}

/// Makes the fleet alarms of one service.
pub(super) struct FleetBuilder<'f> {
    pub(super) alarms: &'f AlarmBuilder<'f>,
    pub(super) service: &'f ServiceDefinition,
    /// All resources that the service could watch.
    pub(super) of_type: &'f [&'f Resource],
}

impl FleetBuilder<'_> {
    /// The fleet alarms. The alarms that they join are set aside in the outputs.
    pub(super) fn join(
        &self,
        outputs: &mut [ResourceOutput<'_>],
    ) -> (Vec<FleetAlarm>, Vec<Diagnostic>) {
        let (mut joined, mut diagnostics) = (Vec::new(), Vec::new());
        let (project, service) = (self.alarms.inputs.project, self.service);
        for definition in &service.alarms {
            let Some(place) = fleet_place(project, &service.file, definition) else {
                continue;
            };
            let definition = JoinedDefinition {
                fleets: self,
                definition,
                place,
            };
            definition.join(outputs, &mut joined, &mut diagnostics);
        }
        (joined, diagnostics)
    }
}

/// A definition with `scope = "fleet"`, and the place of that key.
struct JoinedDefinition<'s> {
    fleets: &'s FleetBuilder<'s>,
    definition: &'s AlarmDefinition,
    place: &'s Place,
}

impl JoinedDefinition<'_> {
    fn key(&self) -> DefinitionKey {
        DefinitionKey::new(&self.fleets.service.file, &self.definition.name)
    }

    /// Adds a fleet alarm for each set of tags with a diagnostic about its cost, or the diagnostic `fleet-left-out`.
    fn join(
        &self,
        outputs: &mut [ResourceOutput<'_>],
        joined: &mut Vec<FleetAlarm>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let metric = match fleet_metric(self.fleets.service, self.definition) {
            Ok(metric) => metric,
            // A check of the catalogue reports what the definition itself asks for.
            Err(_) if is_fleet(self.definition) => return,
            Err(why) => {
                diagnostics.push(impossible(&self.key(), &why, self.place));
                return;
            }
        };
        let with_alarm = outputs
            .iter()
            .filter(|output| self.alarm_of(output).is_some());
        let stacks: BTreeSet<Arc<str>> = with_alarm
            .map(|output| Arc::clone(&output.resource.id.stack))
            .collect();
        let mut by_tags: BTreeMap<Tags, Vec<Arc<str>>> = BTreeMap::new();
        for stack in stacks {
            match tags(self.fleets.alarms.inputs.project, &stack) {
                Ok(tags) => by_tags.entry(tags).or_default().push(stack),
                Err(why) => diagnostics.push(self.left_out(&why)),
            }
        }
        for (tags, stacks) in by_tags {
            match self.alarm(&metric, &tags, &stacks, outputs) {
                Ok(fleet) => {
                    diagnostics.push(self.cost(fleet.origin.fleet.len()));
                    let members = &fleet.origin.fleet;
                    let members = outputs
                        .iter_mut()
                        .filter(|output| members.contains(&output.resource.id));
                    members.for_each(|output| self.set_aside(output));
                    joined.push(fleet);
                }
                Err(why) => diagnostics.push(self.left_out(&why)),
            }
        }
    }

    fn alarm_of<'o>(&self, output: &'o ResourceOutput<'_>) -> Option<&'o GeneratedAlarm> {
        let key = self.key();
        let mut alarms = output.generated.alarms.iter();
        alarms.find(|generated| generated.origin.definition == key)
    }

    /// Boards still show the metric of a joined alarm.
    fn set_aside(&self, output: &mut ResourceOutput<'_>) {
        let key = self.key();
        let alarms = std::mem::take(&mut output.generated.alarms);
        let (joined, kept): (Vec<_>, Vec<_>) = alarms
            .into_iter()
            .partition(|generated| generated.origin.definition == key);
        output.generated.alarms = kept;
        output.generated.joined.extend(joined);
    }

    /// The alarm over the resources of stacks that the same tags select.
    ///
    /// # Errors
    /// The first difference between two alarms, or the first rule of AWS that the joined alarm breaks.
    fn alarm(
        &self,
        metric: &FleetMetric<'_>,
        tags: &Tags,
        stacks: &[Arc<str>],
        outputs: &[ResourceOutput<'_>],
    ) -> Result<FleetAlarm, String> {
        let FleetBuilder {
            alarms, of_type, ..
        } = self.fleets;
        let outputs = outputs.iter().map(|output| (&output.resource.id, output));
        let outputs: BTreeMap<&ResourceId, &ResourceOutput<'_>> = outputs.collect();
        let mut members = Vec::new();
        for resource in of_type
            .iter()
            .filter(|resource| stacks.contains(&resource.id.stack))
        {
            let output = outputs.get(&resource.id);
            let alarm = output.and_then(|output| self.alarm_of(output));
            members.push(alarm.ok_or_else(|| without_alarm(resource))?);
        }
        let (first, others) = members.split_first().ok_or("no resource has it")?;
        for other in others {
            check_alike(first, other)?;
        }
        check_evaluation(&first.alarm, members.len())?;
        let (project, stack) = (alarms.inputs.project, &first_stack(first));
        let file = &self.fleets.service.file;
        let named_as = ResourceId::new(fleet_name(project, stack), format!("fleet-{file}"));
        let description = first.fleet_description.clone();
        let alarm = Alarm {
            name: alarms.names.alarm(&named_as, &self.definition.name, None),
            description: description.ok_or("it has no text for all resources")?,
            query: AlarmQuery::Insights {
                query: query(metric, first, tags)?,
            },
            ..first.alarm.clone()
        };
        let fleet = members.iter().flat_map(|member| member.origin.resources());
        let origin = Origin {
            resource: None,
            fleet: fleet.cloned().collect(),
            ..first.origin.clone()
        };
        Ok(FleetAlarm {
            target: first.target.clone(),
            origin,
            alarm,
        })
    }

    fn left_out(&self, why: &str) -> Diagnostic {
        let message = format!("`{}` stays one alarm for each resource: {why}", self.key());
        Diagnostic::new(Code::FleetLeftOut, message).at(self.place.clone())
    }

    /// AWS bills the metrics that a query matches (CloudWatch pricing: `MetricInsightAlarmUsage`).
    fn cost(&self, resources: usize) -> Diagnostic {
        let message = format!(
            "`{}` is one alarm over {}: AWS bills each metric that its query matches, as much as an alarm for each resource, but without a free tier",
            self.key(),
            counted(resources, "resource", "resources")
        );
        Diagnostic::new(Code::FleetCost, message).at(self.place.clone())
    }
}

fn first_stack(generated: &GeneratedAlarm) -> Arc<str> {
    let mut resources = generated.origin.resources();
    resources
        .next()
        .map_or_else(Arc::default, |id| Arc::clone(&id.stack))
}

fn without_alarm(resource: &Resource) -> String {
    format!(
        "`{}` has no such alarm, and the query may find it too",
        resource.id.logical_id
    )
}

/// # Errors
/// The first thing in which two alarms differ, besides names and the values of dimensions.
fn check_alike(one: &GeneratedAlarm, other: &GeneratedAlarm) -> Result<(), String> {
    let name = |generated: &GeneratedAlarm| {
        let mut resources = generated.origin.resources();
        resources
            .next()
            .map_or_else(String::new, |id| id.logical_id.to_string())
    };
    for ((what, a), (_, b)) in compared(one).into_iter().zip(compared(other)) {
        if a != b {
            let (one, other) = (name(one), name(other));
            return Err(format!("{what} is {a} for `{one}` and {b} for `{other}`"));
        }
    }
    if one.fleet_description != other.fleet_description {
        return Err("its text or its runbook differs between the resources".into());
    }
    Ok(())
}

/// The parts of an alarm that the alarms of a fleet share, in words.
fn compared(generated: &GeneratedAlarm) -> [(&'static str, String); 6] {
    let alarm = &generated.alarm;
    let severity = generated.origin.severity;
    let metrics = alarm.query.metrics().into_iter();
    let dimensions: Vec<&str> = metrics
        .flat_map(|metric| metric.dimensions.keys().map(String::as_str))
        .collect();
    [
        ("its threshold", alarm.condition.to_string()),
        ("its window", alarm.window_text()),
        ("its `missing`", alarm.missing.word().to_owned()),
        (
            "its severity",
            severity.map_or_else(String::new, |severity| severity.to_string()),
        ),
        ("its Region", generated.target.region.clone()),
        ("its list of dimensions", dimensions.join(", ")),
    ]
}

/// # Errors
/// Too many resources for a query, or a window or `missing` of the project that queries do not allow.
fn check_evaluation(alarm: &Alarm, resources: usize) -> Result<(), String> {
    if resources > limits::QUERIED_SERIES {
        let most = limits::QUERIED_SERIES;
        return Err(format!(
            "a query gives at most {most} series, and there are {resources} resources"
        ));
    }
    check_missing(alarm.missing)?;
    check_periods(Periods {
        period: alarm.period,
        datapoints: (alarm.datapoints_to_alarm, alarm.evaluation_periods),
    })
}
