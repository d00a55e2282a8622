//! `tracewatch slo`

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::{AccountOptions, Format, GlobalOptions, StackOptions};
use super::output;
use crate::catalog::readable_duration::readable_duration;
use crate::diagnostic::Leveled;
use crate::objective::window_text;
use crate::ops::{self, Access, FAILING_SHARES, ObjectiveReport, RateReport};
use crate::synth::{ObjectiveSeries, PlannedObjective};

/// Show how much of each objective's error budget is left, and what would notify when
///
/// Reads the metrics of every `[[slo]]` over its window. Writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch slo                   attainment, budget and burn rates of every objective
  tracewatch slo --format json     for a report

How to write one: docs/objectives.md")]
pub(crate) struct SloArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// How the objectives are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &SloArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    let session = args.account.connect(&workspace, Access::Read).await?;
    let now = Timestamp::now().as_second();
    let (reports, accepted) = ops::objectives(&workspace, &session, now).await?;
    output::annotations(&accepted.diagnostics, global);
    match args.format {
        Format::Json => output::json(&as_json(&reports, &accepted))?,
        Format::Text => {
            output::diagnostics(&accepted, global);
            output::result(&as_text(&reports))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// The documented form: see docs/objectives.md.
fn as_json(reports: &[ObjectiveReport], accepted: &Leveled) -> Value {
    let objectives: Vec<Value> = reports.iter().map(objective_json).collect();
    json!({
        "format_version": 1,
        "objectives": objectives,
        "diagnostics": accepted.diagnostics,
        "diagnostics_allowed": accepted.allowed,
    })
}

fn objective_json(report: &ObjectiveReport) -> Value {
    let objective = &report.objective;
    let rates = report.rates.iter().map(|rate| {
        let after = FAILING_SHARES.iter().zip(rate.notifies_after);
        json!({
            "rate": rate.burn.rate,
            "long_seconds": rate.burn.long,
            "short_seconds": rate.burn.short,
            "severity": rate.burn.severity,
            "alarm": rate.alarm,
            "budget_spent": rate.budget_spent,
            "now": { "long": rate.now[0], "short": rate.now[1] },
            "notifies_after": after
                .map(|(share, seconds)| json!({ "failing_share": share, "seconds": seconds }))
                .collect::<Vec<_>>(),
        })
    });
    json!({
        "name": objective.name,
        "subject": objective.subject,
        "objective_percent": objective.percent,
        "window_days": objective.days,
        "counts": counted_word(objective),
        "attained": report.attained,
        "budget_left": report.budget_left,
        "burn_rates": rates.collect::<Vec<_>>(),
    })
}

fn as_text(reports: &[ObjectiveReport]) -> String {
    if reports.is_empty() {
        return "no objectives: write `[[slo]]` in tracewatch.toml (docs/objectives.md)\n"
            .to_owned();
    }
    let texts: Vec<String> = reports.iter().map(objective_text).collect();
    texts.join("\n")
}

fn objective_text(report: &ObjectiveReport) -> String {
    let objective = &report.objective;
    let PlannedObjective {
        name,
        subject,
        percent,
        days,
        ..
    } = objective;
    let counted = counted_word(objective);
    let so_far = match (report.attained, report.budget_left) {
        (Some(attained), Some(left)) if left >= 0.0 => format!(
            "{} good so far, {} of the error budget left",
            share_text(attained),
            share_text(left)
        ),
        (Some(attained), Some(left)) => format!(
            "{} good so far, the error budget is overspent by {}",
            share_text(attained),
            share_text(-left)
        ),
        _ => "no data in this window yet".to_owned(),
    };
    let head = format!("{subject} {name}: {percent} % of the {counted} in {days} d\n  {so_far}\n");
    head + &table(&report.rates)
}

const HEADINGS: [&str; 8] = [
    "notifies",
    "burn rate",
    "windows",
    "budget spent",
    "all fail",
    "1 in 10 fails",
    "1 in 100 fails",
    "burns now",
];

fn table(rates: &[RateReport]) -> String {
    let headings = HEADINGS.map(str::to_owned);
    let rows: Vec<[String; 8]> = [headings]
        .into_iter()
        .chain(rates.iter().map(row))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths);
        let cells = cells.map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.extend(["  ", line.trim_end(), "\n"]);
    }
    text
}

fn row(rate: &RateReport) -> [String; 8] {
    let burn = &rate.burn;
    let [all, tenth, hundredth] = rate.notifies_after.map(after_text);
    let [long, short] = rate.now.map(rate_text);
    [
        burn.severity.word().to_owned(),
        format!("{} ×", burn.rate),
        format!("{} and {}", window_text(burn.long), window_text(burn.short)),
        share_text(rate.budget_spent),
        all,
        tenth,
        hundredth,
        format!("{long} and {short}"),
    ]
}

fn after_text(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "never".to_owned(), readable_duration)
}

fn rate_text(rate: Option<f64>) -> String {
    rate.map_or_else(|| "no data".to_owned(), |rate| format!("{rate:.1}"))
}

/// A fraction as a percentage with three decimals at most.
fn share_text(share: f64) -> String {
    let percent = (share * 100_000.0).round() / 1000.0;
    format!("{percent} %")
}

fn counted_word(objective: &PlannedObjective) -> &'static str {
    match objective.series {
        ObjectiveSeries::Requests { .. } => "requests",
        ObjectiveSeries::Minutes { .. } => "minutes",
    }
}
