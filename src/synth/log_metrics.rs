//! The metric filters of log metrics, for one resource at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::Inputs;
use super::log_class::takes_no_filters;
use super::naming::Names;
use super::subject::Subject;
use super::view::{Views, WrittenLogGroup, at_resource};
use crate::artifact::{Alarm, Artifact, DefinitionKey, MetricFilter, Origin, State};
use crate::catalog::definition::{AlarmDefinition, MetricSource};
use crate::catalog::log_metric::LogMetricDefinition;
use crate::catalog::text::TextTemplate;
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{Resource, unknown_names_in};
use crate::semantics::limits;
use crate::semantics::log_pattern;

/// Makes the filters of `[[log_metric]]` in the stack's own Region: log groups are where their resource is.
pub(super) struct FilterBuilder<'b> {
    pub inputs: &'b Inputs<'b>,
    pub names: &'b Names<'b>,
    pub views: &'b Views<'b>,
}

impl FilterBuilder<'_> {
    /// The filters whose metrics the alarms read.
    pub(super) fn of<'g>(
        &self,
        subject: &Subject<'_>,
        alarms: impl IntoIterator<Item = &'g Alarm>,
    ) -> Vec<(Origin, MetricFilter)> {
        if subject.service.log_metrics.is_empty() {
            return Vec::new();
        }
        let alarms = alarms.into_iter();
        let metrics = alarms.flat_map(|alarm| alarm.query.metrics());
        let read: BTreeSet<&str> = metrics.map(|metric| metric.name.as_str()).collect();
        let log_metrics = subject.service.log_metrics.iter();
        let filters = log_metrics
            .filter_map(|log_metric| Some((log_metric, self.filter(subject, log_metric).ok()?)));
        filters
            .filter(|(_, filter)| read.contains(filter.metric.as_str()))
            .map(|(log_metric, filter)| (origin(subject, log_metric), filter))
            .collect()
    }

    /// The filter of a log metric for one resource.
    pub(super) fn filter(
        &self,
        subject: &Subject<'_>,
        log_metric: &LogMetricDefinition,
    ) -> Result<MetricFilter, Diagnostic> {
        let id = &subject.view.resource.id;
        let name = self.names.metric_filter(id, &log_metric.name);
        Ok(MetricFilter {
            log_group: self.log_group(subject, log_metric)?,
            pattern: self.pattern(subject, log_metric)?,
            namespace: MetricFilter::namespace_of(&self.inputs.project.name),
            metric: name.clone(),
            name,
            value: log_metric.value.value.clone(),
            default_value: log_metric.default_value,
            unit: log_metric.unit.clone(),
        })
    }

    /// The pattern of a log metric for one resource.
    pub(super) fn pattern(
        &self,
        subject: &Subject<'_>,
        log_metric: &LogMetricDefinition,
    ) -> Result<String, Diagnostic> {
        let pattern = self.render(subject, log_metric, &log_metric.pattern)?;
        match log_metric.check(&pattern) {
            Ok(_) => Ok(pattern),
            Err(diagnostics) => Err(diagnostics.into_iter().next().unwrap_or_else(|| {
                left_out(
                    subject.view.resource,
                    log_metric,
                    "its pattern is not valid",
                )
            })),
        }
    }

    fn render(
        &self,
        subject: &Subject<'_>,
        log_metric: &LogMetricDefinition,
        text: &TextTemplate,
    ) -> Result<String, Diagnostic> {
        let what = format!("log metric `{}`", log_metric.name);
        subject.view.text_needs_known(text, &what)?;
        let texts = &self.inputs.catalog.texts;
        texts.render(text, &subject.view.values)
    }

    /// A group of the stack, or one that the definition names.
    fn log_group(
        &self,
        subject: &Subject<'_>,
        log_metric: &LogMetricDefinition,
    ) -> Result<String, Diagnostic> {
        let resource = subject.view.resource;
        let group = match &log_metric.group {
            Some(text) => self.named_group(subject, log_metric, text)?,
            None => match self.views.written_log_group(resource) {
                WrittenLogGroup::OfStack(group) => group,
                WrittenLogGroup::Elsewhere(group) => {
                    return Err(foreign(resource, log_metric, group.as_deref()));
                }
                WrittenLogGroup::None => {
                    let reason = "it writes to no log group that the stack or its service makes";
                    return Err(left_out(resource, log_metric, reason)
                        .help("name the group: `group = \"…\"`, or add an `if`"));
                }
            },
        };
        let class = self.views.log_groups().get(&group);
        match class
            .and_then(Option::as_deref)
            .filter(|class| takes_no_filters(class))
        {
            None => Ok(group),
            Some(class) => {
                let reason =
                    format!("log group `{group}` has the class {class}, which takes no filters");
                Err(left_out(resource, log_metric, &reason))
            }
        }
    }

    fn named_group(
        &self,
        subject: &Subject<'_>,
        log_metric: &LogMetricDefinition,
        text: &TextTemplate,
    ) -> Result<String, Diagnostic> {
        let resource = subject.view.resource;
        let group = self.render(subject, log_metric, text)?;
        if group.is_empty() {
            let reason = format!("`{}` comes out empty", text.source());
            return Err(left_out(resource, log_metric, &reason).at(text.place.clone()));
        }
        let is_known = unknown_names_in(&group).is_empty();
        if is_known && !limits::is_log_group_name(&group) {
            let reason = format!("`{group}` is not the name of a log group");
            return Err(left_out(resource, log_metric, &reason).at(text.place.clone()));
        }
        let is_of_stack = self.views.log_groups().contains_key(&group);
        if is_of_stack || !is_known || names_group(text.source()) {
            return Ok(group);
        }
        Err(foreign(resource, log_metric, Some(&group)).at(text.place.clone()))
    }
}

