//! What must hold of a whole catalogue: a list of named checks, each a function that returns what it finds.

use std::collections::{BTreeMap, BTreeSet};

use super::Catalog;
use super::board::{ALARMS, OVERVIEW};
use super::definition::{AlarmDefinition, ENTRY_POINT, MetricSource, MetricWord, Watch};
use super::published::{self, Unpublished};
use super::read::{in_text, part};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::semantics::{composite, math};

type Check = fn(&Watch) -> Vec<Diagnostic>;

/// Checks on one definition file each.
const CHECKS: &[Check] = &[
    alarm_names_differ,
    expressions_are_alarms,
    floors_are_metrics,
    groups_exist,
    metrics_are_published,
    composites_know_their_alarms,
];

/// Runs every check on every file.
pub(super) fn check(catalog: &Catalog) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = catalog
        .watches
        .iter()
        .flat_map(|watch| CHECKS.iter().flat_map(move |check| check(watch)))
        .collect();
    found.extend(boards_have_definitions(catalog));
    found
}

fn alarm_names_differ(watch: &Watch) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    let names = watch
        .alarms
        .iter()
        .map(|alarm| (alarm.name.as_str(), &alarm.place));
    let names = names.chain(
        watch
            .composites
            .iter()
            .map(|composite| (composite.name.as_str(), &composite.place)),
    );
    let mut found = Vec::new();
    for (name, place) in names {
        if let Some(first) = seen.insert(name, place) {
            let fault = Diagnostic::error(
                "duplicate-alarm",
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

fn expressions_are_alarms(watch: &Watch) -> Vec<Diagnostic> {
    let words: Vec<&str> = watch.metrics.keys().map(String::as_str).collect();
    let problems = |alarm: &AlarmDefinition| {
        let found = math::check_alarm(&alarm.value.value, &words);
        found
            .iter()
            .map(|problem| in_text(&alarm.value.place, "bad-expression", problem))
            .collect::<Vec<_>>()
    };
    watch.alarms.iter().flat_map(problems).collect()
}

fn floors_are_metrics(watch: &Watch) -> Vec<Diagnostic> {
    let floors = watch.alarms.iter().filter_map(|alarm| alarm.floor.as_ref());
    let unknown = floors.filter(|floor| !watch.metrics.contains_key(&floor.metric.value));
    unknown
        .map(|floor| {
            let fault = floor.metric.fault(
                "unknown-metric",
                format!("no metric of this file is called `{}`", floor.metric.value),
            );
            suggest(fault, &floor.metric.value, watch.metrics.keys())
        })
        .collect()
}

fn groups_exist(watch: &Watch) -> Vec<Diagnostic> {
    let groups = watch
        .metrics
        .values()
        .filter_map(|word| match &word.source {
            MetricSource::Group(group) => Some(group),
            MetricSource::Published { .. } => None,
        });
    let mut found = Vec::new();
    for group in groups {
        if watch.kind != ENTRY_POINT {
            found.push(group.fault(
                "group-outside-traces",
                format!("only a file with `resource = \"{ENTRY_POINT}\"` has trace groups"),
            ));
        } else if !watch.groups.iter().any(|known| known.name == group.value) {
            let fault = group.fault(
                "unknown-group",
                format!("no trace group of this file is called `{}`", group.value),
            );
            found.push(suggest(
                fault,
                &group.value,
                watch.groups.iter().map(|known| &known.name),
            ));
        }
    }
    found
}

fn metrics_are_published(watch: &Watch) -> Vec<Diagnostic> {
    watch
        .metrics
        .values()
        .filter(|word| !word.built_in)
        .filter_map(unpublished)
        .collect()
}

fn unpublished(word: &MetricWord) -> Option<Diagnostic> {
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
        Unpublished::Namespace { nearest } => Diagnostic::error(
            "dead-metric",
            format!("AWS publishes nothing under `{namespace}`"),
        )
        .help(format!("did you mean `{nearest}`?")),
        Unpublished::Metric { nearest } => {
            let finding = Diagnostic::warning(
                "unknown-aws-metric",
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
            Diagnostic::error(
                "dead-metric",
                format!("`{namespace} {name}` is never published with these dimensions: the alarm could never fire"),
            )
            .help(format!("it is published with {}", sets.join(" or ")))
        }
    }
}

fn composites_know_their_alarms(watch: &Watch) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for definition in &watch.composites {
        match composite::parse(&definition.rule.value) {
            Err(problems) => found.extend(
                problems
                    .iter()
                    .map(|problem| in_text(&definition.rule.place, "bad-rule", problem)),
            ),
            Ok(rule) => {
                let unknown = rule
                    .children()
                    .into_iter()
                    .filter(|child| !watch.alarms.iter().any(|alarm| &alarm.name == child));
                found.extend(unknown.map(|child| {
                    let fault = Diagnostic::error(
                        "unknown-alarm",
                        format!("no alarm of this file is called `{child}`"),
                    );
                    let fault = fault.at(part(&definition.rule.place, child));
                    suggest(fault, child, watch.alarms.iter().map(|alarm| &alarm.name))
                }));
            }
        }
    }
    found
}

fn boards_have_definitions(catalog: &Catalog) -> Vec<Diagnostic> {
    let known: Vec<&str> = catalog
        .watches
        .iter()
        .map(|watch| watch.file.as_str())
        .chain([ALARMS, OVERVIEW])
        .collect();
    let lost = catalog.boards.names().filter(|name| !known.contains(name));
    lost.filter_map(|name| {
        let source = catalog.boards.source(name)?;
        let fault = Diagnostic::warning(
            "board-without-definitions",
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
