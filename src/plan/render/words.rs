//! Wording shared by all output forms of a plan.

use std::collections::BTreeMap;

use crate::artifact::Kind;
use crate::diagnostic::Level;
use crate::plan::change::{Action, Change};
use crate::plan::diagnostic::{PlanDiagnostic, Verdict};
use crate::plan::model::{Plan, PlanPart, Summary};

/// The level of detail of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Similar changes share one line with their number.
    Brief,
    /// Every artifact with every field.
    Full,
}

/// All changes of one kind in one target.
pub(super) struct PlanSection<'p> {
    pub(super) part: &'p PlanPart,
    /// `alarms`, or `alarms in us-east-1` outside the stack's own Region.
    pub(super) heading: String,
    pub(super) changes: Vec<&'p Change>,
}

/// Sections by target and kind, in apply order. Kinds without changes have no section.
pub(super) fn sections(plan: &Plan) -> Vec<PlanSection<'_>> {
    let mut sections = Vec::new();
    for (index, part) in plan.parts().iter().enumerate() {
        let mut kinds: BTreeMap<Kind, Vec<&Change>> = BTreeMap::new();
        for change in &part.changes {
            kinds.entry(change.kind()).or_default().push(change);
        }
        sections.extend(kinds.into_iter().map(|(kind, changes)| PlanSection {
            part,
            heading: if index == 0 {
                heading(kind).to_owned()
            } else {
                format!("{} in {}", heading(kind), part.target.region)
            },
            changes,
        }));
    }
    sections
}

/// The diagnostics, errors first.
pub(super) fn diagnostics_by_level(plan: &Plan) -> Vec<&PlanDiagnostic> {
    let mut diagnostics: Vec<&PlanDiagnostic> = plan.findings().iter().collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.diagnostic.severity);
    diagnostics
}

/// The plan in one line.
pub(super) fn headline(plan: &Plan) -> String {
    let summary = plan.summary();
    let regions: Vec<&str> = plan
        .parts()
        .iter()
        .map(|part| part.target.region.as_str())
        .collect();
    let account = plan.home().map_or("", |home| home.account.as_str());
    let stack = format!(
        "stack {} ({account}, {})",
        plan.stack(),
        regions.join(" and ")
    );
    let mut parts = counts(&summary);
    let conflicts = plan.conflicts().count();
    if conflicts > 0 {
        parts.push(format!("{conflicts} not to touch"));
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

/// The last line of a refused plan, because readers see the end of the output first.
pub(super) fn refusal(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Nothing | Verdict::Changes => None,
        Verdict::Refused(reasons) => Some(format!(
            "Refused because of {}.",
            counted(reasons.len(), "error")
        )),
    }
}

/// The number of diagnostics that the project allows, unless it is zero.
pub(super) fn allowed(count: usize) -> Option<String> {
    let text = format!(
        "{} allowed by tracewatch.toml",
        counted(count, "diagnostic")
    );
    (count > 0).then_some(text)
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

pub(super) fn severity_text(severity: Level) -> &'static str {
    match severity {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    }
}

/// Control characters of names and descriptions from an account must not reach a terminal.
pub(super) fn visible(text: &str) -> String {
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
pub(super) fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars()
        .take(width.saturating_sub(1))
        .chain(['…'])
        .collect()
}

pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

pub(super) fn width<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts
        .into_iter()
        .map(|text| text.chars().count())
        .max()
        .unwrap_or_default()
}
