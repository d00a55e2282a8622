//! What must hold of a whole catalogue: a list of named checks, each a function that returns what it finds.

use std::collections::{BTreeMap, BTreeSet};

use super::Catalog;
use super::board::{ALARMS, OVERVIEW};
use super::definition::{
    AlarmDefinition, ENTRY_POINT, MetricDefinition, MetricSource, ServiceDefinition,
};
use super::place::{in_text, part};
use super::published::{self, Unpublished};
use crate::diagnostic::{Code, Diagnostic, Place, nearest};
use crate::semantics::{composite, math};

type Check = fn(&ServiceDefinition) -> Vec<Diagnostic>;

/// Checks on one definition file each.
const CHECKS: &[Check] = &[
    alarm_names_differ,
    expressions_are_alarms,
    floors_are_metrics,
    groups_exist,
    metrics_are_published,
    composites_know_their_alarms,
];

/// Runs every check on these definitions, and those on the boards.
pub(super) fn check<'a>(
    catalog: &Catalog,
    services: impl Iterator<Item = &'a ServiceDefinition>,
) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = services
        .flat_map(|service| CHECKS.iter().flat_map(move |check| check(service)))
        .collect();
    found.extend(boards_have_definitions(catalog));
    found
}

fn alarm_names_differ(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    let names = service
        .alarms
        .iter()
        .map(|alarm| (alarm.name.as_str(), &alarm.place));
    let names = names.chain(
        service
            .composites
            .iter()
            .map(|composite| (composite.name.as_str(), &composite.place)),
    );
    let mut found = Vec::new();
    for (name, place) in names {
        if let Some(first) = seen.insert(name, place) {
            let fault = Diagnostic::new(
                Code::DuplicateAlarm,
                format!("two alarms of this file are called `{name}`"),
            );
            found.push(
                fault
                    .at(place.clone())
                    .at(first.clone().labelled("first here")),
            );
        }
    }
    found
}

fn expressions_are_alarms(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let words: Vec<&str> = service.metrics.keys().map(String::as_str).collect();
    let problems = |alarm: &AlarmDefinition| {
        let found = math::check_alarm(&alarm.value.value, &words);
        found
            .iter()
            .map(|problem| in_text(&alarm.value.place, Code::BadExpression, problem))
            .collect::<Vec<_>>()
    };
    service.alarms.iter().flat_map(problems).collect()
}

fn floors_are_metrics(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let floors = service
        .alarms
        .iter()
        .filter_map(|alarm| alarm.floor.as_ref());
    let unknown = floors.filter(|floor| !service.metrics.contains_key(&floor.metric.value));
    unknown
        .map(|floor| {
            let fault = floor.metric.diagnostic(
                Code::UnknownMetric,
                format!("no metric of this file is called `{}`", floor.metric.value),
            );
            suggest(fault, &floor.metric.value, service.metrics.keys())
        })
        .collect()
}

fn groups_exist(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let groups = service
        .metrics
        .values()
        .filter_map(|word| match &word.source {
            MetricSource::Group(group) => Some(group),
            MetricSource::Published { .. } => None,
        });
    let mut found = Vec::new();
    for group in groups {
        if service.kind != ENTRY_POINT {
            found.push(group.diagnostic(
                Code::GroupOutsideTraces,
                format!("only a file with `resource = \"{ENTRY_POINT}\"` has trace groups"),
            ));
        } else if !service.groups.iter().any(|known| known.name == group.value) {
            let fault = group.diagnostic(
                Code::UnknownGroup,
                format!("no trace group of this file is called `{}`", group.value),
            );
            found.push(suggest(
                fault,
                &group.value,
                service.groups.iter().map(|known| &known.name),
            ));
        }
    }
    found
}

fn metrics_are_published(service: &ServiceDefinition) -> Vec<Diagnostic> {
    service
        .metrics
        .values()
        .filter(|word| !word.built_in)
        .filter_map(unpublished)
        .collect()
}

fn unpublished(word: &MetricDefinition) -> Option<Diagnostic> {
    let MetricSource::Published {
        namespace,
        name,
        dimensions,
    } = &word.source
    else {
        return None;
    };
    // A dimension that may be left out is checked by what is always there, once a resource is known.
    if dimensions.iter().any(|(_, text)| text.is_conditional()) {
        return None;
    }
    let names: BTreeSet<&str> = dimensions.iter().map(|(name, _)| name.as_str()).collect();
    let fault = published::check(namespace, name, &names).err()?;
    Some(not_published(namespace, name, &fault).at(word.place.clone()))
}

/// What to say of a metric that can never have data.
pub(crate) fn not_published(namespace: &str, name: &str, fault: &Unpublished) -> Diagnostic {
    match fault {
        Unpublished::Namespace { nearest } => Diagnostic::new(
            Code::DeadMetric,
            format!("AWS publishes nothing under `{namespace}`"),
        )
        .help(format!("did you mean `{nearest}`?")),
        Unpublished::Metric { nearest } => {
            let finding = Diagnostic::new(
                Code::UnknownAwsMetric,
                format!("`{namespace}` is not known to have a metric `{name}`"),
            );
            match nearest {
                Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
                None => finding.help("an alarm on a metric that does not exist never has data"),
            }
        }
        Unpublished::Dimensions { published, .. } => {
            let sets: Vec<String> = published
                .iter()
                .map(|set| format!("[{}]", set.join(", ")))
                .collect();
            Diagnostic::new(
                Code::DeadMetric,
                format!("`{namespace} {name}` is never published with these dimensions: the alarm could never fire"),
            )
            .help(format!("it is published with {}", sets.join(" or ")))
        }
    }
}

fn composites_know_their_alarms(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for definition in &service.composites {
        match composite::parse(&definition.rule.value) {
            Err(problems) => found.extend(
                problems
                    .iter()
                    .map(|problem| in_text(&definition.rule.place, Code::BadRule, problem)),
            ),
            Ok(rule) => {
                let unknown = rule
                    .children()
                    .into_iter()
                    .filter(|child| !service.alarms.iter().any(|alarm| &alarm.name == child));
                found.extend(unknown.map(|child| {
                    let fault = Diagnostic::new(
                        Code::UnknownAlarm,
                        format!("no alarm of this file is called `{child}`"),
                    );
                    let fault = fault.at(part(&definition.rule.place, child));
                    suggest(fault, child, service.alarms.iter().map(|alarm| &alarm.name))
                }));
            }
        }
    }
    found
}

fn boards_have_definitions(catalog: &Catalog) -> Vec<Diagnostic> {
    let known: Vec<&str> = catalog
        .services()
        .iter()
        .map(|service| &*service.file)
        .chain([ALARMS, OVERVIEW])
        .collect();
    let lost = catalog.boards.names().filter(|name| !known.contains(name));
    lost.filter_map(|name| {
        let source = catalog.boards.source(name)?;
        let fault = Diagnostic::new(
            Code::BoardWithoutDefinitions,
            format!("no file `alarms/{name}.toml` says which resources this board shows"),
        );
        Some(suggest(fault, name, known.iter()).at(Place::new(source, 0..0)))
    })
    .collect()
}

fn suggest<'a, S: AsRef<str> + 'a + ?Sized>(
    fault: Diagnostic,
    word: &str,
    known: impl Iterator<Item = &'a S>,
) -> Diagnostic {
    match nearest(word, known.map(AsRef::as_ref)) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault,
    }
}
