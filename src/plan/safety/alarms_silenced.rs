//! Reports alarms that lose their last receiver.

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::Artifact;
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::AlarmSilenced],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    plan.changes().filter_map(silenced).collect()
}

fn silenced(change: &Change) -> Option<PlanDiagnostic> {
    let (old, new) = (change.before()?, change.after()?);
    (notifies(old) && !notifies(new)).then(|| {
        let message = format!("{} tells people now and would tell nobody", change.id());
        let help = "name receivers for its severity under `[notify]` in the project file";
        PlanDiagnostic::about(
            change.id(),
            Diagnostic::new(Code::AlarmSilenced, message).help(help),
        )
    })
}

fn notifies(artifact: &Artifact) -> bool {
    let actions = match artifact {
        Artifact::Alarm(alarm) => &alarm.actions,
        Artifact::CompositeAlarm(alarm) => &alarm.actions,
        Artifact::Topic(_)
        | Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::EventRule(_)
        | Artifact::Dashboard(_) => return false,
    };
    actions.enabled && !actions.alarm.is_empty()
}
