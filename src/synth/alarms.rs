//! From definitions to alarms, for one resource at a time.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::dimension_values;
use super::inputs::Inputs;
use super::log_metrics::{self, FilterBuilder};
use super::number::number_text;
use super::overrides::{Effective, Overrides, fleet_name, fleet_place};
use super::subject::Subject;
use super::topics::Topics;
use super::unpublished_metrics;
use super::view::{View, Views, at_resource};
use crate::artifact::{
    Actions, Alarm, AlarmQuery, CompositeAlarm, Condition, DefinitionKey, Dimensions, Metric,
    Origin, Severity,
};
use crate::catalog::definition::{
    AlarmDefinition, BandSide, CompositeDefinition, EXPECT_TRAFFIC, MetricDefinition, MetricSource,
    Periods, ThresholdComparison, When, Window,
};
use crate::catalog::published;
use crate::catalog::readable_duration::readable_duration;
use crate::catalog::text::TextTemplate;
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{Resource, SortedMap, Target};
use crate::semantics::{composite, limits, math};
use crate::synth::console::Console;
use crate::synth::naming::Names;

/// X-Ray's one metric of a group, and its dimension (observed; the documents name the metric alone).
pub(super) const TRACE_COUNT: (&str, &str, &str) =
    ("AWS/X-Ray", "ApproximateTraceCount", "GroupName");

/// What all alarms of a stack share.
pub(super) struct AlarmBuilder<'m> {
    pub inputs: &'m Inputs<'m>,
    pub views: &'m Views<'m>,
    pub names: &'m Names<'m>,
    /// The topics of each target.
    pub topics: &'m BTreeMap<Target, Topics>,
    pub overrides: &'m Overrides<'m>,
    /// The dashboard that every description leads to.
    pub dashboard: String,
}

/// What the description of an alarm, or the message of an event, says.
pub(super) struct Words<'d> {
    pub summary: &'d TextTemplate,
    pub fix: Option<&'d TextTemplate>,
    /// In place of the severity's.
    pub runbook: Option<&'d str>,
    pub severity: Severity,
}

/// An alarm with its target and origin.
#[derive(Debug, Clone)]
pub struct GeneratedAlarm {
    /// Account and Region of its metrics.
    pub target: Target,
    pub alarm: Alarm,
    /// The value that graphs show: without the floor and the tolerance.
    pub graph: AlarmQuery,
    /// The description of one alarm over all resources of the stack, where the definition has such an alarm.
    pub fleet_description: Option<String>,
    pub origin: Origin,
}

/// A composite alarm with its target and origin.
#[derive(Debug, Clone)]
pub(super) struct GeneratedComposite {
    pub target: Target,
    pub alarm: CompositeAlarm,
    pub origin: Origin,
}

/// One resource's alarms, plus diagnostics for failed definitions.
#[derive(Debug, Default)]
pub(super) struct Generated {
    pub alarms: Vec<GeneratedAlarm>,
    /// The alarms in whose place a fleet alarm watches the resource.
    pub joined: Vec<GeneratedAlarm>,
    pub composites: Vec<GeneratedComposite>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'m> AlarmBuilder<'m> {
    pub(super) fn new(
        inputs: &'m Inputs<'m>,
        views: &'m Views<'m>,
        names: &'m Names<'m>,
        topics: &'m BTreeMap<Target, Topics>,
        overrides: &'m Overrides<'m>,
    ) -> Self {
        let dashboard = Console::new(inputs.identity)
            .dashboard(&names.dashboard(crate::catalog::board::OVERVIEW, 0));
        Self {
            inputs,
            views,
            names,
            topics,
            overrides,
            dashboard,
        }
    }

    pub(super) fn filters(&self) -> FilterBuilder<'m> {
        FilterBuilder {
            inputs: self.inputs,
            names: self.names,
            views: self.views,
        }
    }

