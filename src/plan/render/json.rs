//! The plan for programs. A field is never renamed or removed within one `format_version`.

use serde::Serialize;

use crate::artifact::{Artifact, Kind};
use crate::inventory::Identity;

use super::super::fields::{Difference, differences};
use super::super::{Action, Change, Conflict, Cost, Plan, PlanDiagnostic, Summary};

const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    stack: &'a str,
    identity: &'a Identity,
    summary: Summary,
    changes: Vec<ChangeEntry<'a>>,
    conflicts: &'a [Conflict],
    findings: &'a [PlanDiagnostic],
    diagnostics_allowed: usize,
    cost: Option<&'a Cost>,
}

#[derive(Serialize)]
struct ChangeEntry<'a> {
    action: Action,
    kind: Kind,
    name: &'a str,
    old: Option<&'a Artifact>,
    new: Option<&'a Artifact>,
    /// As people read it; programs may compare `old` and `new` themselves.
    differences: Vec<Difference>,
}

impl<'a> From<&'a Change> for ChangeEntry<'a> {
    fn from(change: &'a Change) -> Self {
        let (old, new) = (change.before(), change.after());
        let differences = old
            .zip(new)
            .map(|(old, new)| differences(old, new))
            .unwrap_or_default();
        Self {
            action: change.action(),
            kind: change.kind(),
            name: change.name(),
            old,
            new,
            differences,
        }
    }
}

pub(super) fn render(plan: &Plan) -> String {
    let document = Document {
        format_version: FORMAT_VERSION,
        stack: &plan.target().stack,
        identity: &plan.target().identity,
        summary: plan.summary(),
        changes: plan.changes().iter().map(ChangeEntry::from).collect(),
        conflicts: plan.conflicts(),
        findings: plan.findings(),
        diagnostics_allowed: plan.diagnostics_allowed(),
        cost: plan.cost(),
    };
    let mut json = serde_json::to_string_pretty(&document)
        .expect("a plan has only text keys and writes to memory");
    json.push('\n');
    json
}
