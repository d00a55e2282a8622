//! From a definition file as written to definitions as checked, one file at a time. All faults are collected with their places.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::condition::Cel;
use super::definition::{
    AlarmDefinition, CompositeDefinition, Floor, GroupDefinition, MetricDefinition, MetricSource,
    SamplingMode, ServiceDefinition, TraceFacts, TraceNode, When,
};
use super::testing;
use super::text::{Text, Texts};
use crate::artifact::Missing;
use crate::artifact::Severity;
use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::inventory::{LinkFact, LinkKind, TypeFacts};
use crate::semantics::limits::{self, is_alarm_period, is_query_id};
use crate::semantics::math::{self, Expr};
use crate::semantics::{SyntaxError, statistics};
use crate::spanned::{Document, Spanned, Table};

/// What one file holds.
pub struct DefinitionFile {
    /// Absent when the file only states facts about types.
    pub service: Option<ServiceDefinition>,
    pub types: BTreeMap<String, TypeEntry>,
}

/// Everything a file states about a type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypeEntry {
    pub facts: TypeFacts,
    /// What metrics call the resource, where that is not in its physical id.
    pub metric_id: Option<Text>,
    /// What people call the resource, where that is more than what metrics do.
    pub label: Option<Text>,
    /// Values of properties that a template may leave out.
    pub defaults: Map<String, Value>,
    pub trace: Option<TraceFacts>,
}

pub const SEVERITIES: [(&str, Severity); 3] = [
    ("critical", Severity::Critical),
    ("warning", Severity::Warning),
    ("info", Severity::Info),
];

pub const MISSING: [(&str, Missing); 4] = [
    ("notBreaching", Missing::NotBreaching),
    ("breaching", Missing::Breaching),
    ("missing", Missing::Missing),
    ("ignore", Missing::Ignore),
];

const LINKS: [(&str, LinkKind); 4] = [
    ("dead-letter", LinkKind::DeadLetter),
    ("invokes", LinkKind::Invokes),
    ("logs-to", LinkKind::LogsTo),
    ("part-of", LinkKind::PartOf),
];

const SAMPLING: [(&str, SamplingMode); 2] = [
    ("rules", SamplingMode::Rules),
    ("fixed", SamplingMode::Fixed),
];

const LOW_SAMPLES: [(&str, bool); 2] = [("evaluate", true), ("ignore", false)];

/// Where a file comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The file's name without its ending.
    pub stem: &'a str,
    /// What the file of the same name says that this one is laid over.
    pub base: Option<&'a ServiceDefinition>,
    pub built_in: bool,
}

/// Reads one file; the faults come back beside what could be read.
pub fn definition_file(
    source: &Arc<Source>,
    origin: Origin<'_>,
    texts: &mut Texts,
) -> (DefinitionFile, Vec<Diagnostic>) {
    let document = match Document::parse(source) {
        Ok(document) => document,
        Err(fault) => {
            return (
                DefinitionFile {
                    service: None,
                    types: BTreeMap::new(),
                },
                vec![fault],
            );
        }
    };
    let mut root = document.root();
    let types = types(&mut root, texts);
    let service = watch(&mut root, origin, texts, &Place::new(source, 0..0));
    root.finish();
    (
        DefinitionFile { service, types },
        document.into_diagnostics(),
    )
}

fn watch(
    root: &mut Table<'_>,
    origin: Origin<'_>,
    texts: &mut Texts,
    place: &Place,
) -> Option<ServiceDefinition> {
    let has_content = [
        "resource",
        "alarm",
        "metrics",
        "trace_group",
        "composite",
        "dimensions",
    ]
    .iter()
    .any(|key| root.contains(key));
    if !has_content {
        return None;
    }
    let named = |kind: &str| Spanned {
        value: kind.to_owned(),
        place: place.clone(),
    };
    let kind = match origin.base {
        Some(base) => root.string("resource").unwrap_or_else(|| named(&base.kind)),
        // Without one the file is not accepted; the rest is read for its own faults.
        None => root
            .required("resource", Table::string)
            .unwrap_or_else(|| named("")),
    };
    if let Some(base) = origin.base.filter(|base| base.kind != kind.value) {
        let message = format!(
            "`{}` is laid over the built-in file for `{}`: it cannot watch `{}`",
            origin.stem, base.kind, kind.value
        );
        root.report(
            kind.fault(Code::OverlayResource, message)
                .help("give the file another name"),
        );
    }
    let title = root.string("title").map(|title| title.value);
    let order = root.integer("order").map(|order| order.value);
    let dimensions = dimensions(root, origin, texts);
    Some(ServiceDefinition {
        file: origin.stem.to_owned(),
        kind: kind.value,
        title: title.unwrap_or_else(|| {
            origin
                .base
                .map_or(origin.stem, |base| &base.title)
                .to_owned()
        }),
        order: order.unwrap_or_else(|| origin.base.map_or(LAST, |base| base.order)),
        metrics: metrics(root, origin, &dimensions, texts),
        dimensions,
        alarms: root
            .tables("alarm")
            .into_iter()
            .filter_map(|table| alarm(table, texts))
            .collect(),
        composites: root
            .tables("composite")
            .into_iter()
            .filter_map(|table| composite(table, texts))
            .collect(),
        groups: root
            .tables("trace_group")
            .into_iter()
            .filter_map(|table| group(table, texts))
            .collect(),
        built_in: origin.built_in,
        place: kind.place,
    })
}

