//! Artifacts that need a name which only a deployment gives: found for display, and left out of an apply.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Action, Change};
use super::depends::needs;
use super::diagnostic::PlanDiagnostic;
use super::model::{Plan, PlanPart, UnknownNames};
use crate::artifact::{Artifact, ArtifactId};
use crate::diagnostic::{Code, Diagnostic, LevelPolicy};
use crate::inventory::unknown_names_in;

/// The maximum number of resources that the diagnostic lists.
const LISTED: usize = 12;

impl Plan {
    /// Records for each change the names that only a deployment gives, and adds a diagnostic about them.
    pub fn find_unknown_names(&mut self, levels: &LevelPolicy) {
        for part in &mut self.parts {
            part.unknown = unknown_names(&part.changes);
        }
        let Some(mut diagnostic) = self.unknown_names_diagnostic() else {
            return;
        };
        if diagnostic.take_level(levels) {
            self.diagnostics.push(diagnostic);
        } else {
            self.diagnostics_allowed += 1;
        }
    }

    /// Whether a change needs a name that only a deployment gives.
    pub fn has_unknown_names(&self) -> bool {
        self.parts.iter().any(|part| !part.unknown.is_empty())
    }

    /// The plan without the changes that need unknown names, and without the changes that need their artifacts.
    #[must_use]
    pub fn without_unknown_names(mut self) -> Self {
        for part in &mut self.parts {
            remove_unknown(part);
        }
        self.diagnostics
            .retain(|of_plan| of_plan.diagnostic.code != Code::KnownAfterDeployment);
        self
    }

    fn unknown_names_diagnostic(&self) -> Option<PlanDiagnostic> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for names in self.parts.iter().flat_map(|part| part.unknown.values()) {
            for name in names {
                *counts.entry(name).or_default() += 1;
            }
        }
        if counts.is_empty() {
            return None;
        }
        let artifacts: usize = self.parts.iter().map(|part| part.unknown.len()).sum();
        let mut listed: Vec<String> = counts
            .iter()
            .take(LISTED)
            .map(|(name, count)| format!("{name} ({count})"))
            .collect();
        if counts.len() > LISTED {
            listed.push(format!("and {} more", counts.len() - LISTED));
        }
        let message = format!(
            "{artifacts} of the changes need names that only a deployment gives: {}",
            listed.join(", ")
        );
        let help = "deploy the stack, then apply; `tracewatch apply --skip-unknown` applies the other changes now";
        let diagnostic = Diagnostic::new(Code::KnownAfterDeployment, message).help(help);
        Some(diagnostic.into())
    }
}

fn unknown_names(changes: &[Change]) -> UnknownNames {
    let artifacts = changes.iter().filter_map(Change::after);
    let names = artifacts.map(|artifact| (artifact.id(), names_in(artifact)));
    names.filter(|(_, names)| !names.is_empty()).collect()
}

fn names_in(artifact: &Artifact) -> BTreeSet<String> {
    let json = serde_json::to_string(artifact)
        .expect("an artifact has only text keys and writes to memory");
    unknown_names_in(&json)
}

fn remove_unknown(part: &mut PlanPart) {
    let unknown = std::mem::take(&mut part.unknown);
    let mut missing: BTreeSet<ArtifactId> = BTreeSet::new();
    // Changes are in dependency order, so an artifact comes after those that it needs.
    for change in std::mem::take(&mut part.changes) {
        let change = change.without_alternatives(&missing);
        let needed = change.after().map(needs).unwrap_or_default();
        let is_left_out =
            unknown.contains_key(&change.id()) || needed.iter().any(|id| missing.contains(id));
        if is_left_out {
            if change.action() == Action::Create {
                missing.insert(change.id());
            }
        } else if let Some(unchanged) = change.unchanged() {
            part.unchanged.push(unchanged.clone());
        } else {
            part.changes.push(change);
        }
    }
}
