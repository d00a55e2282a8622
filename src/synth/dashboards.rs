//! Dashboards: boards rendered for the stack, thresholds drawn on the graphs that they watch, laid out, within CloudWatch's limits.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::alarms::number_text;
use super::console::Console;
use super::naming::Names;
use super::traces::Groups;
use super::{Inputs, layout};
use crate::artifact::{Alarm, Artifact, Condition, Dashboard, Metric, Watched};
use crate::catalog::board::OVERVIEW;
use crate::catalog::definition::Watch;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::semantics::dashboard;
use crate::semantics::math;

/// Resources on one graph. More lines cannot be told apart; the next ones get graphs of their own.
const RESOURCES_PER_GRAPH: usize = 20;

/// Alarms that one status widget can hold (dashboard body reference, alarm widget), and how many widgets an overview shows.
const ALARMS_PER_WIDGET: usize = 100;
const STATUS_WIDGETS: usize = 3;

/// What the boards are rendered with, gathered while alarms are made.
#[derive(Default)]
pub struct Boards<'a> {
    sections: Vec<Section<'a>>,
    thresholds: BTreeMap<String, Vec<Threshold>>,
}

struct Section<'a> {
    watch: &'a Watch,
    resources: Vec<Value>,
}

/// A line across a graph.
#[derive(Debug, Clone, PartialEq)]
struct Threshold {
    label: String,
    value: f64,
}

impl<'a> Boards<'a> {
    pub fn section(&mut self, watch: &'a Watch) {
        self.sections.push(Section { watch, resources: Vec::new() });
    }

    /// Adds a resource to the newest section: its values, the metrics that its definitions name (as far as it has them), and its alarms.
    pub fn resource(&mut self, mut values: Value, metrics: &BTreeMap<&str, Option<Metric>>, alarms: &[Alarm]) {
        let Some(section) = self.sections.last_mut() else { return };
        let index = section.resources.len();
        let label = values["name"].as_str().unwrap_or_default().to_owned();
        let labelled = |metric: &Metric| row(metric, &json!({ "label": label }));
        let rows: BTreeMap<&str, Option<Value>> = metrics.iter().map(|(word, metric)| (*word, metric.as_ref().map(labelled))).collect();
        values["metrics"] = json!(rows);
        let mut rates: BTreeMap<&str, Value> = section.watch.alarms.iter().map(|alarm| (alarm.name.as_str(), Value::Null)).collect();
        for alarm in alarms {
            let short = alarm.name.rsplit('.').next().unwrap_or_default();
            let threshold = threshold(alarm, short);
            match &alarm.watched {
                Watched::Metric(metric) => {
                    rates.insert(short, json!([row(metric, &json!({ "label": label }))]));
                    self.thresholds.entry(key(&row(metric, &json!({})))).or_default().extend(threshold);
                }
                Watched::Math { expression, metrics, .. } => {
                    let prefix = format!("r{index}_{}_", short.replace('-', "_"));
                    let id = format!("{prefix}value");
                    rates.insert(short, math_rows(expression, metrics, &prefix, &id, &label));
                    self.thresholds.entry(format!("{}:{id}", section.watch.file)).or_default().extend(threshold);
                }
            }
        }
        values["rates"] = json!(rates);
        section.resources.push(values);
    }

    /// Whether no definition found anything to watch.
    pub fn is_empty(&self) -> bool {
        self.sections.iter().all(|section| section.resources.is_empty())
    }

