//! Dashboards: boards rendered for the stack, laid out, within CloudWatch's limits. A body has no thresholds: CloudWatch draws them from
//! the alarm itself, so that a new threshold changes the alarm alone and a line never lies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::alarms::GeneratedAlarm;
use super::burn_rate_math::{MINUTE_VALUE, budget_left, budget_left_of_minutes, burn_rate};
use super::console::Console;
use super::inputs::{Inputs, ObjectiveSeries, PlannedObjective};
use super::layout;
use super::naming::Names;
use super::number::number_text;
use super::resource::ShownMetric;
use super::traces::Groups;
use crate::artifact::{AlarmQuery, Artifact, Dashboard, Metric, Origin, TraceGroup};
use crate::catalog::board::{self as catalog, OVERVIEW};
use crate::catalog::definition::{MetricSource, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::inventory::{SortedMap, Target};
use crate::semantics::dashboard;
use crate::semantics::math;

/// Resources on one graph. More lines cannot be told apart; the next ones get graphs of their own.
const RESOURCES_PER_GRAPH: usize = 20;

/// Resources of one type on the dashboards. More than CloudFormation takes in a whole stack is a system that nobody reads graph by graph,
/// and every further dashboard costs; their alarms are made all the same.
const RESOURCES_PER_SECTION: usize = 400;

/// Alarms that one status widget can hold (dashboard body reference, alarm widget), and how many widgets an overview shows.
const ALARMS_PER_WIDGET: usize = 100;
const STATUS_WIDGETS: usize = 3;

/// Periods of five minutes in a day.
const FIVE_MINUTES_OF_A_DAY: f64 = 288.0;

/// The boards of a stack, rendered as the alarms of each definition file are made.
pub(super) struct Boards<'a> {
    inputs: &'a Inputs<'a>,
    section: Option<BoardSection<'a>>,
    /// The first resources of each section, for the overview.
    first: BTreeMap<&'a str, Vec<Value>>,
    rendered: Vec<Vec<Value>>,
    diagnostics: Vec<Diagnostic>,
}

/// Resources of one definition file not rendered yet.
struct BoardSection<'a> {
    service: &'a ServiceDefinition,
    /// Metric and alarm names that this section's board or the overview uses.
    shown: BTreeSet<&'a str>,
    resources: Vec<Value>,
    rendered: usize,
    total: usize,
}

impl<'a> BoardSection<'a> {
    fn new(service: &'a ServiceDefinition, total: usize, boards: &catalog::BoardTemplates) -> Self {
        let board = boards.of_file(&service.file);
        let words = service
            .metrics
            .keys()
            .chain(service.alarms.iter().map(|alarm| &alarm.name))
            .map(String::as_str);
        let on_overview = boards.on_overview(&service.file);
        let shown = words.filter(|word| {
            boards.mentions(board, word)
                || boards.mentions(OVERVIEW, word)
                || on_overview
                    .as_ref()
                    .is_some_and(|board| boards.mentions(board, word))
        });
        let shown = shown.collect();
        Self {
            service,
            shown,
            resources: Vec::new(),
            rendered: 0,
            total,
        }
    }
}

impl BoardSection<'_> {
    /// The rows of each alarm that boards show, by the name of its definition. A definition without
    /// an alarm for the resource has null.
    fn rates(&self, index: usize, label: &str, alarms: &[&GeneratedAlarm], home: &str) -> Value {
        let mut rates = Map::new();
        for definition in &self.service.alarms {
            rates.insert(definition.name.clone(), Value::Null);
        }
        for (position, generated) in alarms.iter().enumerate() {
            let definition = &*generated.origin.definition.name;
            if !self.shown.contains(definition) {
                continue;
            }
            let prefix = format!("r{index}_{position}_");
            let label = match &generated.origin.item {
                Some(item) => Cow::Owned(format!("{label} {item}")),
                None => Cow::Borrowed(label),
            };
            let rows = alarm_rows(generated, &prefix, &label, home);
            // Repeated alarms have one row per item.
            match rates.get_mut(definition).and_then(Value::as_array_mut) {
                Some(known) => known.extend(rows),
                None => drop(rates.insert(definition.to_owned(), Value::Array(rows))),
            }
        }
        Value::Object(rates)
    }
}

