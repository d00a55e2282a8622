//! The plan for a terminal: changes by kind, conflicts, findings, cost, and the sum in the last line.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Colour, Diagnostic};

use super::super::{Cost, Plan};
use super::listing::Listing;
use super::paint::Paint;
use super::{Detail, allowed, heading, refusal, visible};

/// Findings of one code told in a brief text.
const ALIKE: usize = 3;

pub(super) fn render(plan: &Plan, detail: Detail, colour: Colour) -> String {
    let paint = Paint(colour);
    let mut parts = sections(plan, detail, paint);
    parts.extend(conflicts(plan, paint));
    parts.extend(findings(plan, detail, colour));
    parts.extend(allowed(plan.diagnostics_allowed()));
    parts.extend(plan.cost().map(|cost| cost_text(cost, detail, paint)));
    parts.push(paint.heading(&plan.headline()));
    parts.extend(refusal(&plan.verdict()).map(|refusal| paint.gone(&refusal)));
    parts.join("\n\n") + "\n"
}

fn sections(plan: &Plan, detail: Detail, paint: Paint) -> Vec<String> {
    let listing = Listing {
        stack: &plan.target().stack,
        detail,
        paint,
    };
    let kinds = plan.by_kind();
    let section = |(kind, changes)| {
        format!(
            "{}\n{}",
            paint.heading(heading(kind)),
            listing.lines(changes).join("\n")
        )
    };
    kinds
        .iter()
        .map(|(kind, changes)| section((*kind, changes)))
        .collect()
}

fn conflicts(plan: &Plan, paint: Paint) -> Option<String> {
    let lines: Vec<String> = plan
        .conflicts()
        .iter()
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

fn findings(plan: &Plan, detail: Detail, colour: Colour) -> Vec<String> {
    let findings = plan.findings_by_severity();
    let shown = match detail {
        Detail::Brief => ALIKE,
        Detail::Full => findings.len(),
    };
    let mut told: BTreeMap<Code, usize> = BTreeMap::new();
    let mut parts = Vec::new();
    for finding in &findings {
        let told = told.entry(finding.diagnostic.code).or_default();
        *told += 1;
        if *told <= shown {
            parts.push(harmless(&finding.diagnostic).render(colour));
        }
    }
    let left = told.into_iter().filter(|(_, count)| *count > shown);
    parts.extend(left.map(|(code, count)| format!("… and {} more of `{code}`", count - shown)));
    parts
}

/// A message may name what is in the account.
fn harmless(diagnostic: &Diagnostic) -> Diagnostic {
    let help = diagnostic.help.as_deref().map(visible);
    Diagnostic {
        message: visible(&diagnostic.message),
        help,
        ..diagnostic.clone()
    }
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
