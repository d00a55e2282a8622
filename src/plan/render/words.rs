//! Wording shared by all output forms of a plan.

use std::collections::BTreeMap;

use crate::artifact::{Kind, Severity};
use crate::diagnostic::{Level, counted};
use crate::plan::change::{Action, Change};
use crate::plan::diagnostic::{PlanDiagnostic, Verdict};
use crate::plan::model::{Plan, PlanPart, Summary};
use crate::plan::receivers::{Receiver, Receivers};

/// The question that a rendered plan answers; its headline names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The changes that an apply or a destroy makes.
    Plan,
    /// The differences between the account and the project.
    Drift,
}

impl Purpose {
    fn title(self) -> &'static str {
        match self {
            Purpose::Plan => "Plan for",
            Purpose::Drift => "Drift of",
        }
    }
}

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
pub(super) fn headline(plan: &Plan, purpose: Purpose) -> String {
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
            counted(summary.unchanged, "artifact", "artifacts")
        );
    }
    format!(
        "{} {stack}: {}; {} unchanged.",
        purpose.title(),
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
            counted(reasons.len(), "error", "errors")
        )),
    }
}

/// One line for each severity: the number of its alarms, and their receivers. Only for plans that change alarms or topics.
pub(super) fn receiver_lines(plan: &Plan) -> Vec<String> {
    let is_told = |kind| matches!(kind, Kind::Alarm | Kind::CompositeAlarm | Kind::Topic);
    if !plan.changes().any(|change| is_told(change.kind())) {
        return Vec::new();
    }
    let receivers = plan.receivers();
    let widest = receivers
        .iter()
        .map(|of_severity| of_severity.severity.to_string().len())
        .max();
    let line = |of_severity: &Receivers| {
        let severity = padded(
            &of_severity.severity.to_string(),
            widest.unwrap_or_default(),
        );
        let mut alarms = counted(of_severity.alarms, "alarm", "alarms");
        if of_severity.groups > 0 {
            alarms = format!(
                "{alarms} in {}",
                counted(of_severity.groups, "group", "groups")
            );
        }
        let names: Vec<String> = of_severity.receivers.iter().map(receiver_text).collect();
        let names = if names.is_empty() {
            "nobody".to_owned()
        } else {
            names.join(", ")
        };
        format!("{severity}  {alarms} → {names}")
    };
    receivers.iter().map(line).collect()
}

fn receiver_text(receiver: &Receiver) -> String {
    let Receiver { name, confirmed } = receiver;
    match confirmed {
        Some(false) => format!("{name} (not confirmed yet)"),
        Some(true) | None => name.clone(),
    }
}

/// The number of changes that makes a plan long.
const LONG: usize = 20;

/// For a long plan of several kinds, one line for each kind: the numbers of its changes, created and updated alarms by severity.
pub(super) fn totals(plan: &Plan) -> Vec<String> {
    if plan.changes().count() <= LONG {
        return Vec::new();
    }
    let sections = sections(plan);
    if sections.len() == 1 {
        return Vec::new();
    }
    let widest = width(sections.iter().map(|section| section.heading.as_str()));
    let line = |section: &PlanSection<'_>| {
        format!(
            "{}  {}",
            padded(&section.heading, widest),
            totals_of(section).join(", ")
        )
    };
    sections.iter().map(line).collect()
}

fn totals_of(section: &PlanSection<'_>) -> Vec<String> {
    let actions = [
        Action::Create,
        Action::Update,
        Action::Adopt,
        Action::Delete,
    ];
    let of_action = |action| {
        let changes = section.changes.iter().copied();
        let changes: Vec<&Change> = changes.filter(|change| change.action() == action).collect();
        (!changes.is_empty()).then(|| {
            let count = changes.len();
            format!("{count} to {action}{}", by_severity(section.part, &changes))
        })
    };
    actions.into_iter().filter_map(of_action).collect()
}

/// ` (4 critical, 9 warning)`; empty for changes of other artifacts than alarms.
pub(super) fn by_severity(part: &PlanPart, changes: &[&Change]) -> String {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    let alarms = changes
        .iter()
        .filter(|change| matches!(change.kind(), Kind::Alarm | Kind::CompositeAlarm));
    for change in alarms {
        let origin = part.origin(&change.id());
        if let Some(severity) = origin.and_then(|origin| origin.severity) {
            *counts.entry(severity).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return String::new();
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    format!(" ({})", counts.join(", "))
}

/// The number of diagnostics that the project allows, unless it is zero.
pub(super) fn allowed(count: usize) -> Option<String> {
    let text = format!(
        "{} allowed by tracewatch.toml",
        counted(count, "diagnostic", "diagnostics")
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

fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Topic => "topics",
        Kind::ChatConfiguration => "chat configurations",
        Kind::TraceGroup => "trace groups",
        Kind::SamplingRule => "sampling rules",
        Kind::LogRetention => "log retention",
        Kind::EventRule => "event rules",
        Kind::MetricFilter => "metric filters",
        Kind::Alarm => "alarms",
        Kind::CompositeAlarm => "composite alarms",
        Kind::MuteRule => "mute rules",
        Kind::ServiceLevelObjective => "service-level objectives",
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
