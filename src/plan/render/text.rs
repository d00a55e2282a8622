//! The plan as terminal text: changes by kind, conflicts, diagnostics, cost, and a last line with
//! the totals.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Colour, visible};

use super::listing::Listing;
use super::paint::Paint;
use super::words::{self, Detail, Purpose, allowed, diagnostics_by_level, headline, refusal};
use crate::plan::cost::Cost;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

/// The maximum number of diagnostics with one code in a brief text.
const ALIKE: usize = 3;

pub(super) fn render(plan: &Plan, purpose: Purpose, detail: Detail, colour: Colour) -> String {
    let paint = Paint(colour);
    let headline = headline(plan, purpose);
    let mut parts: Vec<String> = listed(&headline, &words::totals(plan), paint)
        .into_iter()
        .collect();
    parts.extend(sections(plan, detail, paint));
    parts.extend(receivers(plan, paint));
    parts.extend(conflicts(plan, paint));
    parts.extend(diagnostics(plan, detail, colour));
    parts.extend(allowed(plan.diagnostics_allowed()));
    parts.extend([cost_text(plan.cost(), detail, paint)]);
    parts.push(paint.heading(&headline));
    parts.extend(refusal(&plan.verdict()).map(|refusal| paint.removed(&refusal)));
    parts.join("\n\n") + "\n"
}

fn receivers(plan: &Plan, paint: Paint) -> Option<String> {
    listed("receivers", &words::receiver_lines(plan), paint)
}

/// A heading with indented lines; `None` without lines.
fn listed(heading: &str, lines: &[String], paint: Paint) -> Option<String> {
    if lines.is_empty() {
        return None;
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("    {}", visible(line)))
        .collect();
    Some(format!("{}\n{}", paint.heading(heading), lines.join("\n")))
}

fn sections(plan: &Plan, detail: Detail, paint: Paint) -> Vec<String> {
    let mut texts = Vec::new();
    for section in words::sections(plan) {
        let listing = Listing {
            stack: plan.stack(),
            part: section.part,
            detail,
            paint,
        };
        let heading = paint.heading(&section.heading);
        let lines = listing.lines(&section.changes).join("\n");
        texts.push(format!("{heading}\n{lines}"));
    }
    texts
}

fn conflicts(plan: &Plan, paint: Paint) -> Option<String> {
    let lines: Vec<String> = plan
        .conflicts()
        .map(|conflict| format!("  ! {}", visible(&conflict.to_string())))
        .collect();
    (!lines.is_empty()).then(|| {
        format!(
            "{}\n{}",
            paint.heading("not this stack's, and not touched"),
            lines.join("\n")
        )
    })
}

fn diagnostics(plan: &Plan, detail: Detail, colour: Colour) -> Vec<String> {
    let diagnostics = diagnostics_by_level(plan);
    let shown = match detail {
        Detail::Brief => ALIKE,
        Detail::Full => diagnostics.len(),
    };
    let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
    let mut parts = Vec::new();
    for PlanDiagnostic { diagnostic, .. } in diagnostics {
        let count = counts.entry(diagnostic.code).or_default();
        *count += 1;
        if *count <= shown {
            parts.push(diagnostic.render(colour));
        }
    }
    let left = counts.into_iter().filter(|(_, count)| *count > shown);
    parts.extend(left.map(|(code, count)| format!("… and {} more of `{code}`", count - shown)));
    parts
}

fn cost_text(cost: &Cost, detail: Detail, paint: Paint) -> String {
    let change = cost.after - cost.before;
    let sign = if change < 0.0 { '-' } else { '+' };
    let sum = format!(
        "cost per month: ${:.2} → ${:.2} ({sign}${:.2})",
        cost.before,
        cost.after,
        change.abs()
    );
    let mut lines = vec![paint.heading(&sum)];
    lines.extend(cost.driver.iter().map(|driver| format!("  {driver}")));
    if detail == Detail::Full {
        lines.extend(cost.lines.iter().map(|line| {
            format!(
                "  {:>9}  {}, {}",
                format!("${:.2}", line.monthly),
                line.what,
                line.quantity
            )
        }));
        lines.extend(cost.notes.iter().map(|note| format!("  {note}")));
    }
    lines.join("\n")
}
