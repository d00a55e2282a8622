//! `tracewatch catalog`

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::{Format, GlobalOptions, nearest_project_folder};
use super::output;
use crate::artifact::window_text;
use crate::catalog::definition::{
    AlarmDefinition, CompositeDefinition, Enabled, ServiceDefinition, Window,
};
use crate::catalog::event::EventDefinition;
use crate::catalog::log_metric::LogMetricDefinition;
use crate::catalog::text::TextTemplate;
use crate::catalog::{
    Catalog, ServiceEntry, ServiceOrigin, built_in_text, preset_text, written_table,
};
use crate::diagnostic::nearest;
use crate::ops;
use crate::project::Preset;

/// Show the alarm definitions, or write a built-in file into the project
///
/// Without a subcommand, every definition file with its alarms is listed: the built-in ones, and those in `alarms/` of the project here.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch catalog                          every alarm and event, with its severity and its threshold
  tracewatch catalog show lambda              one definition file
  tracewatch catalog show lambda.error-rate   one alarm: its reason, its definition, its tests, its operating table
  tracewatch catalog eject lambda             write alarms/lambda.toml, to change what overrides cannot
  tracewatch catalog --format json | jq -r '.definitions[].alarms[] | select(.severity == \"critical\") | .name'")]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    pub command: Option<CatalogCommand>,
    /// How the list is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Print a definition file, or one alarm with its operating table
    Show {
        /// A file (`lambda`) or an alarm (`lambda.error-rate`)
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Write a built-in definition file into `alarms/` of the project, where it can be changed
    Eject {
        /// A built-in file: `lambda`
        #[arg(value_name = "FILE")]
        file: String,
    },
}

pub(crate) fn run(args: &CatalogArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let root = nearest_project_folder();
    let (catalog, accepted) = ops::catalog(&root, global.strictness())?;
    output::diagnostics(&accepted, global);
    match (&args.command, args.format) {
        (None, Format::Text) => output::text(&list(&catalog))?,
        (None, Format::Json) => output::json(&as_json(&catalog))?,
        (Some(CatalogCommand::Show { name }), _) => show(&catalog, &root, name, global)?,
        (Some(CatalogCommand::Eject { file }), _) => eject(&catalog, &root, file)?,
    }
    Ok(ExitStatus::Done)
}

fn list(catalog: &Catalog) -> String {
    catalog.services().iter().map(file_lines).collect()
}

/// A definition file with its alarms and events, and an empty line.
fn file_lines(service: &ServiceEntry) -> String {
    let definition = service.definition();
    let (file, kind, origin) = (&service.file, &service.kind, origin_note(service.origin));
    let mut lines = vec![format!("{file}: {kind}{origin}\n")];
    let applies = definition.applies.as_ref();
    lines.extend(applies.map(|applies| format!("  where {}\n", applies.text)));
    let alarms = definition.alarms.iter().map(|alarm| alarm.name.len());
    let events = definition.events.iter().map(|event| event.name.len());
    let composites = definition.composites.iter();
    let composites = composites.map(|composite| composite.name.len());
    let width = alarms.chain(composites).chain(events).max();
    let width = width.unwrap_or_default();
    let alarms = definition.alarms.iter();
    lines.extend(alarms.map(|alarm| alarm_line(alarm, width)));
    let composites = definition.composites.iter();
    lines.extend(composites.map(|composite| composite_line(composite, width)));
    let events = definition.events.iter();
    lines.extend(events.map(|event| event_line(event, width)));
    lines.push("\n".to_owned());
    lines.concat()
}

fn alarm_line(alarm: &AlarmDefinition, width: usize) -> String {
    format!(
        "  {:width$}  {:8}  {}, {}{}\n",
        alarm.name,
        alarm.severity.to_string(),
        alarm.when,
        evaluation(alarm),
        off_note(alarm.enabled)
    )
}

fn composite_line(composite: &CompositeDefinition, width: usize) -> String {
    let (severity, rule) = (composite.severity.to_string(), &composite.rule.value);
    let off = off_note(composite.enabled);
    format!("  {:width$}  {severity:8}  {rule}{off}\n", composite.name)
}