    pub(super) fn make(&self, subject: &mut Subject<'_>) -> Generated {
        let mut generated = Generated::default();
        self.expect_traffic(subject);
        for definition in &subject.service.alarms {
            let effective =
                self.overrides
                    .effective(subject.service, definition, subject.view.resource);
            match effective.and_then(|effective| self.alarms(subject, &effective)) {
                Ok(alarms) => {
                    let doubtful = alarms.iter().flat_map(|generated| {
                        dimension_values::doubtful(
                            &subject.view,
                            &generated.alarm,
                            generated.origin.place.as_ref(),
                        )
                    });
                    generated.diagnostics.extend(doubtful);
                    let queries = alarms.iter().map(|generated| &generated.alarm.query);
                    let unpublished =
                        unpublished_metrics::unpublished(self.views, subject, definition, queries);
                    generated.diagnostics.extend(unpublished);
                    generated.alarms.extend(alarms);
                }
                Err(diagnostic) => generated.diagnostics.push(diagnostic),
            }
        }
        generated
            .diagnostics
            .extend(self.traffic_of_dead_letters(subject));
        for definition in &subject.service.composites {
            match self.composite(subject, definition, &generated.alarms) {
                Ok(alarm) => generated.composites.extend(alarm),
                Err(diagnostic) => generated.diagnostics.push(diagnostic),
            }
        }
        generated
    }

    /// Adds the silence that an author calls an outage to the variables of conditions.
    pub(super) fn expect_traffic(&self, subject: &mut Subject<'_>) {
        let (file, resource) = (&subject.service.file, subject.view.resource);
        if let Some(silence) = self.overrides.expect_traffic(file, resource) {
            subject.view = subject.view.again().with(EXPECT_TRAFFIC, silence.into());
        }
    }

    /// Reports traffic that the project expects on a dead-letter queue.
    fn traffic_of_dead_letters(&self, subject: &Subject<'_>) -> Option<Diagnostic> {
        let resource = subject.view.resource;
        let place = self.overrides.expected_traffic_place(resource)?;
        let is_dead_letter = subject.view.values.get()["is_dead_letter"] == true;
        if !is_dead_letter || subject.service.traffic_alarms().next().is_none() {
            return None;
        }
        let message = format!(
            "`{}` is a dead-letter queue: no traffic is what it should have, so that `expect_traffic` has no effect",
            resource.id.logical_id
        );
        let help = "name the queue whose messages end here, or remove the key";
        Some(
            Diagnostic::new(Code::TrafficNotWatched, message)
                .at(place.clone())
                .help(help),
        )
    }

    /// Generates one definition's alarms, even if the project disables it.
    pub(super) fn of_definition(
        &self,
        subject: &mut Subject<'_>,
        definition: &AlarmDefinition,
    ) -> Result<Vec<GeneratedAlarm>, Diagnostic> {
        let effective =
            self.overrides
                .effective(subject.service, definition, subject.view.resource)?;
        self.alarms(
            subject,
            &Effective {
                enabled: true,
                ..effective
            },
        )
    }

    /// Generates zero or one alarm, or one per item of `each`.
    fn alarms(
        &self,
        subject: &mut Subject<'_>,
        effective: &Effective<'_>,
    ) -> Result<Vec<GeneratedAlarm>, Diagnostic> {
        let definition = effective.definition;
        if !effective.enabled || !log_metrics::apply(subject, definition)? {
            return Ok(Vec::new());
        }
        let what = format!("alarm `{}`", definition.name);
        let Some(each) = &definition.each else {
            return Ok(if applies(&subject.view, definition)? {
                vec![self.alarm(subject, effective, None)?]
            } else {
                Vec::new()
            });
        };
        subject.view.condition_needs_known(each, &what)?;
        let mut alarms = Vec::new();
        for item in each.items(subject.view.variables())? {
            subject.view = subject.view.again().with("item", item.value.clone());
            if applies(&subject.view, definition)? {
                alarms.push(self.alarm(subject, effective, Some(&item.name))?);
            }
        }
        Ok(alarms)
    }