/// The place of a section that does not name one.
const LAST: i64 = 1000;

/// The dimensions of a file's metrics; without any, those of the file that it is laid over.
fn dimensions(root: &mut Table<'_>, origin: Origin<'_>, texts: &mut Texts) -> Vec<(String, Text)> {
    match origin.base {
        Some(base) if !root.contains("dimensions") => base.dimensions.clone(),
        _ => own_dimensions(root, texts),
    }
}

fn own_dimensions(table: &mut Table<'_>, texts: &mut Texts) -> Vec<(String, Text)> {
    let written = table.string_map("dimensions");
    written
        .iter()
        .filter_map(|(name, text)| Some((name.value.clone(), table.accept(texts.add(text))?)))
        .collect()
}

fn metrics(
    root: &mut Table<'_>,
    origin: Origin<'_>,
    shared: &[(String, Text)],
    texts: &mut Texts,
) -> BTreeMap<String, MetricDefinition> {
    let mut words = BTreeMap::new();
    for (word, item) in root
        .table("metrics")
        .map(Table::entries)
        .unwrap_or_default()
    {
        if !is_query_id(&word.value) {
            root.report(
                word.fault(
                    Code::BadMetricWord,
                    format!(
                        "`{}` cannot be the name of a metric in an expression",
                        word.value
                    ),
                )
                .help("a lower-case letter, then letters, digits and `_`"),
            );
        }
        if let Some(metric) = item
            .table()
            .and_then(|table| metric(table, &word, shared, texts))
        {
            words.insert(
                word.value,
                MetricDefinition {
                    built_in: origin.built_in,
                    ..metric
                },
            );
        }
    }
    words
}

fn metric(
    mut table: Table<'_>,
    word: &Spanned<String>,
    shared: &[(String, Text)],
    texts: &mut Texts,
) -> Option<MetricDefinition> {
    table.exclusive(&["name", "group"]);
    let stat = table.string("stat");
    let group = table.string("group");
    let source = if let Some(group) = group {
        Some(MetricSource::Group(group))
    } else {
        published(&mut table, shared, texts)
    };
    if let Some(stat) = &stat
        && let Err(problem) = statistics::parse(&stat.value)
    {
        table.report(in_text(&stat.place, Code::BadStatistic, &problem));
    }
    let stat = stat.map_or_else(|| "Sum".to_owned(), |stat| stat.value);
    table.finish();
    Some(MetricDefinition {
        source: source?,
        stat,
        built_in: false,
        place: word.place.clone(),
    })
}

fn published(
    table: &mut Table<'_>,
    shared: &[(String, Text)],
    texts: &mut Texts,
) -> Option<MetricSource> {
    let name = table.required("name", Table::string);
    let dimensions = if table.contains("dimensions") {
        own_dimensions(table, texts)
    } else {
        shared.to_vec()
    };
    let name = name?;
    let Some((namespace, metric)) = name.value.split_once(' ') else {
        table.report(
            name.fault(
                Code::BadMetricName,
                format!("`{}` names no metric", name.value),
            )
            .help("a namespace, a blank, and a metric: `AWS/Lambda Errors`"),
        );
        return None;
    };
    Some(MetricSource::Published {
        namespace: namespace.to_owned(),
        name: metric.trim().to_owned(),
        dimensions,
    })
}