fn event_line(event: &EventDefinition, width: usize) -> String {
    let severity = event.severity.to_string();
    let off = off_note(event.enabled);
    format!("  {:width$}  {severity:8}  event{off}\n", event.name)
}

fn off_note(enabled: Enabled) -> String {
    match enabled {
        Enabled::Yes => String::new(),
        Enabled::No => ", off".to_owned(),
        Enabled::NotInPreset(preset) => format!(", off by the preset `{}`", preset.name()),
    }
}

fn origin_note(origin: ServiceOrigin) -> &'static str {
    match origin {
        ServiceOrigin::BuiltIn => "",
        ServiceOrigin::Extended => " (built in, changed by the project)",
        ServiceOrigin::Project => " (the project's)",
    }
}

/// `3 of 5 × 1m`, or the expression of a computed window.
fn evaluation(alarm: &AlarmDefinition) -> String {
    match &alarm.window {
        Window::Fixed(periods) => window_text(periods.datapoints, periods.period),
        Window::Computed(window) => format!("for {} seconds", window.text),
    }
}

fn as_json(catalog: &Catalog) -> Value {
    let services = catalog.services().iter();
    let definitions: Vec<Value> = services
        .map(|service| definition_json(service.definition(), service.origin))
        .collect();
    json!({
        "format_version": 1,
        "preset": catalog.preset.map(Preset::name),
        "definitions": definitions,
    })
}

fn definition_json(definition: &ServiceDefinition, origin: ServiceOrigin) -> Value {
    let alarms = definition.alarms.iter();
    let alarms: Vec<Value> = alarms.map(|alarm| alarm_json(definition, alarm)).collect();
    let composites = definition.composites.iter();
    let composites: Vec<Value> = composites
        .map(|composite| composite_json(definition, composite))
        .collect();
    let events = definition.events.iter();
    let events: Vec<Value> = events.map(|event| event_json(definition, event)).collect();
    let log_metrics = definition.log_metrics.iter();
    let log_metrics: Vec<Value> = log_metrics
        .map(|log_metric| log_metric_json(definition, log_metric))
        .collect();
    json!({
        "file": definition.file,
        "resource": definition.kind,
        "where": definition.applies.as_ref().map(|applies| &applies.text),
        "title": definition.title,
        "origin": match origin {
            ServiceOrigin::BuiltIn => "built-in",
            ServiceOrigin::Extended => "extended",
            ServiceOrigin::Project => "project",
        },
        "alarms": alarms,
        "composites": composites,
        "events": events,
        "log_metrics": log_metrics,
    })
}

fn alarm_json(definition: &ServiceDefinition, alarm: &AlarmDefinition) -> Value {
    json!({
        "name": format!("{}.{}", definition.file, alarm.name),
        "severity": alarm.severity,
        "summary": alarm.summary.source(),
        "fix": alarm.fix.as_ref().map(TextTemplate::source),
        "value": alarm.value.value.to_string(),
        "when": alarm.when.to_string(),
        "evaluation": evaluation(alarm),
        "if": alarm.applies.as_ref().map(|applies| &applies.text),
        "enabled": alarm.enabled.is_on(),
        "reason": written_table(&alarm.place).reason,
    })
}

fn composite_json(definition: &ServiceDefinition, composite: &CompositeDefinition) -> Value {
    json!({
        "name": format!("{}.{}", definition.file, composite.name),
        "severity": composite.severity,
        "summary": composite.summary.source(),
        "rule": composite.rule.value,
        "enabled": composite.enabled.is_on(),
        "reason": written_table(&composite.place).reason,
    })
}

fn event_json(definition: &ServiceDefinition, event: &EventDefinition) -> Value {
    json!({
        "name": format!("{}.{}", definition.file, event.name),
        "severity": event.severity,
        "summary": event.summary.source(),
        "fix": event.fix.as_ref().map(TextTemplate::source),
        "pattern": event.pattern.written,
        "if": event.applies.as_ref().map(|applies| &applies.text),
        "enabled": event.enabled.is_on(),
        "reason": written_table(&event.place).reason,
    })
}