    fn alarm(
        &self,
        subject: &mut Subject<'_>,
        effective: &Effective<'_>,
        each: Option<&str>,
    ) -> Result<GeneratedAlarm, Diagnostic> {
        let definition = effective.definition;
        let condition = condition(&subject.view, effective)?;
        let periods = periods(&subject.view, effective)?;
        subject
            .view
            .values
            .set("window", Value::from(periods.length()));
        subject
            .view
            .values
            .set("threshold", Value::from(number_text(condition.bound())));
        let name = self
            .names
            .alarm(&subject.view.resource.id, &definition.name, each);
        let target = self.target(subject, effective)?;
        let words = Words {
            summary: &definition.summary,
            fix: definition.fix.as_ref(),
            runbook: effective.runbook.as_deref(),
            severity: effective.severity,
        };
        let project = self.inputs.project;
        let is_of_fleet = fleet_place(project, &subject.service.file, definition).is_some();
        let fleet_description = is_of_fleet.then(|| self.fleet_description(subject, &words));
        let alarm = Alarm {
            description: self.description(subject, &words)?,
            query: self.query(subject, effective, condition)?,
            name,
            condition,
            period: periods.period,
            datapoints_to_alarm: periods.datapoints.0,
            evaluation_periods: periods.datapoints.1,
            warm_up_minutes: definition.warm_up.then(|| warm_up_minutes(periods)),
            missing: effective.missing,
            evaluate_low_samples: definition.evaluate_low_samples,
            actions: self.actions(&target, effective.severity),
        };
        let origin = Origin {
            fleet: Vec::new(),
            resource: Some(subject.view.resource.id.clone()),
            definition: DefinitionKey::new(&subject.service.file, &definition.name),
            item: each.map(Into::into),
            place: Some(definition.place.clone()),
            severity: Some(effective.severity),
        };
        Ok(GeneratedAlarm {
            target,
            alarm,
            graph: self.graph(subject, definition)?,
            fleet_description: fleet_description.transpose()?,
            origin,
        })
    }

    /// CloudWatch alarms publish only to topics in their own Region.
    pub(super) fn actions(&self, target: &Target, severity: Severity) -> Actions {
        let topics = self.topics.get(target);
        topics.map_or_else(Actions::default, |topics| topics.actions(severity))
    }

    /// Target of an alarm. All its metrics must use one Region.
    fn target(
        &self,
        subject: &Subject<'_>,
        effective: &Effective<'_>,
    ) -> Result<Target, Diagnostic> {
        let definition = effective.definition;
        let home = self.inputs.identity;
        let own = definition.region.as_ref().map(|region| &*region.value);
        let mut words = definition.value.value.ids();
        words.extend(effective.floor.map(|(metric, _)| metric));
        let metrics: Vec<&MetricDefinition> = words
            .into_iter()
            .filter_map(|word| subject.service.metrics.get(word))
            .collect();
        let mut regions = BTreeSet::new();
        for metric in &metrics {
            let own = own.filter(|_| !metric.is_of_log());
            let region = metric.region.as_ref().map(|region| &*region.value).or(own);
            regions.insert(region.unwrap_or(&home.region));
        }
        let target = match Vec::from_iter(regions).as_slice() {
            [] => home.clone(),
            [region] => home.in_region(region),
            several => {
                let message = format!(
                    "alarm `{}` uses metrics of several Regions ({}): CloudWatch evaluates an alarm in one",
                    definition.name,
                    several.join(", ")
                );
                let diagnostic = Diagnostic::new(Code::RegionsDiffer, message);
                return Err(diagnostic.at(definition.place.clone()));
            }
        };
        for metric in metrics {
            published_in(metric, &target.region)?;
        }
        Ok(target)
    }

    /// The description that names all resources of a definition in place of one.
    fn fleet_description(
        &self,
        subject: &mut Subject<'_>,
        words: &Words<'_>,
    ) -> Result<String, Diagnostic> {
        let name = subject.view.values.get()["name"].clone();
        let stack = fleet_name(self.inputs.project, &subject.view.resource.id.stack);
        let of_all = format!("one of {stack}'s {}", uncapitalised(&subject.service.title));
        subject.view.values.set("name", of_all.into());
        let description = self.description(subject, words);
        subject.view.values.set("name", name);
        Ok(capitalised(&description?))
    }

