//! Joins the alarms of a definition with `scope = "fleet"`: one alarm on a Metrics Insights query for all resources of a stack.
//!
//! The alarms of the single resources are made first. They are joined if they differ in nothing but the values of dimensions, and if
//! every resource that the query finds has one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::alarms::{AlarmBuilder, GeneratedAlarm};
use super::overrides::fleet_place;
use super::resource::ResourceOutput;
use crate::artifact::{Alarm, AlarmQuery, DefinitionKey, Metric, Missing, Origin};
use crate::catalog::definition::{AlarmDefinition, MetricSource, ServiceDefinition};
use crate::catalog::fleet::{FleetMetric, NO_DATA_IS_OK, fleet_metric, is_fleet};
use crate::diagnostic::{Code, Diagnostic, Place, counted};
use crate::inventory::{Resource, ResourceId, Target};
use crate::project::{Project, StackFrom};
use crate::semantics::metrics_insights::{EXPRESSION_LENGTH, GroupedQuery, STACK_TAG, is_writable};

/// One alarm for the resources of a stack.
pub(super) struct FleetAlarm {
    pub(super) target: Target,
    pub(super) origin: Origin,
    pub(super) alarm: Alarm,
}

/// Whether a definition of a service has one alarm over all resources of a stack.
pub(super) fn are_wanted(project: &Project, service: &ServiceDefinition) -> bool {
    let mut alarms = service.alarms.iter();
    alarms.any(|alarm| fleet_place(project, &service.file, alarm).is_some())
}

/// Joins the alarms of one service.
pub(super) struct Fleets<'f> {
    pub(super) builder: &'f AlarmBuilder<'f>,
    pub(super) service: &'f ServiceDefinition,
    /// All resources that the query of a fleet alarm finds.
    pub(super) of_type: &'f [&'f Resource],
}

impl Fleets<'_> {
    /// The fleet alarms. The alarms that they join are set aside in the outputs.
    pub(super) fn join(
        &self,
        outputs: &mut [ResourceOutput<'_>],
    ) -> (Vec<FleetAlarm>, Vec<Diagnostic>) {
        let (mut joined, mut diagnostics) = (Vec::new(), Vec::new());
        let (project, service) = (self.builder.inputs.project, self.service);
        for definition in &service.alarms {
            let Some(place) = fleet_place(project, &service.file, definition) else {
                continue;
            };
            let fleet = Fleet {
                fleets: self,
                definition,
                place,
            };
            match fleet_metric(service, definition) {
                Ok(metric) => {
                    for result in fleet.join(&metric, outputs) {
                        match result {
                            Ok((alarm, cost)) => {
                                joined.push(alarm);
                                diagnostics.push(cost);
                            }
                            Err(diagnostic) => diagnostics.push(diagnostic),
                        }
                    }
                }
                // A check of the catalogue reports what the definition itself asks for.
                Err(_) if is_fleet(definition) => {}
                Err(why) => diagnostics.push(fleet.impossible(&why)),
            }
        }
        (joined, diagnostics)
    }
}

/// A definition whose alarms are joined, and the place that asks for it.
struct Fleet<'s> {
    fleets: &'s Fleets<'s>,
    definition: &'s AlarmDefinition,
    place: &'s Place,
}

