//! Joins the alarms of a definition with `scope = "fleet"`: one alarm on a Metrics Insights query for all resources of a stack.
//!
//! The alarms of the single resources are made first. They are joined if they differ in nothing but the values of dimensions, and if
//! every resource that the query finds has one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::alarms::{AlarmBuilder, GeneratedAlarm};
use super::overrides::{fleet_name, fleet_place};
use super::resource::ResourceOutput;
use crate::artifact::{Alarm, AlarmQuery, Condition, DefinitionKey, Metric, Missing, Origin};
use crate::catalog::definition::{AlarmDefinition, MetricSource, Periods, ServiceDefinition};
use crate::catalog::fleet::{
    FleetMetric, check_missing, check_periods, fleet_metric, impossible, is_fleet,
};
use crate::catalog::tagged_metrics;
use crate::diagnostic::{Code, Diagnostic, Place, counted};
use crate::inventory::{Resource, ResourceId, Target};
use crate::project::{Project, StackFrom};
use crate::semantics::limits;
use crate::semantics::metrics_insights::{FirstSeries, GroupedQuery, STACK_TAG, is_writable};

/// The tags that select the resources of stacks.
type Tags = BTreeMap<String, String>;

/// One alarm for the resources of a stack.
pub(super) struct FleetAlarm {
    pub(super) target: Target,
    pub(super) origin: Origin,
    pub(super) alarm: Alarm,
}

/// Whether a definition of a service has one alarm over all resources of a stack.
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

/// A definition whose alarms are joined, and the place that asks for it.
struct JoinedDefinition<'s> {
    fleets: &'s FleetBuilder<'s>,
    definition: &'s AlarmDefinition,
    place: &'s Place,
}

impl JoinedDefinition<'_> {
    fn key(&self) -> DefinitionKey {
        DefinitionKey::new(&self.fleets.service.file, &self.definition.name)
    }

    /// Adds the alarms of all stacks, with a note on the cost of each, or why there is none.
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
    /// The reason why the resources need an alarm each.
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
        ("its `missing`", missing_word(alarm.missing).to_owned()),
        (
            "its severity",
            severity.map_or_else(String::new, |severity| severity.to_string()),
        ),
        ("its Region", generated.target.region.clone()),
        ("its list of dimensions", dimensions.join(", ")),
    ]
}

fn missing_word(missing: Missing) -> &'static str {
    match missing {
        Missing::Missing => "missing",
        Missing::NotBreaching => "notBreaching",
        Missing::Breaching => "breaching",
        Missing::Ignore => "ignore",
    }
}

/// # Errors
/// A setting of the project with which AWS does not evaluate the query.
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

/// The tags that select the resources of a stack.
///
/// # Errors
/// Where a stack's resources have no tag that is known to be theirs.
fn tags(project: &Project, stack: &str) -> Result<Tags, String> {
    if !project.fleet_tags.is_empty() {
        return Ok(project.fleet_tags.clone());
    }
    let is_nested = stack.contains('/');
    match source_of(project, stack) {
        Some(StackFrom::Tagged(tags)) => Ok(tags.clone()),
        Some(StackFrom::Terraform(_)) => Err(format!(
            "Terraform gives the resources of `{stack}` no tag of their own; name one that they all have: `[fleet] tags = {{ app = \"{stack}\" }}`"
        )),
        Some(StackFrom::Template(_) | StackFrom::Deployed | StackFrom::Assembly(_))
            if !is_nested =>
        {
            let tag = (STACK_TAG.to_owned(), stack.to_owned());
            Ok(Tags::from([tag]))
        }
        _ => Err(format!(
            "the tag that CloudFormation gives to the resources of `{stack}` is not known; name one that they all have: `[fleet] tags = {{ … }}`"
        )),
    }
}

/// Where a stack, or the outermost of the stacks around it, is read from.
fn source_of<'p>(project: &'p Project, stack: &str) -> Option<&'p StackFrom> {
    let outermost = stack.split('/').next();
    let mut sources = project.stacks.iter();
    let named = sources.find(|source| Some(source.name.as_str()) == outermost);
    // The stacks of an assembly have names of their own.
    let mut sources = project.stacks.iter();
    let assembly = || sources.find(|source| matches!(source.from, StackFrom::Assembly(_)));
    named.or_else(assembly).map(|source| &source.from)
}