    pub(super) fn description(
        &self,
        subject: &Subject<'_>,
        words: &Words<'_>,
    ) -> Result<String, Diagnostic> {
        let Words {
            summary,
            fix,
            runbook,
            severity,
        } = *words;
        let texts = &self.inputs.catalog.texts;
        subject.view.text_needs_known(summary, "a summary")?;
        let rendered = texts.render(summary, &subject.view.values)?;
        let mut description = sentence(&rendered, summary.source().starts_with("{{"));
        if let Some(fix) = fix {
            description.push('\n');
            description.push_str(&texts.render(fix, &subject.view.values)?);
        }
        let notify = self.inputs.project.notify.get(&severity);
        let runbook = runbook.or_else(|| notify?.runbook.as_deref());
        let runbook = runbook.map(|url| format!("\nRunbook: {url}"));
        let link = format!(
            "{}\nDashboard: {}",
            runbook.unwrap_or_default(),
            self.dashboard
        );
        let room = limits::ALARM_DESCRIPTION.saturating_sub(link.chars().count());
        if description.chars().count() > room {
            description = description
                .chars()
                .take(room.saturating_sub(1))
                .chain(['…'])
                .collect();
        }
        Ok(description + &link)
    }

    /// A single metric, or metric math over the words that the value and its floor use. The tolerance is subtracted from its metric.
    fn query(
        &self,
        subject: &Subject<'_>,
        effective: &Effective<'_>,
        condition: Condition,
    ) -> Result<AlarmQuery, Diagnostic> {
        let definition = effective.definition;
        let value = match effective.tolerate {
            Some((metric, count)) => {
                Cow::Owned(math::reduce(&definition.value.value, metric, count))
            }
            None => Cow::Borrowed(&definition.value.value),
        };
        let Some((metric, min)) = effective.floor else {
            return self.value_query(subject, definition, &value);
        };
        let healthy = number_text(healthy(condition));
        let expression = format!("IF({metric} >= {}, {value}, {healthy})", number_text(min));
        let mut words = value.ids();
        words.insert(metric);
        self.math(subject, definition, expression, words)
    }

    /// The metric, or the expression over its metrics.
    fn value_query(
        &self,
        subject: &Subject<'_>,
        definition: &AlarmDefinition,
        value: &math::Expr,
    ) -> Result<AlarmQuery, Diagnostic> {
        match &value.kind {
            math::ExprKind::Id(word) => {
                Ok(AlarmQuery::Metric(self.metric(subject, word, definition)?))
            }
            _ => self.math(subject, definition, value.to_string(), value.ids()),
        }
    }

    fn math(
        &self,
        subject: &Subject<'_>,
        definition: &AlarmDefinition,
        expression: String,
        words: BTreeSet<&str>,
    ) -> Result<AlarmQuery, Diagnostic> {
        let metrics = words
            .into_iter()
            .map(|word| Ok((word.to_owned(), self.metric(subject, word, definition)?)))
            .collect::<Result<SortedMap<_, _>, _>>()?;
        Ok(AlarmQuery::Math {
            expression,
            label: definition.name.clone(),
            metrics,
        })
    }

    /// The value as graphs show it: a total outage of little traffic is 100 %, although the alarm tolerates it.
    fn graph(
        &self,
        subject: &Subject<'_>,
        definition: &AlarmDefinition,
    ) -> Result<AlarmQuery, Diagnostic> {
        self.value_query(subject, definition, &definition.value.value)
    }

    fn metric(
        &self,
        subject: &Subject<'_>,
        word: &str,
        definition: &AlarmDefinition,
    ) -> Result<Metric, Diagnostic> {
        let Some(metric) = subject.service.metrics.get(word) else {
            let diagnostic = Diagnostic::new(
                Code::UnknownMetric,
                format!("no metric of this file is called `{word}`"),
            );
            return Err(diagnostic.at(definition.value.place.clone()));
        };
        self.metric_of(subject, metric)
    }

