//! `tracewatch coverage`

use std::collections::BTreeMap;

use anyhow::Result;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::{AccountOptions, GlobalOptions, StackOptions};
use super::output;
use super::watching::{level_text, off_text};
use crate::artifact::DefinitionKey;
use crate::catalog::recommended::Recommendation;
use crate::diagnostic::{Leveled, counted};
use crate::ops::{Access, WatchedStacks};
use crate::synth::{Coverage, CoveredResource, Status, SwitchedOff};

/// Show which of AWS's recommended alarms each resource has, lacks, and why
///
/// Files are read without any account, as for a stack in us-east-1. With --sandbox, --profile, --region or a deployed stack, the account gives the names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch coverage
  tracewatch coverage --template template.yaml --min 90     in a pipeline: exit code 1 below 90 %
  tracewatch coverage --cdk cdk.out --format markdown       for a pull request
  tracewatch coverage --format json | jq -r '.not_watched[].type'

What counts: docs/coverage.md")]
pub(crate) struct CoverageArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// Fail when a smaller percentage of the recommended alarms is covered or decided otherwise
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub min: Option<u8>,
    /// How the coverage is written
    #[arg(long, value_enum, default_value_t = CoverageFormat::Text)]
    pub format: CoverageFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    Text,
    Json,
    Markdown,
}

pub(crate) async fn run(args: &CoverageArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    let (stacks, accepted) = if workspace.needs_account() || args.account.is_named() {
        let session = args.account.connect(&workspace, Access::Read).await?;
        WatchedStacks::read(&workspace, &session).await?
    } else {
        WatchedStacks::of_files(&workspace, Timestamp::now().as_second())?
    };
    let coverage = stacks.coverage();
    let system = &workspace.project.name;
    output::annotations(&accepted.diagnostics, global);
    match args.format {
        CoverageFormat::Json => output::json(&as_json(&coverage, &accepted))?,
        CoverageFormat::Text => {
            output::diagnostics(&accepted, global);
            output::result(&as_text(&coverage, system))?;
        }
        CoverageFormat::Markdown => {
            output::diagnostics(&accepted, global);
            output::result(&as_markdown(&coverage, system))?;
        }
    }
    let percent = coverage.percent();
    match args.min {
        Some(min) if percent < usize::from(min) => {
            output::refusal(&format!("{percent} % is less than --min {min}"));
            Ok(ExitStatus::Failed)
        }
        _ => Ok(ExitStatus::Done),
    }
}

/// The documented form: see docs/coverage.md.
fn as_json(coverage: &Coverage, accepted: &Leveled) -> Value {
    let (met, applying) = coverage.counts();
    let resources: Vec<Value> = coverage.resources.iter().map(resource_json).collect();
    let not_watched = coverage.not_watched.iter();
    let not_watched = not_watched
        .map(|(id, kind)| json!({ "logical_id": id.logical_id, "stack": id.stack, "type": kind }));
    json!({
        "format_version": 1,
        "percent": coverage.percent(),
        "met": met,
        "applying": applying,
        "resources": resources,
        "not_watched": not_watched.collect::<Vec<_>>(),
        "diagnostics": accepted.diagnostics,
        "diagnostics_allowed": accepted.allowed,
    })
}

fn resource_json(resource: &CoveredResource) -> Value {
    let recommendations = resource.recommendations.iter();
    json!({
        "logical_id": resource.id.logical_id,
        "stack": resource.id.stack,
        "type": resource.kind,
        "alarms": resource.alarms,
        "recommendations": recommendations
            .map(|(row, status)| recommendation_json(row, status))
            .collect::<Vec<_>>(),
    })
}

fn recommendation_json(row: &Recommendation, status: &Status) -> Value {
    let mut written = json!({
        "metric": row.metric,
        "by": row.by,
        "status": status_word(status).replace(' ', "-"),
    });
    match status {
        Status::Covered(alarms) => written["covered_by"] = json!(alarms),
        Status::DecidedOtherwise(reason) => written["reason"] = json!(reason),
        Status::SwitchedOff(alarm, off) => {
            written["alarm"] = json!(alarm);
            written["switched_off_in"] = json!(level_text(off.level));
            written["place"] = json!(off.place);
        }
        Status::MetricNotSwitchedOn(fix) => written["fix"] = json!(fix),
        Status::NotKnown(reason) => written["reason"] = json!(reason),
        Status::NoAlarm | Status::DoesNotApply => {}
    }
    written
}

fn as_text(coverage: &Coverage, system: &str) -> String {
    let mut lines = Vec::new();
    for resource in &coverage.resources {
        let (id, kind) = (resource.id.within(system), &resource.kind);
        lines.push(format!("{id}  {kind}  {}", alarms_text(resource)));
        let rows = applying(resource);
        let width = rows.iter().map(|(name, _)| name.chars().count());
        let width = width.max().unwrap_or_default();
        lines.extend(rows.iter().map(|(name, status)| {
            let word = status_word(status);
            format!("  {word:22}  {name:width$}  {}", explanation(status))
        }));
        lines.push(String::new());
    }
    for (fix, metrics) in switches(coverage) {
        lines.push(format!("To switch on {}:", metrics.join(", ")));
        lines.extend(fix.lines().map(|line| format!("  {line}")));
        lines.push(String::new());
    }
    lines.push(summary(coverage));
    lines.extend(not_watched_line(coverage, system));
    lines.join("\n") + "\n"
}