impl<'a> Boards<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>) -> Self {
        Self {
            inputs,
            section: None,
            first: BTreeMap::new(),
            rendered: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Begins the section of a definition file; `total` is the number of its resources.
    pub(super) fn section(&mut self, service: &'a ServiceDefinition, total: usize) {
        self.render_section();
        if total > RESOURCES_PER_SECTION {
            let message = format!(
                "the dashboards show {RESOURCES_PER_SECTION} of the {total} resources under `{}`; all have their alarms",
                service.title
            );
            self.diagnostics
                .push(Diagnostic::new(Code::DashboardSectionCut, message));
        }
        self.section = Some(BoardSection::new(
            service,
            total,
            &self.inputs.catalog.boards,
        ));
    }

    /// The words that boards show of the newest section.
    pub(super) fn shown(&self) -> BTreeSet<&'a str> {
        self.section
            .as_ref()
            .map(|section| section.shown.clone())
            .unwrap_or_default()
    }

    /// Adds a resource to the newest section: its values, the metrics that its definitions name (as
    /// far as it has them), and its alarms.
    pub(super) fn resource(
        &mut self,
        mut values: Value,
        metrics: &BTreeMap<&str, Option<ShownMetric<'_>>>,
        alarms: &[&GeneratedAlarm],
    ) {
        let home = &self.inputs.identity.region;
        let Some(section) = &mut self.section else {
            return;
        };
        let index = section.rendered + section.resources.len();
        if index >= RESOURCES_PER_SECTION {
            return;
        }
        let label = values["name"].as_str().unwrap_or_default().to_owned();
        values["metrics"] = metric_values(metrics, &label, home);
        values["rates"] = section.rates(index, &label, alarms, home);
        section.resources.push(values);
        if section.resources.len() == RESOURCES_PER_GRAPH {
            self.render_section();
        }
    }

    /// Renders what the newest section holds and does not show yet.
    fn render_section(&mut self) {
        let Some(section) = &mut self.section else {
            return;
        };
        if section.resources.is_empty() {
            return;
        }
        let (service, resources) = (section.service, std::mem::take(&mut section.resources));
        let first = section.rendered + 1;
        section.rendered += resources.len();
        let several = section.total > RESOURCES_PER_GRAPH;
        let title = if several {
            format!("{} {first}–{}", service.title, section.rendered)
        } else {
            service.title.clone()
        };
        if first == 1 {
            self.first.insert(&service.file, resources.clone());
        }
        let mut values = self.base_values();
        values["title"] = title.into();
        values["graphs"] = graphs(service, &resources);
        values["resources"] = Value::Array(resources);
        let board = self.inputs.catalog.boards.of_file(&service.file);
        let mut widgets = self.widgets(board, values);
        // What is wrong with a board is wrong with its first part.
        if first == 1 {
            widgets = self.not_refused(board, widgets);
        }
        self.rendered
            .extend((!is_only_text(&widgets)).then_some(widgets));
    }

    /// Whether no definition applies.
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
            && self
                .section
                .as_ref()
                .is_none_or(|section| section.resources.is_empty())
    }

    /// All dashboards of the stack: the overview, with a section per definition file that has resources.
    pub(super) fn finish(
        mut self,
        names: &Names<'_>,
        alarms: &BTreeSet<(String, Target)>,
        groups: &Groups<'_>,
        objectives: &[PlannedObjective],
    ) -> (Vec<(Origin, Artifact)>, Vec<Diagnostic>) {
        self.render_section();
        let of_files = self.on_overview();
        let mut values = self.overview_values(alarms, groups);
        let home = &self.inputs.identity.region;
        let objectives = objectives.iter().enumerate();
        values["objectives"] = objectives
            .map(|(index, objective)| objective_values(objective, index, home))
            .collect();
        let overview = self.widgets(OVERVIEW, values);
        let mut overview = self.not_refused(OVERVIEW, overview);
        overview.extend(of_files);
        let mut sections = vec![overview];
        sections.append(&mut self.rendered);
        (Self::placed(sections, names), self.diagnostics)
    }

    /// What the definition files show on the overview of their first resources.
    fn on_overview(&mut self) -> Vec<Value> {
        let catalog = self.inputs.catalog;
        let mut shown = Vec::new();
        for service in catalog.services() {
            let Some(resources) = self.first.get(&*service.file) else {
                continue;
            };
            let Some(board) = catalog.boards.on_overview(&service.file) else {
                continue;
            };
            let definition = service.definition();
            let mut values = self.base_values();
            values["title"] = definition.title.as_str().into();
            values["graphs"] = graphs(definition, resources);
            values["resources"] = Value::Array(resources.clone());
            let widgets = self.widgets(&board, values);
            shown.extend(self.not_refused(&board, widgets));
        }
        shown
    }

    /// As many dashboards as the sections need.
    fn placed(sections: Vec<Vec<Value>>, names: &Names<'_>) -> Vec<(Origin, Artifact)> {
        let parts = layout::divide(
            sections
                .into_iter()
                .filter(|section| !section.is_empty())
                .collect(),
        );
        let parts = parts
            .into_iter()
            .enumerate()
            .filter(|(_, widgets)| !widgets.is_empty());
        parts
            .map(|(part, widgets)| {
                let mut body = json!({ "start": "-PT3H", "periodOverride": "inherit" });
                body["widgets"] = Value::Array(layout::place(widgets));
                let dashboard = Dashboard {
                    name: names.dashboard(OVERVIEW, part),
                    body,
                };
                let origin = Origin::of_stack("dashboards", OVERVIEW);
                (origin, Artifact::Dashboard(dashboard))
            })
            .collect()
    }

    fn widgets(&mut self, board: &str, values: Value) -> Vec<Value> {
        match self.inputs.catalog.boards.widgets(board, values) {
            Ok(mut widgets) => {
                for widget in &mut widgets {
                    self.complete(widget);
                }
                widgets.retain(|widget| !is_empty_graph(widget));
                widgets
            }
            Err(diagnostic) => {
                if !self.diagnostics.contains(&diagnostic) {
                    self.diagnostics.push(diagnostic);
                }
                Vec::new()
            }
        }
    }

    /// The same widgets, once what CloudWatch would refuse of an author's board is reported; the numbers in its words begin at 0.
    fn not_refused(&mut self, board: &str, widgets: Vec<Value>) -> Vec<Value> {
        if self.inputs.catalog.boards.is_built_in(board) {
            return widgets;
        }
        let mut body = json!({});
        body["widgets"] = Value::Array(widgets);
        let place = self
            .inputs
            .catalog
            .boards
            .source(board)
            .map(|source| Place::new(source, 0..0));
        for message in dashboard::validate_body(&body)
            .iter()
            .filter(|message| message.is_error())
        {
            let text = format!(
                "CloudWatch would refuse this board: `{}` {}",
                message.data_path, message.message
            );
            let diagnostic = Diagnostic {
                places: place.clone().into_iter().collect(),
                ..Diagnostic::new(Code::DashboardInvalid, text)
            };
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(diagnostic);
            }
        }
        match body["widgets"].take() {
            Value::Array(widgets) => widgets,
            _ => Vec::new(),
        }
    }

    /// Adds what every graph has.
    fn complete(&self, widget: &mut Value) {
        let is_graph = widget["type"] == "metric" || widget["type"] == "log";
        if is_graph && widget["properties"]["region"].is_null() {
            widget["properties"]["region"] = self.inputs.identity.region.as_str().into();
        }
    }

    fn overview_values(
        &mut self,
        alarms: &BTreeSet<(String, Target)>,
        groups: &Groups<'_>,
    ) -> Value {
        let console = Console::new(self.inputs.identity);
        let mut values = self.base_values();
        for (file, resources) in std::mem::take(&mut self.first) {
            values[file.replace('-', "_")] = Value::Array(resources);
        }
        let arns: Vec<String> = alarms
            .iter()
            .take(ALARMS_PER_WIDGET * STATUS_WIDGETS)
            .map(|(name, target)| alarm_arn(target, name))
            .collect();
        let status: Vec<&[String]> = arns.chunks(ALARMS_PER_WIDGET).collect();
        values["alarm_status"] = json!(status);
        values["alarm_count"] = alarms.len().into();
        values["trace_map"] = console.trace_map().into();
        values["insights"] = console.insights().into();
        values["logs_page"] = console.logs().into();
        values["groups"] = groups
            .all()
            .map(|planned| {
                let TraceGroup { name, filter, .. } = &planned.group;
                json!({ "name": name, "traces": console.traces(filter) })
            })
            .collect();
        values
    }

    fn base_values(&self) -> Value {
        let stack = &self.inputs.project.name;
        let alarms = Console::new(self.inputs.identity)
            .alarms(&Names::new(stack, &self.inputs.identity.region).alarm_prefix());
        json!({
            "stack": stack,
            "region": self.inputs.identity.region,
            "account": self.inputs.identity.account,
            "alarms_page": alarms,
        })
    }
}

