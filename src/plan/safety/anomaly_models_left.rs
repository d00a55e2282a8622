//! Reports the anomaly detection models that deleted alarms leave behind. CloudWatch makes a model for an anomaly alarm and keeps it when
//! the alarm goes; other alarms and dashboards may use the same model.

use super::check::{PlanCheck, SafetyContext};
use crate::artifact::{Alarm, AlarmQuery, Artifact, Condition, Metric};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::plan::change::Change;
use crate::plan::diagnostic::PlanDiagnostic;
use crate::plan::model::Plan;

pub(super) const CHECK: PlanCheck = PlanCheck {
    codes: &[Code::AnomalyModelLeft],
    needs: Needs::Account,
    run,
};

fn run(plan: &Plan, _: &SafetyContext) -> Vec<PlanDiagnostic> {
    let models: Vec<String> = plan.changes().filter_map(model_left).collect();
    if models.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "CloudWatch keeps the anomaly detection models of these alarms: {}",
        models.join(", ")
    );
    let help = "remove a model that nothing else uses with `aws cloudwatch delete-anomaly-detector`, or on the alarm's metric in the console";
    vec![
        Diagnostic::new(Code::AnomalyModelLeft, message)
            .help(help)
            .into(),
    ]
}

/// The alarm that loses its band, with the metric of the model.
fn model_left(change: &Change) -> Option<String> {
    let old = banded(change.before()?)?;
    if change.after().and_then(banded).is_some() {
        return None;
    }
    let subject = match &old.query {
        AlarmQuery::Metric(metric) => metric_text(metric),
        AlarmQuery::Math { expression, .. } | AlarmQuery::Insights { query: expression } => {
            format!("`{expression}`")
        }
    };
    Some(format!("`{}` ({subject})", old.name))
}

fn metric_text(metric: &Metric) -> String {
    let Metric {
        namespace,
        name,
        dimensions: _,
        stat,
    } = metric;
    format!("{namespace} {name} {stat}")
}

fn banded(artifact: &Artifact) -> Option<&Alarm> {
    let Artifact::Alarm(alarm) = artifact else {
        return None;
    };
    match alarm.condition {
        Condition::OutsideBand(_) | Condition::AboveBand(_) | Condition::BelowBand(_) => {
            Some(alarm)
        }
        Condition::Above(_)
        | Condition::AtLeast(_)
        | Condition::Below(_)
        | Condition::AtMost(_) => None,
    }
}