fn as_markdown(coverage: &Coverage, system: &str) -> String {
    let mut lines = vec![format!("**{}**", summary(coverage)), String::new()];
    lines.push("| Resource | Recommended metric | Status | |\n|---|---|---|---|".to_owned());
    for resource in &coverage.resources {
        let id = resource.id.within(system);
        lines.extend(applying(resource).iter().map(|(name, status)| {
            let explanation = explanation(status).replace('|', "\\|");
            let word = status_word(status);
            format!("| `{id}` | {name} | {word} | {explanation} |")
        }));
    }
    for (fix, metrics) in switches(coverage) {
        let metrics = metrics.join(", ");
        lines.push(format!("\nTo switch on {metrics}:\n\n```\n{fix}```"));
    }
    if let Some(line) = not_watched_line(coverage, system) {
        lines.push(format!("\n{line}"));
    }
    lines.join("\n") + "\n"
}

/// The recommendations that apply to a resource, under their names.
fn applying(resource: &CoveredResource) -> Vec<(String, &Status)> {
    let rows = resource.recommendations.iter();
    let rows: Vec<_> = rows.filter(|(_, status)| status.applies()).collect();
    let named = rows.iter().map(|(row, status)| {
        let same = rows.iter().filter(|(other, _)| other.metric == row.metric);
        (called(row, same.count() > 1), status)
    });
    named.collect()
}

fn alarms_text(resource: &CoveredResource) -> String {
    let names: Vec<String> = resource.alarms.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => "no alarms".to_owned(),
        names => format!(
            "{}: {}",
            counted(names.len(), "alarm", "alarms"),
            names.join(", ")
        ),
    }
}

/// The metric, with its dimensions where another one has the same name.
fn called(row: &Recommendation, is_ambiguous: bool) -> String {
    if is_ambiguous {
        format!("{} by {}", row.metric, row.by.join(", "))
    } else {
        row.metric.clone()
    }
}

fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Covered(_) => "covered",
        Status::DecidedOtherwise(_) => "decided otherwise",
        Status::SwitchedOff(..) => "switched off",
        Status::MetricNotSwitchedOn(_) => "metric not switched on",
        Status::NoAlarm => "no alarm",
        Status::NotKnown(_) => "not known",
        Status::DoesNotApply => "does not apply",
    }
}

fn explanation(status: &Status) -> String {
    match status {
        Status::Covered(alarms) => {
            let alarms: Vec<String> = alarms.iter().map(ToString::to_string).collect();
            format!("by {}", alarms.join(", "))
        }
        Status::DecidedOtherwise(reason) => (*reason).to_owned(),
        Status::SwitchedOff(alarm, off) => switched_off_text(alarm, off),
        Status::MetricNotSwitchedOn(_) => "see below".to_owned(),
        Status::NoAlarm => "no definition watches it: docs/definitions.md".to_owned(),
        Status::NotKnown(reason) => reason.clone(),
        Status::DoesNotApply => String::new(),
    }
}

fn switched_off_text(alarm: &DefinitionKey, off: &SwitchedOff) -> String {
    format!("{alarm} is {}", off_text(off))
}

/// The snippets that switch metrics on, each with its metrics.
fn switches(coverage: &Coverage) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut switches: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let resources = coverage.resources.iter();
    for (row, status) in resources.flat_map(|resource| &resource.recommendations) {
        if let Status::MetricNotSwitchedOn(fix) = status {
            let metrics = switches.entry(fix).or_default();
            if !metrics.contains(&row.metric.as_str()) {
                metrics.push(&row.metric);
            }
        }
    }
    switches
}

/// `92 % of AWS's recommended alarms: 12 covered, 3 decided otherwise, 1 switched off; 4 do not apply`
fn summary(coverage: &Coverage) -> String {
    let (_, applying) = coverage.counts();
    if applying == 0 {
        return "AWS recommends no alarm for these resources".to_owned();
    }
    let count = |word: &str| {
        let resources = coverage.resources.iter();
        let rows = resources.flat_map(|resource| &resource.recommendations);
        rows.filter(|(_, status)| status_word(status) == word)
            .count()
    };
    let counts = WORDS.map(|word| (count(word), word));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let left_out = match count(status_word(&Status::DoesNotApply)) {
        0 => String::new(),
        1 => "; 1 does not apply".to_owned(),
        several => format!("; {several} do not apply"),
    };
    format!(
        "{} % of AWS's recommended alarms: {}{left_out}",
        coverage.percent(),
        counts.join(", ")
    )
}

/// The statuses of what applies, in the order of the summary.
const WORDS: [&str; 6] = [
    "covered",
    "decided otherwise",
    "switched off",
    "metric not switched on",
    "no alarm",
    "not known",
];

fn not_watched_line(coverage: &Coverage, system: &str) -> Option<String> {
    let resources = coverage.not_watched.iter();
    let names: Vec<String> = resources
        .map(|(id, kind)| format!("{} ({kind})", id.within(system)))
        .collect();
    (!names.is_empty()).then(|| format!("Not watched: {}", names.join(", ")))
}
