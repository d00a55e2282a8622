//! Dashboards: boards rendered for the stack, thresholds drawn on the graphs that they watch, laid out, within CloudWatch's limits.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::alarms::number_text;
use super::console::Console;
use super::naming::Names;
use super::traces::Groups;
use super::{Inputs, layout};
use crate::artifact::{Alarm, Artifact, Condition, Dashboard, Metric, Watched};
use crate::catalog::board::OVERVIEW;
use crate::catalog::definition::Watch;
use crate::diagnostic::{Diagnostic, Place};
use crate::semantics::dashboard;
use crate::semantics::math;

/// Resources on one graph. More lines cannot be told apart; the next ones get graphs of their own.
const RESOURCES_PER_GRAPH: usize = 20;

/// Alarms that one status widget can hold (dashboard body reference, alarm widget), and how many widgets an overview shows.
const ALARMS_PER_WIDGET: usize = 100;
const STATUS_WIDGETS: usize = 3;

/// The boards of a stack, rendered as the alarms of each definition file are made.
pub struct Boards<'a> {
    inputs: &'a Inputs<'a>,
    section: Option<Section<'a>>,
    /// The first resources of each section, for the overview.
    first: BTreeMap<&'a str, Vec<Value>>,
    thresholds: BTreeMap<String, Vec<Threshold>>,
    rendered: Vec<Vec<Value>>,
    diagnostics: Vec<Diagnostic>,
}

/// The resources of one definition file; those that are rendered already are gone from it.
struct Section<'a> {
    watch: &'a Watch,
    resources: Vec<Value>,
    rendered: usize,
    total: usize,
}

/// A line across a graph.
#[derive(Debug, Clone, PartialEq)]
struct Threshold {
    label: String,
    value: f64,
}