    /// The resource's metric under the name that definitions use.
    pub(super) fn metric_of(
        &self,
        subject: &Subject<'_>,
        word: &MetricDefinition,
    ) -> Result<Metric, Diagnostic> {
        match &word.source {
            MetricSource::Group(group) => {
                let (namespace, name, dimension) = TRACE_COUNT;
                let group = subject
                    .groups
                    .get(group.value.as_str())
                    .cloned()
                    .unwrap_or_default();
                let dimensions = [(dimension.to_owned(), group)].into();
                Ok(Metric {
                    namespace: namespace.into(),
                    name: name.into(),
                    dimensions,
                    stat: word.stat.clone(),
                })
            }
            MetricSource::Log(log_metric) => {
                let Some(log_metric) = subject.service.log_metric(&log_metric.value) else {
                    let message = format!("no log metric is called `{}`", log_metric.value);
                    return Err(log_metric.diagnostic(Code::UnknownLogMetric, message));
                };
                let filter = self.filters().filter(subject, log_metric)?;
                Ok(Metric {
                    namespace: filter.namespace,
                    name: filter.metric,
                    dimensions: Dimensions::default(),
                    stat: word.stat.clone(),
                })
            }
            MetricSource::Published {
                namespace,
                name,
                dimensions,
            } => {
                let mut named = Vec::with_capacity(dimensions.len());
                for (dimension, text) in dimensions {
                    let known = subject.view.text_needs_known(text, "a metric dimension");
                    known.map_err(|unknown| unknown_dimension(&unknown))?;
                    let value = self
                        .inputs
                        .catalog
                        .texts
                        .render(text, &subject.view.values)?;
                    if !value.is_empty() && !limits::is_dimension_value(&value) {
                        let resource = subject.view.resource;
                        return Err(not_a_value(resource, dimension, &value).at(text.place.clone()));
                    }
                    if !value.is_empty() {
                        named.push((dimension.clone(), value));
                    } else if !text.is_conditional() {
                        return Err(empty_dimension(subject.view.resource, dimension)
                            .at(text.place.clone()));
                    }
                }
                Ok(Metric {
                    namespace: namespace.clone(),
                    name: name.clone(),
                    dimensions: named.into_iter().collect(),
                    stat: word.stat.clone(),
                })
            }
        }
    }

    fn composite(
        &self,
        subject: &Subject<'_>,
        definition: &CompositeDefinition,
        alarms: &[GeneratedAlarm],
    ) -> Result<Option<GeneratedComposite>, Diagnostic> {
        let resource = subject.view.resource;
        let effective =
            self.overrides
                .effective_composite(subject.service, definition, resource)?;
        if !effective.enabled {
            return Ok(None);
        }
        let id = &resource.id;
        let Ok(rule) = composite::parse(&definition.rule.value) else {
            return Ok(None);
        };
        let full = |name: &str| self.names.alarm(id, name, None);
        if let Some(absent) = rule.children().into_iter().find(|child| {
            !alarms
                .iter()
                .any(|generated| generated.alarm.name == full(child))
        }) {
            let message = format!(
                "composite `{}` of `{id}` needs alarm `{absent}`, which does not apply to it",
                definition.name,
                id = id.logical_id
            );
            return Err(
                Diagnostic::new(Code::CompositeLeftOut, message).at(definition.rule.place.clone())
            );
        }
        let children = alarms.iter().filter(|generated| {
            let is_child = |child: &&str| generated.alarm.name == full(child);
            rule.children().iter().any(is_child)
        });
        let targets: BTreeSet<&Target> = children.map(|generated| &generated.target).collect();
        let target = match Vec::from_iter(targets).as_slice() {
            [] => self.inputs.identity.clone(),
            [target] => (*target).clone(),
            _ => {
                let message = format!(
                    "composite `{}` uses alarms of several Regions: CloudWatch evaluates it in one",
                    definition.name
                );
                let diagnostic = Diagnostic::new(Code::RegionsDiffer, message);
                return Err(diagnostic.at(definition.rule.place.clone()));
            }
        };
        let alarm = CompositeAlarm {
            name: full(&definition.name),
            description: self.description(
                subject,
                &Words {
                    summary: &definition.summary,
                    fix: definition.fix.as_ref(),
                    runbook: effective.runbook.as_deref(),
                    severity: effective.severity,
                },
            )?,
            rule: rule.renamed(&full).to_string(),
            actions: self.actions(&target, effective.severity),
            suppressor: None,
        };
        let origin = Origin {
            fleet: Vec::new(),
            resource: Some(id.clone()),
            definition: DefinitionKey::new(&subject.service.file, &definition.name),
            item: None,
            place: Some(definition.place.clone()),
            severity: Some(effective.severity),
        };
        Ok(Some(GeneratedComposite {
            target,
            alarm,
            origin,
        }))
    }
}

