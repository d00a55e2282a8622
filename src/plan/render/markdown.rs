//! The plan as Markdown for a pull request: a summary table, diagnostics, and folded changes of each
//! kind.

use crate::diagnostic::Colour;

use super::listing::Listing;
use super::paint::Paint;
use super::words::{
    Detail, PlanSection, allowed, diagnostics_by_level, headline, refusal, sections, severity_text,
    shortened, visible,
};
use crate::plan::change::Action;
use crate::plan::cost::Cost;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

/// The limit for folded details, and for diagnostics. With the table, the sum stays below GitHub's
/// 65 536 characters.
const ROOM: usize = 28_000;

pub(super) fn render(plan: &Plan) -> String {
    let mut parts = vec![format!("### tracewatch: {}", plain(&headline(plan)))];
    parts.extend(refusal(&plan.verdict()).map(|refusal| format!("**{refusal}**")));
    parts.extend(table(plan));
    parts.extend(list(plan.conflicts().map(|conflict| {
        format!("- **not touched**: {}", plain(&conflict.to_string()))
    })));
    parts.extend(list(diagnostics_by_level(plan).into_iter().map(list_item)));
    parts.extend(allowed(plan.diagnostics_allowed()));
    parts.push(cost(plan.cost()));
    parts.extend(details(plan));
    parts.join("\n\n") + "\n"
}

fn table(plan: &Plan) -> Option<String> {
    let rows: Vec<String> = sections(plan).iter().map(row).collect();
    let head = "| | + create | ~ update | ~ adopt | - delete |\n|---|---:|---:|---:|---:|";
    (!rows.is_empty()).then(|| format!("{head}\n{}", rows.join("\n")))
}

fn row(section: &PlanSection<'_>) -> String {
    let cells = [
        Action::Create,
        Action::Update,
        Action::Adopt,
        Action::Delete,
    ]
    .map(|action| cell(section, action));
    format!("| {} | {} |", section.heading, cells.join(" | "))
}

/// The number of changes with an action; empty for zero.
fn cell(section: &PlanSection<'_>, action: Action) -> String {
    let changes = section.changes.iter();
    match changes.filter(|change| change.action() == action).count() {
        0 => String::new(),
        count => count.to_string(),
    }
}

fn list_item(PlanDiagnostic { diagnostic, .. }: &PlanDiagnostic) -> String {
    let help = diagnostic
        .help
        .as_deref()
        .map(|help| format!(" ({help})"))
        .unwrap_or_default();
    plain(&format!(
        "- **{}** `{}`: {}{help}",
        severity_text(diagnostic.severity),
        diagnostic.code,
        diagnostic.message
    ))
}

/// The lines that fit in the limit.
fn list(lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| within(&lines, ROOM / 2))
}

fn cost(cost: &Cost) -> String {
    let mut lines = vec![format!(
        "**${:.2}** per month, now ${:.2}",
        cost.after, cost.before
    )];
    if !cost.lines.is_empty() {
        lines.push("\n| | | per month |\n|---|---|---:|".to_owned());
        lines.extend(cost.lines.iter().map(|line| {
            format!(
                "| {} | {} | ${:.2} |",
                line.what, line.quantity, line.monthly
            )
        }));
    }
    lines.join("\n")
}

fn details(plan: &Plan) -> Vec<String> {
    let sections = sections(plan);
    let room = ROOM / sections.len().max(1);
    let mut details = Vec::new();
    for section in sections {
        let listing = Listing {
            stack: plan.stack(),
            part: section.part,
            detail: Detail::Brief,
            paint: Paint(Colour::Never),
        };
        let lines = listing.lines(&section.changes);
        details.push(folded(&section.heading, &within(&lines, room)));
    }
    details
}

fn folded(title: &str, text: &str) -> String {
    let fence = fence_for(text);
    format!("<details><summary>{title}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>")
}

/// Longer than any run of backticks inside.
fn fence_for(text: &str) -> String {
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

fn within(lines: &[String], room: usize) -> String {
    let mut left = room;
    let fits = |line: &&String| {
        let fits = line.len() < left;
        left = left.saturating_sub(line.len() + 1);
        fits
    };
    let mut shown: Vec<&str> = lines.iter().take_while(fits).map(String::as_str).collect();
    let rest = format!(
        "… and {} more lines, which `tracewatch plan` shows",
        lines.len() - shown.len()
    );
    if shown.len() < lines.len() {
        shown.push(&rest);
    }
    shown.join("\n")
}

/// One line without HTML.
fn plain(text: &str) -> String {
    shortened(&visible(text).replace('<', "&lt;"), 1_000)
}