/// Whether all log metrics that an alarm reads apply to the resource.
pub(super) fn apply(
    subject: &Subject<'_>,
    definition: &AlarmDefinition,
) -> Result<bool, Diagnostic> {
    let mut words = definition.value.value.ids();
    words.extend(
        definition
            .floor
            .as_ref()
            .map(|floor| floor.metric.value.as_str()),
    );
    for word in words {
        let metric = subject.service.metrics.get(word);
        let Some(MetricSource::Log(name)) = metric.map(|metric| &metric.source) else {
            continue;
        };
        let log_metric = subject.service.log_metric(&name.value);
        if log_metric.is_some_and(|log_metric| log_metric.applies.is_some())
            && !applies(subject, name.value.as_str(), log_metric)?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

fn applies(
    subject: &Subject<'_>,
    name: &str,
    log_metric: Option<&LogMetricDefinition>,
) -> Result<bool, Diagnostic> {
    let Some(applies) = log_metric.and_then(|log_metric| log_metric.applies.as_ref()) else {
        return Ok(true);
    };
    let what = format!("log metric `{name}`");
    subject.view.cel_needs_known(applies, &what)?;
    applies.holds(subject.view.variables())
}

/// Whether the text of a group holds more than values: an author who writes a part of the name means that group.
fn names_group(source: &str) -> bool {
    let mut left = source;
    let mut written = String::new();
    while let Some((before, rest)) = left.split_once("{{") {
        written.push_str(before);
        left = rest.split_once("}}").map_or("", |(_, after)| after);
    }
    written.push_str(left);
    written.contains(|c: char| c.is_alphanumeric())
}

fn origin(subject: &Subject<'_>, log_metric: &LogMetricDefinition) -> Origin {
    Origin {
        fleet: Vec::new(),
        resource: Some(subject.view.resource.id.clone()),
        definition: DefinitionKey::new(&subject.service.file, &log_metric.name),
        item: None,
        place: Some(log_metric.place.clone()),
        severity: None,
    }
}

fn left_out(resource: &Resource, log_metric: &LogMetricDefinition, reason: &str) -> Diagnostic {
    let message = format!(
        "`{}` has no log metric `{}`, and no alarm on it: {reason}",
        resource.id.logical_id, log_metric.name
    );
    at_definition(
        Diagnostic::new(Code::LogMetricLeftOut, message),
        resource,
        log_metric,
    )
}

fn foreign(
    resource: &Resource,
    log_metric: &LogMetricDefinition,
    group: Option<&str>,
) -> Diagnostic {
    let group_text = group.map_or("a log group".to_owned(), |group| {
        format!("log group `{group}`")
    });
    let message = format!(
        "`{}` has no log metric `{}`, and no alarm on it: it writes to {group_text}, which is not of this stack",
        resource.id.logical_id, log_metric.name
    );
    let named = group.unwrap_or("…");
    let help = format!(
        "its owner may not expect a filter, and others may write to it; if it is meant, name it: `group = \"{named}\"`"
    );
    let diagnostic = Diagnostic::new(Code::ForeignLogGroup, message);
    at_definition(diagnostic, resource, log_metric).help(help)
}

fn at_definition(
    diagnostic: Diagnostic,
    resource: &Resource,
    log_metric: &LogMetricDefinition,
) -> Diagnostic {
    at_resource(diagnostic, resource).at(log_metric.place.clone())
}

/// The log groups that would have more filters than Logs takes.
pub(super) fn too_many(state: &State) -> Vec<Diagnostic> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (_, artifact) in state.iter() {
        let Artifact::MetricFilter(filter) = artifact else {
            continue;
        };
        let pattern = log_pattern::parse(&filter.pattern);
        let (all, with_regex) = counts.entry(&filter.log_group).or_default();
        *all += 1;
        *with_regex += usize::from(pattern.is_ok_and(|pattern| pattern.has_regex()));
    }
    let diagnostics = counts.into_iter().flat_map(|(group, (all, with_regex))| {
        [
            (all, limits::METRIC_FILTERS, "metric filters"),
            (
                with_regex,
                limits::REGEX_FILTERS,
                "metric filters with regular expressions",
            ),
        ]
        .map(|(count, most, what)| {
            let message =
                format!("log group `{group}` would have {count} {what}; Logs takes {most}");
            (count > most).then(|| Diagnostic::new(Code::TooManyMetricFilters, message))
        })
    });
    diagnostics.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_by_a_text_with_more_than_values() {
        for (source, is_named) in [
            ("/shop/audit", true),
            ("/ecs/{{name}}", true),
            ("{{log_group}}", false),
            ("{{resource.LoggingConfig.LogGroup}}", false),
            (" {{log_group}} ", false),
        ] {
            assert_eq!(names_group(source), is_named, "{source}");
        }
    }
}
