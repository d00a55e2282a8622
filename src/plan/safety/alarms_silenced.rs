//! Reports alarms that lose their last receiver.

use std::collections::BTreeMap;

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::{Artifact, ArtifactId};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::{Plan, PlanPart};
use crate::plan::notified::Notified;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::AlarmSilenced],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.parts().iter().filter_map(silenced_in).collect()
}

/// One diagnostic about all such alarms of a target: without receivers for a severity, all of its alarms are silent.
fn silenced_in(part: &PlanPart) -> Option<PlanDiagnostic> {
    let (before, after) = (Notified::before(part), Notified::after(part));
    let actual: BTreeMap<ArtifactId, &Artifact> = part
        .before()
        .map(|artifact| (artifact.id(), artifact))
        .collect();
    let silenced: Vec<ArtifactId> = part
        .after()
        .filter(|new| {
            let old = actual.get(&new.id());
            old.is_some_and(|old| !before.topics(old).is_empty())
                && after.topics(new).is_empty()
                && !after.has_notifying_child(part, new)
        })
        .map(Artifact::id)
        .collect();
    let help = "name receivers for the severity under `[notify]` in the project file";
    let diagnostic = |message: String| Diagnostic::new(Code::AlarmSilenced, message).help(help);
    match silenced.as_slice() {
        [] => None,
        [one] => {
            let message = format!("{one} notifies people now and would notify nobody");
            Some(PlanDiagnostic::about(one.clone(), diagnostic(message)))
        }
        several => {
            let message = format!(
                "{} alarms notify people now and would notify nobody: {}",
                several.len(),
                listed(several)
            );
            Some(diagnostic(message).into())
        }
    }
}

/// Names of a few alarms, and the number of the others.
fn listed(ids: &[ArtifactId]) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = ids.iter().take(SHOWN).map(|id| &*id.name).collect();
    let names = names.join(", ");
    match ids.len().saturating_sub(SHOWN) {
        0 => names,
        others => format!("{names} and {others} more"),
    }
}