impl<'a> Boards<'a> {
    pub fn new(inputs: &'a Inputs<'a>) -> Self {
        Self {
            inputs,
            section: None,
            first: BTreeMap::new(),
            thresholds: BTreeMap::new(),
            rendered: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Begins the section of a definition file that watches so many resources.
    pub fn section(&mut self, watch: &'a Watch, total: usize) {
        self.render_section();
        self.section = Some(Section { watch, resources: Vec::new(), rendered: 0, total });
    }

    /// Adds a resource to the newest section: its values, the metrics that its definitions name (as far as it has them), and its alarms.
    pub fn resource(&mut self, mut values: Value, metrics: &BTreeMap<&str, Option<Metric>>, alarms: &[Alarm]) {
        let Some(section) = &mut self.section else { return };
        let index = section.rendered + section.resources.len();
        let label = values["name"].as_str().unwrap_or_default().to_owned();
        let labelled = |metric: &Metric| row(metric, &[("label", label.as_str().into())]);
        let rows = metrics.iter().map(|(word, metric)| ((*word).to_owned(), metric.as_ref().map_or(Value::Null, labelled)));
        values["metrics"] = Value::Object(rows.collect());
        let mut rates: Map<String, Value> = section.watch.alarms.iter().map(|alarm| (alarm.name.clone(), Value::Null)).collect();
        let own = format!("{}.{}.", self.inputs.project.stack.name, values["logical_id"].as_str().unwrap_or_default());
        for (position, alarm) in alarms.iter().enumerate() {
            let name = alarm.name.strip_prefix(&own).unwrap_or(&alarm.name);
            let short = name.split('.').next().unwrap_or(name);
            let threshold = threshold(alarm, short);
            let rows = match &alarm.watched {
                Watched::Metric(metric) => {
                    self.thresholds.entry(key(&row(metric, &[]))).or_default().extend(threshold);
                    vec![labelled(metric)]
                }
                Watched::Math { expression, metrics, .. } => {
                    let prefix = format!("r{index}_{position}_");
                    let id = format!("{prefix}value");
                    self.thresholds.entry(format!("{}:{id}", section.watch.file)).or_default().extend(threshold);
                    math_rows(expression, metrics, &prefix, &id, &label)
                }
            };
            // A repeated alarm has rows for each of its items.
            match rates.get_mut(short).and_then(Value::as_array_mut) {
                Some(known) => known.extend(rows),
                None => drop(rates.insert(short.to_owned(), Value::Array(rows))),
            }
        }
        values["rates"] = Value::Object(rates);
        section.resources.push(values);
        if section.resources.len() == RESOURCES_PER_GRAPH {
            self.render_section();
        }
    }

    /// Renders what the newest section holds and does not show yet.
    fn render_section(&mut self) {
        let Some(section) = &mut self.section else { return };
        if section.resources.is_empty() {
            return;
        }
        let (watch, resources) = (section.watch, std::mem::take(&mut section.resources));
        let first = section.rendered + 1;
        section.rendered += resources.len();
        let several = section.total > RESOURCES_PER_GRAPH;
        let title = if several { format!("{} {first}–{}", watch.title, section.rendered) } else { watch.title.clone() };
        if first == 1 {
            self.first.insert(&watch.file, resources.clone());
        }
        let mut values = self.base_values();
        values["title"] = title.into();
        values["resources"] = Value::Array(resources);
        let widgets = self.widgets(&watch.file, &watch.file, values);
        self.rendered.extend((!is_only_text(&widgets)).then_some(widgets));
    }

    /// Whether no definition found anything to watch.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.section.as_ref().is_none_or(|section| section.resources.is_empty())
    }

    /// All dashboards of the stack: the overview, then a section per definition file that has resources.
    pub fn finish(mut self, names: &Names<'_>, alarms: &BTreeSet<String>, groups: &Groups<'_>) -> (Vec<Artifact>, Vec<Diagnostic>) {
        self.render_section();
        let values = self.overview_values(alarms, groups);
        let mut sections = vec![self.widgets(OVERVIEW, OVERVIEW, values)];
        sections.append(&mut self.rendered);
        let parts = layout::divide(sections.into_iter().filter(|section| !section.is_empty()).collect());
        let dashboards = parts.into_iter().enumerate().filter(|(_, widgets)| !widgets.is_empty()).map(|(part, widgets)| {
            let body = json!({ "start": "-PT3H", "periodOverride": "inherit" });
            let mut dashboard = Dashboard { name: names.dashboard(OVERVIEW, part), body };
            dashboard.body["widgets"] = Value::Array(layout::place(widgets));
            dashboard
        });
        (dashboards.map(Artifact::Dashboard).collect(), self.diagnostics)
    }

    fn widgets(&mut self, board: &str, file: &str, values: Value) -> Vec<Value> {
        match self.inputs.catalog.boards.widgets(board, values) {
            Ok(mut widgets) => {
                for widget in &mut widgets {
                    self.complete(widget, file);
                }
                widgets.retain(|widget| !is_empty_graph(widget));
                self.not_refused(board, widgets)
            }
            Err(fault) => {
                if !self.diagnostics.contains(&fault) {
                    self.diagnostics.push(fault);
                }
                Vec::new()
            }
        }
    }

    /// The same widgets, once what CloudWatch would refuse of them is reported; the numbers in its words begin at 0.
    fn not_refused(&mut self, board: &str, widgets: Vec<Value>) -> Vec<Value> {
        let mut body = json!({});
        body["widgets"] = Value::Array(widgets);
        let place = self.inputs.catalog.boards.source(board).map(|source| Place::new(source, 0..0));
        for message in dashboard::validate_body(&body).iter().filter(|message| message.is_error()) {
            let text = format!("CloudWatch would refuse this board: `{}` {}", message.data_path, message.message);
            let fault = Diagnostic { places: place.clone().into_iter().collect(), ..Diagnostic::error("dashboard-invalid", text) };
            if !self.diagnostics.contains(&fault) {
                self.diagnostics.push(fault);
            }
        }
        match body["widgets"].take() {
            Value::Array(widgets) => widgets,
            _ => Vec::new(),
        }
    }

    /// Adds what every widget has, and the thresholds of the alarms on its metrics.
    fn complete(&self, widget: &mut Value, file: &str) {
        let kind = widget["type"].as_str().unwrap_or_default().to_owned();
        if kind != "metric" && kind != "log" {
            return;
        }
        let properties = &mut widget["properties"];
        if properties["region"].is_null() {
            properties["region"] = self.inputs.identity.region.as_str().into();
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

    fn overview_values(&mut self, alarms: &BTreeSet<String>, groups: &Groups<'_>) -> Value {
        let console = Console::new(self.inputs.identity);
        let mut values = self.base_values();
        for (file, resources) in std::mem::take(&mut self.first) {
            values[file.replace('-', "_")] = Value::Array(resources);
        }
        let arns: Vec<String> = alarms.iter().take(ALARMS_PER_WIDGET * STATUS_WIDGETS).map(|name| self.alarm_arn(name)).collect();
        let status: Vec<&[String]> = arns.chunks(ALARMS_PER_WIDGET).collect();
        values["alarm_status"] = json!(status);
        values["trace_map"] = console.trace_map().into();
        values["insights"] = console.insights().into();
        values["alarms_page"] = console.alarms(&Names::new(&self.inputs.project.stack.name).scope().alarm_prefix).into();
        let all = groups.own.iter().chain(groups.of_entries.iter().flat_map(BTreeMap::values));
        values["groups"] = all.map(|group| json!({ "name": group.name, "traces": console.traces(&group.filter) })).collect();
        values
    }

    fn base_values(&self) -> Value {
        json!({ "stack": self.inputs.project.stack.name, "region": self.inputs.identity.region, "account": self.inputs.identity.account })
    }

    fn alarm_arn(&self, name: &str) -> String {
        let identity = self.inputs.identity;
        format!("arn:{}:cloudwatch:{}:{}:alarm:{name}", identity.partition, identity.region, identity.account)
    }
}

/// A row of a widget's `metrics`.
fn row(metric: &Metric, options: &[(&str, Value)]) -> Value {
    let mut row: Vec<Value> = vec![metric.namespace.as_str().into(), metric.name.as_str().into()];
    row.extend(metric.dimensions.iter().flat_map(|(name, value)| [name.as_str().into(), value.as_str().into()]));
    let mut named: Map<String, Value> = options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    named.insert("stat".to_owned(), metric.stat.as_str().into());
    row.push(Value::Object(named));
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
fn math_rows(expression: &str, metrics: &BTreeMap<String, Metric>, prefix: &str, id: &str, label: &str) -> Vec<Value> {
    let mut rows: Vec<Value> = metrics
        .iter()
        .map(|(word, metric)| row(metric, &[("id", format!("{prefix}{word}").into()), ("visible", false.into())]))
        .collect();
    if let Ok(parsed) = math::parse(expression) {
        let renamed = math::rename(&parsed, &|word| format!("{prefix}{word}"));
        rows.push(json!([{ "expression": renamed.to_string(), "id": id, "label": label }]));
    }
    rows
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