fn alarm(mut table: Table<'_>, texts: &mut Texts) -> Option<AlarmDefinition> {
    let name = table.required("name", Table::string);
    let summary = required_text(&mut table, "summary", texts);
    let fix = optional_text(&mut table, "fix", texts);
    let severity = table.required("severity", |table, key| table.choice(key, &SEVERITIES));
    let value = table
        .required("value", Table::string)
        .and_then(|written| expression(&table, &written));
    let floor = table.table("floor").and_then(floor);
    let when = table
        .required("when", Table::string)
        .and_then(|written| table.accept(When::parse(&written)));
    let window = window(&mut table);
    let (applies, each) = (cel(&mut table, "if"), cel(&mut table, "each"));
    let missing = table
        .choice("missing", &MISSING)
        .map_or(Missing::Missing, |missing| missing.value);
    let evaluate_low_samples = table
        .choice("low_samples", &LOW_SAMPLES)
        .is_none_or(|low| low.value);
    let enabled = table.boolean("enabled").is_none_or(|enabled| enabled.value);
    let tests = testing::tests(&mut table);
    table.finish();
    let (name, (period, datapoints)) = (name?, window?);
    Some(AlarmDefinition {
        summary: summary?,
        severity: severity?.value,
        value: value?,
        when: when?,
        place: name.place,
        name: name.value,
        fix,
        floor,
        applies,
        each,
        period,
        datapoints,
        missing,
        evaluate_low_samples,
        enabled,
        tests,
    })
}

fn composite(mut table: Table<'_>, texts: &mut Texts) -> Option<CompositeDefinition> {
    let name = table.required("name", Table::string);
    let summary = required_text(&mut table, "summary", texts);
    let fix = optional_text(&mut table, "fix", texts);
    let severity = table.required("severity", |table, key| table.choice(key, &SEVERITIES));
    let rule = table.required("rule", Table::string);
    let enabled = table.boolean("enabled").is_none_or(|enabled| enabled.value);
    let tests = testing::tests(&mut table);
    table.finish();
    let name = name?;
    Some(CompositeDefinition {
        summary: summary?,
        severity: severity?.value,
        rule: rule?,
        place: name.place,
        name: name.value,
        fix,
        enabled,
        tests,
    })
}

fn group(mut table: Table<'_>, texts: &mut Texts) -> Option<GroupDefinition> {
    let name = table.required("name", Table::string);
    let filter = required_text(&mut table, "filter", texts);
    let insights = table
        .boolean("insights")
        .is_some_and(|insights| insights.value);
    table.finish();
    let name = name?;
    Some(GroupDefinition {
        name: name.value,
        filter: filter?,
        insights,
        place: name.place,
    })
}

fn floor(mut table: Table<'_>) -> Option<Floor> {
    let metric = table.required("metric", Table::string);
    let min = table.required("min", Table::number);
    table.finish();
    Some(Floor {
        metric: metric?,
        min: min?.value,
    })
}

/// The period in seconds and M of N, within CloudWatch's limits.
fn window(table: &mut Table<'_>) -> Option<(u32, (u32, u32))> {
    let period = table.required("period", Table::seconds);
    let datapoints = table.required("datapoints", Table::m_of_n);
    let (period, datapoints) = (period?, datapoints?);
    table.accept(check_window(&period, &datapoints))?;
    Some((period.value, datapoints.value))
}

/// Whether CloudWatch takes an alarm over this many periods of this length.
pub fn check_window(
    period: &Spanned<u32>,
    datapoints: &Spanned<(u32, u32)>,
) -> Result<(), Diagnostic> {
    if !is_alarm_period(period.value) {
        return Err(period
            .fault(
                Code::BadPeriod,
                format!("CloudWatch has no alarm period of {} s", period.value),
            )
            .help("10s, 20s, 30s or whole minutes"));
    }
    if !limits::is_alarm_window(period.value, datapoints.value.1) {
        let longest = limits::longest_window(period.value);
        return Err(datapoints
            .fault(
                Code::WindowTooLong,
                format!(
                    "{} periods of {} s are more than CloudWatch looks back",
                    datapoints.value.1, period.value
                ),
            )
            .help(format!("period × N may be at most {longest} s")));
    }
    Ok(())
}

fn expression(table: &Table<'_>, written: &Spanned<String>) -> Option<Spanned<Expr>> {
    match math::parse(&written.value) {
        Ok(expression) => Some(written.clone().map(|_| expression)),
        Err(problems) => {
            for problem in &problems {
                table.report(in_text(&written.place, Code::BadExpression, problem));
            }
            None
        }
    }
}

fn cel(table: &mut Table<'_>, key: &'static str) -> Option<Cel> {
    let written = table.string(key)?;
    table.accept(Cel::parse(&written))
}

fn required_text(table: &mut Table<'_>, key: &'static str, texts: &mut Texts) -> Option<Text> {
    let written = table.required(key, Table::string)?;
    table.accept(texts.add(&written))
}

fn optional_text(table: &mut Table<'_>, key: &'static str, texts: &mut Texts) -> Option<Text> {
    let written = table.string(key)?;
    table.accept(texts.add(&written))
}