/// The metrics that resources have: the word of each, and its name and statistic as a title.
fn graphs(service: &ServiceDefinition, resources: &[Value]) -> Value {
    let rows = resources
        .first()
        .and_then(|first| first["metrics"].as_object());
    let words = rows.into_iter().flat_map(Map::keys);
    let graphs = words.filter_map(|word| {
        let definition = service.metrics.get(word)?;
        let name = match &definition.source {
            MetricSource::Published { name, .. } => name,
            MetricSource::Group(name) | MetricSource::Log(name) => &name.value,
        };
        let title = format!("{name} ({})", definition.stat);
        Some(json!({ "word": word, "title": title }))
    });
    graphs.collect()
}

/// The graphs of an objective: the share of its budget that is left, and how fast it burns.
fn objective_values(objective: &PlannedObjective, index: usize, home: &str) -> Value {
    let PlannedObjective {
        name,
        subject,
        percent,
        days,
        target,
        ..
    } = objective;
    let region = elsewhere(&target.region, home);
    let prefix = format!("o{index}_");
    let goal = number_text(*percent);
    let budget = objective.budget();
    let (left, graph_title, graph) = match &objective.series {
        ObjectiveSeries::Requests {
            bad,
            total,
            metrics,
        } => {
            let left = budget_left(bad, total, budget).to_string();
            let burn = burn_rate(bad, total, budget).to_string();
            let title = format!("{subject} {name}: burn rate (1 spends the budget in {days} d)");
            let burn = math_rows(&burn, metrics, &format!("{prefix}b_"), "burn rate", region);
            (
                math_rows(&left, metrics, &prefix, "budget left", region),
                title,
                burn,
            )
        }
        ObjectiveSeries::Minutes { metric, bad_from } => {
            let bad = number_text(*bad_from);
            let metrics = [(MINUTE_VALUE.to_owned(), metric.clone())]
                .into_iter()
                .collect();
            let periods = f64::from(*days) * FIVE_MINUTES_OF_A_DAY;
            let left = budget_left_of_minutes(*bad_from, periods, budget).to_string();
            let title = format!("{subject} {name}: {} (bad from {bad})", metric.name);
            let left = math_rows(&left, &metrics, &prefix, "budget left", region);
            (left, title, vec![labelled(metric, subject, region)])
        }
    };
    json!({
        "budget_title": format!("{subject} {name}: error budget of {goal} % in {days} d left (%)"),
        "days": days,
        "whole_range": matches!(objective.series, ObjectiveSeries::Requests { .. }),
        "budget_left": left,
        "graph_title": graph_title,
        "graph": graph,
    })
}