/// Whether an alarm applies to a resource, and to its item.
fn applies(view: &View<'_>, definition: &AlarmDefinition) -> Result<bool, Diagnostic> {
    let Some(applies) = &definition.applies else {
        return Ok(true);
    };
    view.condition_needs_known(applies, &format!("alarm `{}`", definition.name))?;
    applies.holds(view.variables())
}

/// Refuses a metric of a service that publishes only to other Regions.
fn published_in(metric: &MetricDefinition, region: &str) -> Result<(), Diagnostic> {
    let MetricSource::Published {
        namespace, name, ..
    } = &metric.source
    else {
        return Ok(());
    };
    // A test checks the built-in metrics.
    if metric.built_in {
        return Ok(());
    }
    let published = published::regions(namespace, name);
    if published.is_empty() || published.iter().any(|known| known == region) {
        return Ok(());
    }
    let only = published.join(", ");
    let message = format!(
        "`{namespace} {name}` is published only in {only}: an alarm in {region} could never fire"
    );
    let diagnostic = Diagnostic::new(Code::DeadMetric, message).at(metric.place.clone());
    Err(diagnostic.help(format!(
        "write `region = \"{only}\"` for the metric or the whole file"
    )))
}

/// Without one of its dimensions a metric is another one, which has no data or somebody else's.
fn empty_dimension(resource: &Resource, dimension: &str) -> Diagnostic {
    let id = &resource.id.logical_id;
    let message = format!(
        "`{id}` has no alarms and graphs by the dimension `{dimension}`: its value comes out empty"
    );
    Diagnostic::new(Code::EmptyDimension, message)
        .help("the stack does not say it, or it is misspelt here; `enabled = false` for the resource makes this go away")
}

/// The resource goes without the alarm: a value of another stack, for example, is known nowhere in this one.
fn unknown_dimension(unknown: &Diagnostic) -> Diagnostic {
    let message = format!("an alarm is left out: {}", unknown.message);
    let mut diagnostic = Diagnostic::new(Code::EmptyDimension, message);
    diagnostic.places.clone_from(&unknown.places);
    diagnostic.help(
        "deploy the stack first, or give the parameter; `enabled = false` for the resource makes this go away",
    )
}

/// CloudWatch has no metric with such a value, and refuses an alarm that asks for it.
fn not_a_value(resource: &Resource, dimension: &str, value: &str) -> Diagnostic {
    let id = &resource.id.logical_id;
    let message = format!(
        "`{id}` has no alarms and graphs by the dimension `{dimension}`: CloudWatch takes only printable ASCII, and its value is `{value}`"
    );
    Diagnostic::new(Code::DimensionValue, message).help("give the resource a name in ASCII")
}

/// The periods for a resource. A window that CloudWatch cannot evaluate leaves the alarm out.
fn periods(view: &View<'_>, effective: &Effective<'_>) -> Result<Periods, Diagnostic> {
    let window = match &effective.definition.window {
        Window::Fixed(periods) => return effective.overridden(*periods),
        Window::Computed(window) => window,
    };
    let alarm = format!("alarm `{}`", effective.definition.name);
    view.cel_needs_known(window, &format!("the window of {alarm}"))?;
    let resource = view.resource;
    let seconds = window
        .number(view.variables())
        .map_err(|diagnostic| match diagnostic.code {
            Code::BadSchedule => {
                let message = format!(
                    "`{}` has no {alarm}: {}",
                    resource.id.logical_id, diagnostic.message
                );
                at_resource(Diagnostic::new(diagnostic.code, message), resource)
            }
            _ => diagnostic,
        })?;
    match Periods::covering(seconds) {
        Some(periods) => effective.overridden(periods),
        None => Err(at_resource(
            window_left_out(resource, &alarm, seconds),
            resource,
        )),
    }
}