    /// All dashboards of the stack: the overview, then a section per definition file that has resources.
    pub fn dashboards(&self, inputs: &Inputs<'_>, names: &Names<'_>, alarms: &BTreeSet<String>, groups: &Groups<'_>) -> (Vec<Artifact>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut sections = Vec::new();
        let overview = self.overview_values(inputs, alarms, groups);
        sections.push(self.widgets(inputs, OVERVIEW, OVERVIEW, &overview, &mut diagnostics));
        for section in &self.sections {
            let several = section.resources.len() > RESOURCES_PER_GRAPH;
            for (part, resources) in section.resources.chunks(RESOURCES_PER_GRAPH).enumerate() {
                let first = part * RESOURCES_PER_GRAPH + 1;
                let title = &section.watch.title;
                let title = if several { format!("{title} {first}–{}", first + resources.len() - 1) } else { title.clone() };
                let mut values = base_values(inputs);
                values["title"] = json!(title);
                values["resources"] = json!(resources);
                let widgets = self.widgets(inputs, &section.watch.file, &section.watch.file, &values, &mut diagnostics);
                sections.extend((!is_only_text(&widgets)).then_some(widgets));
            }
        }
        let parts = layout::divide(sections.into_iter().filter(|section| !section.is_empty()).collect());
        let dashboards = parts.into_iter().enumerate().filter(|(_, widgets)| !widgets.is_empty()).map(|(part, widgets)| {
            let body = json!({ "start": "-PT3H", "periodOverride": "inherit", "widgets": layout::place(widgets) });
            Dashboard { name: names.dashboard(OVERVIEW, part), body }
        });
        let dashboards: Vec<Dashboard> = dashboards.collect();
        if diagnostics.is_empty() {
            diagnostics.extend(dashboards.iter().flat_map(invalid));
        }
        (dashboards.into_iter().map(Artifact::Dashboard).collect(), diagnostics)
    }

    fn widgets(&self, inputs: &Inputs<'_>, board: &str, file: &str, values: &Value, diagnostics: &mut Vec<Diagnostic>) -> Vec<Value> {
        match inputs.catalog.boards.widgets(board, values) {
            Ok(mut widgets) => {
                widgets.iter_mut().for_each(|widget| self.complete(widget, file, inputs));
                widgets.retain(|widget| !is_empty_graph(widget));
                diagnostics.extend(refused(inputs, board, &widgets));
                widgets
            }
            Err(fault) => {
                diagnostics.push(fault);
                Vec::new()
            }
        }
    }

    /// Adds what every widget has, and the thresholds of the alarms on its metrics.
    fn complete(&self, widget: &mut Value, file: &str, inputs: &Inputs<'_>) {
        let kind = widget["type"].as_str().unwrap_or_default().to_owned();
        if kind != "metric" && kind != "log" {
            return;
        }
        let properties = &mut widget["properties"];
        if properties["region"].is_null() {
            properties["region"] = json!(inputs.identity.region);
        }
        if kind == "metric" {
            let lines = self.lines(properties["metrics"].as_array().map_or(&[], Vec::as_slice), file);
            if !lines.is_empty() && properties["annotations"].is_null() {
                let lines: Vec<Value> = lines.iter().map(|line| json!({ "label": line.label, "value": line.value })).collect();
                properties["annotations"] = json!({ "horizontal": lines });
            }
        }
    }

