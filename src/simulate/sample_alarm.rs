//! The alarm that a test or a trial runs: generated for a sample resource, with the settings of its evaluation.

use crate::artifact::{Alarm, AlarmQuery, Condition, Missing};
use crate::catalog::Catalog;
use crate::catalog::definition::{AlarmDefinition, ServiceDefinition};
use crate::diagnostic::Diagnostic;
use crate::semantics::evaluation::{
    BandOperator, ComparisonOperator, Criterion, DynamoDbMissingData, EvaluationRange,
    EvaluationSettings, MissingData, WarmUp, WarmUpEnd, Window, missing_data_for,
};
use crate::semantics::statistics;
use crate::synth::sample_resource;
use crate::trial::Given;

/// The help of a test or trial whose resource the alarm does not apply to.
pub(super) const GIVEN_HELP: &str = "say what it asks for: `resource = { … }`, `invoked_by = [\"…\"]`, `is_dead_letter = true`, `item = \"…\"`, `parent = { … }`, `links = [{ … }]`";

/// Generates the alarm for the given resource, for its item if there are several. `None` if the definition does not apply.
pub(super) fn alarm(
    catalog: &Catalog,
    service: &ServiceDefinition,
    definition: &AlarmDefinition,
    given: &Given,
) -> Result<Option<Alarm>, Diagnostic> {
    let item = given.item.as_deref();
    let alarms = sample_resource::alarms(catalog, service, definition, given)?;
    let chosen = alarms
        .into_iter()
        .find(|generated| item.is_none() || generated.origin.item.as_deref() == item);
    Ok(chosen.map(|generated| generated.alarm))
}

/// The settings that decide the state of a generated alarm.
pub(super) fn settings(alarm: &Alarm) -> EvaluationSettings {
    let stat = match &alarm.query {
        AlarmQuery::Metric(metric) => Some(metric.stat.clone()),
        AlarmQuery::Math { .. } => None,
    };
    let needed = || statistics::parse(&stat?).ok()?.samples_needed();
    let namespace = match &alarm.query {
        AlarmQuery::Metric(metric) => metric.namespace.as_str(),
        AlarmQuery::Math { .. } => "",
    };
    EvaluationSettings {
        period: alarm.period,
        evaluation_periods: alarm.evaluation_periods as usize,
        datapoints_to_alarm: alarm.datapoints_to_alarm as usize,
        criterion: criterion(alarm.condition),
        missing: missing_data_for(
            namespace,
            Some(missing(alarm.missing)),
            DynamoDbMissingData::default(),
        ),
        samples_needed: if alarm.evaluate_low_samples {
            None
        } else {
            needed()
        },
        window: Window::Sliding,
        range: EvaluationRange::default(),
        warm_up: alarm.warm_up_minutes.map(|minutes| WarmUp {
            minutes,
            ends: WarmUpEnd::AfterItsMinutes,
        }),
    }
}

fn criterion(condition: Condition) -> Criterion {
    match condition {
        Condition::Above(threshold) => {
            Criterion::Threshold(ComparisonOperator::GreaterThan, threshold)
        }
        Condition::AtLeast(threshold) => {
            Criterion::Threshold(ComparisonOperator::GreaterThanOrEqualTo, threshold)
        }
        Condition::Below(threshold) => {
            Criterion::Threshold(ComparisonOperator::LessThan, threshold)
        }
        Condition::AtMost(threshold) => {
            Criterion::Threshold(ComparisonOperator::LessThanOrEqualTo, threshold)
        }
        Condition::OutsideBand(_) => Criterion::Band(BandOperator::Outside),
        Condition::AboveBand(_) => Criterion::Band(BandOperator::Above),
        Condition::BelowBand(_) => Criterion::Band(BandOperator::Below),
    }
}

fn missing(missing: Missing) -> MissingData {
    match missing {
        Missing::Missing => MissingData::Missing,
        Missing::NotBreaching => MissingData::NotBreaching,
        Missing::Breaching => MissingData::Breaching,
        Missing::Ignore => MissingData::Ignore,
    }
}