fn window_left_out(resource: &Resource, alarm: &str, seconds: f64) -> Diagnostic {
    let id = &resource.id.logical_id;
    let longest = readable_duration(limits::longest_window(u32::MAX) as f64);
    let message = if seconds.is_finite() {
        let needed = readable_duration(seconds);
        format!(
            "`{id}` has no {alarm}: it needs a window of {needed}, and CloudWatch evaluates {longest} at most"
        )
    } else {
        format!("`{id}` has no {alarm}: it needs a window without end")
    };
    Diagnostic::new(Code::WindowLeftOut, message)
}

/// CloudWatch's longest warm-up is two days.
fn warm_up_minutes(periods: Periods) -> u32 {
    let (least, most) = limits::WARM_UP_MINUTES;
    let minutes = u32::try_from(periods.length().div_ceil(60)).unwrap_or(most);
    minutes.clamp(least, most)
}

fn condition(view: &View<'_>, effective: &Effective<'_>) -> Result<Condition, Diagnostic> {
    let name = &effective.definition.name;
    Ok(match effective.when.as_ref() {
        When::Band { side, width } => {
            if effective.floor.is_some() {
                let diagnostic = Diagnostic::new(
                    Code::FloorWithBand,
                    format!("alarm `{name}` cannot have both a floor and an anomaly band"),
                );
                return Err(diagnostic.at(effective.definition.place.clone()));
            }
            match side {
                BandSide::Outside => Condition::OutsideBand(*width),
                BandSide::Above => Condition::AboveBand(*width),
                BandSide::Below => Condition::BelowBand(*width),
            }
        }
        When::Threshold {
            comparison,
            threshold,
        } => {
            view.cel_needs_known(threshold, &format!("the threshold of alarm `{name}`"))?;
            let threshold_value = threshold.number(view.variables())?;
            if !threshold_value.is_finite() {
                let diagnostic = Diagnostic::new(
                    Code::CelValue,
                    format!("the threshold of alarm `{name}` is not a number"),
                );
                return Err(diagnostic.at(threshold.place.clone()));
            }
            match comparison {
                ThresholdComparison::Above => Condition::Above(threshold_value),
                ThresholdComparison::AtLeast => Condition::AtLeast(threshold_value),
                ThresholdComparison::Below => Condition::Below(threshold_value),
                ThresholdComparison::AtMost => Condition::AtMost(threshold_value),
            }
        }
    })
}

/// Non-breaching value for periods below the floor.
fn healthy(condition: Condition) -> f64 {
    match condition {
        Condition::Above(threshold) => threshold.min(0.0),
        Condition::AtLeast(threshold) if threshold > 0.0 => 0.0,
        Condition::AtLeast(threshold) => threshold - 1.0,
        Condition::Below(threshold) => threshold.max(0.0),
        Condition::AtMost(threshold) if threshold < 0.0 => 0.0,
        Condition::AtMost(threshold) => threshold + 1.0,
        Condition::OutsideBand(_) | Condition::AboveBand(_) | Condition::BelowBand(_) => 0.0,
    }
}

/// A name at the beginning keeps its case: people search for it.
fn sentence(text: &str, begins_with_name: bool) -> String {
    let text = if begins_with_name {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(capitalised(text))
    };
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{text}{end}")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters.clone()).collect()
}

/// A title within a sentence: `functions`, but `HTTP APIs` and `GraphQL APIs`.
fn uncapitalised(title: &str) -> String {
    let first_word = title.split(' ').next().unwrap_or_default();
    if first_word.chars().skip(1).any(char::is_uppercase) {
        return title.to_owned();
    }
    let mut characters = title.chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(characters.clone()).collect()
}