impl Fleet<'_> {
    fn key(&self) -> DefinitionKey {
        DefinitionKey::new(&self.fleets.service.file, &self.definition.name)
    }

    /// For each stack whose resources have the alarm: one for all with a note on its cost, or why there is none.
    fn join(
        &self,
        metric: &FleetMetric<'_>,
        outputs: &mut [ResourceOutput<'_>],
    ) -> Vec<Result<(FleetAlarm, Diagnostic), Diagnostic>> {
        let with_alarm = outputs
            .iter()
            .filter(|output| self.alarm_of(output).is_some());
        let stacks: BTreeSet<Arc<str>> = with_alarm
            .map(|output| Arc::clone(&output.resource.id.stack))
            .collect();
        let mut results = Vec::new();
        for stack in stacks {
            let is_of_stack = |output: &&ResourceOutput<'_>| output.resource.id.stack == stack;
            let members: Vec<_> = outputs.iter().filter(is_of_stack).collect();
            let alarm = self.of_stack(metric, &stack, &members);
            results.push(match alarm {
                Ok(alarm) => Ok((alarm, self.cost(members.len()))),
                Err(why) => Err(self.left_out(&why)),
            });
            if results.last().is_some_and(Result::is_ok) {
                let members = outputs.iter_mut();
                members
                    .filter(|output| output.resource.id.stack == stack)
                    .for_each(|output| self.set_aside(output));
            }
        }
        results
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

    /// # Errors
    /// The reason why the resources of a stack need an alarm each.
    fn of_stack(
        &self,
        metric: &FleetMetric<'_>,
        stack: &str,
        members: &[&ResourceOutput<'_>],
    ) -> Result<FleetAlarm, String> {
        let Fleets {
            builder, of_type, ..
        } = self.fleets;
        let mut alarms = Vec::new();
        for resource in of_type
            .iter()
            .filter(|resource| &*resource.id.stack == stack)
        {
            let output = members
                .iter()
                .find(|output| output.resource.id == resource.id);
            let alarm = output.and_then(|output| self.alarm_of(output));
            alarms.push(alarm.ok_or_else(|| without_alarm(resource))?);
        }
        let Some((first, others)) = alarms.split_first() else {
            return Err("no resource has it".into());
        };
        for other in others {
            is_alike(first, other)?;
        }
        if first.alarm.missing == Missing::Breaching {
            return Err(NO_DATA_IS_OK.into());
        }
        let tags = tags(builder.inputs.project, stack)?;
        let query = query(metric, first, &tags)?;
        let of_fleet = ResourceId::new(stack, format!("fleet-{}", self.fleets.service.file));
        let alarm = Alarm {
            name: builder.names.alarm(&of_fleet, &self.definition.name, None),
            description: first.of_fleet.clone().unwrap_or_default(),
            query: AlarmQuery::Insights { query },
            ..first.alarm.clone()
        };
        let fleet = alarms.iter().flat_map(|alarm| alarm.origin.resources());
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

    fn impossible(&self, why: &str) -> Diagnostic {
        let message = format!("alarm `{}` cannot watch a fleet: {why}", self.key());
        let diagnostic = Diagnostic::new(Code::FleetImpossible, message).at(self.place.clone());
        diagnostic.help("leave out `scope`: each resource then has an alarm")
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

fn without_alarm(resource: &Resource) -> String {
    format!(
        "`{}` has no such alarm, and the query would watch it too",
        resource.id.logical_id
    )
}

/// # Errors
/// The first thing in which two alarms differ, besides names and dimensions.
fn is_alike(one: &GeneratedAlarm, other: &GeneratedAlarm) -> Result<(), String> {
    let (a, b) = (&one.alarm, &other.alarm);
    let differs = |what: &str, a: &str, b: &str| {
        let name = |generated: &GeneratedAlarm| {
            let mut resources = generated.origin.resources();
            resources
                .next()
                .map_or_else(String::new, |id| id.logical_id.to_string())
        };
        format!(
            "{what} is {a} for `{}` and {b} for `{}`",
            name(one),
            name(other)
        )
    };
    let severity = |generated: &GeneratedAlarm| {
        let severity = generated.origin.severity;
        severity.map_or_else(String::new, |severity| severity.to_string())
    };
    let compared = [
        (
            "its threshold",
            a.condition.to_string(),
            b.condition.to_string(),
        ),
        ("its window", a.window_text(), b.window_text()),
        ("its severity", severity(one), severity(other)),
        (
            "its Region",
            one.target.region.clone(),
            other.target.region.clone(),
        ),
    ];
    for (what, a, b) in &compared {
        if a != b {
            return Err(differs(what, a, b));
        }
    }
    if (a.missing, a.evaluate_low_samples) != (b.missing, b.evaluate_low_samples) {
        return Err(differs(
            "missing data",
            &format!("{:?}", a.missing),
            &format!("{:?}", b.missing),
        ));
    }
    if one.of_fleet != other.of_fleet {
        return Err("its text names facts of each resource".into());
    }
    let names = |alarm: &Alarm| -> Vec<String> {
        let metrics = alarm.query.metrics().into_iter();
        metrics
            .flat_map(|metric| metric.dimensions.keys().cloned())
            .collect()
    };
    if names(a) != names(b) {
        return Err(differs(
            "the list of dimensions",
            &names(a).join(", "),
            &names(b).join(", "),
        ));
    }
    Ok(())
}

/// The tags that select the resources of a stack.
///
/// # Errors
/// Where a stack's resources have no tag that is known to be theirs.
fn tags<'p>(
    project: &'p Project,
    stack: &str,
) -> Result<Cow<'p, BTreeMap<String, String>>, String> {
    if !project.fleet_tags.is_empty() {
        return Ok(Cow::Borrowed(&project.fleet_tags));
    }
    let mut sources = project.stacks.iter();
    let source = sources.find(|source| source.name == stack);
    let from = source.or(project.stacks.first()).map(|source| &source.from);
    match from {
        Some(StackFrom::Tagged(tags)) => Ok(Cow::Borrowed(tags)),
        Some(StackFrom::Template(_) | StackFrom::Deployed | StackFrom::Assembly(_))
            if !stack.contains('/') && is_writable(stack) =>
        {
            let tag = (STACK_TAG.to_owned(), stack.to_owned());
            Ok(Cow::Owned(BTreeMap::from([tag])))
        }
        Some(StackFrom::Terraform(_)) => Err(format!(
            "Terraform gives the resources of `{stack}` no tag of their own; name one that they all have: `[fleet] tags = {{ app = \"{stack}\" }}`"
        )),
        _ => Err(format!(
            "the tag that CloudFormation gives to the resources of `{stack}` is not known; name one that they all have: `[fleet] tags = {{ … }}`"
        )),
    }
}

fn query(
    fleet: &FleetMetric<'_>,
    first: &GeneratedAlarm,
    tags: &BTreeMap<String, String>,
) -> Result<String, String> {
    let (AlarmQuery::Metric(metric), MetricSource::Published { dimensions, .. }) =
        (&first.alarm.query, &fleet.metric.source)
    else {
        return Err("its value is metric math".into());
    };
    let is_grouped = |name: &str| {
        let mut dimensions = dimensions.iter();
        dimensions.any(|(dimension, text)| dimension == name && text.is_template())
    };
    let text = grouped_query(fleet, metric, is_grouped, tags).to_string();
    if text.chars().count() > EXPRESSION_LENGTH {
        return Err(format!(
            "its query has more than {EXPRESSION_LENGTH} characters"
        ));
    }
    Ok(text)
}

fn grouped_query<'q>(
    fleet: &FleetMetric<'_>,
    metric: &'q Metric,
    is_grouped: impl Fn(&str) -> bool,
    tags: &'q BTreeMap<String, String>,
) -> GroupedQuery<'q> {
    let dimensions = metric.dimensions.iter();
    let dimensions = dimensions.map(|(name, value)| (name.as_str(), value.as_str()));
    let (grouped, fixed): (Vec<_>, Vec<_>) = dimensions.partition(|(name, _)| is_grouped(name));
    GroupedQuery {
        namespace: &metric.namespace,
        metric: &metric.name,
        function: fleet.function,
        grouped: grouped.into_iter().map(|(name, _)| name).collect(),
        fixed: fixed.into_iter().collect(),
        tags,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_tag_of_a_stack_depends_on_who_deploys_it() {
        let tag =
            |key: &str, value: &str| Some(BTreeMap::from([(key.to_owned(), value.to_owned())]));
        let template = || StackFrom::Template(PathBuf::from("template.yaml"));
        let terraform = || StackFrom::Terraform(PathBuf::from("plan.json"));
        let found = || StackFrom::Tagged(BTreeMap::from([("app".to_owned(), "shop".to_owned())]));
        let cases = [
            (StackFrom::Deployed, "shop", tag(STACK_TAG, "shop")),
            (template(), "shop", tag(STACK_TAG, "shop")),
            // CloudFormation names a nested stack itself.
            (template(), "shop/Orders", None),
            (terraform(), "shop", None),
            (found(), "shop", tag("app", "shop")),
        ];
        for (from, stack, expected) in cases {
            let project = Project::without_file("shop", from.clone());
            let tags = tags(&project, stack).ok().map(Cow::into_owned);
            assert_eq!(tags, expected, "{from:?} {stack}");
        }
        let own = BTreeMap::from([("team".to_owned(), "a".to_owned())]);
        let project = Project {
            fleet_tags: own.clone(),
            ..Project::without_file("shop", terraform())
        };
        assert_eq!(tags(&project, "shop").map(Cow::into_owned), Ok(own));
    }
}