fn alarm_arn(target: &Target, name: &str) -> String {
    let Target {
        partition,
        region,
        account,
    } = target;
    format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}")
}

/// The rows of the metrics that boards show. Null for a name that is known and has no metric here.
fn metric_values(
    metrics: &BTreeMap<&str, Option<ShownMetric<'_>>>,
    label: &str,
    home: &str,
) -> Value {
    let mut rows = Map::new();
    for (name, shown) in metrics {
        let row = match shown {
            Some(shown) => {
                let region = shown.region.unwrap_or(home);
                labelled(&shown.metric, label, elsewhere(region, home))
            }
            None => Value::Null,
        };
        rows.insert((*name).to_owned(), row);
    }
    Value::Object(rows)
}

/// The rows that show the value of an alarm, without its floor and tolerance.
fn alarm_rows(generated: &GeneratedAlarm, prefix: &str, label: &str, home: &str) -> Vec<Value> {
    let region = elsewhere(&generated.target.region, home);
    match &generated.graph {
        AlarmQuery::Metric(metric) => vec![labelled(metric, label, region)],
        AlarmQuery::Math {
            expression,
            metrics,
            ..
        } => math_rows(expression, metrics, prefix, label, region),
        AlarmQuery::Insights { .. } => Vec::new(),
    }
}