/// A problem inside a text that stands at `place`, at its own place in the file.
pub fn in_text(place: &Place, code: Code, problem: &SyntaxError) -> Diagnostic {
    let opening = quotes_before(place);
    let within = |offset: usize| (place.span.start + opening + offset).min(place.span.end);
    let span: Range<usize> =
        within(problem.span.start)..within(problem.span.end).max(within(problem.span.start));
    let mut diagnostic = Diagnostic::new(code.at_level(problem.severity), problem.message.clone());
    diagnostic.help.clone_from(&problem.help);
    diagnostic.at(Place {
        span,
        ..place.clone()
    })
}

/// The part of a text at `place` that says `fragment`; the whole place where it is written in another way there.
pub(super) fn part(place: &Place, fragment: &str) -> Place {
    let written = place
        .source
        .text
        .get(place.span.clone())
        .unwrap_or_default();
    match written.find(fragment).filter(|_| !fragment.is_empty()) {
        Some(at) => Place {
            span: place.span.start + at..place.span.start + at + fragment.len(),
            ..place.clone()
        },
        None => place.clone(),
    }
}

/// How many quotation marks open the string at a place: the text inside begins behind them.
fn quotes_before(place: &Place) -> usize {
    let written = place
        .source
        .text
        .get(place.span.clone())
        .unwrap_or_default();
    ["\"\"\"", "'''", "\"", "'"]
        .iter()
        .find(|quotes| written.starts_with(**quotes))
        .map_or(0, |quotes| quotes.len())
}

fn types(root: &mut Table<'_>, texts: &mut Texts) -> BTreeMap<String, TypeEntry> {
    let entries = root.table("types").map(Table::entries).unwrap_or_default();
    entries
        .into_iter()
        .filter_map(|(kind, item)| Some((kind.value, type_entry(item.table()?, texts))))
        .collect()
}

fn type_entry(mut table: Table<'_>, texts: &mut Texts) -> TypeEntry {
    let facts = TypeFacts {
        name_property: table.string("name").map(|name| name.value),
        physical_id: table
            .strings("physical_id")
            .into_iter()
            .map(|pattern| pattern.value)
            .collect(),
        arn: table
            .strings("arn")
            .into_iter()
            .map(|pattern| pattern.value)
            .collect(),
        attributes: table
            .string_map("attributes")
            .into_iter()
            .map(|(name, pattern)| (name.value, pattern.value))
            .collect(),
        log_group: table.string("log_group").map(|pattern| pattern.value),
        is_log_group: is_set(&mut table, "is_log_group"),
        arn_uri: table.string("arn_uri").map(|pattern| pattern.value),
        lowercase_name: is_set(&mut table, "lowercase_name"),
        slash_in_name: is_set(&mut table, "slash_in_name"),
        links: table.tables("links").into_iter().filter_map(link).collect(),
    };
    let metric_id = optional_text(&mut table, "metric_id", texts);
    let label = optional_text(&mut table, "label", texts);
    let defaults = match table.json("defaults").map(|defaults| defaults.value) {
        Some(Value::Object(defaults)) => defaults,
        _ => Map::new(),
    };
    let trace = table
        .table("trace")
        .and_then(|trace| trace_facts(trace, texts));
    table.finish();
    TypeEntry {
        facts,
        metric_id,
        label,
        defaults,
        trace,
    }
}

/// Whether a boolean is written and true.
fn is_set(table: &mut Table<'_>, key: &'static str) -> bool {
    table.boolean(key).is_some_and(|written| written.value)
}

fn link(mut table: Table<'_>) -> Option<LinkFact> {
    let kind = table.required("kind", |table, key| table.choice(key, &LINKS));
    let from = table.string("from").map(|path| path.value);
    let to = table.string("to").map(|path| path.value);
    table.finish();
    Some(LinkFact {
        kind: kind?.value,
        from,
        to,
    })
}

fn trace_facts(mut table: Table<'_>, texts: &mut Texts) -> Option<TraceFacts> {
    let passes = cel(&mut table, "passes");
    let node = if passes.is_none() || table.contains("name") {
        Some(trace_node(&mut table, texts)?)
    } else {
        None
    };
    table.finish();
    Some(TraceFacts { node, passes })
}

fn trace_node(table: &mut Table<'_>, texts: &mut Texts) -> Option<TraceNode> {
    let name = required_text(table, "name", texts);
    let kind = table.required("type", Table::string);
    let active = table
        .required("active", Table::string)
        .and_then(|written| table.accept(Cel::parse(&written)));
    let sampling = table.required("sampling", |table, key| table.choice(key, &SAMPLING));
    Some(TraceNode {
        name: name?,
        kind: kind?.value,
        active: active?,
        sampling: sampling?.value,
    })
}