/// # Errors
/// A name or value that cannot be written in a query, or a query that is too long for an alarm.
fn query(fleet: &FleetMetric<'_>, first: &GeneratedAlarm, tags: &Tags) -> Result<String, String> {
    let (AlarmQuery::Metric(metric), MetricSource::Published { dimensions, .. }) =
        (&first.alarm.query, &fleet.metric.source)
    else {
        return Err("its value is metric math".into());
    };
    check_tags(metric)?;
    let is_grouped = |name: &str| {
        let mut dimensions = dimensions.iter();
        dimensions.any(|(dimension, text)| dimension == name && text.is_template())
    };
    let query = GroupedQuery {
        first: first_series(first.alarm.condition),
        ..grouped_query(fleet, metric, is_grouped, tags)
    };
    let of_tags = tags.iter().flat_map(|(key, value)| [key, value]);
    let mut values = of_tags
        .map(String::as_str)
        .chain(query.fixed.values().copied());
    if let Some(text) = values.find(|text| !is_writable(text)) {
        return Err(format!("a query cannot name `{text}`"));
    }
    let text = query.to_string();
    if text.chars().count() > limits::EXPRESSION {
        let most = limits::EXPRESSION;
        return Err(format!("its query has more than {most} characters"));
    }
    Ok(text)
}

/// Queries select resources by their tags.
///
/// # Errors
/// For a metric to which CloudWatch is not known to add the tags of resources: the query might find nothing.
fn check_tags(metric: &Metric) -> Result<(), String> {
    let Metric {
        namespace,
        name,
        dimensions,
        ..
    } = metric;
    let names = || dimensions.keys().map(String::as_str);
    if tagged_metrics::is_listed(namespace, name, names()) {
        return Ok(());
    }
    let names: Vec<&str> = names().collect();
    Err(format!(
        "`{namespace} {name}` by {} is not on AWS's list of metrics with tags of resources, so that a query might find nothing",
        names.join(", ")
    ))
}

fn grouped_query<'q>(
    fleet: &FleetMetric<'_>,
    metric: &'q Metric,
    is_grouped: impl Fn(&str) -> bool,
    tags: &'q Tags,
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
        first: FirstSeries::Highest,
    }
}

/// The series that breach come first.
fn first_series(condition: Condition) -> FirstSeries {
    match condition {
        Condition::Below(_) | Condition::AtMost(_) | Condition::BelowBand(_) => FirstSeries::Lowest,
        Condition::Above(_)
        | Condition::AtLeast(_)
        | Condition::OutsideBand(_)
        | Condition::AboveBand(_) => FirstSeries::Highest,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::project::StackSource;

    fn tag(key: &str, value: &str) -> Tags {
        Tags::from([(key.to_owned(), value.to_owned())])
    }

    fn project(stacks: &[(&str, StackFrom)]) -> Project {
        let stacks = stacks.iter().map(|(name, from)| StackSource {
            name: (*name).to_owned(),
            from: from.clone(),
            parameters: BTreeMap::new(),
        });
        Project {
            stacks: stacks.collect(),
            ..Project::without_file("shop", StackFrom::Deployed)
        }
    }

    #[test]
    fn the_tag_of_a_stack_depends_on_who_deploys_it() {
        let template = StackFrom::Template(PathBuf::from("template.yaml"));
        let terraform = StackFrom::Terraform(PathBuf::from("plan.json"));
        let assembly = StackFrom::Assembly(PathBuf::from("cdk.out"));
        let tagged = StackFrom::Tagged(tag("app", "shop"));
        let several = project(&[
            ("found", tagged),
            ("shop", template),
            ("infra", terraform),
            ("", assembly),
        ]);
        let cases = [
            ("shop", Ok(tag(STACK_TAG, "shop"))),
            ("found", Ok(tag("app", "shop"))),
            // A stack of the assembly.
            ("ShopStack", Ok(tag(STACK_TAG, "ShopStack"))),
            // CloudFormation names a nested stack itself.
            ("shop/Orders", Err("CloudFormation")),
            ("infra", Err("Terraform")),
        ];
        for (stack, expected) in cases {
            match (tags(&several, stack), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{stack}"),
                (Err(why), Err(part)) => assert!(why.contains(part), "{stack}: {why}"),
                (found, expected) => panic!("{stack}: {found:?}, not {expected:?}"),
            }
        }
        let own = Project {
            fleet_tags: tag("team", "a"),
            ..several
        };
        assert_eq!(tags(&own, "infra"), Ok(tag("team", "a")));
    }
}