/// Region, if different from the stack's.
fn elsewhere<'r>(region: &'r str, home: &str) -> Option<&'r str> {
    (region != home).then_some(region)
}

fn labelled(metric: &Metric, label: &str, region: Option<&str>) -> Value {
    row(metric, &[("label", label.into())], region)
}

/// A row of a widget's `metrics`.
fn row(metric: &Metric, options: &[(&str, Value)], region: Option<&str>) -> Value {
    let mut row: Vec<Value> = vec![
        metric.namespace.as_str().into(),
        metric.name.as_str().into(),
    ];
    row.extend(
        metric
            .dimensions
            .iter()
            .flat_map(|(name, value)| [name.as_str().into(), value.as_str().into()]),
    );
    let mut named: Map<String, Value> = options
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    named.insert("stat".to_owned(), metric.stat.as_str().into());
    if let Some(region) = region {
        named.insert("region".to_owned(), region.into());
    }
    row.push(Value::Object(named));
    Value::Array(row)
}

/// Hidden rows for the metrics of an expression, and the row of the expression.
fn math_rows(
    expression: &str,
    metrics: &SortedMap<String, Metric>,
    prefix: &str,
    label: &str,
    region: Option<&str>,
) -> Vec<Value> {
    let mut rows: Vec<Value> = metrics
        .iter()
        .map(|(word, metric)| {
            row(
                metric,
                &[
                    ("id", format!("{prefix}{word}").into()),
                    ("visible", false.into()),
                ],
                region,
            )
        })
        .collect();
    if let Ok(parsed) = math::parse(expression) {
        let renamed = math::rename(&parsed, &|word| format!("{prefix}{word}"));
        rows.push(json!([{ "expression": renamed.to_string(), "id": format!("{prefix}value"), "label": label }]));
    }
    rows
}

fn is_empty_graph(widget: &Value) -> bool {
    widget["type"] == "metric"
        && widget["properties"]["metrics"]
            .as_array()
            .is_some_and(Vec::is_empty)
}

/// A heading without graphs.
fn is_only_text(widgets: &[Value]) -> bool {
    widgets.iter().all(|widget| widget["type"] == "text")
}
