//! From definitions to alarms, for one resource at a time.

use std::collections::BTreeMap;

use serde_json::Value;

use super::overrides::{Effective, Overrides};
use super::view::View;
use super::{Inputs, topics::Topics};
use crate::artifact::{Alarm, AlarmQuery, CompositeAlarm, Condition, Metric};
use crate::catalog::definition::{
    AlarmDefinition, BandSide, Comparison, CompositeDefinition, MetricDefinition, MetricSource,
    ServiceDefinition, When,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Resource;
use crate::inventory::SortedMap;
use crate::semantics::{composite, limits, math};
use crate::synth::console::Console;
use crate::synth::naming::Names;

/// X-Ray's one metric of a group, and its dimension (observed; the documents name the metric alone).
pub const TRACE_COUNT: (&str, &str, &str) = ("AWS/X-Ray", "ApproximateTraceCount", "GroupName");

/// What all alarms of a stack share.
pub struct AlarmBuilder<'m> {
    pub inputs: &'m Inputs<'m>,
    pub names: &'m Names<'m>,
    pub topics: &'m Topics,
    pub overrides: &'m Overrides<'m>,
    /// The dashboard that every description leads to.
    pub dashboard: String,
}

/// One resource under one definition file.
pub struct Subject<'a> {
    pub service: &'a ServiceDefinition,
    pub view: View<'a>,
    /// Names of X-Ray groups by the name that definitions use; only at an entry point.
    pub groups: BTreeMap<&'a str, String>,
}