fn log_metric_json(definition: &ServiceDefinition, log_metric: &LogMetricDefinition) -> Value {
    json!({
        "name": format!("{}.{}", definition.file, log_metric.name),
        "group": log_metric.group.as_ref().map(TextTemplate::source),
        "pattern": log_metric.pattern.source(),
        "value": log_metric.value.value,
        "default": log_metric.default_value,
        "unit": log_metric.unit,
        "if": log_metric.applies.as_ref().map(|applies| &applies.text),
        "reason": written_table(&log_metric.place).reason,
    })
}

/// Prints a file, or an alarm with its operating table if its trials have shares.
fn show(catalog: &Catalog, root: &Path, name: &str, global: &GlobalOptions) -> Result<()> {
    let (file, alarm) = match name.split_once('.') {
        Some((file, alarm)) => (file, Some(alarm)),
        None => (name, None),
    };
    let definition = definition(catalog, file)?;
    let Some(alarm) = alarm else {
        return output::result(&file_text(catalog, definition));
    };
    let places = definition
        .alarms
        .iter()
        .map(|alarm| (&alarm.name, &alarm.place));
    let composites = definition.composites.iter();
    let places = places.chain(composites.map(|composite| (&composite.name, &composite.place)));
    let events = definition.events.iter();
    let mut places = places.chain(events.map(|event| (&event.name, &event.place)));
    let Some((_, place)) = places.find(|(known, _)| *known == alarm) else {
        return Err(unknown_alarm(definition, alarm));
    };
    output::result(&format!("{}\n", written_table(place).text))?;
    if let Ok((table, _)) = ops::operating_table(root, name, global.strictness()) {
        output::result(&format!("\n{}", table.markdown()))?;
    }
    Ok(())
}

/// The text of the file. What extends a built-in file comes after its text: first the preset's file, then the project's.
fn file_text(catalog: &Catalog, definition: &ServiceDefinition) -> String {
    let built_in = built_in_text(&definition.file);
    let of_preset = of_preset(catalog, &definition.file).map(str::to_owned);
    let own = (!definition.built_in).then(|| definition.place.source.text.clone());
    [built_in, of_preset, own].into_iter().flatten().collect()
}

fn of_preset(catalog: &Catalog, file: &str) -> Option<&'static str> {
    preset_text(catalog.preset?, file)
}

fn definition<'c>(catalog: &'c Catalog, file: &str) -> Result<&'c ServiceDefinition> {
    let mut definitions = catalog.definitions();
    definitions
        .find(|definition| definition.file == file)
        .ok_or_else(|| unknown_file(catalog, file))
}

fn unknown_file(catalog: &Catalog, file: &str) -> anyhow::Error {
    let files = catalog.services().iter().map(|service| &*service.file);
    match nearest(file, files) {
        Some(near) => anyhow!("there is no definition file `{file}`; did you mean `{near}`?"),
        None => anyhow!("there is no definition file `{file}`: `tracewatch catalog` lists them"),
    }
}

fn unknown_alarm(definition: &ServiceDefinition, alarm: &str) -> anyhow::Error {
    let file = &definition.file;
    let names: Vec<String> = definition.alarm_names().collect();
    let asked = format!("{file}.{alarm}");
    match nearest(&asked, names.iter().map(String::as_str)) {
        Some(near) => anyhow!("`{file}` has no alarm `{alarm}`; did you mean `{near}`?"),
        None => anyhow!("`{file}` has no alarm `{alarm}`: `tracewatch catalog show {file}`"),
    }
}

/// Writes the preset's file, or else the built-in one. An existing file is never overwritten.
fn eject(catalog: &Catalog, root: &Path, file: &str) -> Result<()> {
    let of_preset = of_preset(catalog, file).map(str::to_owned);
    let origin = match (catalog.preset, &of_preset) {
        (Some(preset), Some(_)) => format!("those of the preset `{}`", preset.name()),
        _ => "the built-in ones".to_owned(),
    };
    let Some(text) = of_preset.or_else(|| built_in_text(file)) else {
        definition(catalog, file)?;
        bail!("`{file}` is not built in: it is the project's own");
    };
    let path: PathBuf = root.join("alarms").join(format!("{file}.toml"));
    let folder = root.join("alarms");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("`{}` exists already, or cannot be written", path.display()))?;
    written.write_all(text.as_bytes())?;
    output::result(&format!(
        "Wrote {}. Its alarms and metrics now replace {origin}; those that you remove stay as they are.\n",
        path.display()
    ))
}