    fn lines(&self, rows: &[Value], file: &str) -> Vec<&Threshold> {
        let mut lines: Vec<&Threshold> = Vec::new();
        for row in rows {
            let id = row[0]["id"].as_str();
            let key = id.map_or_else(|| key(row), |id| format!("{file}:{id}"));
            for line in self.thresholds.get(&key).into_iter().flatten() {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        lines
    }

    fn overview_values(&self, inputs: &Inputs<'_>, alarms: &BTreeSet<String>, groups: &Groups<'_>) -> Value {
        let console = Console::new(inputs.identity);
        let mut values = base_values(inputs);
        for section in &self.sections {
            let first: Vec<&Value> = section.resources.iter().take(RESOURCES_PER_GRAPH).collect();
            values[section.watch.file.replace('-', "_")] = json!(first);
        }
        let arns: Vec<String> = alarms.iter().map(|name| alarm_arn(name, inputs)).collect();
        let status: Vec<&[String]> = arns.chunks(ALARMS_PER_WIDGET).take(STATUS_WIDGETS).collect();
        values["alarm_count"] = json!(arns.len());
        values["alarm_status"] = json!(status);
        values["trace_map"] = json!(console.trace_map());
        values["insights"] = json!(console.insights());
        values["alarms_page"] = json!(console.alarms(&Names::new(&inputs.project.stack.name).scope().alarm_prefix));
        let all = groups.own.iter().chain(groups.of_entries.iter().flat_map(BTreeMap::values));
        values["groups"] = json!(all.map(|group| json!({ "name": group.name, "url": console.trace_group(&group.name), "traces": console.traces(&group.filter) })).collect::<Vec<_>>());
        values
    }
}

fn base_values(inputs: &Inputs<'_>) -> Value {
    json!({ "stack": inputs.project.stack.name, "region": inputs.identity.region, "account": inputs.identity.account })
}

fn alarm_arn(name: &str, inputs: &Inputs<'_>) -> String {
    let identity = inputs.identity;
    format!("arn:{}:cloudwatch:{}:{}:alarm:{name}", identity.partition, identity.region, identity.account)
}

/// A row of a widget's `metrics`.
fn row(metric: &Metric, options: &Value) -> Value {
    let mut row = vec![json!(metric.namespace), json!(metric.name)];
    row.extend(metric.dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
    let mut options = options.clone();
    options["stat"] = json!(metric.stat);
    row.push(options);
    Value::Array(row)
}

/// What tells one metric and statistic from another.
fn key(row: &Value) -> String {
    let mut key = String::new();
    for part in row.as_array().into_iter().flatten() {
        key.push_str(part.as_str().or(part["stat"].as_str()).unwrap_or_default());
        key.push('\u{1f}');
    }
    key
}

/// Hidden rows for the metrics of an expression, and the row of the expression.
fn math_rows(expression: &str, metrics: &BTreeMap<String, Metric>, prefix: &str, id: &str, label: &str) -> Value {
    let mut rows: Vec<Value> =
        metrics.iter().map(|(word, metric)| row(metric, &json!({ "id": format!("{prefix}{word}"), "visible": false }))).collect();
    if let Ok(parsed) = math::parse(expression) {
        let renamed = math::rename(&parsed, &|word| format!("{prefix}{word}"));
        rows.push(json!([{ "expression": renamed.to_string(), "id": id, "label": label }]));
    }
    Value::Array(rows)
}

fn threshold(alarm: &Alarm, name: &str) -> Option<Threshold> {
    let (sign, value) = match alarm.condition {
        Condition::Above(value) => (">", value),
        Condition::AtLeast(value) => ("≥", value),
        Condition::Below(value) => ("<", value),
        Condition::AtMost(value) => ("≤", value),
        Condition::OutsideBand(_) | Condition::AboveBand(_) | Condition::BelowBand(_) => return None,
    };
    Some(Threshold { label: format!("{name} {sign} {}", number_text(value)), value })
}

fn is_empty_graph(widget: &Value) -> bool {
    widget["type"] == "metric" && widget["properties"]["metrics"].as_array().is_some_and(Vec::is_empty)
}

/// A heading whose graphs have nothing to show.
fn is_only_text(widgets: &[Value]) -> bool {
    widgets.iter().all(|widget| widget["type"] == "text")
}

/// What CloudWatch would refuse of one board's widgets; their numbers begin at 0.
fn refused(inputs: &Inputs<'_>, board: &str, widgets: &[Value]) -> Vec<Diagnostic> {
    let body = json!({ "widgets": layout::place(widgets.to_vec()) });
    let place = inputs.catalog.boards.source(board).map(|source| Place::new(source, 0..0));
    let faults = complaints(&body).into_iter().map(|text| Diagnostic::error("dashboard-invalid", format!("CloudWatch would refuse this board: {text}")));
    faults.map(|fault| Diagnostic { places: place.clone().into_iter().collect(), ..fault }).collect()
}

fn invalid(dashboard: &Dashboard) -> Vec<Diagnostic> {
    let faults = complaints(&dashboard.body).into_iter();
    faults.map(|text| Diagnostic::error("dashboard-invalid", format!("CloudWatch would refuse dashboard `{}`: {text}", dashboard.name))).collect()
}

fn complaints(body: &Value) -> Vec<String> {
    let messages = dashboard::validate(&body.to_string()).into_iter();
    let errors = messages.filter(|message| message.severity == Severity::Error);
    errors.map(|message| format!("`{}` {}", message.data_path, message.message)).collect()
}
