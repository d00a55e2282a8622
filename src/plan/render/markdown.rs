//! The plan as Markdown for a pull request: a summary table, diagnostics, and folded changes of each
//! kind.

use crate::diagnostic::{Colour, visible};

use super::listing::Listing;
use super::paint::Paint;
use super::words::{
    self, Detail, PlanSection, Purpose, allowed, diagnostics_by_level, headline, refusal, sections,
    severity_text, shortened,
};
use crate::plan::change::{Action, Change};
use crate::plan::cost::Cost;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

/// The limit for folded details, and for diagnostics. With the table, the sum stays below GitHub's
/// 65 536 characters.
const ROOM: usize = 28_000;

pub(super) fn render(plan: &Plan, purpose: Purpose) -> String {
    let mut parts = vec![format!(
        "### tracewatch: {}",
        escaped(&headline(plan, purpose))
    )];
    parts.extend(refusal(&plan.verdict()).map(|refusal| format!("**{refusal}**")));
    parts.extend(table(plan));
    parts.extend(receivers(plan));
    parts.extend(list(plan.conflicts().map(|conflict| {
        format!("- **not touched**: {}", escaped(&conflict.to_string()))
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

fn receivers(plan: &Plan) -> Option<String> {
    let lines = words::receiver_lines(plan);
    let rows: Vec<String> = lines
        .iter()
        .map(|line| format!("- {}", escaped(line)))
        .collect();
    (!rows.is_empty()).then(|| format!("Receivers:\n{}", rows.join("\n")))
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

/// The number of changes with an action, by severity where they have one; empty for zero.
fn cell(section: &PlanSection<'_>, action: Action) -> String {
    let changes = section.changes.iter().copied();
    let changes: Vec<&Change> = changes.filter(|change| change.action() == action).collect();
    match changes.len() {
        0 => String::new(),
        count => format!("{count}{}", words::by_severity(section.part, &changes)),
    }
}

fn list_item(PlanDiagnostic { diagnostic, .. }: &PlanDiagnostic) -> String {
    let help = diagnostic
        .help
        .as_deref()
        .map(|help| format!(" ({help})"))
        .unwrap_or_default();
    format!(
        "- **{}** `{}`: {}",
        severity_text(diagnostic.severity),
        diagnostic.code,
        escaped(&format!("{}{help}", diagnostic.message))
    )
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

/// One line in which names cannot act as Markdown: quoted names become code, everything else is escaped.
fn escaped(text: &str) -> String {
    let text = shortened(&visible(text), 1_000);
    let mut parts = text.split('`').enumerate().peekable();
    let mut escaped = String::new();
    while let Some((index, part)) = parts.next() {
        let is_opened = index % 2 == 1;
        if is_opened && !part.is_empty() && parts.peek().is_some() {
            escaped.extend(["`", part, "`"]);
            continue;
        }
        if is_opened {
            escaped.push_str("\\`");
        }
        escaped.push_str(&escaped_words(part));
    }
    escaped
}

/// Text without any meaning in Markdown. A zero-width space after `@` and `#` keeps GitHub from notifying people and linking issues.
fn escaped_words(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' | '#' => {
                escaped.push(character);
                escaped.push('\u{200b}');
            }
            other => escaped.push(other),
        }
    }
    escaped
}