/// The alarms of one resource, and what could not be made.
#[derive(Debug, Default)]
pub struct Generated {
    pub alarms: Vec<Alarm>,
    pub composites: Vec<CompositeAlarm>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'m> AlarmBuilder<'m> {
    pub fn new(
        inputs: &'m Inputs<'m>,
        names: &'m Names<'m>,
        topics: &'m Topics,
        overrides: &'m Overrides<'m>,
    ) -> Self {
        let dashboard = Console::new(inputs.identity)
            .dashboard(&names.dashboard(crate::catalog::board::OVERVIEW, 0));
        Self {
            inputs,
            names,
            topics,
            overrides,
            dashboard,
        }
    }

    pub fn make(&self, subject: &mut Subject<'_>) -> Generated {
        let mut made = Generated::default();
        for definition in &subject.service.alarms {
            let effective =
                self.overrides
                    .effective(subject.service, definition, subject.view.resource);
            match effective.and_then(|effective| self.alarms(subject, &effective)) {
                Ok(alarms) => made.alarms.extend(alarms),
                Err(fault) => made.diagnostics.push(fault),
            }
        }
        for definition in subject
            .service
            .composites
            .iter()
            .filter(|definition| definition.enabled)
        {
            match self.composite(subject, definition, &made.alarms) {
                Ok(alarm) => made.composites.extend(alarm),
                Err(fault) => made.diagnostics.push(fault),
            }
        }
        made
    }

    /// The alarms of one definition, whatever a project says of it.
    pub fn of_definition(
        &self,
        subject: &mut Subject<'_>,
        definition: &AlarmDefinition,
    ) -> Result<Vec<Alarm>, Diagnostic> {
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

    /// The alarms of one definition: one, one for each text of its `each`, or none where it does not apply.
    fn alarms(
        &self,
        subject: &mut Subject<'_>,
        effective: &Effective<'_>,
    ) -> Result<Vec<Alarm>, Diagnostic> {
        let definition = effective.definition;
        if !effective.enabled {
            return Ok(Vec::new());
        }
        if let Some(applies) = &definition.applies {
            subject
                .view
                .cel_needs_known(applies, &format!("alarm `{}`", definition.name))?;
            if !applies.holds(subject.view.variables())? {
                return Ok(Vec::new());
            }
        }
        let Some(each) = &definition.each else {
            return Ok(vec![self.alarm(subject, effective, None)?]);
        };
        subject
            .view
            .cel_needs_known(each, &format!("alarm `{}`", definition.name))?;
        let repeated = each.texts(subject.view.variables())?;
        repeated
            .iter()
            .map(|each| self.alarm(subject, effective, Some(each)))
            .collect()
    }

    fn alarm(
        &self,
        subject: &mut Subject<'_>,
        effective: &Effective<'_>,
        each: Option<&str>,
    ) -> Result<Alarm, Diagnostic> {
        let definition = effective.definition;
        let condition = condition(&subject.view, effective)?;
        subject
            .view
            .values
            .set("item", each.map_or(Value::Null, Value::from));
        subject
            .view
            .values
            .set("threshold", Value::from(number_text(bound(condition))));
        let name = self
            .names
            .alarm(&subject.view.resource.id, &definition.name, each);
        Ok(Alarm {
            description: self.description(subject, &definition.summary, definition.fix.as_ref())?,
            watched: self.watched(subject, effective, condition)?,
            name,
            condition,
            period: effective.period,
            datapoints_to_alarm: effective.datapoints.0,
            evaluation_periods: effective.datapoints.1,
            missing: effective.missing,
            evaluate_low_samples: definition.evaluate_low_samples,
            actions: self.topics.actions(effective.severity),
        })
    }

    fn description(
        &self,
        subject: &Subject<'_>,
        summary: &crate::catalog::text::TextTemplate,
        fix: Option<&crate::catalog::text::TextTemplate>,
    ) -> Result<String, Diagnostic> {
        let texts = &self.inputs.catalog.texts;
        subject
            .view
            .text_needs_known(summary, "the summary of an alarm")?;
        let rendered = texts.render(summary, &subject.view.values)?;
        let mut description = sentence(&rendered, summary.source().starts_with("{{"));
        if let Some(fix) = fix {
            description.push('\n');
            description.push_str(&texts.render(fix, &subject.view.values)?);
        }
        let link = format!("\nDashboard: {}", self.dashboard);
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

    /// A single metric, or metric math over the words that the value and its floor use.
    fn watched(
        &self,
        subject: &Subject<'_>,
        effective: &Effective<'_>,
        condition: Condition,
    ) -> Result<AlarmQuery, Diagnostic> {
        let definition = effective.definition;
        let value = &definition.value.value;
        if let (math::Node::Id(word), None) = (&value.node, effective.floor) {
            return Ok(AlarmQuery::Metric(self.metric(subject, word, definition)?));
        }
        let mut words = value.ids();
        let expression = match effective.floor {
            Some((metric, min)) => {
                words.insert(metric);
                let healthy = number_text(healthy(condition));
                format!("IF({metric} >= {}, {value}, {healthy})", number_text(min))
            }
            None => value.to_string(),
        };
        let metrics = words
            .iter()
            .map(|word| Ok(((*word).to_owned(), self.metric(subject, word, definition)?)))
            .collect::<Result<SortedMap<_, _>, _>>()?;
        Ok(AlarmQuery::Math {
            expression,
            label: definition.name.clone(),
            metrics,
        })
    }

    fn metric(
        &self,
        subject: &Subject<'_>,
        word: &str,
        definition: &AlarmDefinition,
    ) -> Result<Metric, Diagnostic> {
        let Some(metric) = subject.service.metrics.get(word) else {
            let fault = Diagnostic::new(
                Code::UnknownMetric,
                format!("no metric of this file is called `{word}`"),
            );
            return Err(fault.at(definition.value.place.clone()));
        };
        self.metric_of(subject, metric)
    }

    /// The metric that a word stands for, of this resource.
    pub fn metric_of(
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
            MetricSource::Published {
                namespace,
                name,
                dimensions,
            } => {
                let mut named = Vec::with_capacity(dimensions.len());
                for (dimension, text) in dimensions {
                    subject.view.text_needs_known(text, "a metric dimension")?;
                    let value = self
                        .inputs
                        .catalog
                        .texts
                        .render(text, &subject.view.values)?;
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
        alarms: &[Alarm],
    ) -> Result<Option<CompositeAlarm>, Diagnostic> {
        let id = &subject.view.resource.id;
        let Ok(rule) = composite::parse(&definition.rule.value) else {
            return Ok(None);
        };
        let full = |name: &str| self.names.alarm(id, name, None);
        if let Some(absent) = rule
            .children()
            .into_iter()
            .find(|child| !alarms.iter().any(|alarm| alarm.name == full(child)))
        {
            let message = format!(
                "composite `{}` of `{id}` needs alarm `{absent}`, which does not apply to it",
                definition.name,
                id = id.logical_id
            );
            return Err(
                Diagnostic::new(Code::CompositeLeftOut, message).at(definition.rule.place.clone())
            );
        }
        Ok(Some(CompositeAlarm {
            name: full(&definition.name),
            description: self.description(subject, &definition.summary, definition.fix.as_ref())?,
            rule: rule.renamed(&full).to_string(),
            actions: self.topics.actions(definition.severity),
        }))
    }
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

fn condition(view: &View<'_>, effective: &Effective<'_>) -> Result<Condition, Diagnostic> {
    let name = &effective.definition.name;
    Ok(match effective.when.as_ref() {
        When::Band { side, width } => {
            if effective.floor.is_some() {
                let fault = Diagnostic::new(
                    Code::FloorWithBand,
                    format!("alarm `{name}` cannot have both a floor and an anomaly band"),
                );
                return Err(fault.at(effective.definition.place.clone()));
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
                let fault = Diagnostic::new(
                    Code::CelValue,
                    format!("the threshold of alarm `{name}` is not a number"),
                );
                return Err(fault.at(threshold.place.clone()));
            }
            match comparison {
                Comparison::Above => Condition::Above(threshold_value),
                Comparison::AtLeast => Condition::AtLeast(threshold_value),
                Comparison::Below => Condition::Below(threshold_value),
                Comparison::AtMost => Condition::AtMost(threshold_value),
            }
        }
    })
}

/// The number in a condition: a threshold, or a band's width.
fn bound(condition: Condition) -> f64 {
    match condition {
        Condition::Above(value)
        | Condition::AtLeast(value)
        | Condition::Below(value)
        | Condition::AtMost(value)
        | Condition::OutsideBand(value)
        | Condition::AboveBand(value)
        | Condition::BelowBand(value) => value,
    }
}

/// A value that does not breach: what a period below its floor counts as.
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

/// A number as people and CloudWatch both read it: `5`, `0.9`.
pub fn number_text(value: f64) -> String {
    value.to_string()
}

/// A name at the beginning keeps its case: people search for it.
fn sentence(text: &str, begins_with_name: bool) -> String {
    let mut characters = text.chars();
    let capital = |first: char| {
        if begins_with_name {
            first.to_string()
        } else {
            first.to_uppercase().to_string()
        }
    };
    let first = characters.next().map(capital).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", characters.as_str())
}
