//! The plan as JSON. A `format_version` never renames or removes a field.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::artifact::{Artifact, Kind, Origin};
use crate::inventory::Target;

use crate::plan::change::{Action, Change};
use crate::plan::cost::Cost;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::fields::{FieldDifference, differences};
use crate::plan::model::{Plan, PlanPart, Summary};
use crate::plan::owner::Conflict;

const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    stack: &'a str,
    /// The stack's own account and Region.
    identity: Option<&'a Target>,
    summary: Summary,
    changes: Vec<ChangeEntry<'a>>,
    conflicts: Vec<&'a Conflict>,
    findings: &'a [PlanDiagnostic],
    diagnostics_allowed: usize,
    cost: &'a Cost,
}

#[derive(Serialize)]
struct ChangeEntry<'a> {
    action: Action,
    kind: Kind,
    name: &'a str,
    region: &'a str,
    origin: Option<&'a Origin>,
    old: Option<&'a Artifact>,
    new: Option<&'a Artifact>,
    /// The resources whose names the artifact needs and only a deployment gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    known_after_deployment: Option<&'a BTreeSet<String>>,
    /// Short texts for people; programs compare `old` and `new`.
    differences: Vec<FieldDifference>,
}

impl<'a> ChangeEntry<'a> {
    fn new(part: &'a PlanPart, change: &'a Change) -> Self {
        let (old, new) = (change.before(), change.after());
        let both = old.zip(new);
        Self {
            action: change.action(),
            kind: change.kind(),
            name: change.name(),
            region: &part.target.region,
            origin: part.origin(&change.id()),
            old,
            new,
            known_after_deployment: part.unknown_names(&change.id()),
            differences: both
                .map(|(old, new)| differences(old, new))
                .unwrap_or_default(),
        }
    }
}

pub(super) fn render(plan: &Plan) -> String {
    let mut changes = Vec::new();
    for part in plan.parts() {
        changes.extend(
            part.changes
                .iter()
                .map(|change| ChangeEntry::new(part, change)),
        );
    }
    let document = Document {
        format_version: FORMAT_VERSION,
        stack: plan.stack(),
        identity: plan.home(),
        summary: plan.summary(),
        changes,
        conflicts: plan.conflicts().collect(),
        findings: plan.findings(),
        diagnostics_allowed: plan.diagnostics_allowed(),
        cost: plan.cost(),
    };
    let mut json = serde_json::to_string_pretty(&document)
        .expect("a plan has only text keys and writes to memory");
    json.push('\n');
    json
}
