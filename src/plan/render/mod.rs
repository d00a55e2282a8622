//! A plan as people and programs read it. Strings only: whoever calls prints them.

use std::collections::BTreeMap;

use crate::artifact::Kind;
use crate::diagnostic::{Colour, Level};

use super::{Action, Change, Plan, PlanDiagnostic, Summary, Target, Verdict};

mod json;
mod listing;
mod markdown;
mod paint;
mod text;

/// How much of a plan is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Many alike are told as one line with their number.
    Brief,
    /// Every artifact with every field.
    Full,
}

impl Plan {
    /// For a terminal; ends with a line feed.
    pub fn text(&self, detail: Detail, colour: Colour) -> String {
        text::render(self, detail, colour)
    }

    /// For a pull request: a table, the details folded away. Short enough for GitHub's 65 536 characters.
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// For programs; ends with a line feed, and has the same bytes for the same plan.
    pub fn json(&self) -> String {
        json::render(self)
    }

    /// By kind, in the order in which they are made; kinds without changes are absent.
    fn by_kind(&self) -> Vec<(Kind, Vec<&Change>)> {
        let mut kinds: BTreeMap<Kind, Vec<&Change>> = BTreeMap::new();
        for change in self.changes() {
            kinds.entry(change.kind()).or_default().push(change);
        }
        kinds.into_iter().collect()
    }

    /// The worst first.
    fn findings_by_severity(&self) -> Vec<&PlanDiagnostic> {
        let mut findings: Vec<&PlanDiagnostic> = self.findings().iter().collect();
        findings.sort_by_key(|finding| finding.diagnostic.severity);
        findings
    }

    /// The plan in one line.
    fn headline(&self) -> String {
        let summary = self.summary();
        let Target { stack, identity } = self.target();
        let stack = format!("stack {stack} ({}, {})", identity.account, identity.region);
        let mut parts = counts(&summary);
        if !self.conflicts().is_empty() {
            parts.push(format!("{} not to touch", self.conflicts().len()));
        }
        if parts.is_empty() {
            return format!(
                "No changes: {} of {stack}, all as they should be.",
                counted(summary.unchanged, "artifact")
            );
        }
        format!(
            "Plan for {stack}: {}; {} unchanged.",
            parts.join(", "),
            summary.unchanged
        )
    }
}

/// Said after everything else, where it is not overlooked.
fn refusal(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Nothing | Verdict::Changes => None,
        Verdict::Refused(reasons) => Some(format!(
            "Refused because of {}.",
            counted(reasons.len(), "error")
        )),
    }
}

/// The number of diagnostics that the project allows, unless it is zero.
fn allowed(count: usize) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "{} allowed by tracewatch.toml",
            counted(count, "diagnostic")
        )
    })
}

fn counts(summary: &Summary) -> Vec<String> {
    let Summary {
        create,
        update,
        adopt,
        delete,
        unchanged: _,
    } = *summary;
    let counts = [
        (create, Action::Create),
        (update, Action::Update),
        (adopt, Action::Adopt),
        (delete, Action::Delete),
    ];
    counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, action)| format!("{count} to {action}"))
        .collect()
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Topic => "topics",
        Kind::TraceGroup => "trace groups",
        Kind::SamplingRule => "sampling rules",
        Kind::LogRetention => "log retention",
        Kind::EventRule => "event rules",
        Kind::Alarm => "alarms",
        Kind::CompositeAlarm => "composite alarms",
        Kind::Dashboard => "dashboards",
    }
}

fn severity_text(severity: Level) -> &'static str {
    match severity {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    }
}

/// Control characters of names and descriptions from an account must not reach a terminal.
fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            if character.is_control() {
                character.escape_default().collect()
            } else {
                vec![character]
            }
        })
        .collect()
}

/// At most `width` characters.
fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars()
        .take(width.saturating_sub(1))
        .chain(['…'])
        .collect()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

fn width<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts
        .into_iter()
        .map(|text| text.chars().count())
        .max()
        .unwrap_or_default()
}
